"""Which engine decides properties of runs, and what is said where the native one cannot."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from checker import api
from checker.engines.native import edges, labels
from checker.engines.native.edges import NativeGraph
from checker.engines.native.explore import Explored
from checker.engines.native.packed import GraphTooLarge
from checker.properties import searches
from checker.properties.native import DECIDED
from checker.properties.result import Report, Result

ROOT = Path(__file__).resolve().parents[2]
SPEC = str(ROOT / "specs" / "task_board.spec")
NATIVE = "explicit (native"


def on_runs(report: Report) -> list[Result]:
    return [result for result in report.results if result.kind not in DECIDED]


def test_auto_goes_on_natively_beyond_small_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "Limits", partial(searches.Limits, small=50))
    report = api.check(SPEC, instances=["pair"])
    assert len(on_runs(report)) == 4
    assert all(result.engine.startswith(NATIVE) and result.basis == "exhaustive" for result in on_runs(report))
    assert {result.verdict for result in on_runs(report)} == {"holds", "violated"}


def test_with_symmetry_runs_are_decided_on_all_states() -> None:
    report = api.check(SPEC, instances=["pair"], faults=["one_crash"], symmetry=True)
    assert {(r.engine.startswith(NATIVE), r.reduction, r.distinct) for r in on_runs(report)} == {(True, "", 265)}
    assert all(result.reduction and result.distinct < 265 for result in report.results if result.kind in DECIDED)


def test_with_symmetry_and_nothing_else_asked() -> None:
    report = api.check(SPEC, instances=["pair"], faults=["one_crash"], properties=["finished"], symmetry=True)
    assert [(r.engine.startswith(NATIVE), r.reduction, r.distinct, r.verdict) for r in on_runs(report)] == [
        (True, "", 265, "violated")
    ]


def same_by_the_reference(report: Report, reason: str) -> None:
    assert {result.engine for result in on_runs(report)} == {"explicit (reference interpreter)"}
    assert all(r.engine.startswith(NATIVE) for r in report.results if r.kind in DECIDED)
    told = [warning.text for warning in report.warnings if warning.kind == "not native"]
    assert told == [f"the reference interpreter ran, not the native engine: {reason} (for finished, no livelock)"]
    expected = api.check(SPEC, instances=["pair"], faults=["one_crash"], engine="reference")
    assert [r.verdict for r in report.results] == [r.verdict for r in expected.results]


def test_edges_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    class Large(NativeGraph):  # type: ignore[misc]
        def __init__(self, explored: Explored, *_: object, **__: object) -> None:
            raise GraphTooLarge("it takes too much")

    monkeypatch.setattr(edges, "NativeGraph", Large)
    same_by_the_reference(api.check(SPEC, instances=["pair"], faults=["one_crash"], engine="native"), "it takes too much")


def test_too_many_instances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MOST_LABELS", 1)
    report = api.check(SPEC, instances=["pair"], faults=["one_crash"], engine="native")
    reason = next(w.text for w in report.warnings if w.kind == "not native").partition("engine: ")[2].partition(" (for")[0]
    assert "parameters with so many values that steps have" in reason
    same_by_the_reference(report, reason)
