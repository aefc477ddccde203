"""Boundaries: what is recorded, how each kind of method is treated, and what each fault does."""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from checker.testing import (
    CRASHED,
    InjectedError,
    Outcome,
    Record,
    Run,
    Settings,
    agent,
    boundary,
    explore,
    mark,
    run_once,
    together,
    unwrap,
)
from tests.testing.teams import Board


class Store:
    """One method of each kind."""

    kind = "memory"

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.open = 0

    async def add(self, row: str) -> int:
        self.rows.append(row)
        return len(self.rows)

    def add_later(self, row: str) -> Any:
        """Returns a coroutine, but is no coroutine function."""
        return self.add(row)

    def add_now(self, row: str) -> int:
        self.rows.append(row)
        return len(self.rows)

    def submit(self, row: str) -> asyncio.Future[int]:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, future.set_result, self.add_now(row))
        return future

    async def stream(self) -> AsyncIterator[str]:
        for row in self.rows:
            yield row

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[int]:
        self.open += 1
        yield self.open
        self.open -= 1

    def __len__(self) -> int:
        return len(self.rows)

    async def fail(self) -> None:
        raise KeyError("no such row")


def with_fault(test: Any, kind: str, call: int = 0, **options: Any) -> Run:
    """The run with this one fault at this call, after one that learns the kinds of methods."""
    run_once(test)
    budget = {"crash" if kind == "crash_after" else kind: 1}
    return run_once(test, Settings(faults=budget), token=f"tc1.latency.0.f{call}={kind}", **options)


def calls(record: Record) -> list[tuple[Any, ...]]:
    return [
        (call.agent, call.op, call.args, len(call.effects), call.result if not call.pending else "pending")
        for call in record.calls
    ]


def test_a_call_is_an_interval() -> None:
    async def start() -> None:
        store = boundary(Store(), name="store")
        with agent("ann"):
            await store.add("a")
        with pytest.raises(KeyError):
            await store.fail()
        mark("done", rows=1)

    run = run_once(start)
    assert run.failure is None, run.failure
    first, second = run.record.calls
    assert (first.boundary, first.op, first.args, first.agent, first.task, first.result) == (
        "store",
        "add",
        ("a",),
        "ann",
        "test",
        1,
    )
    assert (first.invoked_s, first.returned_s) == (0.0, 0.001)
    assert first.returned_at is not None
    assert first.invoked_at < first.effects[0] < first.returned_at < second.invoked_at
    assert first.before(second)
    assert not second.before(first)
    assert (second.agent, second.effects, repr(second.error)) == ("test", [], "KeyError('no such row')")
    assert [(noted.name, noted.fields) for noted in run.record.marks] == [("done", {"rows": 1})]
    assert [what for _, what, _ in run.record.events()] == [
        "start",
        "invoke",
        "effect",
        "return",
        "invoke",
        "return",
        "mark",
        "end",
    ]


def test_methods_of_every_kind_pass_through() -> None:
    async def start() -> list[Any]:
        store = boundary(Store())
        found = [await store.add("a"), await store.add_later("b"), store.add_now("c"), await store.submit("d")]
        found += [row async for row in store.stream()]
        async with store.transaction() as number:
            found += [number, unwrap(store).open]
        return [*found, unwrap(store).open, len(store), store.kind, isinstance(store, Store), type(unwrap(store))]

    expected = [1, 2, 3, 4, "a", "b", "c", "d", 1, 1, 0, 4, "memory", True, Store]
    for _ in range(2):  # the first call of a plain method tells its kind
        run = run_once(start)
        assert run.failure is None, run.failure
        assert run.result == expected
        ops = [(call.boundary, call.op) for call in run.record.calls]
        assert ops[4:] == [("Store", "stream"), ("Store.transaction", "__aenter__"), ("Store.transaction", "__aexit__")]
        assert [op for _, op in ops[:4]] == ["add", "add_later", "add_now", "submit"]
        assert run.record.calls[4].result == ["a", "b", "c", "d"]
    assert asyncio.run(start()) == expected  # outside a controlled run


