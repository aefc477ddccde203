"""A boundary between a client and a server of the Model Context Protocol that run in one process.

    async with wire(server) as (read, write), ClientSession(read, write) as session: ...   # any release
    async with Client(wire(server)) as client: ...                                         # release 2

Each message, of either side, is a call `send` at the boundary "client" or "server": it takes time, and may be lost or doubled, or its sender
may crash. The streams are those that the SDK asks of a transport, so a client and a server of any release run on them unmodified.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.agents import spawn
from checker.testing.proxy import boundary
from checker.testing.record import Call

with extra("mcp"):
    import anyio


@asynccontextmanager
async def wire(
    server: Any, *, ordered: bool = True, raise_exceptions: bool = False, **terms: Any
) -> AsyncIterator[tuple[Any, Any]]:
    """Runs a low-level `mcp.server.Server` as the agent "server"; gives the client's streams to read and to write.

    `ordered`: the messages of one side arrive in the order in which they were sent, as over stdio; False: each takes its own time, as over
    HTTP. `terms`: those of `boundary`, for both directions.
    """
    if not hasattr(server, "create_initialization_options"):
        raise TypeError(
            f"`wire` runs a low-level mcp.server.Server, and {type(server).__name__} is built around one: give that one"
        )
    to_server, from_client = anyio.create_memory_object_stream[Any](0)
    to_client, from_server = anyio.create_memory_object_stream[Any](0)
    asked = _Sender(to_server, "client", ordered, terms)
    answered = _Sender(to_client, "server", ordered, terms)
    options = server.create_initialization_options()
    running = spawn("server", server.run(from_client, answered, options, raise_exceptions=raise_exceptions))
    try:
        yield from_server, asked
    finally:
        running.cancel()
        await asyncio.wait([running])
        for stream in (to_server, from_client, to_client, from_server):
            stream.close()
    if not running.cancelled() and (error := running.exception()) is not None:
        raise error


class _Sender:
    """A stream for sending, whose `send` is at a boundary."""

    def __init__(self, stream: Any, name: str, ordered: bool, terms: dict[str, Any]) -> None:
        self._stream = stream
        self._at_boundary = boundary(stream, ["send"], name=name, **terms)
        self._turn = asyncio.Lock() if ordered else None

    async def send(self, item: Any) -> None:
        if self._turn is None:
            await self._at_boundary.send(item)
            return
        async with self._turn:
            await self._at_boundary.send(item)

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        self._stream.close()

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *error: object) -> None:
        self._stream.close()


def id_of(call: Call) -> Any:
    """The id of the request or response that a call `send` carries, None of a notification: the `key` for `answered_once` and the like."""
    return getattr(_message(call), "id", None)


def method_of(call: Call) -> str | None:
    """The method of the request or notification that a call `send` carries, None of a response."""
    return getattr(_message(call), "method", None)


def _message(call: Call) -> Any:
    message = call.args[0].message
    return getattr(message, "root", message)  # releases 1 wrap it
