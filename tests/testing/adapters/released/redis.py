"""Bugs of the asyncio client of redis."""

from __future__ import annotations

import asyncio
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


@bug("redis==4.5.1", "redis==5.2.1", "bob asked for b", sweeps=True, cancel=["ann"])
async def a_command_that_is_given_up() -> None:
    """After a command that was cancelled the next one is answered with the reply of that (redis-py, issue 2624)."""
    from redis.asyncio import ConnectionPool, Redis
    from redis.asyncio.connection import Connection

    server = boundary(_Server())

    class Wired(Connection):
        async def _connect(self) -> None:
            self._reader = asyncio.StreamReader()
            self._writer = _Writer(server, self._reader)

        async def on_connect(self) -> None:
            self._parser.on_connect(self)

    client = Redis(connection_pool=ConnectionPool(connection_class=Wired, max_connections=1))
    await together(ann=client.get("a"))
    got = await together(bob=client.get("b"))
    assert got["bob"] == b"B", f"bob asked for b and got {got['bob']!r}"


class _Server:
    """Answers GET with the key in capitals."""

    async def answer(self, command: bytes) -> bytes:
        return b"$1\r\n" + command.split(b"\r\n")[4].upper() + b"\r\n"


class _Writer:
    """Sends commands to a server, which answers them one after the other."""

    def __init__(self, server: Any, reader: asyncio.StreamReader) -> None:
        self.commands: asyncio.Queue[bytes] = asyncio.Queue()
        self.serving = asyncio.create_task(self._serve(server, reader))

    async def _serve(self, server: Any, reader: asyncio.StreamReader) -> None:
        while True:
            reader.feed_data(await server.answer(await self.commands.get()))

    def writelines(self, commands: Any) -> None:
        self.commands.put_nowait(b"".join(commands))

    async def drain(self) -> None:
        pass

    def close(self) -> None:
        self.serving.cancel()

    async def wait_closed(self) -> None:
        pass


@bug("redis==5.0.1", "redis==5.3.0", "No connection available", sweeps=True, cancel=["ann"])
async def a_connection_that_is_given_up() -> None:
    """Who is cancelled while its connection is made keeps its place in a `BlockingConnectionPool`."""
    from redis.asyncio import BlockingConnectionPool

    class Connection:
        def __init__(self, **options: Any) -> None: ...

        async def connect(self) -> None: ...

        async def can_read_destructive(self) -> bool:
            return False

        async def re_auth(self) -> None: ...

        def reset_should_reconnect(self) -> None: ...

        def should_reconnect(self) -> bool:
            return False

    pool: Any = BlockingConnectionPool(
        connection_class=lambda **options: boundary(Connection(), ["connect"]), max_connections=1, timeout=20
    )

    async def ask() -> None:
        await pool.release(await pool.get_connection("PING"))

    await together(ann=ask(), bob=ask())
