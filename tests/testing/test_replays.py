"""The command that replays failing runs of the frameworks tells those that differ from those that do not."""

from __future__ import annotations

import itertools
from importlib.util import find_spec

import pytest

from checker.testing import boundary, explore, replay
from checker.testing.record import without_addresses
from tests.testing import replays
from tests.testing.adapters.agreeing import Scenario
from tests.testing.adapters.desk import Board
from tests.testing.adapters.pairs import PAIRS, Pair


def test_each_framework_has_its_tests() -> None:
    assert len({pair.module for pair in PAIRS}) == len(PAIRS) == 10


@pytest.mark.skipif(find_spec("pydantic_graph") is None, reason="pydantic-graph is not installed")
def test_a_line_for_each_framework() -> None:
    chosen = [pair for pair in PAIRS if pair.framework == "pydantic-graph"]
    _, line = replays.measure(chosen, count=4, processes=0)
    assert " pydantic-graph  4 of 4 " in line
    afresh = [replays.replayed_afresh(chosen[0], "tc1.latency.0.plain", 2, hash_seed=n) for n in range(2)]
    assert afresh[0] == afresh[1]
    assert list(afresh[0].values()) == [2]


def test_what_differs_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = itertools.count()

    async def race() -> None:
        raise AssertionError(f"run {next(runs)}")

    def made(self: Pair) -> Scenario:
        return race

    monkeypatch.setattr(Pair, "race", property(made))
    monkeypatch.setattr(Pair, "checks", ())
    chosen = Pair(framework="none", package="json", module="none", name="none")
    _, line = replays.measure([chosen], count=3, processes=0)
    assert line.split()[:5] == ["!", "none", "1", "of", "3"]


def test_reports_tell_no_addresses() -> None:
    async def wrong() -> None:
        board = boundary(Board())
        await board.put(object())  # type: ignore[arg-type]
        raise AssertionError(f"{object()} is wrong")

    outcome = explore(wrong, schedules=1)
    assert "<object object at 0x…> is wrong" in str(outcome)
    assert "Board.put(<object object at 0x…>) -> True" in str(outcome)
    assert str(replay(wrong, str(outcome.token))).splitlines()[:4] == str(outcome).splitlines()[:4]
    kept = "0xff at 12:30, 550e8400-e29b-41d4-a716-7f5544000000, scope"
    assert without_addresses(f"{kept} 7fc2ea204860 of 0x7fc2ea204860") == f"{kept} 0x… of 0x…"
