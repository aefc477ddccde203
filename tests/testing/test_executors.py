"""What the code under test submits to a `ThreadPoolExecutor` itself: jobs of the schedule, as many at once as the executor has threads."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from typing import Any

import pytest

from checker.testing import boundary, explore, replay, run_once


def passed(test: Callable[[], Any]) -> Any:
    """What a test returned in plain order."""
    run = run_once(test)
    assert run.failure is None, run.failure.text
    assert not run.record.foreign_threads
    return run.result


class Board:
    def __init__(self) -> None:
        self.owner: str | None = None
        self.claims = 0

    def get(self) -> str | None:
        return self.owner

    def take(self, who: str) -> None:
        self.owner = who
        self.claims += 1


async def claims(start: Callable[[ThreadPoolExecutor, Callable[[], None]], Awaitable[Any]], threads: int) -> None:
    """Two coordinators in plain code, each in a thread: look, then claim."""
    raw = Board()
    board: Any = boundary(raw)
    pool = ThreadPoolExecutor(threads)

    def claim(who: str) -> None:
        if board.get() is None:
            board.take(who)

    await asyncio.gather(start(pool, lambda: claim("ann")), start(pool, lambda: claim("bob")))
    assert raw.claims == 1, f"{raw.claims} claims"


def submitted(pool: ThreadPoolExecutor, work: Callable[[], None]) -> Awaitable[Any]:
    return asyncio.wrap_future(pool.submit(work))


def in_executor(pool: ThreadPoolExecutor, work: Callable[[], None]) -> Awaitable[Any]:
    return asyncio.get_running_loop().run_in_executor(pool, work)


async def default(pool: ThreadPoolExecutor, work: Callable[[], None]) -> Any:
    asyncio.get_running_loop().set_default_executor(pool)
    return await asyncio.to_thread(work)


@pytest.mark.parametrize("start", [submitted, in_executor, default])
def test_two_threads_race_and_one_does_not(start: Any) -> None:
    async def two() -> None:
        await claims(start, 2)

    async def one() -> None:
        await claims(start, 1)

    outcome = explore(two, mode="latency", schedules=60)
    assert "2 claims" in outcome.text()
    assert outcome.run is not None
    again = [replay(two, str(outcome.token)).run for _ in range(10)]
    assert {run.fingerprint for run in again if run is not None} == {outcome.run.fingerprint}
    outcome = explore(one, schedules=30)
    assert outcome.passed, outcome.text()
    assert outcome.distinct > 1


def test_what_is_submitted_runs_in_a_thread_in_virtual_time() -> None:
    async def start() -> tuple[bool, int]:
        pool = ThreadPoolExecutor(4)

        def work() -> tuple[bool, int]:
            time.sleep(1_000)
            return threading.current_thread() is threading.main_thread(), 7

        return await asyncio.wrap_future(pool.submit(work))

    assert passed(start) == (False, 7)
    assert run_once(start).virtual_s == 1_000.0


def test_the_exception_is_that_of_the_job() -> None:
    async def start() -> None:
        pool = ThreadPoolExecutor(1)
        with pytest.raises(KeyError, match="gone"):
            await asyncio.wrap_future(pool.submit({}.__getitem__, "gone"))
        with pytest.raises(KeyError, match="gone"):
            pool.submit({}.__getitem__, "gone").result()
        assert isinstance(pool.submit({}.__getitem__, "gone").exception(), KeyError)

    passed(start)


def test_the_loop_may_block_for_what_it_has_submitted() -> None:
    seen: list[str] = []

    def work(name: str, seconds: float = 1) -> str:
        time.sleep(seconds)
        seen.append(name)
        return name

    async def start() -> list[Any]:
        seen.clear()
        with ThreadPoolExecutor(2) as pool:
            pool.submit(work, "left to the end")
            found: list[Any] = [pool.submit(work, "asked for").result()]
            found += pool.map(work, ["first", "second", "third"])
            futures: list[Future[str]] = [pool.submit(work, name) for name in ("fourth", "fifth")]
            found.append(sorted(future.result() for future in as_completed(futures)))
            done, _ = wait([pool.submit(work, "sixth")], return_when=FIRST_COMPLETED)
            found.append([future.result() for future in done])
            with pytest.raises(TimeoutError):
                pool.submit(work, "late", 10).result(timeout=2)
        return [*found, "left to the end" in seen, "late" in seen]

    assert passed(start) == ["asked for", "first", "second", "third", ["fifth", "fourth"], ["sixth"], True, True]


def test_a_job_that_waits_for_the_loop_that_waits_for_it_is_a_deadlock() -> None:
    async def start() -> None:
        loop = asyncio.get_running_loop()
        pool = ThreadPoolExecutor(1)
        pool.submit(lambda: asyncio.run_coroutine_threadsafe(asyncio.sleep(1), loop).result()).result()

    run = run_once(start)
    assert run.failure is not None
    assert run.failure.kind == "deadlock"


def test_the_loop_blocks_for_a_job_that_waits_for_the_lock_of_another() -> None:
    async def start() -> list[str]:
        lock, seen = threading.Lock(), []

        def work(name: str) -> None:
            with lock:
                time.sleep(1)
                seen.append(name)

        pool = ThreadPoolExecutor(2)
        pool.submit(work, "first")
        second = pool.submit(work, "second")
        await asyncio.sleep(0.5)
        second.result()
        return seen

    run = run_once(start)
    assert run.failure is None, run.failure.text
    assert run.result == ["first", "second"]


def test_what_is_cancelled_before_it_has_a_thread_never_runs() -> None:
    async def start() -> list[str]:
        seen: list[str] = []
        pool = ThreadPoolExecutor(1)
        first = pool.submit(lambda: (time.sleep(1), seen.append("first")))
        second = pool.submit(seen.append, "second")
        third = pool.submit(seen.append, "third")
        assert second.cancel()
        pool.shutdown(cancel_futures=True)
        assert first.done()
        assert third.cancelled()
        return seen

    assert passed(start) == ["first"]


def test_outside_a_run_executors_are_as_they_were() -> None:
    submit = ThreadPoolExecutor.submit

    async def start() -> None:
        assert ThreadPoolExecutor.submit is not submit

    passed(start)
    assert ThreadPoolExecutor.submit is submit
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: 7).result() == 7
