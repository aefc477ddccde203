"""The search: what it finds, how it shrinks, which mode it names, and that a token replays."""

from __future__ import annotations

import asyncio
import re

import pytest

from checker.testing import FAULTS, Outcome, ScheduleFailure, boundary, explore, explored, pick, replay, run_once, together
from checker.testing.choices import MODE_MEANING
from tests.testing import teams


def test_the_staggered_claim_is_found_in_a_mode_that_plain_asyncio_allows() -> None:
    outcome = explore(teams.staggered_claim, schedules=400)
    assert outcome.mode == "latency"
    assert outcome.run is not None
    assert len(outcome.run.deviations) == 1
    assert outcome.found_after <= 10


@pytest.mark.parametrize("strategy", ["random", "pct", "deviations"])
@pytest.mark.parametrize("seed", range(5))
def test_each_strategy_finds_the_staggered_claim(strategy: str, seed: int) -> None:
    outcome = explore(teams.staggered_claim, schedules=400, mode="latency", seed=seed, strategy=strategy)  # type: ignore[arg-type]
    assert not outcome.passed
    assert outcome.found_after <= 100


@pytest.mark.parametrize("seed", range(3))
def test_a_sleep_that_is_no_boundary_is_found_where_timers_overtake(seed: int) -> None:
    outcome = explore(teams.staggered_claim_without_boundary, schedules=400, seed=seed, late_s=0)
    assert outcome.mode == "overtake"


def test_what_a_late_loop_finds_ready_at_once_is_found_in_plain_order() -> None:
    """Who looks between a cancellation and the moment at which the cancelled task hears of it."""

    async def given_up() -> None:
        waiting = []

        async def waits() -> None:
            waiting.append("cyd")
            try:
                await asyncio.sleep(1)
            finally:
                waiting.clear()

        async def gives_up() -> None:
            task = asyncio.create_task(waits())
            await asyncio.sleep(0.003)
            task.cancel()

        async def looks() -> None:
            await asyncio.sleep(0.004)
            assert not waiting, "somebody waits"

        await together(ann=gives_up(), bob=looks())

    assert explore(given_up, mode="latency", late_s=0).passed
    outcome = explore(given_up, mode="latency")
    assert outcome.token == "tc1.latency.0.w0"
    assert "the loop is held up, until 4 ms, 1 ms late; by then are due the timer of ann (at " in str(outcome)


def test_a_lock_repairs_the_claim() -> None:
    outcome = explore(teams.locked_claim, schedules=400)
    assert outcome.passed
    assert outcome.runs == 400
    assert outcome.distinct > 100


def test_a_hand_off_that_plain_order_makes_right_is_never_reported_in_latency_mode() -> None:
    for strategy in ("auto", "random", "pct"):
        assert explore(teams.plain_order_hand_off, schedules=150, mode="latency", strategy=strategy).passed  # type: ignore[arg-type]
    found = explore(teams.plain_order_hand_off, schedules=400)
    assert found.mode == "reorder"
    assert found.run is not None
    assert [deviation.kind for deviation in found.run.deviations] == ["o"]


def test_a_failure_found_in_a_strong_mode_is_told_in_the_weakest() -> None:
    outcome = explore(teams.staggered_claim, schedules=200, mode="both", strategy="random", first=["tc1.both.0.o0,t1,l2=100000"])
    assert outcome.found_mode == "both"
    assert outcome.mode == "latency"


def test_a_token_replays() -> None:
    token = explore(teams.staggered_claim).token
    assert token is not None
    again = replay(teams.staggered_claim, token)
    assert again.token == token
    assert again.run is not None
    assert [account.text for account in again.run.accounts] == ["the request of Board.claim by ann takes 100 ms"]


def test_a_token_replays_identically_a_thousand_times() -> None:
    token = explore(teams.plain_order_hand_off).token
    runs = [run_once(teams.plain_order_hand_off, token=token) for _ in range(1_000)]
    assert len({(run.fingerprint, run.steps, run.virtual_s, run.failure and run.failure.text) for run in runs}) == 1
    assert runs[0].failure is not None


def test_a_repaired_test_passes_its_old_token_and_says_what_no_longer_applies() -> None:
    token = "tc1.latency.0.l2=100000,l900=5"
    outcome = replay(teams.locked_claim, token)
    assert outcome.passed
    assert outcome.notes == ["some deviations of the token no longer apply: the code or its settings have changed"]


