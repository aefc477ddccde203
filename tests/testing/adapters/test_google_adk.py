"""Google's Agent Development Kit on the controlled loop: sessions, models, runs."""

from __future__ import annotations

import asyncio

import pytest

from checker.testing import run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike

pytest.importorskip("google.adk", reason="google-adk is not installed: pip install 'teamcheck[google-adk]'")

from google.adk.agents import LlmAgent
from google.adk.runners import Runner
from google.genai import types

from checker.testing.adapters import google_adk as adapter

ASK = types.Content(role="user", parts=[types.Part(text="go")])


async def turns(lock: bool) -> None:
    """Two requests of one session, each a run of the agent."""
    service, one_at_a_time = adapter.sessions(), asyncio.Lock()
    await service.create_session(app_name="app", user_id="user", session_id="s")
    agent = LlmAgent(name="desk", model=adapter.ScriptedLlm(lambda request: f"{len(request.contents)} read"))
    runner = Runner(app_name="app", agent=agent, session_service=service)

    async def turn() -> None:
        async for _ in runner.run_async(user_id="user", session_id="s", new_message=ASK):
            pass

    async def work(delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if lock:
            async with one_at_a_time:
                await turn()
        else:
            await turn()

    await together(ann=work(0), bob=work(0.005))


async def turns_without_a_lock() -> None:
    await turns(lock=False)


async def turns_with_a_lock() -> None:
    await turns(lock=True)


def test_runs_are_alike() -> None:
    runs_alike(turns_with_a_lock, replays=5)
    ops = [call.op for call in run_once(turns_with_a_lock).record.of(agent="ann")]
    assert ops[0] == "get_session"
    assert "reply" in ops
    assert ops[-1] == "append_event"


def test_two_turns_of_one_session() -> None:
    check = adapter.answers_what_it_read()
    assert finds(turns_without_a_lock, checks=[check], schedules=40).run is not None
    never_reports(turns_with_a_lock, checks=[check], schedules=15)
