"""What bounds memory and time changes no verdict."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from checker.api import load
from checker.conformance.beliefs import Beliefs, CannotTell, Limits
from checker.conformance.orders import explain_in_some_order
from checker.conformance.seen import StepSeen
from checker.conformance.symbolic.follow import SetsOfStates
from checker.conformance.tracker import Tracker
from checker.semantics.interpreter import Interpreter
from tests.conformance.boards import BOARD, BY_NAME, followed, logged_runs
from tests.conformance.oracle import random_run
from tests.conformance.test_tracker_oracle import in_lanes


def runs(count: int) -> list[list[StepSeen]]:
    interpreter, random = Interpreter(load(BOARD, overrides={"workers": 3, "tasks": 3})), Random(1)
    return [[StepSeen(frozenset([t.step])) for t in random_run(interpreter, random, 30)] for _ in range(count)]


def test_what_is_forgotten_is_worked_out_again() -> None:
    """Three runs side by side: each keeps its states while most is forgotten, again and again."""
    model = load(BOARD, overrides={"workers": 3, "tasks": 3})
    small, large = Beliefs(model, limits=Limits(kept=60)), Beliefs(model)
    sides = [(Tracker(small), Tracker(large), run) for run in runs(3)]
    for place in range(30):
        for one, other, run in sides:
            if place < len(run):
                assert one.observe(run[place])
                assert other.observe(run[place])
                assert sorted(one.states()) == sorted(other.states())
    assert len(small.automaton) < len(large.automaton)
    assert sides[0][0].explanation().first > 1
    assert sides[0][1].explanation().first == 1


def test_a_limit_of_candidates() -> None:
    model = load(BOARD, overrides={"workers": 3, "tasks": 3})
    (run,) = runs(1)
    tracker = Tracker(Beliefs(model, limits=Limits(candidates=5)))
    for one in run:
        tracker.observe(one)
    assert (tracker.verdict, tracker.limit) == ("cannot tell", "candidates")
    assert tracker.reason == "more than 5 states could explain what was seen"


def test_a_limit_of_orders() -> None:
    model = load(BOARD, overrides={"workers": 3, "tasks": 3})
    (run,) = runs(1)
    with pytest.raises(CannotTell) as caught:
        explain_in_some_order(Beliefs(model), in_lanes(run), most=3)
    assert (caught.value.limit, str(caught.value)) == ("orders", "more than 3 ways to explain the events were looked at")


def test_the_past_of_runs_that_began_long_ago_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.conformance.logs.follow.OPEN_RUNS", 2)
    records = logged_runs(BOARD, 4)
    first = [record for record in records if record["run"] == "run0"]
    found = followed(tmp_path, [*records, *first[:1]], BY_NAME)
    assert [run.verdict for run in found.runs] == ["violates", "conforms", "conforms", "conforms"]
    assert found.runs[0].violation is not None
    assert found.runs[0].violation.explanation == ()


HIDDEN = """\
[log]
agent = "who"

[steps]
hidden = ["Worker.work.planning", "Worker.work.working"]

[[record]]
step = "Worker.work"
"""


def test_many_hidden_steps(tmp_path: Path) -> None:
    """441,588 states could explain the eight starts: one explanation is enough. That four workers and a fifth start is one worker too many."""
    starts = [{"who": f"w{number % 4}"} for number in range(8)]
    (run,) = followed(tmp_path, starts, HIDDEN, overrides={"workers": 4, "tasks": 4}).runs
    assert (run.verdict, run.explained) == ("conforms", 8)


@pytest.mark.parametrize("more", [0, 1])
def test_what_is_not_listed_is_kept_as_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    """A worker starts again when it has claimed and done; two tasks cannot be done three times by one worker."""
    monkeypatch.setattr("checker.conformance.logs.decide.QUICK", 0)
    monkeypatch.setattr("checker.conformance.logs.decide.Undecided._among_some", lambda of: None)
    starts = [{"who": "ann"}] * (2 + more)
    (run,) = followed(tmp_path, starts, HIDDEN, overrides={"workers": 2, "tasks": 2}, candidates=1).runs
    assert run.verdict == ("violates" if more else "conforms")
    (listed,) = followed(tmp_path, starts, HIDDEN, overrides={"workers": 2, "tasks": 2}).runs
    assert (run.states, run.end, run.explained) == (listed.states, listed.end, listed.explained)
    if run.violation is not None:
        assert listed.violation is not None
        assert (run.violation.event, run.violation.seen) == (listed.violation.event, listed.violation.seen)
        assert run.violation.seen.record == '{"run":"a","who":"ann"}'
        assert [one.line for one in run.violation.explanation if one.line] == [1, 2]
        assert run.violation.assumed == listed.violation.assumed == 2
        assert run.violation.replay.startswith("teamcheck replay")
        assert sorted(map(str, run.violation.allowed)) == sorted(map(str, listed.violation.allowed))


def test_what_cannot_be_told_names_every_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three starts of one worker on two tasks: that nothing explains them takes all states, and no way may look at so many."""
    monkeypatch.setattr("checker.conformance.logs.decide.QUICK", 1)
    monkeypatch.setattr("checker.conformance.logs.decide.ORDERS", 2)
    assert SetsOfStates.__init__.__kwdefaults__ is not None
    monkeypatch.setitem(SetsOfStates.__init__.__kwdefaults__, "work", 5)
    (run,) = followed(tmp_path, [{"who": "ann"}] * 3, HIDDEN, overrides={"workers": 2, "tasks": 2}, candidates=1).runs
    assert run.verdict == "cannot tell"
    assert run.reason.split("; ") == [
        "more than 1 states could explain what was seen",
        "as decision diagrams they take more than 5 operations",
        "more than 2 ways to explain the events were looked at",
    ]
