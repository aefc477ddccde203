"""Bugs of taskiq."""

from __future__ import annotations

import asyncio
import time
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


@bug("taskiq==0.11.1", "taskiq==0.11.2", "is sent 2 times", faults={"delay": 1})
async def a_task_of_every_minute() -> None:
    """When a source of schedules takes long to answer, a task is sent twice in one minute (taskiq, issue 296)."""
    from taskiq import InMemoryBroker, ScheduledTask, ScheduleSource, TaskiqScheduler
    from taskiq.cli.scheduler.run import run_scheduler_loop

    class Source(ScheduleSource):
        async def get_schedules(self) -> Any:
            return [ScheduledTask(task_name="report", labels={}, args=[], kwargs={}, cron="* * * * *")]

    class Scheduler(TaskiqScheduler):
        async def on_ready(self, source: Any, task: Any) -> None:
            sent.append(time.time() // 60)

    sent: list[float] = []
    running = asyncio.create_task(run_scheduler_loop(Scheduler(InMemoryBroker(), [boundary(Source(), ["get_schedules"])])))
    await asyncio.sleep(170)
    running.cancel()
    for minute in sent:
        assert sent.count(minute) == 1, f"the task of one minute is sent {sent.count(minute)} times"
