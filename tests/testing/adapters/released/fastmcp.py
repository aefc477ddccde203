"""Bugs of fastmcp."""

from __future__ import annotations

from typing import Any

from checker.testing import checks, together
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