@pytest.mark.parametrize(
    ("token", "text"),
    [
        ("nonsense", "`nonsense` is no replay token: it has the form tc1.MODE.SEED.DEVIATIONS"),
        ("tc1.fast.0.plain", "`fast` in the replay token is no mode: latency, reorder, overtake, both"),
        ("tc1.both.x.plain", "`x` in the replay token is no seed: a whole number"),
        ("tc1.both.0.q1", "`q1` in the replay token is no deviation: a letter of `lotwfcp`, a number, and `=VALUE`"),
        ("tc1.both.0.f1=fire", f"`f1=fire` in the replay token names no fault: {', '.join(FAULTS)}"),
        ("tc1.both.0.l1=x", "`l1=x` in the replay token needs a whole number after `=`"),
    ],
)  # fmt: skip
def test_a_bad_token_is_refused(token: str, text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        replay(teams.staggered_claim, token)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"mode": "fast"}, "mode='fast': the modes are latency, reorder, overtake, both"),
        ({"strategy": "luck"}, "strategy='luck': the strategies are auto, random, pct, deviations"),
        (
            {"faults": {"fire": 1}},
            "faults={'fire': 1}: the faults are collect, crash, delay, drop, duplicate, error_after, error_before, each",
        ),
    ],
)
def test_a_bad_option_is_refused(options: dict[str, object], text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        explore(teams.staggered_claim, **options)  # type: ignore[arg-type]


def test_the_report_of_a_failure() -> None:
    outcome = explore(teams.staggered_claim, schedules=400)
    lines = [re.sub(r"teams\.py:\d+", "teams.py:N", line) for line in outcome.text().splitlines()]
    assert lines == [
        "staggered_claim fails",
        '  AssertionError: 2 claims (tests/testing/teams.py:N: assert board.claims == 1, f"{board.claims} claims")',
        f"  mode latency: {MODE_MEANING['latency']}",
        "  1 deviation from plain order:",
        "    1. at 1 ms: the request of Board.claim by ann takes 100 ms",
        "         tests/testing/teams.py:N: await board.claim(who)",
        "  calls at boundaries, in order of their effects:",
        "    0 ms  ann: Board.get() -> None, 1 ms",
        "    5 ms  bob: Board.get() -> None, 1 ms",
        "    6 ms  bob: Board.claim('bob') -> None, 1 ms",
        "    1 ms  ann: Board.claim('ann') -> None, 100.5 ms",
        f"  found after {outcome.found_after} runs (mode latency)",
        "  replay: tc1.latency.0.l2=100000",
    ]


def test_an_order_that_deviates_is_told_with_the_lines_of_both_tasks() -> None:
    text = explore(teams.plain_order_hand_off).text()
    assert re.search(
        r"sender \(at \S*teams\.py:\d+\) runs before receiver \(at \S*teams\.py:\d+\), which had been ready longer", text
    )
    assert "await asyncio.sleep(0)" in text
    assert "await full.wait()" in text


def test_without_boundaries_the_steps_are_shown() -> None:
    lines = [
        re.sub(r"tests/testing/|:\d+:", "", line)
        for line in explore(teams.staggered_claim_without_boundary, schedules=400, late_s=0).text().splitlines()
    ]
    start = lines.index("  steps, each from the line shown to the next `await`:")
    assert lines[start + 1 :][:3] == [
        "    0 ms  test from teams.py async def staggered_claim_without_boundary() -> None:",
        "    0 ms  ann from teams.py async def claim(board: Board, who: str, delay_s: float = 0.0) -> None:",
        "    0 ms  bob from teams.py async def claim(board: Board, who: str, delay_s: float = 0.0) -> None:",
    ]
    assert "    5 ms  bob from teams.py await asyncio.sleep(delay_s)" in lines


def test_explored_makes_a_plain_test(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    @explored(schedules=30, mode="latency")
    async def test_it(board_class: type[teams.Board]) -> None:
        """Has parameters, as with fixtures."""
        board = boundary(board_class())
        await together(ann=teams.claim(board, "ann"), bob=teams.claim(board, "bob"))
        seen.append(board.claims)
        assert board.claims == 1, "claimed twice"

    assert not asyncio.iscoroutinefunction(test_it)
    assert test_it.__name__ == "test_it"
    with pytest.raises(ScheduleFailure, match="claimed twice") as raised:
        test_it(teams.Board)
    assert isinstance(raised.value.__cause__, AssertionError)
    seen.clear()
    monkeypatch.setenv("TEAMCHECK_REPLAY", "tc1.latency.0.plain")
    with pytest.raises(ScheduleFailure, match="in plain order: no deviation is needed"):
        test_it(teams.Board)
    assert len(seen) == 3  # the run that does not count, the run, and the same explained


def test_a_test_without_choices_is_run_once() -> None:
    async def alone() -> None:
        await asyncio.sleep(5)

    outcome = explore(alone, schedules=400)
    assert (outcome.passed, outcome.distinct) == (True, 1)
    assert outcome.runs <= 4


def test_a_pick_is_the_first_in_plain_order_and_any_in_a_search() -> None:
    async def draw() -> None:
        assert pick(["ann", "bob", "eve"]) != "eve"

    assert pick(["ann", "bob"]) == "ann"  # outside a run
    outcome = explore(draw, schedules=60, mode="latency")
    assert outcome.token == "tc1.latency.0.p0=2"


def test_all_schedules_with_one_deviation() -> None:
    outcome = explore(teams.locked_claim, schedules=60, mode="latency", strategy="deviations")
    assert outcome.complete == {"latency": 1}
    assert "latency: all schedules with at most 1 deviation from plain order were run" in outcome.text()


def test_a_check_of_the_record_can_fail_a_run() -> None:
    def claimed_once(record):  # type: ignore[no-untyped-def]
        claims = list(record.of("Board", "claim"))
        return [f"claimed by {claims[0].agent} and {claims[1].agent}"] if len(claims) > 1 else []

    async def unchecked() -> None:
        board = boundary(teams.Board())
        await together(ann=teams.claim(board, "ann"), bob=teams.claim(board, "bob", 0.005))

    outcome: Outcome = explore(unchecked, checks=[claimed_once])
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert (outcome.run.failure.kind, outcome.run.failure.name, outcome.run.failure.text) == (
        "check",
        "claimed_once",
        "claimed by ann and bob",
    )


def test_an_interrupt_tells_what_is_known_by_then() -> None:
    runs = 0

    async def test() -> None:
        nonlocal runs
        runs += 1
        if runs == 30:
            raise KeyboardInterrupt
        await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))

    with pytest.raises(KeyboardInterrupt, match=r"test: interrupted after 2\d runs, \d+ of them different; none of them failed"):
        explore(test)
