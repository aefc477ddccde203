"""Whole coordinators as an engineer writes them who never saw this tool, each with a bug and repaired: a blackboard with leases that are
renewed in the background, a supervisor of workers, and a swarm that hands conversations on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

# --- a blackboard: a source of knowledge holds a lease on a region while it thinks -------------------------------------------------


class LeaseLost(Exception):
    pass


class Blackboard:
    """A lease is (token, when it is over). Without `fenced` a write is taken from one whose lease is over."""

    def __init__(self, fenced: bool, ttl_s: float = 10.0) -> None:
        self.ttl_s = ttl_s
        self.fenced = fenced
        self.ideas: dict[str, tuple[str, ...]] = {}
        self.leases: dict[str, tuple[int, float]] = {}
        self.tokens = 0

    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    async def acquire(self, region: str) -> int | None:
        if region in self.leases and self.leases[region][1] > self.now_s():
            return None
        self.tokens += 1
        self.leases[region] = self.tokens, self.now_s() + self.ttl_s
        return self.tokens

    async def renew(self, region: str, token: int) -> None:
        self._held(region, token)
        self.leases[region] = token, self.now_s() + self.ttl_s

    async def release(self, region: str, token: int) -> None:
        if self.leases.get(region, (None, 0))[0] == token:
            del self.leases[region]

    async def write(self, region: str, token: int, ideas: tuple[str, ...]) -> None:
        if self.fenced:
            self._held(region, token)
        self.ideas[region] = ideas

    def _held(self, region: str, token: int) -> None:
        if self.leases.get(region, (None, 0))[0] != token:
            raise LeaseLost(region)


async def contribute(board: Blackboard, region: str, think: Callable[[str], Awaitable[str]]) -> bool:
    """One idea more for the region; False where another has the lease, or it was lost."""
    token = await board.acquire(region)
    if token is None:
        return False
    renewing = asyncio.create_task(_renew(board, region, token))
    try:
        seen = board.ideas.get(region, ())
        await board.write(region, token, (*seen, await think(region)))
        return True
    except LeaseLost:
        return False
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError, LeaseLost):
            await renewing
        await board.release(region, token)


async def _renew(board: Blackboard, region: str, token: int) -> None:
    while True:
        await asyncio.sleep(board.ttl_s / 3)
        await board.renew(region, token)


# --- a supervisor: workers take jobs from a queue, and are started again when they fail ----------------------------------------------


class WorkerFailed(Exception):
    pass


class Supervisor:
    """Without `puts_back` the job of a worker that fails is lost, and so is its `task_done`."""

    def __init__(self, handle: Callable[[int], Awaitable[str]], puts_back: bool, workers: int = 2) -> None:
        self.handle = handle
        self.puts_back = puts_back
        self.workers = workers
        self.queue: asyncio.Queue[int] = asyncio.Queue()
        self.results: dict[int, str] = {}

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._restarted(), name=f"worker-{n}") for n in range(self.workers)]
            await self.queue.join()
            for worker in workers:
                worker.cancel()

    async def _restarted(self) -> None:
        while True:
            with contextlib.suppress(WorkerFailed):
                await self._work()

    async def _work(self) -> None:
        while True:
            job = await self.queue.get()
            try:
                self.results[job] = await self.handle(job)
            except BaseException:
                if self.puts_back:
                    self.queue.put_nowait(job)
                    self.queue.task_done()
                raise
            self.queue.task_done()


# --- a swarm: each turn of a conversation goes to its active agent, which may hand it on ---------------------------------------------


@dataclass
class Session:
    active: str = "triage"
    messages: list[str] = field(default_factory=list)
    version: int = 0


class Conflict(Exception):
    pass


class Sessions:
    """Rows are copied in and out. With `versions` a save that rests on an old version is refused."""

    def __init__(self, versions: bool) -> None:
        self.rows: dict[str, Session] = {}
        self.versions = versions

    async def load(self, name: str) -> Session:
        row = self.rows.setdefault(name, Session())
        return Session(row.active, list(row.messages), row.version)

    async def save(self, name: str, session: Session) -> None:
        if self.versions and self.rows[name].version != session.version:
            raise Conflict(name)
        self.rows[name] = Session(session.active, list(session.messages), session.version + 1)


class Model:
    async def answer(self, agent: str, messages: list[str]) -> dict[str, Any]:
        return {"text": f"{agent} read {len(messages)}", "handoff": "billing" if "bill" in messages[-1] else None}


class Swarm:
    """At most `limit` model calls at once. Without `safe` a call that fails or is given up keeps its place."""

    def __init__(self, sessions: Sessions, model: Model, safe: bool, limit: int = 1) -> None:
        self.sessions = sessions
        self.model = model
        self.safe = safe
        self.places = asyncio.Semaphore(limit)

    async def turn(self, name: str, text: str) -> None:
        while True:
            session = await self.sessions.load(name)
            session.messages.append(text)
            answer = await self._ask(session.active, session.messages)
            session.messages.append(answer["text"])
            session.active = answer["handoff"] or session.active
            with contextlib.suppress(Conflict):
                return await self.sessions.save(name, session)

    async def _ask(self, agent: str, messages: list[str]) -> dict[str, Any]:
        if self.safe:
            async with self.places:
                return await self.model.answer(agent, messages)
        await self.places.acquire()
        answer = await self.model.answer(agent, messages)
        self.places.release()
        return answer
