"""Sweeps of cancellations."""

from __future__ import annotations

import asyncio
import re

from checker.testing import boundary, explore, replay, sweep, together
from tests.testing.teams import Board, claim


def test_each_suspension_point_is_tried_and_the_one_that_leaks_is_named() -> None:
    async def leaky() -> None:
        board = boundary(Board())
        free = 1

        async def work() -> None:
            nonlocal free
            free -= 1
            await board.get()
            try:
                await board.append("work")
            finally:
                free += 1

        await together(ann=work())
        assert free == 1, "a permit is lost"

    outcome = sweep(leaky)
    assert outcome.runs == 10  # plain, before the start, and before and after the wait for each of two legs of two calls
    assert len(outcome.points_failed) == 4
    assert outcome.token == "tc1.latency.0.c1"
    text = outcome.text()
    assert "AssertionError: a permit is lost" in text
    assert re.search(r"1\. at 0 ms: ann \(at \S*test_sweep\.py:\d+\) is cancelled\n +\S*: await board.get\(\)", text)


async def safe() -> None:
    board = boundary(Board())
    permit = asyncio.Semaphore(1)

    async def work() -> None:
        async with permit:
            await board.append("work")

    await together(ann=work(), bob=work())
    assert not permit.locked()


def test_code_that_is_safe_passes() -> None:
    outcome = sweep(safe)
    assert outcome.passed
    assert outcome.runs == 13  # one of the two waits for the permit first
    assert sweep(safe, cancel=["bob"]).runs == 8


def test_a_cancelled_test_is_no_failure_but_a_waiter_left_behind_is() -> None:
    async def left_behind() -> None:
        board = boundary(Board())
        answer = asyncio.get_running_loop().create_future()

        async def serve() -> None:
            await board.get()
            answer.set_result(1)

        server = asyncio.create_task(serve(), name="server")
        await asyncio.sleep(5)
        assert await answer == 1
        await server

    outcome = sweep(left_behind, cancel=["server"])
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.kind == "deadlock"
    assert "test waits for a future that nobody has resolved" in outcome.text()


def test_an_item_that_was_taken_and_is_lost_by_a_cancellation_is_found() -> None:
    """Cancelled between the arrival of the item and its own turn, a consumer has taken it and never sees it."""

    async def lossy() -> None:
        queue: asyncio.Queue[str] = asyncio.Queue()
        done = []

        async def consume() -> None:
            waiting = asyncio.ensure_future(queue.get())
            done.append(await waiting)

        consumer = asyncio.create_task(consume(), name="consumer")
        await asyncio.sleep(0.1)
        queue.put_nowait("item")
        await asyncio.wait([consumer])
        if queue.qsize():
            done.append(queue.get_nowait())
        assert done == ["item"], "the item is lost"

    outcome = sweep(lossy, cancel=["consumer"])
    (point,) = outcome.points_failed
    assert re.sub(r"\(at .*\) ", "", point) == "at 100 ms: consumer is cancelled as it resumes"


def test_a_sweep_through_drawn_schedules_is_bounded_and_fails_for_them_too() -> None:
    plain = sweep(safe)
    crossed = sweep(safe, schedules=3)
    assert crossed.passed
    assert plain.runs < crossed.runs <= plain.runs + 3 * (plain.runs + 4)  # other schedules have other numbers of points

    async def late() -> None:
        board = boundary(Board())
        await together(ann=claim(board, "ann"), bob=claim(board, "bob", 0.05))
        assert board.claims == 1

    assert sweep(late).passed
    found = sweep(late, schedules=40)
    assert found.run is not None
    assert {deviation.kind for deviation in found.run.deviations} <= {"l", "c"}


def test_a_sweep_over_nothing_says_so() -> None:
    async def alone() -> None:
        await asyncio.sleep(1)

    assert sweep(alone).notes == ["no task but the test itself ever suspended: nothing was cancelled"]


def test_the_tasks_that_an_agent_makes_within_are_cancelled_on_request_only() -> None:
    async def careful() -> None:
        board, started = boundary(Board()), []

        async def work() -> None:
            started.append("ann")
            inner = asyncio.create_task(board.append("work"), name="inner")
            try:
                await asyncio.shield(inner)
            except asyncio.CancelledError:
                await inner  # which nobody but this agent can cancel

        await together(ann=work())
        assert len(board.log) == len(started), "the line is lost"

    assert sweep(careful).passed
    failed = sweep(careful, cancel=True)
    assert failed.points_failed
    assert "the line is lost" in failed.text()


def test_a_cancellation_that_does_harm_under_another_schedule_only_is_found_by_a_search() -> None:
    async def leaky() -> None:
        board, free = boundary(Board()), [1]

        async def work() -> None:
            if await board.get() == "ann":  # in plain order ann comes later
                free.pop()
                await board.append("work")
                free.append(1)

        await together(ann=claim(board, "ann", 0.05), bob=work())
        assert free, "the permit is lost"

    assert sweep(leaky, cancel=["bob"]).passed
    crossed = sweep(leaky, cancel=["bob"], schedules=40)
    assert crossed.run is not None
    assert sorted(deviation.kind for deviation in crossed.run.deviations) == ["c", "l"]  # what is not needed is left out
    assert "the permit is lost" in crossed.text()
    assert replay(leaky, str(crossed.token), cancel=["bob"]).token == crossed.token
    outcome = explore(leaky, mode="latency", cancel=["bob"])
    assert outcome.run is not None
    assert {deviation.kind for deviation in outcome.run.deviations} == {"l", "c"}