def test_a_plain_method_on_the_loop_gives_nobody_a_turn() -> None:
    async def start() -> None:
        store = boundary(Store())

        async def claim(who: str) -> None:
            if len(store.rows) == 0:
                store.add_now(who)

        await together(ann=claim("ann"), bob=claim("bob"))
        assert len(store) == 1

    assert explore(start, schedules=60).passed


def test_a_plain_method_in_a_job_is_a_scheduling_point() -> None:
    async def start() -> None:
        store = boundary(Store())

        def claim(who: str) -> None:
            if store.count() == 0:
                store.add_now(who)

        await together(ann=asyncio.to_thread(claim, "ann"), bob=asyncio.to_thread(claim, "bob"))
        assert len(store) == 1

    Store.count = Store.__len__  # type: ignore[attr-defined]
    assert not explore(start, schedules=100, mode="latency").passed


def test_only_the_named_methods_are_guarded() -> None:
    async def start() -> None:
        store = boundary(Store(), ["add_now"])
        await store.add("a")
        store.add_now("b")

    assert [call.op for call in run_once(start).record.calls] == ["add_now"]
    with pytest.raises(ValueError, match="`push` is no method of Store"):
        boundary(Store(), ["push"])
    with pytest.raises(ValueError, match="`fire` is no fault of a boundary"):
        boundary(Store(), faults=["fire"])
    with pytest.raises(
        ValueError, match=re.escape("latency_s=(2, 1): two numbers, the shortest and the longest call in seconds")
    ):
        boundary(Store(), latency_s=(2, 1))


def test_functions_have_boundaries_too() -> None:
    async def ask(prompt: str) -> str:
        return prompt.upper()

    def count(prompt: str) -> int:
        return len(prompt)

    async def start() -> list[Any]:
        model, counter = boundary(ask, name="model"), boundary(count)
        return [await model("hi"), counter("hi"), await model("ho"), counter("hey")]

    for _ in range(2):
        run = run_once(start)
        assert run.failure is None, run.failure
        assert run.result == ["HI", 2, "HO", 3]
        assert [(call.boundary, call.op) for call in run.record.calls] == [("model", "__call__"), ("function", "__call__")] * 2


def test_a_snapshot_keeps_what_was_given() -> None:
    async def start() -> None:
        store = boundary(Board(), snapshot=copy.deepcopy)
        row = ["first"]
        await store.append(row)  # type: ignore[arg-type]
        row.append("second")

    assert run_once(start).record.calls[0].args == (["first"],)


# --- faults -----------------------------------------------------------------------------------------------------------------------


async def one_add() -> tuple[list[str], list[str]]:
    """What happened to the caller, and what is in the store in the end."""
    store, seen = boundary(Store()), []

    async def work() -> None:
        try:
            seen.append(f"got {await store.add('a')}")
        except InjectedError as error:
            seen.append(str(error))
        finally:
            seen.append("finally")

    results = await together(ann=work())
    await asyncio.sleep(200)
    if results["ann"] is CRASHED:
        seen.append("crashed")
    return list(seen), list(unwrap(store).rows)


@pytest.mark.parametrize(
    ("kind", "seen", "rows"),
    [
        ("delay", ["got 1", "finally"], ["a"]),
        ("error_before", ["injected: the call of add failed", "finally"], []),
        ("error_after", ["injected: the call of add failed", "finally"], ["a"]),
        ("duplicate", ["got 1", "finally"], ["a", "a"]),
        ("drop", ["got None", "finally"], []),
        ("crash", ["crashed"], []),
        ("crash_after", ["crashed"], ["a"]),
    ],
)
def test_what_a_fault_does(kind: str, seen: list[str], rows: list[str]) -> None:
    run = with_fault(one_add, kind)
    assert run.failure is None, run.failure
    assert run.result == (seen, rows)
    assert [(fault.kind, fault.agent, fault.call) for fault in run.record.faults] == [(kind, "ann", 0)]
    assert (len(run.record.calls[0].effects), run.record.calls[0].pending) == (len(rows), kind.startswith("crash"))
    assert run.virtual_s > (260 if kind == "delay" else 200)


