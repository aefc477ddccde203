"""Ids of the code under test repeat from run to run, as those of real programs never do: what only comes of that is no failure."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from checker.testing import boundary, explore, replay, sweep, together
from tests.testing.adapters.desk import Board

NOTE = "KeyError came only where a run made the ids (uuid4, secrets, urandom) of an earlier one again"


def registered(then: Callable[[str], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, None]]:
    """A test whose sessions are kept in a registry that outlives its runs."""
    registry: set[str] = set()

    async def session() -> None:
        key = uuid.uuid4().hex
        if key in registry:
            raise KeyError("there is a session of this id")
        registry.add(key)
        await then(key)

    async def two_sessions() -> None:
        await together(ann=session(), bob=session())

    return two_sessions


async def nothing(key: str) -> None:
    await boundary(Board()).get()


@pytest.mark.parametrize("mode", ["latency", "both"])
def test_a_registry_that_outlives_a_run_is_no_failure(mode: Any) -> None:
    outcome = explore(registered(nothing), schedules=30, mode=mode)
    assert outcome.passed
    assert outcome.runs == 30
    [note] = outcome.notes
    assert note.startswith(NOTE)
    assert sweep(registered(nothing)).passed
    assert replay(registered(nothing), "tc1.latency.0.plain").passed


def test_a_failure_behind_it_is_found_and_replayed() -> None:
    async def wrong(key: str) -> None:
        await boundary(Board()).get()
        raise AssertionError("wrong")

    outcome = explore(registered(wrong), schedules=5)
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.text == "wrong"
    again = replay(registered(wrong), str(outcome.token))
    assert again.run is not None
    assert again.run.failure is not None
    assert again.run.failure.text == "wrong"


def test_a_failure_that_hangs_on_the_order_of_ids_stays_one() -> None:
    async def sorted_by_id() -> None:
        first, second = uuid.uuid4(), uuid.uuid4()
        assert first < second

    failing = [seed for seed in range(12) if not explore(sorted_by_id, schedules=1, seed=seed).passed]
    assert 0 < len(failing) < 12
    for seed in failing:
        assert not replay(sorted_by_id, f"tc1.latency.{seed}.plain").notes


def test_a_failure_that_does_not_come_again_stays_one() -> None:
    """It hangs on something that is not controlled, and no run tells on what."""
    runs: list[int] = []

    async def now_and_then() -> None:
        runs.append(len(runs))
        assert len(runs) != 4

    outcome = explore(now_and_then, schedules=10)
    assert outcome.run is not None
    assert outcome.found_after == 3


def test_other_random_numbers_are_those_of_the_seed() -> None:
    drawn: list[float] = []

    async def draws(key: str) -> None:
        drawn.append(random.random())

    assert explore(registered(draws), schedules=4, strategy="deviations", mode="latency").passed
    assert drawn[:2] == drawn[-2:]
