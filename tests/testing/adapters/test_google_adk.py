"""Google's Agent Development Kit on the controlled loop: sessions, models, runs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from checker.testing import replay, run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import pair, turns

pytest.importorskip("google.adk", reason="google-adk is not installed: pip install 'teamcheck[google-adk]'")

from google.adk.agents import LlmAgent
from google.adk.runners import Runner
from google.genai import types

from checker.testing.adapters import google_adk as adapter

ASK = types.Content(role="user", parts=[types.Part(text="go")])


async def asks(in_turn: bool) -> None:
    """Two requests of one session, each a run of the agent."""
    service, one_at_a_time = adapter.sessions(), turns(in_turn)
    await service.create_session(app_name="app", user_id="user", session_id="s")
    agent = LlmAgent(name="desk", model=adapter.ScriptedLlm(lambda request: f"{len(request.contents)} read"))
    runner = Runner(app_name="app", agent=agent, session_service=service, plugins=[adapter.plugin()])

    async def work(delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        async with one_at_a_time:
            async for _ in runner.run_async(user_id="user", session_id="s", new_message=ASK):
                pass

    await together(ann=work(0), bob=work(0.005))


asks_race, asks_repaired = pair(asks)
CHECKS = [adapter.answers_what_it_read()]


def test_runs_are_alike() -> None:
    runs_alike(asks_repaired, replays=5)
    ops = [call.op for call in run_once(asks_repaired).record.of(agent="ann")]
    assert ops[0] == "get_session"
    assert "reply" in ops
    assert ops[-1] == "append_event"


def test_two_turns_of_one_session() -> None:
    assert finds(asks_race, checks=CHECKS, schedules=40).run is not None
    never_reports(asks_repaired, checks=CHECKS, schedules=15)


# --- the plugin ----------------------------------------------------------------------------------------------------------------


def paying() -> tuple[Any, list[int]]:
    """A runner whose agent pays two orders at once, and what was paid."""
    paid: list[int] = []

    async def pay(order: int) -> dict[str, str]:
        """Pays an order."""
        paid.append(order)
        return {"order": "paid"}

    calls = [types.Part(function_call=types.FunctionCall(name="pay", args={"order": order})) for order in (1, 2)]
    agent = LlmAgent(name="desk", model=adapter.ScriptedLlm([calls, "done"], faults=()), tools=[pay])
    return Runner(app_name="app", agent=agent, session_service=adapter.sessions(faults=()), plugins=[adapter.plugin()]), paid


async def pays() -> None:
    runner, paid = paying()
    await runner.session_service.create_session(app_name="app", user_id="user", session_id="s")

    async def ask() -> None:
        async for _ in runner.run_async(user_id="user", session_id="s", new_message=ASK):
            pass

    await together(ann=ask())
    assert sorted(paid) == [1, 2], f"paid {sorted(paid)}"


def test_the_plugin_records_runs_agents_model_calls_and_tools() -> None:
    run = run_once(pays)
    assert run.failure is None
    calls = list(run.record.of("adk"))
    assert [call.op for call in calls] == ["run", "agent", "model", "tool", "tool", "model"]
    assert not any(call.pending for call in calls)
    assert [(call.args, call.kwargs) for call in calls if call.op == "tool"] == [(("pay",), {"order": n}) for n in (1, 2)]
    whole, desk, asked = calls[:3]
    assert (whole.args, desk.args, asked.args) == (("s",), ("desk",), ("desk",))
    assert whole.invoked_at < desk.invoked_at < asked.invoked_at
    assert asked.returned_at < desk.returned_at < whole.returned_at  # type: ignore[operator]


def test_a_tool_at_the_plugin_may_be_lost_or_fail() -> None:
    assert "paid [" in finds(pays, faults={"drop": 1}, schedules=60).text()
    first = "tc1.latency.0.f3=error_before"  # the calls before it are of the run, the agent and the model
    assert "injected: the call of tool failed" in replay(pays, first, faults={"error_before": 1}).text()


def test_runs_of_one_session_that_overlap() -> None:
    assert finds(asks_race, checks=[adapter.runs_in_turn()], schedules=40).run is not None
    never_reports(asks_repaired, checks=[adapter.runs_in_turn()], schedules=15)
