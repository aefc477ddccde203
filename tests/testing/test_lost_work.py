"""Work that nobody looks after: tasks that nobody holds, coroutines that nobody awaits, exceptions in groups, failures that are no Exception."""

from __future__ import annotations

import asyncio

import pytest

from checker.testing import boundary, checks, explore, run_once, together
from tests.testing.teams import Board

COLLECT = {"collect": 1}


def test_a_task_that_nobody_holds_is_collected() -> None:
    async def posts() -> None:
        board = boundary(Board())
        asyncio.create_task(board.append("news"))  # noqa: RUF006  # that is the bug
        await asyncio.sleep(1)
        assert board.log == ["news"], "the news is lost"

    assert explore(posts).passed
    outcome = explore(posts, faults=COLLECT)
    assert outcome.token == "tc1.latency.0.f0=collect"
    text = outcome.text()
    assert "AssertionError: the news is lost" in text
    assert "collect strikes Board.append of" in text
    assert "note: Task was destroyed but it is pending!" in text
    assert outcome.run is not None
    assert [span.outcome for span in outcome.run.record.tasks] == ["raised", "collected"]


def test_tasks_that_are_held_or_awaited_survive() -> None:
    async def posts() -> None:
        board = boundary(Board())
        held = {asyncio.create_task(board.append("held"))}
        await together(ann=board.append("ann"), bob=asyncio.wait_for(board.append("bob"), 3))
        await asyncio.gather(board.append("one"), asyncio.shield(board.append("two")))
        async with asyncio.TaskGroup() as group:
            group.create_task(board.append("three"))
        await asyncio.wait(held)
        assert len(board.log) == 6, board.log

    outcome = explore(posts, faults={"collect": 3}, checks=[checks.no_waiter_left()], schedules=60)
    assert outcome.passed, outcome.text()


def test_a_cycle_of_tasks_is_held_by_nobody() -> None:
    async def posts() -> None:
        board = boundary(Board())

        class Poster:
            def __init__(self) -> None:
                self.task = asyncio.create_task(self.run())

            async def run(self) -> None:
                await board.append("news")

        Poster()
        await asyncio.sleep(1)
        assert board.log == ["news"]

    assert not explore(posts, faults=COLLECT).passed


def test_a_coroutine_that_nobody_awaits_is_told() -> None:
    async def forgets() -> None:
        boundary(Board()).append("news")

    assert run_once(forgets).record.unhandled[0].message.endswith("was never awaited")
    outcome = explore(forgets, checks=[checks.no_waiter_left()])
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.text.startswith("the coroutine ")
    assert "was never awaited" in explore(forgets).text()


def test_what_is_in_a_group_of_exceptions_is_told() -> None:
    async def fails() -> None:
        async def raises(error: Exception) -> None:
            raise error

        async with asyncio.TaskGroup() as group:
            group.create_task(raises(ValueError("no such row")))
            group.create_task(raises(KeyError("row")))

    failure = run_once(fails).failure
    assert failure is not None
    assert (failure.name, failure.text) == ("ExceptionGroup(ValueError, KeyError)", "no such row; 'row'")
    assert failure.place is not None
    assert failure.place.text == "raise error"


def test_pytest_may_fail_a_scenario_and_skip_it() -> None:
    async def fails() -> None:
        pytest.fail("two owners")

    async def skips() -> None:
        pytest.skip("not today")

    assert "Failed: two owners" in explore(fails).text()
    with pytest.raises(pytest.skip.Exception):
        explore(skips)


def test_a_long_failing_schedule_is_short_in_the_end() -> None:
    """What a poller does after the failure is sealed are hundreds of choices that do not matter."""

    async def polls() -> None:
        board, first = boundary(Board()), []

        async def work(name: str) -> None:
            await board.append(name)
            first.append(name)

        await together(ann=work("ann"), bob=work("bob"))
        for _ in range(300):
            await board.get()
        assert first[0] == "ann", "bob was first"

    outcome = explore(polls, mode="latency", strategy="random")
    assert outcome.run is not None
    assert len(outcome.run.deviations) == 1


def test_who_waits_beside_a_heartbeat_is_told() -> None:
    async def beats() -> None:
        async def beat() -> None:
            while True:
                await asyncio.sleep(1)

        heart = asyncio.create_task(beat(), name="heartbeat")
        await together(reader=asyncio.Queue[str]().get())
        heart.cancel()

    failure = run_once(beats).failure
    assert failure is not None
    assert failure.kind == "livelock"
    assert "\n  meanwhile these wait:\n    test waits for the tasks reader at " in failure.text
    assert "\n    reader waits for an item of a Queue" in failure.text
