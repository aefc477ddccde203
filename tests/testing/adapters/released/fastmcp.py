"""Bugs of fastmcp."""

from __future__ import annotations

from typing import Any

from checker.testing import boundary, checks, together
from tests.testing.adapters.released.table import bug


def _no_waiter() -> list[Any]:
    return [checks.no_waiter_left()]


@bug("fastmcp==2.3.3", "fastmcp==2.13.0", "Attempted to exit cancel scope in a different task", checks=_no_waiter)
async def two_users_of_one_client() -> None:
    """Two who enter one client at once each make a session, and the first session is never closed."""
    from fastmcp import Client, FastMCP

    client = Client(FastMCP("desk"))

    async def ask() -> None:
        async with client:
            await client.list_tools()

    await together(ann=ask(), bob=ask())


_PINS = "mcp<1.12 pydantic<2.12 pydantic-settings"


@bug(f"fastmcp==2.10.2 {_PINS}", f"fastmcp==2.10.3 {_PINS}", "deadlock", schedules=50)
async def two_calls_through_a_proxy() -> None:
    """Two who call tools through one proxy at once wait for each other (fastmcp, issue 1051)."""
    from fastmcp import Client, FastMCP

    class Book:
        async def write(self, name: str) -> None: ...

    server, book = FastMCP("desk"), boundary(Book())

    @server.tool
    async def greet(name: str) -> str:
        await book.write(name)
        return f"hello {name}"

    proxy = FastMCP.as_proxy(Client(server))

    async def ask(name: str) -> None:
        async with Client(proxy) as client:
            await client.call_tool("greet", {"name": name})

    await together(ann=ask("ann"), bob=ask("bob"))
