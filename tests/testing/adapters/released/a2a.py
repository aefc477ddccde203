"""Bugs of the Agent2Agent SDK."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from checker.testing import boundary, together, unwrap
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


def _desk(store: Any, executor: Any = None) -> Any:
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
    return DefaultRequestHandler(agent_executor=executor or Executor(), task_store=store, agent_card=card)


# --- releases 0.3, with types of their own --------------------------------------------------------------------------------------


async def _long_task(call: str, blocking: bool = True) -> None:
    """A client sends a message; in the end the task of the store must be completed, whatever became of the client."""
    from a2a.server.tasks import InMemoryTaskStore

    store = boundary(InMemoryTaskStore(), ["get", "save"], name="tasks")
    desk = _desk_03(store)
    await together(client=getattr(_Client(desk), call)(blocking))
    await asyncio.sleep(5)
    saved = unwrap(store).tasks.values()
    states = [task.status.state.value for task in saved]
    assert states in ([], ["completed"]), f"the task is left {states[0]}"


class _Client:
    def __init__(self, desk: Any) -> None:
        self._desk = desk

    async def send(self, blocking: bool) -> None:
        await self._desk.on_message_send(_message_03(blocking))

    async def stream(self, blocking: bool) -> None:
        async for _ in self._desk.on_message_send_stream(_message_03(blocking)):
            await asyncio.sleep(0.01)


@bug("a2a-sdk==0.3.0", "a2a-sdk==0.3.26", "the task is left", faults={"collect": 1})
async def a_task_that_nobody_holds() -> None:
    """What goes on behind a message that does not wait is a task that nobody holds, and may be collected (a2a-python, pull request 775)."""
    await _long_task("send", blocking=False)


@bug("a2a-sdk==0.3.0", "a2a-sdk==0.3.26", "waits for a Queue to be worked off", sweeps=True)
async def a_client_that_disconnects() -> None:
    """A client that disconnects from a stream leaves its request waiting for ever, and what the agent does is not saved
    (a2a-python, issue 464).
    """
    await _long_task("stream")


def _message_03(blocking: bool) -> Any:
    from a2a.types import Message, MessageSendConfiguration, MessageSendParams, Part, Role, TextPart

    said = Message(message_id="m", role=Role.user, parts=[Part(root=TextPart(text="go"))])
    return MessageSendParams(message=said, configuration=MessageSendConfiguration(blocking=blocking))


def _desk_03(store: Any) -> Any:
    from a2a.server.agent_execution import AgentExecutor
    from a2a.server.request_handlers import DefaultRequestHandler
    from a2a.server.tasks import TaskUpdater
    from a2a.types import Task, TaskState, TaskStatus

    class Executor(AgentExecutor):
        async def execute(self, context: Any, event_queue: Any) -> None:
            status = TaskStatus(state=TaskState.submitted)
            await event_queue.enqueue_event(Task(id=context.task_id, context_id=context.context_id, status=status))
            updater = TaskUpdater(event_queue, context.task_id, context.context_id)
            await updater.start_work()
            await asyncio.sleep(0.3)
            await updater.complete()

        async def cancel(self, context: Any, event_queue: Any) -> None:
            await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()

    return DefaultRequestHandler(agent_executor=Executor(), task_store=store)


@bug("a2a-sdk==0.3.3", "a2a-sdk==0.3.4", "was told that the task is cancelled")
async def a_task_that_ends_as_it_is_cancelled() -> None:
    """Who cancels a task that completes meanwhile is answered as if it were cancelled (a2a-python, pull request 449)."""
    from a2a.server.agent_execution import AgentExecutor
    from a2a.server.request_handlers import DefaultRequestHandler
    from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
    from a2a.types import Message, MessageSendConfiguration, MessageSendParams, Part, Role, TaskIdParams, TaskState, TextPart
    from a2a.utils.errors import ServerError

    class Desk:
        async def answer(self) -> None: ...

    desk = boundary(Desk())

    class Executor(AgentExecutor):
        async def execute(self, context: Any, event_queue: Any) -> None:
            updater = TaskUpdater(event_queue, context.task_id, context.context_id)
            await updater.start_work()
            await desk.answer()
            await updater.complete()

        async def cancel(self, context: Any, event_queue: Any) -> None:
            await desk.answer()
            await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()

    handler = DefaultRequestHandler(Executor(), boundary(InMemoryTaskStore(), ["save", "get"]))
    said = Message(message_id="m", role=Role.user, parts=[Part(root=TextPart(text="go"))])
    at_once = MessageSendConfiguration(blocking=False, accepted_output_modes=[])
    task: Any = await handler.on_message_send(MessageSendParams(message=said, configuration=at_once))
    with suppress(ServerError):
        told: Any = await handler.on_cancel_task(TaskIdParams(id=task.id))
        assert told.status.state == TaskState.canceled, (
            f"ann was told that the task is cancelled, and it is {told.status.state.value}"
        )


@bug("a2a-sdk==0.2.8", "a2a-sdk==0.2.16", "the task is completed and failed")
async def a_task_with_two_ends() -> None:
    """Two who end one task at once both do, through one `TaskUpdater`."""
    from a2a.server.events import EventQueue
    from a2a.server.tasks import TaskUpdater

    class Desk:
        async def answer(self) -> None: ...

    events: Any = EventQueue()
    updater, desk = TaskUpdater(events, "t", "c"), boundary(Desk())

    async def end(how: Any) -> None:
        await desk.answer()
        with suppress(RuntimeError):
            await how()

    await together(worker=end(updater.complete), watchdog=end(updater.failed))
    states = []
    while not events.queue.empty():
        states.append((await events.dequeue_event(no_wait=True)).status.state.value)
    assert len(states) == 1, f"the task is {' and '.join(states)}"


@bug("a2a-sdk==1.1.0", "a2a-sdk==1.1.5", "is TASK_STATE_WORKING")
async def a_task_that_is_only_tidied_up() -> None:
    """A task that was cancelled, by an executor that tells of no end, is at work for ever (a2a-python, pull request 1172)."""
    from a2a.server.agent_execution import AgentExecutor
    from a2a.server.context import ServerCallContext
    from a2a.server.tasks import TaskUpdater
    from a2a.types import CancelTaskRequest, Task, TaskState, TaskStatus

    from checker.testing.adapters.a2a import task_store

    class Executor(AgentExecutor):
        async def execute(self, context: Any, event_queue: Any) -> None:
            status = TaskStatus(state=TaskState.TASK_STATE_SUBMITTED)
            await event_queue.enqueue_event(Task(id=context.task_id, context_id=context.context_id, status=status))
            updater = TaskUpdater(event_queue, context.task_id, context.context_id)
            await updater.start_work()
            await asyncio.sleep(30)
            await updater.complete()

        async def cancel(self, context: Any, event_queue: Any) -> None:
            """Nothing is to be tidied up."""

    handler, said = _desk(task_store(), Executor()), _message()
    said.configuration.return_immediately = True
    task: Any = await handler.on_message_send(said, ServerCallContext())
    await asyncio.sleep(2)
    told: Any = await handler.on_cancel_task(CancelTaskRequest(id=task.id), ServerCallContext())
    assert told.status.state == TaskState.TASK_STATE_CANCELED, f"the task is {TaskState.Name(told.status.state)}"
