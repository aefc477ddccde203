"""Bugs of agno."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug

_PINS = "mcp<1.20 pydantic<2.12 pydantic-settings"


@bug("agno==1.7.0", "agno==2.9.0", "is paid for the session")
async def two_sessions_of_one_agent() -> None:
    """A tool that an agent calls for one session is told that it is called for another, which was begun meanwhile (agno, issue 3937)."""
    from agno.agent import Agent
    from agno.models.base import Model
    from agno.models.response import ModelResponse

    class Scripted(Model):
        async def ainvoke(self, messages: Any, **kwargs: Any) -> Any:
            return await wire.answer([message.content for message in messages], messages[-1].role)

        def parse_provider_response(self, response: Any, **kwargs: Any) -> Any:
            return response

        _parse_provider_response = parse_provider_response
        invoke = invoke_stream = ainvoke_stream = None  # type: ignore[assignment]
        parse_provider_response_delta = _parse_provider_response_delta = None  # type: ignore[assignment]

    class Wire:
        async def answer(self, contents: list[Any], role: str) -> Any:
            if role == "tool":
                return ModelResponse(role="assistant", content="done")
            call = {"name": "pay", "arguments": f'{{"who": "{contents[-1]}"}}'}
            return ModelResponse(role="assistant", tool_calls=[{"id": "1", "type": "function", "function": call}])

    async def pay(who: str, agent: Any, run_context: Any = None) -> str:
        """Pays."""
        paid[who] = run_context.session_id if run_context else agent.session_id
        return "paid"

    wire, paid = boundary(Wire()), dict[str, str]()
    agent = Agent(model=Scripted(id="scripted"), tools=[pay], telemetry=False)
    await together(ann=agent.arun("ann", session_id="ann"), bob=agent.arun("bob", session_id="bob"))
    assert sorted(paid) == ["ann", "bob"]
    for who, session in paid.items():
        assert who == session, f"{who} is paid for the session of {session}"


@bug(f"agno==2.5.5 {_PINS}", f"agno==2.9.0 {_PINS}", "sessions for one run")
async def tools_of_one_run() -> None:
    """Two tools that one run calls at once each open a session with their server (agno, issue 6094)."""
    from agno.run import RunContext
    from agno.tools.mcp import MCPTools, mcp

    class Server:
        opened = 0

        async def open(self) -> None:
            self.opened += 1

    server = boundary(Server())

    @asynccontextmanager
    async def client(**options: Any) -> AsyncIterator[Any]:
        await server.open()
        yield None, None, None

    @asynccontextmanager
    async def session(*streams: Any, **options: Any) -> AsyncIterator[Any]:
        yield SimpleNamespace(initialize=AsyncMock())

    mcp.streamablehttp_client, mcp.ClientSession = client, session
    tools = MCPTools(url="http://desk/mcp", transport="streamable-http", header_provider=dict)
    run = RunContext(run_id="r", session_id="s")
    await together(ann=tools.get_session_for_run(run), bob=tools.get_session_for_run(run))
    assert server.opened == 1, f"{server.opened} sessions for one run"
