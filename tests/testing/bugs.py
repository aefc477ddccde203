"""Coordination bugs that teams of agents really have, as asyncio code, each with its repair: `repaired=True`."""

from __future__ import annotations

import asyncio
from typing import Any

from checker.testing import CRASHED, boundary, together, unwrap


class Store:
    """A key-value store in memory, with one atomic operation."""

    def __init__(self, **rows: Any) -> None:
        self.rows: dict[str, Any] = rows

    async def get(self, key: str) -> Any:
        return self.rows.get(key)

    async def put(self, key: str, value: Any) -> None:
        self.rows[key] = value

    async def swap(self, key: str, old: Any, new: Any) -> bool:
        """Compare and set."""
        if self.rows.get(key) != old:
            return False
        self.rows[key] = new
        return True


class Model:
    async def answer(self, prompt: str) -> str:
        return prompt.upper()


async def lost_update(repaired: bool) -> None:
    """A shared counter is read, changed and written back."""
    store = boundary(Store(done=0))

    async def work(delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        while True:
            seen = await store.get("done")
            if not repaired:
                await store.put("done", seen + 1)
                return
            if await store.swap("done", seen, seen + 1):
                return

    await together(ann=work(0), bob=work(0.01), eve=work(0.02))
    assert unwrap(store).rows["done"] == 3


async def busy_check(repaired: bool) -> None:
    """The question "am I free?" is asked before the claim and not with it: two dispatchers give one worker two tasks."""
    store = boundary(Store(worker="free"))
    given: list[str] = []

    async def dispatch(task: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if repaired:
            if await store.swap("worker", "free", task):
                given.append(task)
        elif await store.get("worker") == "free":
            await store.put("worker", task)
            given.append(task)

    await together(first=dispatch("a", 0), second=dispatch("b", 0.008))
    assert len(given) == 1


async def lease_expiry(repaired: bool) -> None:
    """A lease of 30 s expires while its holder still works; both finish the task, where the number of the lease is not checked."""
    store, model = boundary(Store(lease=0, until=0.0)), boundary(Model(), latency_s=(1, 60))
    finished: list[str] = []

    async def work(name: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        clock = asyncio.get_running_loop()
        for _ in range(20):
            number = unwrap(store).rows["lease"]
            if unwrap(store).rows["until"] < clock.time():
                unwrap(store).rows |= {"lease": number + 1, "until": clock.time() + 30}
                await model.answer(name)
                if not repaired or unwrap(store).rows["lease"] == number + 1:
                    finished.append(name)
                    unwrap(store).rows["until"] = float("inf")
                return
            if finished:
                return
            await asyncio.sleep(5)

    await together(ann=work("ann", 0), bob=work("bob", 1))
    assert len(finished) == 1


async def lost_wakeup(repaired: bool) -> None:
    """A consumer notes that it is idle and then clears the event; work that comes while it notes is not seen."""
    store, event, box, seen = boundary(Store()), asyncio.Event(), [1], []

    async def consume() -> None:
        while len(seen) < 2:
            await event.wait()
            if repaired:
                event.clear()
            while box:
                seen.append(box.pop())
                await store.put("seen", len(seen))
            if not repaired:
                await store.put("state", "idle")
                event.clear()

    async def produce() -> None:
        event.set()
        await asyncio.sleep(0.05)
        await store.get("permission")
        box.append(2)
        event.set()

    await together(consumer=consume(), producer=produce())


async def double_start(repaired: bool) -> None:
    """A client is made when it is first needed, by whoever needs it; an await lies between the question and the answer."""
    store, lock, made = boundary(Store()), asyncio.Lock(), []
    client: list[object] = []

    async def get_client() -> object:
        if not client:
            await store.get("credentials")
            made.append(1)
            client.append(object())
        return client[0]

    async def work(delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if repaired:
            async with lock:
                await get_client()
        else:
            await get_client()

    await together(ann=work(0), bob=work(0.03))
    assert len(made) == 1


async def retry_after_timeout(repaired: bool) -> None:
    """A request times out, is sent again, and had arrived: the work is done twice, where requests have no number."""
    done: list[str] = []

    class Worker:
        async def start(self, request: str) -> None:
            if not repaired or request not in done:
                done.append(request)

    worker = boundary(Worker(), latency_s=(0.001, 0.5))

    async def ask() -> None:
        for _ in range(5):
            try:
                await asyncio.wait_for(worker.start("task"), 0.2)
                return
            except TimeoutError:
                continue

    await together(lead=ask())
    assert len(done) <= 1


async def hand_off_before_it_is_visible(repaired: bool) -> None:
    """A worker is started before its assignment can be read, sees no work, and quits."""
    store, done = boundary(Store()), []

    async def worker() -> None:
        task = await store.get("assignment")
        if task is not None:
            done.append(task)

    async def lead() -> None:
        assigned = asyncio.create_task(store.put("assignment", "a"))
        if repaired:
            await assigned
        await asyncio.sleep(0.002)
        await together(worker=worker())
        await assigned

    await together(lead=lead())
    assert done == ["a"]


async def crash_keeps_the_claim(repaired: bool) -> None:
    """A worker dies with its claim; without a lease nobody takes the task over."""
    store, done = boundary(Store(owner=None)), []

    async def work(name: str) -> None:
        if await store.swap("owner", None, name):
            await store.put("progress", name)
            done.append(name)

    results = await together(ann=work("ann"))
    if repaired and results["ann"] is CRASHED:
        await store.put("owner", None)
    await together(bob=work("bob"))
    assert done


PLAIN = [lost_update, busy_check, lease_expiry, lost_wakeup, double_start, retry_after_timeout, hand_off_before_it_is_visible]
UNDER_CRASH = [crash_keeps_the_claim]
