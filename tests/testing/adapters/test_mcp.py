"""A client and a server of the Model Context Protocol on the controlled loop, with a wire between them."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from checker.testing import boundary, checks, explore, run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import pair, turns

mcp = pytest.importorskip("mcp", reason="mcp is not installed: pip install 'teamcheck[mcp]'")

from mcp.client.session import ClientSession
from mcp.server.lowlevel import Server

from checker.testing.adapters import mcp as adapter


def server_with(call: Any) -> Any:
    """A low-level server whose tools are one function of their name and arguments."""
    types = mcp.types
    if "on_call_tool" not in inspect.signature(Server.__init__).parameters:
        return _server_of_release_1(call)

    async def call_tool(context: Any, params: Any) -> Any:
        text = await call(params.name, params.arguments or {})
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])

    async def list_tools(context: Any, params: Any) -> Any:
        schema = {"type": "object", "properties": {}}
        return types.ListToolsResult(tools=[types.Tool(name=name, input_schema=schema) for name in ("add", "claim")])

    return Server("desk", on_call_tool=call_tool, on_list_tools=list_tools)


def _server_of_release_1(call: Any) -> Any:
    types, server = mcp.types, Server("desk")

    async def call_tool(name: str, arguments: Any) -> Any:
        return [types.TextContent(type="text", text=await call(name, arguments or {}))]

    async def list_tools() -> Any:
        return [types.Tool(name=name, description="", inputSchema={"type": "object"}) for name in ("add", "claim")]

    server.call_tool()(call_tool)
    server.list_tools()(list_tools)
    return server


async def one_call() -> None:
    async def answer(name: str, arguments: dict[str, Any]) -> str:
        await asyncio.sleep(0.01)
        return f"{name} {arguments['x']}"

    async with adapter.wire(server_with(answer)) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        said = await together(
            ann=session.call_tool("add", {"x": 1}),
            bob=session.call_tool("add", {"x": 2}),
        )
        assert [result.content[0].text for result in said.values()] == ["add 1", "add 2"]


def test_a_session_runs_alike() -> None:
    runs_alike(one_call)


def test_what_is_recorded() -> None:
    record = run_once(one_call).record
    asked = [adapter.method_of(call) for call in record.of("client", "send")]
    assert asked[:3] == ["initialize", "notifications/initialized", "tools/call"]
    assert {adapter.id_of(call) for call in record.of("server", "send")} >= {1, 2}


def test_a_lost_answer_is_waited_for_for_ever() -> None:
    outcome = explore(one_call, faults={"drop": 1}, mode="latency", schedules=60)
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.kind == "deadlock"


# --- check, then act, in a tool ------------------------------------------------------------------------------------------------


class Rules:
    async def allow(self, who: str) -> None:
        """What a tool asks another service."""


async def claims(in_turn: bool) -> None:
    """A tool looks whether the task is free, asks elsewhere, and takes it; two clients call it a moment apart."""
    owners: list[str] = []
    rules, one_at_a_time = boundary(Rules()), turns(in_turn)

    async def claim(name: str, arguments: dict[str, Any]) -> str:
        async with one_at_a_time:
            if owners:
                return "taken"
            await rules.allow(arguments["who"])
            owners.append(arguments["who"])
            return "yours"

    async def client(who: str, delay_s: float) -> None:
        async with adapter.wire(server_with(claim)) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            await asyncio.sleep(delay_s)
            await session.call_tool("claim", {"who": who})

    await together(ann=client("ann", 0), bob=client("bob", 0.1))
    assert len(owners) == 1, f"claimed by {owners}"


claims_race, claims_repaired = pair(claims)


def test_a_tool_that_checks_then_acts() -> None:
    outcome = finds(claims_race)
    assert outcome.run is not None
    assert outcome.run.deviations
    never_reports(claims_repaired, checks=[checks.no_waiter_left()])
