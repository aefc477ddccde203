"""Coordinators as somebody writes them who does not know this project, with the adapters that the scaffold leads to: a service with handlers and a
worker in the background, a pool over a queue with retries, a desk over sqlite with leases."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Any, ClassVar

from checker.testing import Adapter, agent, boundary, pick

SERVICE = """\
protocol service(clients: 1..3 = 2, jobs: 1..3 = 1)
enum State: none_yet, queued, running, done, cancelled
ids Job * jobs
role Client * clients
role Worker
shared state: map[Job, State] = none_yet
role Client:
    action post(j: Job) when state[j] == none_yet:
        state[j] = queued
    action delete(j: Job) when state[j] == queued or state[j] == running:
        state[j] = cancelled
role Worker:
    action serve(j: Job) when state[j] == queued:
        state[j] = running
        await llm as working
        if state[j] == running:
            state[j] = done
"""


class HTTPError(Exception):
    pass


class JobService:
    def __init__(self, llm: Any, careful: bool) -> None:
        self.llm, self.careful = llm, careful
        self.state: dict[str, str] = {}
        self.queue: asyncio.Queue[str] = asyncio.Queue()

    def startup(self) -> None:
        self.worker = asyncio.create_task(self._work())

    async def post_job(self, job: str) -> None:
        if job in self.state:
            raise HTTPError("409 exists")
        self.state[job] = "queued"
        await self.queue.put(job)

    async def delete_job(self, job: str) -> None:
        if self.state.get(job, "done") in ("done", "cancelled"):
            raise HTTPError("409 over")
        self.state[job] = "cancelled"

    async def _work(self) -> None:
        while True:
            job = await self.queue.get()
            if self.state[job] == "cancelled":
                continue
            self.state[job] = "running"
            await self.llm.complete(job)
            if self.state[job] == "running" or not self.careful:
                self.state[job] = "done"


class Llm:
    async def complete(self, prompt: str) -> str:
        return prompt


class Service(Adapter):
    refusals = (HTTPError,)
    on_its_own = ("Worker.serve",)
    careful: ClassVar[bool] = True

    async def setup(self) -> None:
        self.service = JobService(boundary(Llm()), self.careful)
        with agent("Worker"):
            self.service.startup()

    async def comes_back(self, agent: str) -> None:
        self.service.startup()

    async def rest(self) -> None:
        await asyncio.sleep(5)
        self.service.worker.cancel()

    async def post(self, agent: str, j: str) -> None:
        await self.service.post_job(j)

    async def delete(self, agent: str, j: str) -> None:
        await self.service.delete_job(j)

    def observe(self) -> dict[str, Any]:
        return {"state": {"Job0": self.service.state.get("Job0", "none_yet")}}


class CarelessService(Service):
    """What was cancelled while the worker was at it becomes done."""

    careful = False


class NamelessService(Service):
    """Nobody can tell which task is the worker."""

    async def setup(self) -> None:
        self.service = JobService(boundary(Llm()), True)
        self.service.startup()


POOL = """\
protocol pool(workers: 1..3 = 2, items: 1..3 = 1)
enum State: unknown, waiting, running, done, dead
ids Item * items
role Caller
role Worker * workers
shared state: map[Item, State] = unknown
shared tries: map[Item, 0..2] = 0
role Caller:
    action submit(i: Item) when state[i] == unknown or state[i] == dead:
        state[i] = waiting
        tries[i] = 0
role Worker:
    action take(i: Item) when state[i] == waiting:
        state[i] = running
        await tool as calling
        either:
            state[i] = done
        or:
            tries[i] += 1
            if tries[i] < 2:
                await tool as backing_off
                state[i] = waiting
            else:
                state[i] = dead
"""


class TransientError(Exception):
    pass


class Workers:
    """Over one queue, with retries."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.queue: asyncio.Queue[str] = asyncio.Queue()
        self.tries: dict[str, int] = {}
        self.state: dict[str, str] = {}
        self.tasks = [asyncio.create_task(self._work()) for _ in range(2)]

    async def submit(self, item: str) -> bool:
        if self.state.get(item, "dead") != "dead":
            return False
        self.state[item], self.tries[item] = "waiting", 0
        await self.queue.put(item)
        return True

    async def _work(self) -> None:
        while True:
            item = await self.queue.get()
            self.state[item] = "running"
            try:
                await self.call(item)
                self.state[item] = "done"
            except TransientError:
                self.tries[item] += 1
                if self.tries[item] < 2:
                    await asyncio.sleep(0.5)
                    self.state[item] = "waiting"
                    await self.queue.put(item)
                else:
                    self.state[item] = "dead"
            self.queue.task_done()


class Tool:
    async def call(self, item: str) -> None:
        if pick([False, True]):
            raise TransientError


class Pool(Adapter):
    on_its_own = ("take",)
    tool: ClassVar[Any] = Tool

    async def setup(self) -> None:
        self.workers = Workers(boundary(self.tool()).call)

    async def rest(self) -> None:
        await self.workers.queue.join()

    async def submit(self, agent: str, i: str) -> bool:
        return await self.workers.submit(i)

    def observe(self) -> dict[str, Any]:
        return {
            "state": {"Item0": self.workers.state.get("Item0", "unknown")},
            "tries": {"Item0": self.workers.tries.get("Item0", 0)},
        }


class SureTool:
    async def call(self, item: str) -> None:
        pass


class SurePool(Pool):
    """The fake of the tool never fails."""

    tool = SureTool


class SparsePool(Pool):
    """Items are told of once they are there."""

    def observe(self) -> dict[str, Any]:
        return {"state": self.workers.state, "tries": self.workers.tries}


DESK = """\
protocol desk(reviewers: 1..3 = 2)
enum State: open, taken, approved
role Reviewer * reviewers
role Reaper
shared state: State = open
shared holder: Reviewer? = none
role Reviewer:
    action review when state == open:
        state = taken
        holder = self
        await llm as reading
        if state == taken and holder == self:
            either:
                state = approved
            or:
                state = open
                holder = none
role Reaper:
    action expire when state == taken:
        state = open
        holder = none
"""


class Desk(Adapter):
    """One ticket in sqlite; a lease of 30 s, and a model that is quicker."""

    on_its_own = ("Reaper.expire",)

    async def setup(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.execute("create table ticket(state text, holder text, lease real)")
        self.db.execute("insert into ticket values('open', null, 0)")
        self.llm: Any = boundary(Llm())
        self.reaper = asyncio.create_task(self._reaps())

    async def rest(self) -> None:
        self.reaper.cancel()

    async def _reaps(self) -> None:
        while True:
            await asyncio.sleep(10)
            self.db.execute("update ticket set state='open', holder=null where state='taken' and lease < ?", (time.time(),))

    async def review(self, agent: str) -> bool:
        claim = "update ticket set state='taken', holder=?, lease=? where state='open'"
        if not self.db.execute(claim, (agent, time.time() + 30)).rowcount:
            return False
        await self.llm.complete("review")
        ends = "state='approved'" if pick([True, False]) else "state='open', holder=null"
        self.db.execute(f"update ticket set {ends} where state='taken' and holder=?", (agent,))
        return True

    def observe(self) -> dict[str, Any]:
        state, holder = self.db.execute("select state, holder from ticket").fetchone()
        return {"state": state, "holder": holder}
