"""Warnings that no search gives: fault models that are never used, an engine that could not be used."""

from __future__ import annotations

from pathlib import Path

import pytest

import checker
from checker.engines.native import library
from checker.properties.plan import Filters
from checker.properties.result import Warning
from checker.properties.running import run
from checker.properties.searches import Limits, Progress, plan, told_by
from tests.properties.boards import write

TEAM = "protocol board(workers: 1..3 = 2)\nrole Worker * workers:\n    <var>\n    action a:\n        pass\n"
SPEC = 'spec board for "board.team"\ninstance small: workers = 1\nsometimes ever: true\n'
FAULTS = "faults none\nfaults one: crash Worker <= 1\nfaults two: crash Worker <= 2\n"


def warned(folder: Path, spec: str, var: str = "", **arguments: object) -> list[Warning]:
    team = TEAM.replace("    <var>\n", f"    {var}\n" if var else "")
    return list(checker.check(write(folder, team, SPEC + spec), **arguments).warnings)  # type: ignore[arg-type]


def told(found: list[Warning]) -> list[tuple[str, str, str, str]]:
    return [(w.kind, w.instance, w.faults, w.text) for w in found]


def test_a_fault_model_that_no_check_uses(tmp_path: Path) -> None:
    found = warned(tmp_path, FAULTS + "check small\ncheck small under one\n")
    text = "no `check` uses the fault model `two`: write `under two` in one, or leave it out"
    assert told(found) == [("unused faults", "", "", text)]
    assert found[0].place.endswith("board.spec:6:1")


def test_the_first_check_line_leaves_all_fault_models_unused(tmp_path: Path) -> None:
    assert [w.text.split("`")[3] for w in warned(tmp_path, FAULTS + "check small\n")] == ["one", "two"]


def test_fault_models_that_are_used(tmp_path: Path) -> None:
    assert warned(tmp_path, FAULTS) == []
    assert warned(tmp_path, FAULTS + "check small under two, one\n") == []


def test_a_native_engine_that_is_not_there_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(path: str = "") -> None:
        raise library.NativeUnavailable("the search library is not there")

    monkeypatch.setattr("checker.engines.native.library.load", absent)
    both = FAULTS + "check small under none, one, two\n"
    text = "the reference interpreter ran, not the native engine: the search library is not there"
    assert told(warned(tmp_path, both, engine="native")) == [("not native", "", "", text)]
    assert told(warned(tmp_path, both, symmetry=True)) == [("not native", "", "", text)]
    assert warned(tmp_path, both) == []


def test_a_model_that_the_native_engine_does_not_take_is_told_with_the_place(tmp_path: Path) -> None:
    body = "        for w in Worker:\n            choose more: 0..1\n            count = max(count, more)\n"
    team = TEAM.replace("    <var>\n", "").replace("        pass\n", body) + "shared count: 0..1 = 0\n"
    path = write(tmp_path, team, SPEC.replace("= 1", "= 3"))
    (found,) = checker.check(path, engine="native").warnings
    why = "a `for` that makes choices and whose rounds may touch each other"
    assert (found.kind, found.instance, found.faults) == ("not native", "small", "none")
    assert found.text.startswith("the reference interpreter ran, not the native engine: Worker.a (")
    assert found.text.endswith(f"board.team:3:5): {why}")


FLIPS = """protocol board(size: 2..6 = 6)
ids Place * size, ordered
role Worker
shared stack: map[Place, 0..size - 1] = {p: index(p) for p in Place}
role Worker:
    action flip(under: Place):
        let before = stack
        for p in Place:
            for q in Place:
                if index(p) + index(q) == index(under):
                    stack[p] = before[q]
"""


def test_a_search_that_goes_on_by_the_interpreter_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small one does not: the library would not have been used."""
    path = write(tmp_path, FLIPS, 'spec board for "board.team"\ninstance small: size = 6\nsometimes ever: true\n')
    said: list[Progress] = []
    for often, value in (("REPORT_S", 0.0), ("CHECK_STATES", 1), ("CHECK_EDGES", 1)):
        monkeypatch.setattr(f"checker.engines.explicit.{often}", value)

    def warnings(small: int) -> list[Warning]:
        jobs = plan([path], Filters(instances=None, faults=None, properties=None), {})
        report = run(jobs, Limits(small=small, states_limit=90), told_by(said.append))
        return [warning for warning in report.warnings if warning.kind == "not native"]

    assert warnings(100) == []
    assert {now.instead for now in said} <= {""}
    (found,) = warnings(20)
    assert "a `for` over more than 5 elements whose rounds may touch each other; a map by a rule" in found.text
    assert {now.instead for now in said} == {"", "reference interpreter"}


def test_what_is_searched_without_symmetry_is_told_with_the_reason(tmp_path: Path) -> None:
    path = write(tmp_path, spec=SYMMETRIC)
    report = checker.check(path, symmetry=True)
    found = [(w.kind, w.instance, w.faults, w.text.replace(f"{tmp_path}/", "")) for w in report.warnings]
    assert found == [
        ("no symmetry", "pair", "none", "without symmetry of Task: `first` (board.spec:3:1) names some of Task"),
        (
            "no symmetry",
            "pair",
            "none",
            "without symmetry for `finished` and `no livelock`: fairness is not decided on one state of each orbit",
        ),
    ]
    assert [(r.property, r.reduction, r.distinct) for r in report.results] == [
        ("first", "symmetry of Worker", 67),
        ("finished", "", 131),
        ("busy", "symmetry of Worker", 67),
        ("no livelock", "", 131),
        ("no error", "symmetry of Worker", 67),
    ]
    assert checker.check(path).warnings == ()


SYMMETRIC = """\
spec board for "board.team"
instance pair: workers = 2, tasks = 2
always first: status[Task0] == done implies owner[Task0] != none
eventually finished: all(t in Task: status[t] == done)
sometimes busy: any(w in Worker: w is busy)
no livelock
"""
