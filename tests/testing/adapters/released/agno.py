"""Bugs of agno."""

from __future__ import annotations

from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


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
