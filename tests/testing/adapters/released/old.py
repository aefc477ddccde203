"""Real bugs in released versions of agent frameworks, each as a user would look for it: a short scenario, and what must hold.

`python -m tests.testing.adapters.released_bugs NAME` searches in mode `latency` with the version that is on the path, and prints the report.
`BUGS` says which release has the bug and which has it no more.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from checker.testing import boundary, explore, mark, together

Scenario = Callable[[], Coroutine[Any, Any, None]]
SCHEDULES = 200
# by name: the scenario, a release with the bug, a later one without it, what the report of the bug says
BUGS: dict[str, tuple[Scenario, str, str | None, str]] = {}


def bug(broken: str, repaired: str | None, said: str) -> Callable[[Scenario], Scenario]:
    def keep(scenario: Scenario) -> Scenario:
        BUGS[scenario.__name__] = scenario, broken, repaired, said
        return scenario

    return keep


@bug("openai-agents==0.17.8", "openai-agents==0.18.3", "conversations for one session")
async def first_use_of_a_conversation() -> None:
    """Two first uses of one session make two conversations (openai-agents-python, pull request 3821)."""
    from agents.memory import OpenAIConversationsSession

    class Conversations:
        made = 0

        async def create(self, **options: Any) -> Any:
            self.made += 1
            return SimpleNamespace(id=f"conversation {self.made}")

    class Items:
        async def create(self, **options: Any) -> None:
            mark("written", to=options["conversation_id"])

    conversations = boundary(Conversations())
    client: Any = SimpleNamespace(conversations=SimpleNamespace(create=conversations.create, items=boundary(Items())))
    session = OpenAIConversationsSession(openai_client=client)

    async def work(name: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await session.add_items([{"role": "user", "content": name}])

    await together(ann=work("ann", 0), bob=work("bob", 0.05))
    assert conversations.made == 1, f"{conversations.made} conversations for one session"


@bug("openai-agents==0.18.3", "openai-agents==0.24.0", "is taken back twice")
async def two_who_take_an_item_back() -> None:
    """Two who pop the last item of a conversation get the same one, as `pop_item` reads and then deletes."""
    from agents.memory import OpenAIConversationsSession

    class Items:
        rows = ("first", "second", "third")

        async def list(self, **options: Any) -> Any:
            for row in reversed(self.rows):
                yield SimpleNamespace(model_dump=lambda row=row, **options: {"id": row})

        async def delete(self, *, item_id: str, **options: Any) -> None:
            self.rows = tuple(row for row in self.rows if row != item_id)

    client: Any = SimpleNamespace(conversations=SimpleNamespace(items=boundary(Items())))
    session: Any = OpenAIConversationsSession(conversation_id="c", openai_client=client)
    taken = await together(ann=session.pop_item(), bob=session.pop_item())
    first, second = (item["id"] for item in taken.values())
    assert first != second, f"{first} is taken back twice"


@bug("langgraph-checkpoint==2.1.0", "langgraph-checkpoint==2.1.1", "not self._task.done()")
async def a_reader_that_gives_up() -> None:
    """A read that is cancelled while it is under way stops the store for everybody (langgraph, pull request 5504)."""
    store = _batched_store()

    async def impatient() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(store.aget(("notes",), "a"), 0.05)

    async def patient() -> None:
        await asyncio.sleep(1)
        await store.aget(("notes",), "b")

    await together(impatient=impatient(), patient=patient())


@bug("langgraph-checkpoint==4.0.1", "langgraph-checkpoint==4.0.2", "written after its writer had given up")
async def a_write_that_was_given_up() -> None:
    """A write that was cancelled while it waited for its turn is carried out (langgraph, pull request 6701)."""
    store = _batched_store()
    given_up = False

    async def reader() -> None:
        await store.aget(("notes",), "a")

    async def writer() -> None:
        nonlocal given_up
        await asyncio.sleep(0.001)  # the batch of the reader has gone
        write = asyncio.create_task(store.aput(("notes",), "b", {"text": "b"}))
        done, _ = await asyncio.wait([write], timeout=0.1)
        if not done and not store.writing:
            given_up = write.cancel()

    await together(reader=reader(), writer=writer())
    await asyncio.sleep(1)
    if given_up:
        assert await store.aget(("notes",), "b") is None, "written after its writer had given up"


def _batched_store() -> Any:
    from langgraph.store.base.batch import AsyncBatchedBaseStore
    from langgraph.store.memory import InMemoryStore

    memory = boundary(InMemoryStore(), ["abatch"])

    class Store(AsyncBatchedBaseStore):
        writing = False

        def batch(self, ops: Any) -> Any:
            raise NotImplementedError

        async def abatch(self, ops: Any) -> Any:
            self.writing = any(hasattr(op, "value") for op in ops)
            return await memory.abatch(ops)

    return Store()


@bug("mcp==1.27.0", None, "ann waits for an Event to be set")
async def two_who_wait_for_a_task() -> None:
    """Of two who wait for a change of one task, the first is never woken (modelcontextprotocol python-sdk, issue 2535)."""
    from mcp.shared.experimental.tasks.in_memory_task_store import InMemoryTaskStore
    from mcp.types import TaskMetadata

    store = InMemoryTaskStore()
    task = await store.create_task(TaskMetadata(ttl=60_000))

    async def wait(delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if (await store.get_task(task.taskId)).status == "working":  # type: ignore[union-attr]
            await store.wait_for_update(task.taskId)

    async def finish() -> None:
        await asyncio.sleep(0.1)
        await store.update_task(task.taskId, status="completed")

    await together(ann=wait(0), bob=wait(0.01), server=finish())


@bug("openai-agents==0.2.11", "openai-agents==0.3.3", "the session has []")
async def a_streamed_turn_is_kept() -> None:
    """A streamed turn whose reader has seen the end is in the session (openai-agents-python, issue 1658)."""
    from agents import Agent, RunConfig, Runner, SQLiteSession

    from checker.testing.adapters.openai_agents import ScriptedModel, session

    kept = session(SQLiteSession("s"))
    agent = Agent(name="desk", model=ScriptedModel(["done"]))
    result = Runner.run_streamed(agent, "go", session=kept, run_config=RunConfig(tracing_disabled=True))
    screen = boundary(_Screen())
    async for event in result.stream_events():
        await screen.show(event.type)
    await asyncio.sleep(1)
    roles = [item.get("role") for item in await kept.get_items()]
    assert roles == ["user", "assistant"], f"the session has {roles}"


@bug("taskiq==0.12.1", "taskiq==0.13.0", "are left in the queue")
async def a_worker_with_a_last_task() -> None:
    """A worker that may run two tasks takes no third message from the queue (taskiq, issue 528)."""
    from taskiq import BrokerMessage, InMemoryBroker
    from taskiq.receiver import Receiver

    queue = boundary(_Queue())
    ran: list[int] = []

    class Broker(InMemoryBroker):
        async def kick(self, message: BrokerMessage) -> None:
            await queue.put(message.message)

        async def listen(self) -> Any:
            while True:
                yield await queue.get()

    broker = Broker()

    @broker.task(task_name="work")
    async def work(x: int) -> None:
        ran.append(x)

    for x in range(4):
        await work.kiq(x)
    broker.is_worker_process = True
    await together(worker=Receiver(broker, max_tasks_to_execute=2, run_startup=False).listen(asyncio.Event()))
    await asyncio.sleep(2)
    assert queue.items.qsize() == 4 - len(ran), f"{len(ran)} of 4 tasks ran, and {queue.items.qsize()} are left in the queue"


class _Screen:
    async def show(self, what: str) -> None: ...


class _Queue:
    def __init__(self) -> None:
        self.items: asyncio.Queue[Any] = asyncio.Queue()

    async def put(self, item: Any) -> None:
        self.items.put_nowait(item)

    async def get(self) -> Any:
        return await self.items.get()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(explore(BUGS[sys.argv[1]][0], mode="latency", schedules=SCHEDULES))
