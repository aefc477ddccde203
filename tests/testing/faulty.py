"""Coordinators that must stand faults: a worker that crashes and comes back, messages that are lost or arrive twice; with the bug and without."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from checker.testing import Adapter, boundary

JOURNAL = """\
protocol journal(workers: 1..2 = 1, jobs: 1..2 = 1)
enum Status: open, claimed, done
ids Job * jobs
role Worker * workers
shared status: map[Job, Status] = open
shared owner: map[Job, Worker?] = none
role Worker:
    action work(j: Job) when status[j] == open:
        status[j] = claimed
        owner[j] = self
        await llm as thinking
        status[j] = done
    action resume(j: Job) when status[j] == claimed and owner[j] == self:
        await llm as again
        status[j] = done
done when all(j in Job: status[j] == done)
"""

JOURNAL_SPEC = """\
spec journal for "journal.team"
faults crashes: crash Worker <= 1, restart Worker <= 1
faults dies: crash Worker <= 1
always claimed_by_one: all(j in Job: status[j] != open implies owner[j] != none)
eventually finished: all(j in Job: status[j] == done)
"""


class Rows:
    """The table of jobs, which outlives the workers."""

    def __init__(self) -> None:
        self.status = {"Job0": "open", "Job1": "open"}
        self.owner: dict[str, str | None] = {"Job0": None, "Job1": None}

    async def claim(self, job: str, worker: str) -> bool:
        if self.status[job] != "open":
            return False
        self.status[job], self.owner[job] = "claimed", worker
        return True

    async def finish(self, job: str) -> None:
        self.status[job] = "done"

    async def claimed_by(self, worker: str) -> list[str]:
        return [job for job, status in self.status.items() if status == "claimed" and self.owner[job] == worker]


class Llm:
    async def answer(self, prompt: str) -> str:
        return prompt


class Journal(Adapter):
    """A worker keeps in memory what it has claimed, and reads it from the table when it comes back."""

    def __init__(self) -> None:
        self.raw = Rows()
        self.rows: Any = boundary(self.raw)
        self.llm: Any = boundary(Llm())
        self.mine: dict[str, set[str]] = {}

    async def work(self, agent: str, j: str) -> bool:
        if not await self.rows.claim(j, agent):
            return False
        self.mine.setdefault(agent, set()).add(j)
        await self._does(agent, j)
        return True

    async def resume(self, agent: str, j: str) -> bool:
        if j not in self.mine.get(agent, ()):
            return False
        await self._does(agent, j)
        return True

    async def _does(self, agent: str, j: str) -> None:
        await self.llm.answer(j)
        await self.rows.finish(j)
        self.mine[agent].discard(j)

    async def comes_back(self, agent: str) -> None:
        self.mine[agent] = set(await self.rows.claimed_by(agent))

    def observe(self) -> dict[str, Any]:
        jobs = [job for job, status in self.raw.status.items() if job == "Job0" or status != "open"]
        return {"status": {job: self.raw.status[job] for job in jobs}, "owner": {job: self.raw.owner[job] for job in jobs}}


class ForgetfulJournal(Journal):
    """Nobody reads the table when a worker comes back."""

    async def comes_back(self, agent: str) -> None:
        self.mine[agent] = set()


POST = """\
protocol post()
ids Section * 1
role Writer
role Lead
enum State: todo, given, done
message Assign(s: Section) to Writer: fifo, capacity 2
message Result(s: Section) to Lead: fifo, capacity 2
shared state: map[Section, State] = todo
shared finished: 0..3 = 0
role Lead:
    action assign(s: Section) when state[s] == todo:
        state[s] = given
        send Assign(s) to Writer
    on Result(s) from w:
        if state[s] == given:
            state[s] = done
            finished += 1
role Writer:
    on Assign(s) from lead:
        await llm as writing
        send Result(s) to Lead
"""


class Channel:
    """A queue of a broker."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str | None] = asyncio.Queue()

    async def put(self, what: str) -> None:
        await self.queue.put(what)


class Inbox(Channel):
    pass


class Results(Channel):
    pass


class Post(Adapter):
    """A result counts once, however often it arrives."""

    carried_by: ClassVar[dict[str, Any]] = {"Assign": "Inbox.put", "Result": lambda call: call.boundary == "Results"}
    counts_all: ClassVar[bool] = False

    async def setup(self) -> None:
        self.inbox, self.results = Inbox(), Results()
        self.to_writer: Any = boundary(self.inbox)
        self.to_lead: Any = boundary(self.results)
        self.state, self.finished = "todo", 0
        self.tasks = [asyncio.create_task(self._writes(), name="Writer"), asyncio.create_task(self._collects(), name="collector")]

    async def rest(self) -> None:
        await asyncio.sleep(5)  # all that is under way has arrived by then
        for task in self.tasks:
            task.cancel()

    async def assign(self, agent: str, s: str) -> bool:
        if self.state != "todo":
            return False
        self.state = "given"
        await self.to_writer.put(s)
        return True

    async def _writes(self) -> None:
        while (section := await self.inbox.queue.get()) is not None:
            await asyncio.sleep(0.1)
            await self.to_lead.put(section)

    async def _collects(self) -> None:
        while await self.results.queue.get() is not None:
            if self.state == "given" or self.counts_all:
                self.state = "done"
                self.finished += 1

    def observe(self) -> dict[str, Any]:
        return {"state": {"Section0": self.state}, "finished": self.finished}


class CountingPost(Post):
    """Each result counts."""

    counts_all = True


class MutePost(Post):
    """The adapter does not say what carries a message."""

    carried_by: ClassVar[dict[str, Any]] = {}


BOOKING = """\
protocol booking(guests: 1..3 = 2)
role Guest * guests
shared held: Guest? = none
role Guest:
    action book when held == none:
        held = self
        await llm as packing
    action leave when held == self:
        held = none
"""


class Booking(Adapter):
    """One room. A guest holds it until it leaves."""

    def __init__(self) -> None:
        self.held: str | None = None
        self.llm: Any = boundary(Llm())

    async def book(self, agent: str) -> bool:
        if self.held is not None:
            return False
        self.held = agent
        await self.llm.answer("pack")
        return True

    async def leave(self, agent: str) -> bool:
        if self.held != agent:
            return False
        self.held = None
        return True

    def observe(self) -> dict[str, Any]:
        return {"held": self.held}


class OpenBooking(Booking):
    """Anyone may end a booking."""

    async def leave(self, agent: str) -> bool:
        if self.held is None:
            return False
        self.held = None
        return True


class StubbornBooking(Booking):
    """Only the first guest can leave."""

    async def leave(self, agent: str) -> bool:
        return agent == "Guest0" and await super().leave(agent)


class RegrettingBooking(Booking):
    """The model says no, and the room stays booked."""

    async def book(self, agent: str) -> bool:
        await super().book(agent)
        return False


class PatientBooking(Booking):
    """Who finds the room taken waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()
        self.free.set()

    async def book(self, agent: str) -> bool:
        while not self.free.is_set():
            await self.free.wait()
        self.free.clear()
        return await super().book(agent)

    async def leave(self, agent: str) -> bool:
        left = await super().leave(agent)
        if left:
            self.free.set()
        return left
