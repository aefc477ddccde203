"""A redis in memory for arq, each of whose commands is at a boundary.

    server = FakeServer()
    await redis(server).enqueue_job("pay", 1)
    await together(ann=worker([pay], server).async_run(), bob=worker([pay], server).async_run())

Each command is a call `execute` of the boundary "redis" with the command as arguments, a transaction one call `EXEC` with the names of its
commands. Each takes a request and a reply; a worker and a client interleave between any two, as over a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.proxy import boundary
from checker.testing.record import Call

with extra("arq"):
    from arq.connections import ArqRedis
    from arq.worker import Worker
    from fakeredis import FakeAsyncRedis, FakeServer
    from redis.asyncio.client import Pipeline

__all__ = ["FakeServer", "command_of", "redis", "worker"]


class Commands:
    """What is at the boundary."""

    async def execute(self, *command: Any, send: Any) -> Any:
        return await send()


class ControlledRedis(ArqRedis):
    """A client whose commands are at a boundary; made by `redis`."""

    def __init__(self, server: FakeServer, commands: Commands, **options: Any) -> None:
        super().__init__(connection_pool=FakeAsyncRedis(server=server).connection_pool, **options)
        self._commands = commands

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        send = super().execute_command
        return await self._commands.execute(*args, send=lambda: send(*args, **options))

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        made = ControlledPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        made.commands = self._commands
        return made


class ControlledPipeline(Pipeline):
    """A pipeline whose commands before `multi`, and whose transaction, are at a boundary."""

    commands: Commands

    async def immediate_execute_command(self, *args: Any, **options: Any) -> Any:
        send = super().immediate_execute_command
        return await self.commands.execute(*args, send=lambda: send(*args, **options))

    async def execute(self, raise_on_error: bool = True) -> Any:
        send, queued = super().execute, [args[0] for args, _ in self.command_stack]
        return await self.commands.execute("EXEC", *queued, send=lambda: send(raise_on_error))

    def info(self, section: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """An empty mapping: the server in memory does not know INFO, which a worker writes to its log when it starts."""
        return self.hgetall("no such key")


def redis(server: FakeServer, *, name: str = "redis", terms: dict[str, Any] | None = None, **options: Any) -> Any:
    """A client as `arq.create_pool` gives it, to a server in memory. `options`: those of `ArqRedis`. `terms`: those of `boundary`."""
    at_boundary = boundary(Commands(), name=name, **{"snapshot": _told, **(terms or {})})
    return ControlledRedis(server, at_boundary, **options)


def _told(value: Any) -> Any:
    """Without the function that sends the command."""
    return {key: part for key, part in value.items() if key != "send"} if isinstance(value, dict) else value


def worker(functions: Sequence[Any], server: FakeServer, *, burst: bool = True, terms: Any = None, **options: Any) -> Worker:
    """A worker with a client of its own; await its `async_run`. It handles no signals, and by default ends when its queue is empty."""
    return Worker(functions, redis_pool=redis(server, terms=terms), burst=burst, handle_signals=False, **options)


def command_of(call: Call) -> str:
    """The name of the command of a call `execute`, in capitals: `GET`, `EXEC`."""
    return str(call.args[0]).upper()
