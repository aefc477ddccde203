"""Bugs of the Agent2Agent SDK."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from checker.testing import together
from tests.testing.adapters.released.table import bug


def _one_end() -> list[Any]:
    from checker.testing.adapters.a2a import one_end

    return [one_end()]


@bug("a2a-sdk==1.1.0", "a2a-sdk==1.3.0", "the end of ", checks=_one_end)
async def an_executor_that_fails_at_the_end() -> None:
    """A task that has completed becomes failed, when its executor raises afterwards."""
    from a2a.server.context import ServerCallContext

    from checker.testing.adapters.a2a import task_store

    with suppress(Exception):
        await together(client=_desk(task_store()).on_message_send(_message(), ServerCallContext()))
    await asyncio.sleep(2)


def _message() -> Any:
    from a2a.types import Message, Part, Role, SendMessageRequest

    return SendMessageRequest(message=Message(message_id="m", role=Role.ROLE_USER, parts=[Part(text="go")]))


def _desk(store: Any) -> Any:
    from a2a.server.agent_execution import AgentExecutor
    from a2a.server.request_handlers import DefaultRequestHandler
    from a2a.server.tasks import TaskUpdater
    from a2a.types import AgentCapabilities, AgentCard, Task, TaskState, TaskStatus

    class Executor(AgentExecutor):
        async def execute(self, context: Any, event_queue: Any) -> None:
            status = TaskStatus(state=TaskState.TASK_STATE_SUBMITTED)
            await event_queue.enqueue_event(Task(id=context.task_id, context_id=context.context_id, status=status))
            await TaskUpdater(event_queue, context.task_id, context.context_id).complete()
            raise ConnectionError("the log is away")

        async def cancel(self, context: Any, event_queue: Any) -> None:
            raise NotImplementedError

    card = AgentCard(name="desk", capabilities=AgentCapabilities(streaming=True))
    return DefaultRequestHandler(agent_executor=Executor(), task_store=store, agent_card=card)
