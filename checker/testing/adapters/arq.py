"""A redis in memory for arq, each of whose commands is at a boundary.

    server = FakeServer()
    await together(web=redis(server).enqueue_job("pay", 1), worker=worker([pay], server).async_run())

Commands, and the transactions that a pipeline ends with, are calls `execute` of the boundary "redis", with the command as arguments. Each takes
a request and a reply; a worker and a client interleave between any two, as over a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from arq.connections import ArqRedis
from arq.worker import Worker
from fakeredis import FakeAsyncRedis, FakeServer

from checker.testing.proxy import boundary
from checker.testing.record import Call

__all__ = ["FakeServer", "command_of", "redis", "worker"]


class Redis(ArqRedis):
    """A client whose commands are at a boundary; made by `redis`."""

    def __init__(self, server: FakeServer, name: str, terms: dict[str, Any], **options: Any) -> None:
        super().__init__(connection_pool=FakeAsyncRedis(server=server).connection_pool, **options)
        send = super().execute_command

        class Commands:
            async def execute(self, *args: Any, **kwargs: Any) -> Any:
                return await send(*args, **kwargs)

        self._name, self._terms = name, terms
        self._commands = boundary(Commands(), name=name, **terms)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """One command, at the boundary."""
        return await self._commands.execute(*args, **options)

    def pipeline(self, *args: Any, **kwargs: Any) -> Any:
        """A pipeline whose transaction is one call; its commands before `multi` are calls of their own."""
        inner = super().pipeline(*args, **kwargs)
        return boundary(inner, ("execute", "watch"), name=f"{self._name}.pipeline", **self._terms)


def redis(server: FakeServer, *, name: str = "redis", terms: dict[str, Any] | None = None, **options: Any) -> Any:
    """A client as `arq.create_pool` gives it, to a server in memory. `options`: those of `ArqRedis`. `terms`: those of `boundary`."""
    return Redis(server, name, terms or {}, **options)


def worker(functions: Sequence[Any], server: FakeServer, *, burst: bool = True, terms: Any = None, **options: Any) -> Worker:
    """A worker with a client of its own; await its `async_run`. It handles no signals, and by default ends when its queue is empty."""
    return Worker(functions, redis_pool=redis(server, terms=terms), burst=burst, handle_signals=False, **options)


def command_of(call: Call) -> str:
    """The name of the command of a call `execute`, in capitals: `GET`, `ZADD`."""
    return str(call.args[0]).upper() if call.args else "EXEC"
