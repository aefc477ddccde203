"""Bugs of anyio, and of locks that agents stand on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


class _Desk:
    async def answer(self) -> None:
        """What is asked of another service."""


async def _use(lock: Any, desk: Any) -> None:
    async with lock:
        await desk.answer()


@bug("anyio==4.9.0", "anyio==4.16.0", "cyd waits for a CapacityLimiter", sweeps=True, cancel=["bob"])
async def a_token_that_is_given_to_one_who_gives_up() -> None:
    """Who is cancelled just when a `CapacityLimiter` lets it in keeps the token, and all who wait behind it wait for ever (anyio, issue 947)."""
    from anyio import CapacityLimiter

    limiter, desk = CapacityLimiter(1), boundary(_Desk())
    await together(ann=_use(limiter, desk), bob=_use(limiter, desk), cyd=_use(limiter, desk))


@bug("anyio==4.13.0", "anyio==4.16.0", "2 tokens of 1 are out")
async def a_token_that_is_given_twice() -> None:
    """Who does not wait gets the token of a `CapacityLimiter` that one who waited was just given (anyio, issue 1170)."""
    from anyio import CapacityLimiter, WouldBlock

    limiter, desk = CapacityLimiter(1), boundary(_Desk())

    async def hurry() -> None:
        await desk.answer()
        with suppress(WouldBlock):
            limiter.acquire_nowait()
            await desk.answer()
            out = limiter.borrowed_tokens
            limiter.release()
            assert out == 1, f"{out} tokens of 1 are out"

    await together(ann=_use(limiter, desk), bob=_use(limiter, desk), cyd=hurry())


@bug("anyio==4.13.0", "anyio==4.16.0", "cyd waits for a Lock", schedules=400)
async def a_lock_that_one_gives_up_waiting_for() -> None:
    """Who comes for a `Lock` after it was released, and before one who gave up waiting has heard of it, waits for ever
    (anyio, pull request 1145).
    """
    from anyio import Lock

    lock, desk = Lock(), boundary(_Desk())

    async def give_up() -> None:
        task = asyncio.create_task(_use(lock, desk), name="given up")
        await desk.answer()
        task.cancel()

    async def come_later() -> None:
        await desk.answer()
        await _use(lock, desk)

    await together(ann=_use(lock, desk), bob=give_up(), cyd=come_later())


@bug("aiorwlock==1.4.0", "aiorwlock==1.5.1", "cyd waits for a future that nobody has resolved", sweeps=True, cancel=["bob"])
async def a_writer_that_gives_up() -> None:
    """After a writer was cancelled while it waited for readers, nobody gets the lock any more (aiorwlock, issue 400)."""
    from aiorwlock import RWLock

    lock, desk = RWLock(), boundary(_Desk())
    await together(ann=_use(lock.reader, desk), bob=_use(lock.writer, desk), cyd=_use(lock.writer, desk))


@bug("anyio==3.3.4", "anyio==3.4.0", "cyd waits for a Lock", sweeps=True, cancel=["bob"])
async def a_lock_with_one_who_gives_up() -> None:
    """When one who waits for a `Lock` is cancelled, nobody gets it any more (anyio, issue 387)."""
    from anyio import Lock

    lock, desk = Lock(), boundary(_Desk())
    await together(ann=_use(lock, desk), bob=_use(lock, desk), cyd=_use(lock, desk))


@bug("anyio==3.4.0", "anyio==3.5.0", "bob waits for a Lock", sweeps=True, cancel=["ann"])
async def a_lock_whose_taker_gives_up() -> None:
    """Who is cancelled in the moment in which it takes a free `Lock` keeps it (anyio, issue 398)."""
    from anyio import Lock

    lock, desk = Lock(), boundary(_Desk())
    await together(ann=_use(lock, desk), bob=_use(lock, desk))


@bug("anyio==3.3.4", "anyio==3.6.2", "bob waits for a Semaphore", sweeps=True, cancel=["ann"])
async def a_permit_whose_taker_gives_up() -> None:
    """Who is cancelled in the moment in which it takes a free `Semaphore` keeps the permit, and all who come later wait for ever."""
    from anyio import Semaphore

    permit, desk = Semaphore(1), boundary(_Desk())
    await together(ann=_use(permit, desk), bob=_use(permit, desk))


def _who_waited_has_the_lock_again() -> None:
    """However often it is cancelled meanwhile, as `asyncio.Condition` has it."""
    from anyio import Condition, get_current_task

    as_released = Condition.wait

    async def wait(self: Any) -> None:
        try:
            await as_released(self)
        finally:
            while self.statistics().lock_statistics.owner != get_current_task():
                with suppress(asyncio.CancelledError):
                    await self.acquire()

    Condition.wait = wait  # type: ignore[method-assign]


@bug(
    "anyio==4.16.0",
    None,
    "The current task is not holding this lock",
    sweeps=True,
    repair=_who_waited_has_the_lock_again,
    cancel=["ann"],
)
async def a_condition_whose_waiter_gives_up() -> None:
    """Who is cancelled just when it gets the lock of a `Condition` back does not have it, and fails as it gives it away."""
    from anyio import Condition

    condition, desk = Condition(), boundary(_Desk())
    open_work: list[str] = []

    async def work() -> None:
        async with condition:
            while not open_work:
                await condition.wait()
            open_work.pop()

    async def order() -> None:
        for _ in range(2):
            await desk.answer()
            async with condition:
                open_work.append("work")
                condition.notify()

    await together(ann=work(), bob=work(), cyd=order())
