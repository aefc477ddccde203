"""The controlled loop: time, random numbers, runs that do not end, what it refuses, and what it reports."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from time import monotonic as imported_by_name
from typing import Any

import pytest

from checker.testing import RealIORefused, Settings, boundary, explore, run_once, spawn, together
from tests.testing import teams

ROOT = Path(__file__).parents[2]


def passed(test, settings: Settings | None = None):  # type: ignore[no-untyped-def]
    """What a test returned in plain order."""
    run = run_once(test, settings)
    assert run.failure is None, run.failure.text
    return run.result


# --- time and random numbers ----------------------------------------------------------------------------------------------------


def test_time_is_virtual() -> None:
    async def wait() -> list[float]:
        clocks = [time.time, time.monotonic, time.perf_counter, imported_by_name, lambda: time.monotonic_ns() / 1e9]
        starts = [clock() for clock in clocks]
        assert all(start > 0 for start in starts)
        await asyncio.sleep(3600)
        time.sleep(60)  # blocks everybody, and moves the clock on
        return [clock() - start for clock, start in zip(clocks, starts, strict=True)]

    real = time.monotonic()
    assert passed(wait) == [3660.0] * 5
    assert time.monotonic() - real < 60
    assert time.time is not None
    assert abs(time.monotonic() - imported_by_name()) < 60  # restored


def test_dates_follow_the_clock() -> None:
    pytest.importorskip("time_machine")

    async def lease() -> list[str]:
        taken = datetime.now(UTC)
        await asyncio.sleep(90)
        time.sleep(0.5)
        return [str(taken), str(datetime.now(UTC) - taken), time.strftime("%H:%M:%S", time.gmtime())]

    before = datetime.now(UTC)
    assert passed(lease) == ["2025-01-01 00:00:00+00:00", "0:01:30.500000", "00:01:30"]
    assert timedelta() <= datetime.now(UTC) - before < timedelta(minutes=1)


def test_timeouts_run_on_virtual_time() -> None:
    async def wait() -> list[str]:
        found, start = [], time.monotonic()
        for seconds in (10, 30):
            try:
                async with asyncio.timeout(20):
                    await asyncio.sleep(seconds)
                found.append("slept")
            except TimeoutError:
                found.append("timed out")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 5)
        return [*found, f"{time.monotonic() - start:g}"]

    assert passed(wait) == ["slept", "timed out", "35"]


def test_random_numbers_come_from_the_seed_of_the_run() -> None:
    async def draw() -> tuple[float, uuid.UUID, bytes]:
        return random.random(), uuid.uuid4(), os.urandom(4)

    state = random.getstate()
    assert passed(draw) == passed(draw)
    assert passed(draw) != passed(draw, Settings(seed=1))
    assert random.getstate() == state
    assert os.urandom(8) != os.urandom(8)


def test_sets_of_tasks_have_one_order() -> None:
    async def order() -> list[str]:
        tasks = [asyncio.create_task(asyncio.sleep(0), name=f"t{i}") for i in range(30)]
        done, _ = await asyncio.wait(tasks)
        return [task.get_name() for task in done]

    first = passed(order)
    garbage = [object() for _ in range(1000)]
    assert all(passed(order) == first for _ in range(10))
    del garbage


def test_a_run_is_the_same_in_another_process() -> None:
    code = (
        "from checker.testing import explore\nfrom tests.testing import teams\n"
        "o = explore(teams.plain_order_hand_off); print(o.token, o.found_after, o.run.fingerprint)"
    )
    told = set()
    for hash_seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        told.add(subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True).stdout)
    assert len(told) == 1


# --- runs that do not end -------------------------------------------------------------------------------------------------------


def test_a_deadlock_names_who_waits_where_for_what() -> None:
    failure = run_once(teams.crossed_locks).failure
    assert failure is not None
    assert failure.kind == "deadlock"
    lines = failure.text.splitlines()
    assert lines[0] == "nothing is ready, no timer is set, and these wait:"
    assert "test waits for the tasks ann, bob at " in lines[1]
    assert "ann waits for a Lock, held by bob, at " in lines[2]
    assert lines[2].endswith("async with other:")
    assert "bob waits for a Lock, held by ann, at " in lines[3]


async def _never(condition: asyncio.Condition) -> None:
    async with condition:
        await condition.wait_for(lambda: False)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (lambda: asyncio.Event().wait(), "an Event to be set"),
        (lambda: asyncio.Queue[int]().get(), "an item of a Queue"),
        (lambda: asyncio.get_running_loop().create_future(), "a future that nobody has resolved"),
        (lambda: asyncio.Barrier(2).wait(), "the others at a Barrier"),
        (lambda: _never(asyncio.Condition()), "a Condition to be notified"),
    ],
)
def test_what_a_task_waits_for(what, words: str) -> None:  # type: ignore[no-untyped-def]
    async def start() -> None:
        async def wait() -> None:
            await what()

        await spawn("ann", wait())

    failure = run_once(start).failure
    assert failure is not None
    assert f"ann waits for {words} at " in failure.text
    assert "test waits for the task ann at " in failure.text


def test_a_livelock_shows_the_stretch_that_repeats() -> None:
    failure = run_once(teams.poll_for_ever, Settings(max_steps=4_000)).failure
    assert failure is not None
    assert failure.kind == "livelock"
    assert failure.text.startswith("the run did not end in 4,000 steps (virtual time ")
    assert "this stretch repeats:\n    poller at " in failure.text


def test_a_run_that_polls_is_no_livelock_under_any_strategy() -> None:
    """A loop that polls with `sleep(0)` starves what it waits for, where the schedule is not fair."""

    async def start() -> None:
        ready = False

        async def poll() -> None:
            while not ready:
                await asyncio.sleep(0)

        async def work() -> None:
            nonlocal ready
            for _ in range(5):
                await asyncio.sleep(0)
            ready = True

        await together(poller=poll(), worker=work())

    for strategy in ("random", "pct", "deviations"):
        assert explore(start, schedules=100, strategy=strategy, max_steps=3_000).passed  # type: ignore[arg-type]


# --- what is refused, and what is reported ----------------------------------------------------------------------------------------


def test_real_input_and_output_are_refused_plainly() -> None:
    async def connect() -> None:
        await asyncio.open_connection("localhost", 80)

    failure = run_once(connect).failure
    assert failure is not None
    assert failure.name == "RealIORefused"
    assert failure.text.startswith(
        "loop.create_connection: a network connection is real input or output, which a controlled run refuses: "
    )

    async def others() -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(RealIORefused, match="a subprocess"):
            await asyncio.create_subprocess_exec("true")
        with pytest.raises(NotImplementedError):
            loop.add_signal_handler(2, print)
        with pytest.raises(RealIORefused, match="a file descriptor"):
            loop.add_reader(0, print)

    passed(others)


def test_a_run_is_not_started_from_a_coroutine() -> None:
    async def outer() -> None:
        async def inner() -> None: ...

        coroutine = inner()
        with pytest.raises(RuntimeError, match="a controlled run is started from a plain function"):
            run_once(lambda: coroutine)
        coroutine.close()

    asyncio.run(outer())


def test_exceptions_that_nobody_takes_are_recorded() -> None:
    async def start() -> None:
        async def fail() -> None:
            raise KeyError("lost")

        task = asyncio.create_task(fail(), name="failing")
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)
        assert task.done()

    run = run_once(start)
    assert run.failure is None
    assert [(lost.task, type(lost.error).__name__) for lost in run.record.unhandled] == [
        (None, "ZeroDivisionError"),
        ("failing", "KeyError"),
    ]
    assert explore(start, schedules=3).notes == [
        "2 exceptions reached the loop and no code: ZeroDivisionError, KeyError of failing"
    ]


def test_what_waits_at_the_end_is_unwound_and_not_recorded() -> None:
    unwound: list[str] = []
    kept: list[Any] = []

    async def start() -> None:
        async def wait() -> None:
            try:
                await asyncio.sleep(1000)
            finally:
                unwound.append("task")

        async def items():  # type: ignore[no-untyped-def]
            try:
                yield 1
            finally:
                unwound.append("generator")

        kept.append(asyncio.create_task(wait(), name="waiting"))
        kept.append(items())
        await anext(kept[-1])

    run = run_once(start)
    assert sorted(unwound) == ["generator", "task"]
    assert [(span.name, span.outcome) for span in run.record.tasks] == [("test", "returned"), ("waiting", None)]


def test_eager_tasks_run(monkeypatch: pytest.MonkeyPatch) -> None:
    factory = getattr(asyncio, "eager_task_factory", None)
    if factory is None:
        pytest.skip("eager tasks came with Python 3.12")

    async def start() -> list[int]:
        asyncio.get_running_loop().set_task_factory(factory)
        board = boundary(teams.Board())
        seen = []

        async def child(i: int) -> None:
            seen.append(i)
            await board.get()
            seen.append(i)

        await asyncio.gather(child(1), child(2))
        return seen

    assert passed(start) == [1, 2, 1, 2]


def test_what_is_no_coroutine_function_is_refused() -> None:
    with pytest.raises(TypeError, match=r"dict returned dict: a controlled run needs an `async def` function without parameters"):
        run_once(dict)  # type: ignore[arg-type]


def test_a_module_that_is_imported_in_a_run_follows_the_clock_of_later_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lazy_clock.py").write_text("from os import urandom\nfrom time import time\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    async def scenario() -> list[float]:
        lazy = import_module("lazy_clock")
        before = lazy.time()
        await asyncio.sleep(5)
        return [lazy.time() - before, float(lazy.urandom(1)[0])]

    results = [run_once(scenario).result for _ in range(3)]
    assert results[0][0] == 5
    assert results == [results[0]] * 3
    assert abs(import_module("lazy_clock").time() - time.time()) < 60
    assert import_module("lazy_clock").urandom(8) != import_module("lazy_clock").urandom(8)


def test_code_that_looks_again_and_again_gets_to_what_it_waits_for() -> None:
    async def polls() -> None:
        board = boundary(teams.Board(), latency_s=(1, 1))
        done: list[float] = []

        async def look() -> float:
            while not done:
                await asyncio.sleep(0)
            return asyncio.get_running_loop().time()

        async def work() -> None:
            await board.get()
            await asyncio.sleep(30)
            done.append(asyncio.get_running_loop().time())

        assert (await together(ann=look(), bob=work()))["ann"] == done[0]

    assert explore(polls, schedules=20, mode="latency").passed


def test_long_work_that_never_waits_is_not_out_of_time() -> None:
    async def long() -> None:
        async def work() -> None:
            for _ in range(1_500):
                await asyncio.sleep(0)

        await asyncio.wait_for(work(), 60)

    assert run_once(long).failure is None


def test_two_who_only_look_at_each_other_are_a_livelock_still() -> None:
    async def polite() -> None:
        async def wait() -> None:
            while True:
                await asyncio.sleep(0)

        await together(ann=wait(), bob=wait())

    failure = run_once(polite).failure
    assert failure is not None
    assert failure.kind == "livelock"
