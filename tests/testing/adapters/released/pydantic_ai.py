"""Bugs of pydantic-ai."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


@bug("pydantic-ai-slim==1.0.0 opentelemetry-api<1.36", "pydantic-ai-slim==1.60.0", "the limit is 2")
async def calls_of_tools_within_a_limit() -> None:
    """Tools that run at once are called more often than `tool_calls_limit` allows."""
    from pydantic_ai import Agent, UsageLimits
    from pydantic_ai.exceptions import UsageLimitExceeded
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import FunctionModel

    def reply(messages: Any, info: Any) -> Any:
        if len(messages) > 1:
            return ModelResponse(parts=[TextPart("done")])
        return ModelResponse(parts=[ToolCallPart("pay", {"order": order}) for order in range(4)])

    bank = boundary(_Bank())
    agent = Agent(FunctionModel(reply))

    @agent.tool_plain
    async def pay(order: int) -> str:
        return await bank.pay(order)

    with suppress(UsageLimitExceeded):
        await agent.run("go", usage_limits=UsageLimits(tool_calls_limit=2))
    assert bank.paid <= 2, f"{bank.paid} calls, and the limit is 2"


class _Bank:
    paid = 0

    async def pay(self, order: int) -> str:
        self.paid += 1
        return "paid"


@bug(
    "pydantic-ai-slim[mcp]==1.0.0 opentelemetry-api<1.36 mcp==1.27.0",
    "pydantic-ai-slim[mcp]==1.107.10",
    "Attempted to exit cancel scope in a different task",
)
async def two_users_of_one_tool_server() -> None:
    """Of two who use one MCP server at once, the one who leaves last fails, where the other had come first (pydantic-ai, issue 2818)."""
    from mcp.server.lowlevel import Server
    from pydantic_ai.mcp import MCPServerStdio

    from checker.testing.adapters.mcp import wire

    class Wired(MCPServerStdio):
        def client_streams(self) -> Any:
            return wire(Server("bank"))

    server, bank = Wired("none", []), boundary(_Bank())

    async def ask(order: int) -> None:
        async with server:
            await bank.pay(order)

    await together(ann=ask(1), bob=ask(2))


@bug(
    "pydantic-ai-slim==0.2.15 opentelemetry-api<1.36",
    "pydantic-ai-slim==0.2.16 opentelemetry-api<1.36",
    "Tool exceeded max retries count of 1",
)
async def a_tool_that_two_runs_try_again() -> None:
    """What one run of an agent tries again counts against the retries of another (pydantic-ai, pull request 1918)."""
    from pydantic_ai import Agent, ModelRetry
    from pydantic_ai.messages import ModelResponse, RetryPromptPart, TextPart, ToolCallPart
    from pydantic_ai.models.function import FunctionModel

    def reply(messages: Any, info: Any) -> Any:
        if len(messages) == 1 or isinstance(messages[-1].parts[-1], RetryPromptPart):
            return ModelResponse(parts=[ToolCallPart("pay", {"order": messages[0].parts[-1].content})])
        return ModelResponse(parts=[TextPart("done")])

    bank, tried = boundary(_Bank()), set[str]()
    agent = Agent(FunctionModel(reply))

    @agent.tool_plain(retries=1)
    async def pay(order: str) -> str:
        if order not in tried:
            tried.add(order)
            raise ModelRetry("once more")
        return await bank.pay(1)

    await together(ann=agent.run("rent"), bob=agent.run("tea"))


@bug("pydantic-ai-slim==1.39.0", "pydantic-ai-slim==1.60.0", "paid for a run that was given up")
async def a_run_that_is_given_up() -> None:
    """A tool goes on behind a run that was cancelled (pydantic-ai, issue 3960)."""
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelResponse, ToolCallPart
    from pydantic_ai.models.function import FunctionModel

    bank = boundary(_Bank())
    agent = Agent(FunctionModel(lambda messages, info: ModelResponse(parts=[ToolCallPart("pay", {"order": 1})])))

    @agent.tool_plain
    async def pay(order: int) -> str:
        await asyncio.sleep(1)  # the user may still think better of it
        return await bank.pay(order)

    with suppress(TimeoutError):
        await asyncio.wait_for(agent.run("go"), 0.5)
    await asyncio.sleep(5)
    assert not bank.paid, "paid for a run that was given up"
