"""What a newcomer gets wrong is told, and does not pass in silence."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from dataclasses import dataclass
from typing import Any

import pytest

from checker.testing import ScheduleFailure, boundary, checks, explore, explored, sweep, together
from checker.testing.errors import NoCoroutine


@dataclass
class Task:
    name: str
    state: str = "open"


class Store:
    async def load(self, name: str) -> str:
        return name

    async def save(self, task: Task) -> None:
        pass


async def one_call() -> None:
    await boundary(Store()).load("t")


class TestWhatAChecksLooksAt:
    def test_a_name_that_nothing_has(self) -> None:
        outcome = explore(one_call, checks=[checks.at_most_once("lode")], schedules=10)
        assert outcome.passed
        assert outcome.unseen == ["there was no `lode`, neither a call nor a mark"]
        assert "  note: in no run could a check tell anything: there was no `lode`, neither a call nor a mark" in outcome.text()
        with pytest.warns(UserWarning, match=r"one_call: in no run could a check tell anything: there was no `lode`"):
            outcome.check()

    def test_a_name_that_only_some_runs_have(self) -> None:
        async def sometimes() -> None:
            store = boundary(Store())

            async def patient() -> None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(store.load("b"), 0.05)

            await together(ann=store.load("a"), bob=patient())

        check = checks.at_most_once("save")
        assert explore(sometimes, checks=[check], schedules=10).unseen

        async def now_and_then() -> None:
            store = boundary(Store())
            done, _ = await asyncio.wait([asyncio.create_task(store.load("a"))], timeout=0.01)
            if not done:
                await store.save(Task("a"))

        assert not explore(now_and_then, checks=[check], schedules=60, mode="latency").unseen

    def test_an_explored_test_warns(self) -> None:
        with pytest.warns(UserWarning, match="there was no `lode`"):
            explored(one_call, checks=[checks.at_most_once("lode")], schedules=5)()

    def test_a_sweep_tells_it_too(self) -> None:
        assert sweep(one_call, checks=[checks.at_most_once("lode")]).unseen

    def test_keys_that_never_meet(self) -> None:
        async def read_and_write() -> None:
            store = boundary(Store())
            await store.load("t")
            await store.save(Task("t"))

        outcome = explore(read_and_write, checks=[checks.no_lost_update("load", "save", key=0)], schedules=10)
        assert outcome.unseen == ["no `save` is of what a `load` had read: their keys, str and str, differ"]
        by_name = checks.no_lost_update("load", "save", key=0, write_key=lambda call: call.args[0].name)
        assert not explore(read_and_write, checks=[by_name], schedules=10).unseen

    @pytest.mark.parametrize("kept", [True, False])
    def test_one_object_that_is_written_again_and_again(self, kept: bool) -> None:
        async def completes_then_fails() -> None:
            store, task = boundary(Store(), snapshot=copy.deepcopy if kept else None), Task("t")
            for task.state in ("open", "completed", "failed"):
                await store.save(task)

        check = checks.one_terminal_state(
            "save", key=lambda call: call.args[0].name, value=lambda call: call.args[0].state, terminal={"completed", "failed"}
        )
        outcome = explore(completes_then_fails, checks=[check], schedules=10)
        assert outcome.passed is not kept
        assert outcome.unseen == (
            [] if kept else ["what `save` wrote was one object each time: give its boundary `snapshot=copy.deepcopy`"]
        )


class TestWhatIsRefused:
    def test_a_coroutine_for_its_function(self) -> None:
        with pytest.raises(NoCoroutine, match=r"needs the function one_call itself, not one_call\(\)"):
            explore(one_call())  # type: ignore[arg-type]

    @pytest.mark.parametrize("maker", [checks.no_waiter_left, checks.claimed_once, checks.one_terminal_state])
    def test_what_makes_a_check_for_a_check(self, maker: Any) -> None:
        with pytest.raises(ValueError, match=rf"write `{maker.__name__}\(...\)`"):
            explore(one_call, checks=[maker])

    def test_a_check_without_a_list(self) -> None:
        with pytest.raises(ValueError, match=r"checks must be a list: `checks=\[...\]`"):
            explore(one_call, checks=checks.no_waiter_left())  # type: ignore[arg-type]

    def test_faults_without_a_number(self) -> None:
        with pytest.raises(ValueError, match="say how often each may strike in a run"):
            explore(one_call, faults=["delay"])  # type: ignore[arg-type]

    def test_agents_without_names(self) -> None:
        async def unnamed() -> None:
            first, second = one_call(), one_call()
            try:
                await together(first, second)  # type: ignore[arg-type]
            finally:
                first.close()
                second.close()

        assert "TypeError: each agent needs a name: `together(ann=coroutine, bob=coroutine)`" in explore(unnamed).text()

    def test_one_latency(self) -> None:
        with pytest.raises(ValueError, match="latency_s=3: two numbers, the shortest and the longest call in seconds"):
            boundary(Store(), latency_s=3)  # type: ignore[arg-type]


def test_a_call_that_is_a_task_of_its_own_is_shown_where_it_was_made() -> None:
    async def fails_behind() -> None:
        store = boundary(Store())
        await asyncio.create_task(store.load("a"))

    text = explore(fails_behind, faults={"error_before": 1}).text()
    assert 'await asyncio.create_task(store.load("a"))' in text
    assert "witness.py" not in text


def test_pytest_shows_the_test_and_no_line_of_the_search() -> None:
    @explored(schedules=5)
    async def fails() -> None:
        raise ValueError("first line\nsecond line")

    with pytest.raises(ScheduleFailure) as caught:
        fails()
    shown = caught.traceback.filter(caught)
    assert [str(entry.path).endswith("test_misuse.py") for entry in shown] == [True]
    assert str(caught.value).startswith(f"{fails.__qualname__} fails\n  ValueError: first line (")
    assert "\n    second line\n" in str(caught.value)


def test_steps_that_repeat_are_told_once() -> None:
    async def polls() -> None:
        while True:
            await asyncio.sleep(1)

    (line,) = [line for line in explore(polls, max_steps=400).text().splitlines() if " times until " in line]
    assert line.endswith("await asyncio.sleep(1) (199 times until 199000 ms)")
