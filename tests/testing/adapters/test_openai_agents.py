"""The OpenAI Agents SDK on the controlled loop: its models, its sessions, its tools."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from checker.testing import boundary, checks, run_once, together, unwrap
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import Board, claim, pair, turns

pytest.importorskip("agents", reason="openai-agents is not installed: pip install 'teamcheck[openai-agents]'")

from agents import Agent, RunConfig, Runner, SQLiteSession, function_tool

from checker.testing.adapters import openai_agents as adapter

QUIET = RunConfig(tracing_disabled=True)


async def two_agents() -> None:
    """Each calls a tool that runs in a thread, and one hands off to the other."""
    added: list[int] = []

    @function_tool
    def add(x: int) -> str:
        added.append(x)
        return "ok"

    tool = adapter.tool_call("add", x=1)
    bob = Agent(name="bob", model=adapter.ScriptedModel([tool, "b", "b"], name="bob's model"), tools=[add])
    hand_off = adapter.tool_call("transfer_to_bob")
    ann = Agent(
        name="ann", model=adapter.ScriptedModel([[tool, tool], hand_off], name="ann's model"), tools=[add], handoffs=[bob]
    )
    runs = await together(ann=Runner.run(ann, "go", run_config=QUIET), bob=Runner.run(bob, "go", run_config=QUIET))
    assert {run.final_output for run in runs.values()} == {"b"}
    assert added == [1, 1, 1]


def test_agents_run_alike() -> None:
    runs_alike(two_agents)


async def streamed() -> None:
    session = adapter.session(SQLiteSession("s"))
    result = Runner.run_streamed(
        Agent(name="ann", model=adapter.ScriptedModel(["done"])), "go", session=session, run_config=QUIET
    )
    async for _ in result.stream_events():
        pass
    assert result.final_output == "done"
    assert len(await session.get_items()) == 2


def test_a_streamed_run_runs_alike() -> None:
    runs_alike(streamed)
    assert [call.op for call in run_once(streamed).record.of("session s")][:2] == ["get_items", "add_items"]


# --- two turns of one session at once ------------------------------------------------------------------------------------------


async def two_turns(in_turn: bool) -> None:
    session, one_at_a_time = adapter.session(SQLiteSession("s")), turns(in_turn)
    agent = Agent(name="desk", model=adapter.ScriptedModel(lambda given: f"{len(given)} items read"))

    async def turn(text: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        async with one_at_a_time:
            await Runner.run(agent, text, session=session, run_config=QUIET)

    await together(ann=turn("a", 0), bob=turn("b", 0.1))


two_turns_race, two_turns_repaired = pair(two_turns)


def test_two_turns_of_one_session() -> None:
    check = adapter.answers_what_it_read()
    outcome = finds(two_turns_race, checks=[check])
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert "writes over" in outcome.run.failure.text
    never_reports(two_turns_repaired, checks=[check])


# --- a tool that checks, then acts ---------------------------------------------------------------------------------------------


CHECKS = [checks.claimed_once("put")]


async def claims(repaired: bool) -> None:
    board = boundary(Board())

    @function_tool(name_override="claim")
    async def asked(who: str) -> str:
        return "yours" if await claim(board, who, repaired) else "taken"

    def agent(name: str) -> Any:
        model = adapter.ScriptedModel([adapter.tool_call("claim", who=name), "done"], name=f"{name}'s model")
        return Runner.run(Agent(name=name, model=model, tools=[asked]), "go", run_config=QUIET)

    await together(ann=agent("ann"), bob=agent("bob"))
    assert unwrap(board).owner in ("ann", "bob")


claims_race, claims_repaired = pair(claims)


def test_a_tool_that_checks_then_acts() -> None:
    assert finds(claims_race, checks=CHECKS).run is not None
    never_reports(claims_repaired, checks=[checks.claimed_once("take")])


# --- cancelled in the middle of writing ----------------------------------------------------------------------------------------


async def timed_out() -> None:
    session = adapter.session(SQLiteSession("s"))
    agent = Agent(name="desk", model=adapter.ScriptedModel(["answer"]))
    try:
        await asyncio.wait_for(Runner.run(agent, "ask", session=session, run_config=QUIET), 0.3)
    except TimeoutError:
        return
    roles = [item.get("role") for item in await session.get_items()]
    assert roles == ["user", "assistant"]


def test_a_turn_that_ended_in_time_is_written() -> None:
    never_reports(timed_out)
