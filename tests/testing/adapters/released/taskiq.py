"""Bugs of taskiq."""

from __future__ import annotations

import asyncio
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


@bug("taskiq==0.12.1", "taskiq==0.13.0", "are left in the queue")
async def a_worker_with_a_last_task() -> None:
    """A worker that may run two tasks takes a third message from the queue, and does not run it (taskiq, issue 528)."""
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


class _Queue:
    def __init__(self) -> None:
        self.items: asyncio.Queue[Any] = asyncio.Queue()

    async def put(self, item: Any) -> None:
        self.items.put_nowait(item)

    async def get(self) -> Any:
        return await self.items.get()
