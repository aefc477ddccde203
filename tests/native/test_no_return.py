"""The point of no return of what a native search finds is that of the reference."""

from __future__ import annotations

import pathlib

import pytest

from checker import api
from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.properties.finding import Path
from checker.properties.judge import judge
from checker.properties.native import DECIDED
from checker.properties.no_return import no_return
from checker.properties.plan import property_name
from checker.properties.requests import one_checked
from checker.properties.result import Result
from checker.properties.search import Search
from checker.properties.traces import replayed
from checker.semantics.interpreter import Interpreter

ROOT = pathlib.Path(__file__).resolve().parents[2]


def by_reference(spec: str, instance: str, faults: str, result: Result) -> int | None:
    """Of the same trace, on the graph of the reference interpreter."""
    checked = one_checked(spec, instance, faults, {})
    asked = [node for node in checked.properties if property_name(node) == result.property]
    model = elaborate(checked, faults, asked or None)
    search = Search(explore(model), Interpreter(model))
    goal = next(goal for goal in model.goals if goal.name == result.property)
    assert result.trace is not None
    path = Path(initial=0, indices=tuple(step.index for step in result.trace.steps), end=None)
    return no_return(search, replayed(search, path), judge(search, goal))


@pytest.mark.parametrize(
    ("name", "instance", "faults", "properties"),
    [
        ("lock", "pair", "one_crash", {"no deadlock"}),
        ("lock", "pair", "repeat Client <= 1", {"together"}),
        ("task_board", "pair", "one_crash", {"one_owner", "no deadlock", "no lost update on status"}),
        ("seed_decentralized", "fork", "crash Agent <= 2", {"rounds_floor", "no deadlock"}),
        ("two_phase_commit", "three", "byzantine Manager <= 1", {"consistent", "final"}),
    ],
)
def test_it_is_that_of_the_reference(name: str, instance: str, faults: str, properties: set[str]) -> None:
    spec = str(ROOT / "specs" / f"{name}.spec")
    report = api.check(spec, instances=[instance], faults=[faults], engine="native")
    found = [r for r in report.results if r.kind in DECIDED and r.verdict == "violated"]
    assert {result.property for result in found} == properties
    for result in found:
        assert result.trace is not None
        assert "native" in result.engine
        assert result.trace.no_return is not None
        assert result.trace.no_return == by_reference(spec, instance, faults, result)


def test_it_is_left_out_where_the_search_is_cut_short() -> None:
    spec = str(ROOT / "specs" / "seed_decentralized.spec")
    report = api.check(spec, instances=["fork"], faults=["crash Agent <= 2"], engine="native", states_limit=5_000)
    traces = [r.trace for r in report.results if r.kind in DECIDED and r.verdict == "violated"]
    assert traces
    assert all(trace is not None and trace.no_return is None for trace in traces)
