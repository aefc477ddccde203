"""Coordinators as people write them, with the race that each once had, and their adapters."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Any, ClassVar

from checker.testing import Adapter, boundary

QUEUE = """\
protocol queue(workers: 1..3 = 2, jobs: 1..3 = 2)
enum Status: queued, leased, done
ids Job * jobs
role Worker * workers
role Reaper
shared status: map[Job, Status] = queued
shared owner: map[Job, Worker?] = none
role Worker:
    action work(j: Job) when status[j] == queued:
        status[j] = leased
        owner[j] = self
        await llm as thinking
        if status[j] == leased and owner[j] == self:
            status[j] = done
role Reaper:
    action reap(j: Job) when status[j] == leased:
        status[j] = queued
        owner[j] = none
"""


class Database:
    """Jobs in sqlite, each statement in a thread."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.connection.execute("create table jobs(id text, status text, owner text, lease real)")
        self.connection.executemany("insert into jobs values(?, 'queued', null, 0)", [("Job0",), ("Job1",)])

    async def query(self, sql: str, *values: Any) -> list[Any]:
        return await asyncio.to_thread(lambda: self.connection.execute(sql, values).fetchall())

    async def execute(self, sql: str, *values: Any) -> int:
        return await asyncio.to_thread(lambda: self.connection.execute(sql, values).rowcount)


class Queue(Adapter):
    """A reaper takes back what was leased too long; a late worker must not complete what was taken from it."""

    on_its_own = ("reap",)
    guard: ClassVar[str] = " and status = 'leased' and owner = ?"

    async def setup(self) -> None:
        self.database = Database()
        self.db: Any = boundary(self.database)
        self.reaper = asyncio.create_task(self._reaps())

    async def rest(self) -> None:
        self.reaper.cancel()

    async def _reaps(self) -> None:
        while True:
            await asyncio.sleep(7)
            sql = "update jobs set status = 'queued', owner = null where status = 'leased' and lease < ?"
            for job in ("Job0", "Job1"):
                await self.db.execute(f"{sql} and id = ?", time.time(), job)

    async def work(self, agent: str, j: str) -> bool:
        sql = "update jobs set status = 'leased', owner = ?, lease = ? where id = ? and status = 'queued'"
        if not await self.db.execute(sql, agent, time.time() + 30, j):
            return False
        await asyncio.sleep(40)  # the model is slow
        values = (j, agent) if self.guard else (j,)
        await self.db.execute(f"update jobs set status = 'done' where id = ?{self.guard}", *values)
        return True

    def observe(self) -> dict[str, Any]:
        rows = self.database.connection.execute("select id, status, owner from jobs").fetchall()
        return {"status": {id: status for id, status, _ in rows}, "owner": {id: owner for id, _, owner in rows}}


class LateQueue(Queue):
    """A late worker completes the job all the same."""

    guard = ""


class AskedQueue(Queue):
    """The reaper is asked, and refuses while the lease lasts."""

    on_its_own = ()

    async def setup(self) -> None:
        self.database = Database()
        self.db = boundary(self.database)

    async def rest(self) -> None:
        pass

    async def reap(self, agent: str, j: str) -> bool:
        sql = "update jobs set status = 'queued', owner = null where id = ? and status = 'leased' and lease < ?"
        return bool(await self.db.execute(sql, j, time.time()))


class LenientQueue(AskedQueue):
    may_refuse = ("reap",)


HANDOUT = """\
protocol handout(writers: 1..2 = 2)
enum State: todo, given, done
ids Section * 2
role Writer * writers
role Lead
message Assign(s: Section) to Writer: fifo, capacity 2
message Result(s: Section) to Lead: unordered, capacity 4
shared state: map[Section, State] = todo
shared by: map[Section, Writer?] = none
role Lead:
    action assign(s: Section, w: Writer) when state[s] == todo:
        state[s] = given
        by[s] = w
        send Assign(s) to w
    action give_up(s: Section) when state[s] == given:
        state[s] = todo
        by[s] = none
    on Result(s) from w:
        if state[s] == given and by[s] == w:
            state[s] = done
role Writer:
    on Assign(s) from lead:
        await llm as writing
        send Result(s) to lead
"""


