"""Bugs of Google's Agent Development Kit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from tempfile import TemporaryDirectory
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


@bug("google-adk==1.5.0", "google-adk==1.15.0", "after the run has failed")
async def a_branch_that_fails() -> None:
    """When one agent of a `ParallelAgent` fails, the others go on behind the run that has failed."""
    from google.adk.agents import BaseAgent, ParallelAgent
    from google.adk.events import Event
    from google.adk.runners import InMemoryRunner
    from google.genai import types

    orders = boundary(_Orders())

    class Broken(BaseAgent):
        async def _run_async_impl(self, context: Any) -> AsyncIterator[Any]:
            raise ConnectionError("the shop is away")
            yield

    class Slow(BaseAgent):
        async def _run_async_impl(self, context: Any) -> AsyncIterator[Any]:
            await asyncio.sleep(1)
            await orders.place("tea")
            yield Event(author=self.name)

    team = ParallelAgent(name="team", sub_agents=[Broken(name="broken"), Slow(name="slow")])
    runner = InMemoryRunner(team, app_name="shop")
    await runner.session_service.create_session(app_name="shop", user_id="u", session_id="s")
    said = types.Content(role="user", parts=[types.Part(text="go")])
    try:
        async for _ in runner.run_async(user_id="u", session_id="s", new_message=said):
            pass
    except Exception:
        placed = orders.placed
    await asyncio.sleep(5)
    assert orders.placed == placed, "an order is placed after the run has failed"


class _Orders:
    placed = 0

    async def place(self, what: str) -> None:
        self.placed += 1


@bug(
    "google-adk==1.26.0 aiosqlite", "google-adk==2.13.0 aiosqlite", "UNIQUE constraint failed: app_states.app_name", schedules=20
)
async def first_sessions_of_an_app() -> None:
    """Of two who make the first sessions of an app at once, one fails (adk-python, issue 4954)."""
    from google.adk.sessions import DatabaseSessionService

    from checker.testing.adapters.sqlalchemy import statements

    with TemporaryDirectory() as folder:
        service = DatabaseSessionService(f"sqlite+aiosqlite:///{folder}/sessions.db")
        statements(service.db_engine)

        async def begin(name: str) -> None:
            await service.create_session(app_name="desk", user_id="u", session_id=name)

        await together(ann=begin("a"), bob=begin("b"))


@bug("google-adk==1.18.0", "google-adk==2.13.0", "BaseExceptionGroup(GeneratorExit)")
async def a_reader_that_leaves_a_team() -> None:
    """Who stops reading a run of a `ParallelAgent` is told an exception for it."""
    from google.adk.agents import BaseAgent, ParallelAgent
    from google.adk.events import Event
    from google.adk.runners import InMemoryRunner
    from google.genai import types

    orders = boundary(_Orders())

    class Slow(BaseAgent):
        async def _run_async_impl(self, context: Any) -> AsyncIterator[Any]:
            yield Event(author=self.name)
            await asyncio.sleep(1)
            await orders.place("tea")
            yield Event(author=self.name)

    runner = InMemoryRunner(ParallelAgent(name="team", sub_agents=[Slow(name="a"), Slow(name="b")]), app_name="shop")
    await runner.session_service.create_session(app_name="shop", user_id="u", session_id="s")
    said = types.Content(role="user", parts=[types.Part(text="go")])
    run: Any = runner.run_async(user_id="u", session_id="s", new_message=said)
    async for _ in run:
        break
    await run.aclose()
    await asyncio.sleep(5)
    assert not orders.placed, f"{orders.placed} orders of one who has left"
