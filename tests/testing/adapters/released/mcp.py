"""Bugs of the SDK of the Model Context Protocol. Releases 1 need an older pydantic than they ask for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


def _all_who_wait_share_an_event() -> None:
    """Releases 2 have no store of tasks any more."""
    import anyio
    from mcp.shared.experimental.tasks.in_memory_task_store import InMemoryTaskStore

    async def wait(self: Any, task_id: str) -> None:
        await self._update_events.setdefault(task_id, anyio.Event()).wait()

    async def notify(self: Any, task_id: str) -> None:
        self._update_events.pop(task_id, anyio.Event()).set()

    InMemoryTaskStore.wait_for_update, InMemoryTaskStore.notify_update = wait, notify  # type: ignore[method-assign]


@bug("mcp==1.27.0", None, "ann waits for an Event to be set", repair=_all_who_wait_share_an_event)
async def two_who_wait_for_a_task() -> None:
    """Of two who wait for a change of one task, the first is never woken (modelcontextprotocol python-sdk, issue 2535)."""
    from mcp.shared.experimental.tasks.in_memory_task_store import InMemoryTaskStore
    from mcp.types import TaskMetadata

    store = InMemoryTaskStore()
    task = await store.create_task(TaskMetadata(ttl=60_000))

    async def wait(delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if (await store.get_task(task.taskId)).status == "working":  # type: ignore[union-attr]
            await store.wait_for_update(task.taskId)

    async def finish() -> None:
        await asyncio.sleep(0.1)
        await store.update_task(task.taskId, status="completed")

    await together(ann=wait(0), bob=wait(0.01), server=finish())


@bug("mcp==1.9.0 pydantic<2.12", "mcp==1.12.0 pydantic<2.12", "ann waits for an item of a memory stream")
async def a_server_that_hangs_up() -> None:
    """A client whose connection ends while it waits for an answer waits for ever."""
    await _hung_up("ann")


@bug("mcp==1.12.0 pydantic<2.12", "mcp==1.27.0 pydantic<2.12", "dictionary changed size during iteration")
async def a_server_that_hangs_up_on_two() -> None:
    """When the connection ends while two wait for answers, the client fails while it tells them."""
    await _hung_up("ann", "bob")


async def _hung_up(*names: str) -> None:
    import anyio
    from mcp.client.session import ClientSession
    from mcp.shared.exceptions import McpError

    to_client, read = anyio.create_memory_object_stream[Any](0)
    write, from_client = anyio.create_memory_object_stream[Any](0)

    async def server() -> None:
        for _ in names:
            await from_client.receive()
        await asyncio.sleep(0.5)
        to_client.close()

    async with ClientSession(read, write) as client:

        async def ask() -> None:
            with suppress(McpError):
                await client.send_ping()

        await together({name: ask() for name in names}, server=server())


@bug("mcp==1.20.0 pydantic<2.12", "mcp==1.27.0 pydantic<2.12", "ClosedResourceError")
async def a_client_that_leaves() -> None:
    """A server whose client leaves during a call crashes when the call ends."""
    from mcp.client.session import ClientSession
    from mcp.server.lowlevel import Server
    from mcp.types import TextContent, Tool

    from checker.testing.adapters.mcp import wire

    clock, server = boundary(_Clock()), Server("desk")

    @server.list_tools()
    async def tools() -> list[Any]:
        return [Tool(name="clock", description="", inputSchema={"type": "object"})]

    @server.call_tool()
    async def call(name: str, arguments: Any) -> list[Any]:
        return [TextContent(type="text", text=await clock.now())]

    async with wire(server) as (read, write):
        async with ClientSession(read, write) as client:
            await client.initialize()
            asking = asyncio.create_task(client.call_tool("clock", {}))
            await asyncio.sleep(0.05)
            asking.cancel()
        write.close()
        await asyncio.sleep(3)


class _Clock:
    async def now(self) -> str:
        return "12:00"


@bug("mcp==1.26.0 pydantic<2.12", "mcp==2.3.0", "ClosedResourceError")
async def a_call_that_is_taken_back() -> None:
    """A server whose client takes back a call just as it is answered crashes (modelcontextprotocol python-sdk, issue 2416)."""
    from mcp import types
    from mcp.client.session import ClientSession

    from checker.testing.adapters.mcp import wire

    clock = boundary(_Clock(), latency_s=(0, 1))

    async with wire(_clock_server(clock)) as (read, write), ClientSession(read, write) as client:
        await client.initialize()

        async def ask() -> None:
            with suppress(Exception):
                await client.call_tool("clock", {})

        async def take_back() -> None:
            await asyncio.sleep(0.1)
            which: Any = {"request_id" if "request_id" in types.CancelledNotificationParams.model_fields else "requestId": 1}
            notice: Any = types.CancelledNotification(
                method="notifications/cancelled", params=types.CancelledNotificationParams(**which)
            )
            await client.send_notification(types.ClientNotification(notice) if callable(types.ClientNotification) else notice)

        await together(ann=ask(), bob=take_back())
        await asyncio.sleep(2)
        await asyncio.wait_for(client.send_ping(), 30)


def _clock_server(clock: Any) -> Any:
    """A server with one tool; its handlers are given to it in releases 2, and registered with it in releases 1."""
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolResult, ListToolsResult, TextContent, Tool

    listed = [Tool.model_validate({"name": "clock", "description": "", "inputSchema": {"type": "object"}})]

    async def tools(*args: Any) -> Any:
        return ListToolsResult(tools=listed) if args else listed

    async def call(*args: Any) -> Any:
        said = [TextContent(type="text", text=await clock.now())]
        return said if isinstance(args[0], str) else CallToolResult(content=said)

    if hasattr(Server, "list_tools"):
        server: Any = Server("desk")

        async def listing() -> Any:
            return listed

        server.list_tools()(listing)
        server.call_tool()(call)
        return server
    return Server("desk", on_list_tools=tools, on_call_tool=call)