def test_a_crash_stops_all_that_the_agent_has_begun() -> None:
    async def start() -> list[str]:
        store, seen = boundary(Store()), []
        loop, tasks = asyncio.get_running_loop(), []

        async def heartbeat() -> None:
            while True:
                await asyncio.sleep(1)
                seen.append("beat")

        async def work() -> None:
            tasks.append(asyncio.create_task(heartbeat()))
            loop.call_later(5, seen.append, "callback of ann")
            await asyncio.sleep(2.5)
            await store.add("a")

        async def other() -> None:
            await asyncio.sleep(10)
            seen.append("bob goes on")

        results = await together(ann=work(), bob=other())
        assert results == {"ann": CRASHED, "bob": None}
        return seen

    run = with_fault(start, "crash")
    assert run.failure is None, run.failure
    assert run.result == ["beat", "beat", "bob goes on"]
    assert [span.outcome for span in run.record.tasks if span.agent == "ann"] == ["crashed", "crashed"]


def test_a_crash_at_a_plain_call_takes_place_at_the_next_await() -> None:
    async def start() -> list[str]:
        store, seen = boundary(Store()), []

        async def work() -> None:
            store.add_now("a")
            seen.append("same step")
            await asyncio.sleep(0)
            seen.append("next step")

        await together(ann=work())
        return seen

    assert with_fault(start, "crash").result == ["same step"]


def test_a_crash_in_a_job_halts_it() -> None:
    async def start() -> list[str]:
        store, seen = boundary(Store()), []

        def work() -> None:
            try:
                store.add_now("a")
            except Exception:
                seen.append("unwound")
            seen.append("ended")

        await together(ann=asyncio.to_thread(work))
        return seen

    assert with_fault(start, "crash").result == []


def test_a_lock_of_a_crashed_agent_is_a_deadlock_that_names_it() -> None:
    async def start() -> None:
        store, lock = boundary(Store()), asyncio.Lock()

        async def work() -> None:
            async with lock:
                await store.add("a")

        await together(ann=work(), bob=work())

    failure = with_fault(start, "crash").failure
    assert failure is not None
    assert "ann: crashed by an injected fault" in failure.text
    assert "bob waits for a Lock, held by ann, which has crashed, at " in failure.text


def test_a_search_finds_the_fault_that_breaks_a_test() -> None:
    """A retry after an error that came after the effect does the work twice."""

    async def start() -> None:
        store = boundary(Store())

        async def work() -> None:
            for _ in range(3):
                try:
                    await store.add("a")
                    return
                except ConnectionError:
                    await asyncio.sleep(1)

        await together(ann=work())
        assert len(store) == 1, f"{len(store)} rows"

    assert explore(start, schedules=60).passed
    outcome: Outcome = explore(start, schedules=60, faults={"error_before": 1, "error_after": 1})
    assert outcome.token == "tc1.latency.0.f0=error_after"
    assert "1. at 0 ms: error_after strikes Store.add of ann" in outcome.text()
    again = explore(start, schedules=1, faults={"error_after": 1}, first=[outcome.token])
    assert again.token == outcome.token


def test_streams_have_a_leg_for_each_item_and_fail_between_them() -> None:
    async def start() -> list[str]:
        store = boundary(Store())
        unwrap(store).rows += ["a", "b", "c"]
        seen = []
        try:
            async for row in store.stream():
                seen.append(row)  # noqa: PERF401  # what was received before it fails is kept
        except InjectedError:
            seen.append("broken off")
        return seen

    run = run_once(start)
    assert run.result == ["a", "b", "c"]
    assert run.virtual_s == pytest.approx(0.0015)
    assert with_fault(start, "error_after").result == ["a", "broken off"]
    assert with_fault(start, "error_before").result == ["broken off"]


def test_the_error_can_be_chosen() -> None:
    async def start() -> str:
        store = boundary(Store(), error=TimeoutError)
        try:
            await store.add("a")
        except TimeoutError:
            return "timed out"
        return "added"

    assert with_fault(start, "error_before").result == "timed out"