class Model:
    async def write(self, section: str) -> str:
        return section


class Handout(Adapter):
    """A lead hands sections to writers over queues; results of a writer that was given up are dropped."""

    drops: ClassVar[bool] = True

    async def setup(self) -> None:
        self.llm: Any = boundary(Model())
        self.state = {"Section0": "todo", "Section1": "todo"}
        self.by: dict[str, str | None] = dict.fromkeys(self.state)
        self.inbox: dict[str, asyncio.Queue[str | None]] = {w: asyncio.Queue() for w in ("Writer0", "Writer1")}
        self.results: asyncio.Queue[tuple[str, str] | None] = asyncio.Queue()
        self.writers = [asyncio.create_task(self._writes(w), name=w) for w in self.inbox]
        self.collector = asyncio.create_task(self._collects())

    async def rest(self) -> None:
        for inbox in self.inbox.values():
            await inbox.put(None)
        await asyncio.gather(*self.writers)
        await self.results.put(None)
        await self.collector

    async def assign(self, agent: str, s: str, w: str) -> bool:
        if self.state[s] != "todo":
            return False
        self.state[s], self.by[s] = "given", w
        await self.inbox[w].put(s)
        return True

    async def give_up(self, agent: str, s: str) -> bool:
        if self.state[s] != "given":
            return False
        self.state[s], self.by[s] = "todo", None
        return True

    async def _writes(self, writer: str) -> None:
        while (section := await self.inbox[writer].get()) is not None:
            await self.llm.write(section)
            await self.results.put((writer, section))

    async def _collects(self) -> None:
        while (result := await self.results.get()) is not None:
            writer, section = result
            if not self.drops or (self.state[section] == "given" and self.by[section] == writer):
                self.state[section] = "done"

    def observe(self) -> dict[str, Any]:
        return {"state": self.state, "by": self.by}


class TrustingHandout(Handout):
    """Takes every result."""

    drops = False


LOCK = """\
protocol lock(agents: 1..3 = 2)
role Agent * agents
shared holder: Agent? = none
role Agent:
    action take when holder == none:
        holder = self
    action give when holder == self:
        holder = none
"""


class LostReplyError(Exception):
    pass


class Lock(Adapter):
    """One row of a store."""

    unknown = (LostReplyError,)

    def __init__(self) -> None:
        self.holder: str | None = None

    async def take(self, agent: str) -> bool:
        if self.holder is not None:
            return False
        self.holder = agent
        return self.answer(agent)

    def answer(self, agent: str) -> bool:
        return True

    async def give(self, agent: str) -> bool:
        if self.holder != agent:
            return False
        self.holder = None
        return True

    def observe(self) -> dict[str, Any]:
        return {"holder": self.holder}


class LyingLock(Lock):
    """Takes it, and says that it did not."""

    def answer(self, agent: str) -> bool:
        return False


class SilentLock(Lock):
    """Takes it, and the reply is lost."""

    def answer(self, agent: str) -> bool:
        raise LostReplyError


REENTRANT = """\
protocol desk()
role Agent, reentrant
shared drafts: 0..4 = 0
shared mails: 0..4 = 0
role Agent:
    action draft when drafts < 4:
        await llm as writing
        drafts += 1
    action mail when mails < 4:
        mails += 1
"""


class Desk(Adapter):
    """An agent that answers its mail while it writes. `during`: mails that were answered meanwhile."""

    during: ClassVar[list[int]] = []

    def __init__(self) -> None:
        self.drafts = self.mails = 0

    async def draft(self, agent: str) -> bool:
        if self.drafts == 4:
            return False
        before = self.mails
        await asyncio.sleep(60)
        self.drafts += 1
        self.during.append(self.mails - before)
        return True

    async def mail(self, agent: str) -> bool:
        if self.mails == 4:
            return False
        self.mails += 1
        return True

    def observe(self) -> dict[str, Any]:
        return {"drafts": self.drafts, "mails": self.mails}
