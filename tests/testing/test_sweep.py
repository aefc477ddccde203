"""Sweeps of cancellations."""

from __future__ import annotations

import asyncio
import re

from checker.testing import boundary, sweep, together
from tests.testing.teams import Board


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
    assert outcome.runs == 5  # plain, and two legs of each of two calls
    assert len(outcome.points_failed) == 2
    assert outcome.token == "tc1.latency.0.c0"
    text = outcome.text()
    assert "AssertionError: a permit is lost" in text
    assert re.search(r"1\. at 0 ms: ann \(at \S*test_sweep\.py:\d+\) is cancelled\n +\S*: await board.get\(\)", text)


def test_code_that_is_safe_passes() -> None:
    async def safe() -> None:
        board = boundary(Board())
        permit = asyncio.Semaphore(1)

        async def work() -> None:
            async with permit:
                await board.append("work")

        await together(ann=work(), bob=work())
        assert not permit.locked()

    outcome = sweep(safe)
    assert outcome.passed
    assert outcome.runs == 6
    assert sweep(safe, cancel=["bob"]).runs == 4


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


def test_a_sweep_over_nothing_says_so() -> None:
    async def alone() -> None:
        await asyncio.sleep(1)

    assert sweep(alone).notes == ["no task but the test itself ever suspended: nothing was cancelled"]
