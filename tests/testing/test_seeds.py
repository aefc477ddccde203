"""Code that keeps what it knows by random ids from run to run: its runs have random numbers of their own, and bugs in it are found all the same."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
import uuid
from collections.abc import Iterator

import pytest

from checker.testing import boundary, explore, replay, run_once, seeds, sweep, together
from tests.testing.teams import Board, claim

REGISTRY: dict[str, object] = {}  # as a runtime of a library has one, for the process


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    REGISTRY.clear()
    seeds.KEEP_IDS.clear()


def start_run() -> None:
    run_id = uuid.uuid4().hex
    if run_id in REGISTRY:
        raise RuntimeError(f"the run {run_id} already exists")
    REGISTRY[run_id] = object()


async def registered() -> None:
    start_run()
    await together(ann=asyncio.sleep(0.1), bob=asyncio.sleep(0.1))


async def claims_registered() -> None:
    start_run()
    board = boundary(Board())
    await together(ann=claim(board, "ann"), bob=claim(board, "bob", 0.005))
    assert board.claims == 1, f"{board.claims} claims"


def test_ids_that_come_again_are_no_failure() -> None:
    for _ in range(2):
        outcome = explore(registered, schedules=20)
        assert outcome.passed, outcome.text()
    assert sweep(registered).passed
    assert "keeps what it knows by random ids from run to run" in explore_anew().text()


def explore_anew() -> object:
    seeds.KEEP_IDS.clear()
    return explore(registered, schedules=5)


def test_a_bug_beside_them_is_found_told_and_replayed() -> None:
    outcome = explore(claims_registered, schedules=100)
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.text.startswith("2 claims")
    again = [replay(claims_registered, str(outcome.token)) for _ in range(3)]
    assert [one.token for one in again] == [outcome.token] * 3
    assert {one.text().splitlines()[1].split(" (")[0] for one in again} == {"  AssertionError: 2 claims"}
    assert not any("gave another run" in note for one in (outcome, *again) for note in one.notes)
    REGISTRY.clear()  # another process
    seeds.KEEP_IDS.clear()
    fresh = replay(claims_registered, str(outcome.token))
    assert fresh.token == outcome.token
    assert fresh.text().partition("  note:")[0] == again[0].text().partition("  note:")[0]


def test_what_fails_for_some_random_numbers_is_a_failure() -> None:
    async def unlucky() -> None:
        start = random.randrange(10)
        await asyncio.sleep(start)
        assert start % 3, f"drew {start}"

    outcome = explore(unlucky, schedules=60)
    assert not outcome.passed
    assert not seeds.KEEP_IDS
    assert replay(unlucky, str(outcome.token)).token == outcome.token


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


def test_ids_are_alike_in_each_replay_and_no_two_agents_share_one() -> None:
    taken: list[list[str]] = []

    async def ids() -> None:
        board, found = boundary(Board()), []

        async def work() -> None:
            for _ in range(3):
                await board.get()
                made = random.Random()  # a generator of its own, without a seed
                found.extend([str(uuid.uuid4()), str(uuid.uuid1()), secrets.token_hex(8), str(made.getrandbits(64))])
                found.append(str(random.SystemRandom().getrandbits(64)))

        await together(ann=work(), bob=work())
        assert len(set(found)) == len(found) == 30, "two ids are alike"
        taken.append(found)

    assert explore(ids, schedules=40).passed
    token = "tc1.both.3.l1=50000,o2,l4=700"
    del taken[:]
    for _ in range(5):
        assert run_once(ids, token=token).failure is None
    assert len({tuple(one) for one in taken}) == 1, "a replay has other ids"
    last = uuid.uuid1()
    assert abs(last.time / 1e7 - 12_219_292_800 - time.time()) < 60, "outside of a run the clock is the real one"
    assert random.Random().random() != random.Random().random()
