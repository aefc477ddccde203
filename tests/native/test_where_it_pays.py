"""Partial order where it pays: short searches are of all states, long ones are not, and none waits for the comparison of its steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checker import api
from checker.engines.native import where_it_pays
from checker.engines.native.compile import Compiled
from checker.engines.native.explore import Explored, explore_native
from checker.engines.native.search import Search, Status
from checker.engines.native.where_it_pays import explore_where_it_pays
from tests.native.test_partial_order import ROOT, counts, model_of, pytestmark  # noqa: F401

RING = ROOT / "specs" / "bench" / "ring_tokens.spec"
FEW = "partial order leaves nothing out where all states are searched sooner than steps are compared: `--partial-order-always` compares them"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps are compared after a hundred states, whatever that takes."""
    monkeypatch.setattr(where_it_pays, "FEW_STATES", 100)
    monkeypatch.setattr(where_it_pays, "OF_A_STATE", 10**9)


def said(found: Explored) -> tuple[tuple[int, int], str, str, bool]:
    return counts(found), found.reduction, found.unreduced, found.complete


def test_a_short_search_is_of_all_states() -> None:
    assert said(explore_where_it_pays(model_of(RING, "nine"))) == ((34_926, 162_664), "", "", True)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("threads", [1, 2])
def test_a_long_search_makes_room_for_a_short_one(threads: int) -> None:
    found = explore_where_it_pays(model_of(RING, "five"), threads=threads)
    assert said(found) == ((25, 24), "partial order", "", True)


@pytest.mark.usefixtures("soon")
def test_a_long_search_goes_on_where_steps_depend_on_each_other() -> None:
    model = model_of(ROOT / "specs" / "bench" / "lossy_lease.spec", "small", "rough")
    assert said(explore_where_it_pays(model)) == (
        counts(explore_native(model)),
        "",
        "most of its steps depend on each other",
        True,
    )


@pytest.mark.usefixtures("soon")
def test_a_long_search_goes_on_where_too_little_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where_it_pays, "FEW_STATES", 8_000)  # else the search of fewer states comes further than that of all
    monkeypatch.setattr(where_it_pays._Fewer, "states", lambda self, known, work: 5_000)
    model = model_of(ROOT / "specs" / "two_phase_commit.spec", "five")
    assert said(explore_where_it_pays(model)) == (counts(explore_native(model)), "", "it leaves out too little", True)


def test_comparing_takes_a_part_of_the_work_of_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins late and stops when that part is spent; the search goes on, and ends first."""
    monkeypatch.setattr(where_it_pays, "FEW_STATES", 100)
    monkeypatch.setattr(where_it_pays, "OF_THE_START", 0)
    monkeypatch.setattr(where_it_pays, "OF_A_NODE", 100)
    asked = watched_comparisons(monkeypatch)
    model = model_of(RING, "nine")
    assert said(explore_where_it_pays(model)) == (counts(explore_native(model)), "", "", True)
    assert any(done > 0 for _, done, _ in asked)
    assert all(spent + done <= work // where_it_pays.PART + A_STEP for work, done, spent in asked)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_comparison_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """It is done in several turns, and what comes out is what it is in one."""
    monkeypatch.setattr(where_it_pays, "FEW_STATES", 100)
    monkeypatch.setattr(where_it_pays, "OF_THE_START", 0)
    monkeypatch.setattr(where_it_pays, "OF_A_NODE", 100)
    monkeypatch.setattr(where_it_pays, "OF_A_STATE", 300_000)
    asked = watched_comparisons(monkeypatch)
    model = model_of(RING, "nine")
    assert said(explore_where_it_pays(model, threads=threads)) == ((63, 62), "partial order", "", True)
    done = [done for _, done, _ in asked]
    assert 0 < done[-2] < done[-1]


A_STEP = 50_000_000  # one question may take so long


def watched_comparisons(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """After each turn: the work of the search so far, that of the comparison, and what else was spent."""
    asked: list[tuple[int, int, int]] = []
    usual = where_it_pays._Fewer.compared

    def compared(self: where_it_pays._Fewer, work: int | None, time_left: Callable[[], bool]) -> Compiled | None:
        found = usual(self, work, time_left)
        assert work is not None
        asked.append((work, self.done, self.spent))
        return found

    monkeypatch.setattr(where_it_pays._Fewer, "compared", compared)
    return asked


@pytest.mark.usefixtures("soon")
def test_properties_of_runs_need_all_states_in_any_case() -> None:
    model = model_of(RING, "five")
    whole = counts(explore_native(model))
    assert said(explore_where_it_pays(model, runs=True)) == (whole, "", "properties of runs need all states", True)


def test_what_is_reduced_may_keep_within_a_limit() -> None:
    found = explore_where_it_pays(model_of(RING, "five"), states_limit=100)
    assert said(found) == ((25, 24), "partial order", "", True)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("time_s", [1e-9, 0.02, 0.2])
def test_no_time_is_no_verdict(time_s: float) -> None:
    found = explore_where_it_pays(model_of(ROOT / "specs" / "two_phase_commit.spec", "five"), time_s=time_s)
    assert found.complete or found.stopped == f"the limit of {time_s:g} s was reached"


def test_a_pause_is_between_layers_whatever_the_threads_do() -> None:
    found = explore_native(model_of(RING, "nine"))
    program, initial = found.compiled.program, [found.search.state(0)]
    seen = []
    for threads in (1, 2):
        with Search(program, initial, threads=threads) as search:
            assert search.run(states=10_000) is Status.PAUSED
            seen.append(search.stats().distinct)
            assert search.stats().status is Status.RUNNING
            assert search.run() is Status.COMPLETE
            assert search.stats().distinct == found.stats.distinct
    assert seen[0] == seen[1]
    assert seen[0] in found.search.layers()


@pytest.mark.parametrize("engine", ["auto", "native"])
def test_a_check_says_once_that_its_searches_are_short(engine: str) -> None:
    report = api.check(str(ROOT / "specs" / "patterns" / "lease_fenced.spec"), engine=engine, partial_order=True)  # type: ignore[arg-type]
    usual = api.check(str(ROOT / "specs" / "patterns" / "lease_fenced.spec"), engine=engine)  # type: ignore[arg-type]
    assert [(w.text, w.instance, w.faults) for w in report.warnings if w.kind == "not reduced"] == [(FEW, "", "")]
    assert [(r.property, r.verdict, r.distinct) for r in report.results] == [
        (r.property, r.verdict, r.distinct) for r in usual.results
    ]


@pytest.mark.usefixtures("soon")
def test_runs_are_decided_on_the_graph_of_all_states(tmp_path: Path) -> None:
    """One search decides both kinds of properties, where it is of all states."""
    path = ROOT / "specs" / "patterns" / "lease_fenced.spec"
    report = api.check(str(path), engine="native", partial_order=True)
    usual = api.check(str(path), engine="native")
    assert [(r.property, r.verdict) for r in report.results] == [(r.property, r.verdict) for r in usual.results]
