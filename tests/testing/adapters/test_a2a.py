"""The Agent2Agent SDK on the controlled loop: its request handler over a store of tasks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from checker.testing import checks, run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import pair, turns

pytest.importorskip("a2a", reason="a2a-sdk is not installed: pip install 'teamcheck[a2a]'")

from a2a.server.agent_execution import AgentExecutor
from a2a.server.context import ServerCallContext
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import (
    AgentCapabilities,
    AgentCard,
    CancelTaskRequest,
    Message,
    Part,
    Role,
    SendMessageConfiguration,
    SendMessageRequest,
    Task,
    TaskState,
    TaskStatus,
)
from a2a.utils.errors import A2AError

from checker.testing.adapters import a2a as adapter


class Executor(AgentExecutor):
    """Works for a while, then completes the task."""

    async def execute(self, context: Any, event_queue: Any) -> None:
        task = context.current_task or Task(
            id=context.task_id, context_id=context.context_id, status=TaskStatus(state=TaskState.TASK_STATE_SUBMITTED)
        )
        await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, task.id, task.context_id)
        await updater.start_work()
        await asyncio.sleep(0.3)
        await updater.complete()

    async def cancel(self, context: Any, event_queue: Any) -> None:
        await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()


def handler(store: Any) -> Any:
    card = AgentCard(name="desk", capabilities=AgentCapabilities(streaming=True))
    return DefaultRequestHandler(agent_executor=Executor(), task_store=store, agent_card=card)


def message(return_immediately: bool = False) -> SendMessageRequest:
    said = Message(message_id="m", role=Role.ROLE_USER, parts=[Part(text="go")])
    return SendMessageRequest(message=said, configuration=SendMessageConfiguration(return_immediately=return_immediately))


async def two_requests() -> None:
    desk = adapter.requests(handler(adapter.task_store()))
    sent = await together(
        ann=desk.on_message_send(message(), ServerCallContext()), bob=desk.on_message_send(message(), ServerCallContext())
    )
    assert {task.status.state for task in sent.values()} == {TaskState.TASK_STATE_COMPLETED}


def test_requests_run_alike() -> None:
    runs_alike(two_requests)


def test_what_is_recorded() -> None:
    run = run_once(two_requests, checks=[adapter.one_end()])
    assert run.failure is None
    states = [adapter.state_of(call) for call in run.record.of("tasks", "save") if call.agent == "ann"]
    assert states[-1] == TaskState.TASK_STATE_COMPLETED
    assert len(states) >= 3


# --- two replicas over one store -----------------------------------------------------------------------------------------------


async def cancelled_elsewhere(replicas: bool) -> None:
    """The client cancels the task that it has just sent; with two replicas the request reaches the other one."""
    store = adapter.task_store(InMemoryTaskStore())
    here = handler(store)
    there = handler(store) if replicas else here

    async def client() -> None:
        task = await here.on_message_send(message(return_immediately=True), ServerCallContext())
        with suppress(A2AError):  # it had completed
            await there.on_cancel_task(CancelTaskRequest(id=task.id), ServerCallContext())
        await asyncio.sleep(2)

    await together(client=client())


async def on_two_replicas() -> None:
    await cancelled_elsewhere(replicas=True)


async def on_one_replica() -> None:
    await cancelled_elsewhere(replicas=False)


def test_a_task_with_two_ends() -> None:
    outcome = finds(on_two_replicas, checks=[adapter.one_end()])
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.text.startswith("the end of ")
    never_reports(on_one_replica, checks=[adapter.one_end()])


# --- read, change, write of a task ---------------------------------------------------------------------------------------------


async def notes(in_turn: bool) -> None:
    store, context, one_at_a_time = adapter.task_store(), ServerCallContext(), turns(in_turn)
    await store.save(Task(id="t"), context)

    async def note(key: str) -> None:
        async with one_at_a_time:
            task = await store.get("t", context)
            task.metadata[key] = "seen"
            await store.save(task, context)

    await together(ann=note("ann"), bob=note("bob"))
    assert sorted((await store.get("t", context)).metadata) == ["ann", "bob"]


notes_race, notes_repaired = pair(notes)


def test_an_update_that_is_lost() -> None:
    finds(notes_race)
    lost = checks.no_lost_update("tasks.get", "tasks.save", key=adapter.task_id_of)
    assert finds(notes_race, checks=[lost]).run is not None
    never_reports(notes_repaired, checks=[lost])
