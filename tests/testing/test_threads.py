"""Jobs of `to_thread` as lanes, and helper threads that the loop does not control."""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from checker.testing import Settings, boundary, explore, run_once, together


def passed(test, settings: Settings | None = None):  # type: ignore[no-untyped-def]
    """What a test returned in plain order."""
    run = run_once(test, settings)
    assert run.failure is None, run.failure.text
    return run.result


def test_jobs_are_lanes_of_the_schedule() -> None:
    async def lost_update() -> None:
        count = 0

        def add() -> None:
            nonlocal count
            seen = count
            time.sleep(0.001)  # a job is one step up to its next sleep
            count = seen + 1

        await asyncio.gather(asyncio.to_thread(add), asyncio.to_thread(add))
        assert count == 2, f"count is {count}"

    assert run_once(lost_update).failure is not None


def test_a_job_has_its_thread_its_context_and_no_running_loop() -> None:
    variable = contextvars.ContextVar("variable", default="unset")

    async def start() -> tuple[str, bool, int]:
        variable.set("set")

        def job() -> tuple[str, bool, int]:
            async def inner() -> int:
                return 7

            return variable.get(), threading.current_thread() is threading.main_thread(), asyncio.run(inner())

        return await asyncio.to_thread(job)

    assert passed(start) == ("set", False, 7)


def test_a_job_may_wait_for_the_loop() -> None:
    async def start() -> int:
        loop = asyncio.get_running_loop()

        async def answer() -> int:
            await asyncio.sleep(100)
            return 7

        return await asyncio.to_thread(lambda: asyncio.run_coroutine_threadsafe(answer(), loop).result())

    assert passed(start) == 7
    assert run_once(start).virtual_s == 100.0


def test_a_job_that_waits_for_a_lock_of_a_halted_one_is_let_go() -> None:
    async def start() -> list[str]:
        lock, seen = threading.Lock(), []

        def work(name: str) -> None:
            with lock:
                time.sleep(1)
                seen.append(name)

        await asyncio.gather(asyncio.to_thread(work, "first"), asyncio.to_thread(work, "second"))
        return seen

    assert passed(start) == ["first", "second"]


def test_the_exception_of_a_job_is_raised_where_it_is_awaited() -> None:
    async def start() -> None:
        with pytest.raises(KeyError, match="gone"):
            await asyncio.to_thread({}.__getitem__, "gone")
        with pytest.raises(RuntimeError, match="StopIteration"):
            await asyncio.to_thread(next, iter([]))

    passed(start)


def helper_threads() -> int:
    async def start() -> list[int]:
        loop = asyncio.get_running_loop()
        got: list[int] = []
        futures = [loop.create_future() for _ in range(3)]

        def work(i: int) -> None:
            total = sum(range(1000 * (3 - i)))
            loop.call_soon_threadsafe(futures[i].set_result, total and i)

        async def take(i: int) -> None:
            async with asyncio.timeout(1):  # virtual: the clock waits for the threads
                got.append(await futures[i])

        threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
        for thread in threads:
            thread.start()
        await asyncio.gather(*(take(i) for i in range(3)))
        assert sorted(got) == [0, 1, 2]
        return got

    run = run_once(start)
    assert run.failure is None, run.failure
    assert run.record.foreign_threads
    return run.fingerprint


def test_a_foreign_thread_is_waited_for_before_the_clock_jumps() -> None:
    assert len({helper_threads() for _ in range(30)}) == 1


def test_a_helper_thread_that_outlives_runs_is_waited_for() -> None:
    work: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def serve() -> None:
        while (job := work.get()) is not None:
            loop, future = job
            threading.Event().wait(0.02)
            loop.call_soon_threadsafe(future.set_result, "served")

    async def start() -> str:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        work.put((loop, future))
        async with asyncio.timeout(1):
            return await future

    helper = threading.Thread(target=serve, daemon=True)
    helper.start()
    run_once(start)  # a thread that was there before is known by its first post
    helper.join(0.1)
    assert [passed(start) for _ in range(3)] == ["served"] * 3
    work.put(None)
    helper.join()


def test_a_foreign_thread_that_sleeps_is_waited_for_before_a_deadlock_is_called() -> None:
    async def start() -> str:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        real = threading.Event()

        def work() -> None:
            real.wait(0.2)
            loop.call_soon_threadsafe(future.set_result, "posted")

        threading.Thread(target=work).start()
        return await future

    assert passed(start) == "posted"


# --- threads that frameworks make by other ways ---------------------------------------------------------------------------------


class Counter:
    value = 0

    def get(self) -> int:
        return self.value

    def put(self, value: int) -> None:
        self.value = value


def test_threads_of_anyio_are_jobs() -> None:
    anyio: Any = pytest.importorskip("anyio")
    for name in ("from_thread", "to_thread"):
        pytest.importorskip(f"anyio.{name}")

    async def counted() -> None:
        counter = boundary(Counter())

        def work() -> None:
            counter.put(counter.get() + 1)

        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, work)
            group.start_soon(anyio.to_thread.run_sync, work)
        assert counter.value == 2, f"counted {counter.value}"

    assert "counted 1" in explore(counted, mode="latency", schedules=5).text()

    async def asks_back() -> str:
        async def answer() -> str:
            await asyncio.sleep(0.1)
            return "answered"

        return await anyio.to_thread.run_sync(lambda: anyio.from_thread.run(answer))  # type: ignore[no-any-return]

    assert run_once(asks_back).result == "answered"


def test_a_loop_of_its_own_in_a_job_sleeps_in_virtual_time() -> None:
    async def inner() -> float:
        await asyncio.sleep(1000)
        return asyncio.get_running_loop().time()

    async def outer() -> float:
        start = asyncio.get_running_loop().time()
        return await asyncio.to_thread(lambda: asyncio.run(inner())) - start

    run = run_once(outer)
    assert run.failure is None, run.failure.text
    assert round(run.result) == 1000
    assert round(run.virtual_s) == 1000


def test_a_thread_that_waits_for_the_lock_of_a_database_is_waited_for(tmp_path: Path) -> None:
    """SQLite tries again every 0.1 s of real time, and only another agent can let go of the lock."""
    aiosqlite = pytest.importorskip("aiosqlite")

    class Desk:
        async def answer(self) -> None: ...

    async def two_writers() -> None:
        desk = boundary(Desk())

        async def write(who: str) -> None:
            async with aiosqlite.connect(tmp_path / "board.db", isolation_level=None, timeout=10) as database:
                await database.execute("CREATE TABLE IF NOT EXISTS claims (who TEXT)")
                await desk.answer()
                async with asyncio.timeout(60):
                    await database.execute("BEGIN IMMEDIATE")
                for _ in range(4):
                    await desk.answer()
                    await database.execute("INSERT INTO claims VALUES (?)", (who,))
                await database.execute("COMMIT")

        await together(ann=write("ann"), bob=write("bob"))

    outcome = explore(two_writers, schedules=2, mode="latency")
    assert outcome.passed, str(outcome)
