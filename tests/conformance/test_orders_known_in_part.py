"""What a log says of the order of its records, and what it leaves open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.api import conform
from checker.conformance.result import Conformance, RunResult
from checker.language.diagnostics import BadInput
from checker.report.conformance import render_violation
from tests.conformance.attacked import attack
from tests.conformance.boards import BOARD, followed

MAP = """\
[log]
agent = "who"
order = "{order}"
time = "t"
id = "r"
after = "after"

[[record]]
where = {{ type = "plan" }}
step = "Worker.work"
with = {{ t = "task" }}

[[record]]
where = {{ type = "claim" }}
step = "Worker.work.planning"

[[record]]
where = {{ type = "done" }}
step = "Worker.work.working"

[[record]]
where = {{ type = "all" }}
done = true

[[record]]
where = {{ type = "not all" }}
done = false

[[record]]
where = {{ type = "begin" }}
step = "Worker.work"
with = {{ t = "task" }}
call = "begin"
id = "call"

[[record]]
where = {{ type = "end" }}
call = "end"
id = "call"

[[record]]
where = {{ type = "look" }}
after = {{ "status[{{task}}]" = "status" }}
"""


def told(tmp_path: Path, order: str, *records: dict[str, Any]) -> Conformance:
    return followed(tmp_path, list(records), MAP.format(order=order), overrides={"workers": 2, "tasks": 1})


def refused(tmp_path: Path, order: str, *records: dict[str, Any]) -> tuple[int, str]:
    with pytest.raises(BadInput) as caught:
        told(tmp_path, order, *records)
    (error,) = caught.value.diagnostics
    assert error.span is not None
    return error.span.line, error.title_text


def test_whole_logs_against_the_oracle() -> None:
    met = attack(300, seed=0)
    assert {order for order, _ in met} == {"log", "time", "agent", "round", "links"}
    assert sum(count for (_, verdict), count in met.items() if verdict == "violates") >= 25


def plan(who: str, **more: Any) -> dict[str, Any]:
    return {"type": "plan", "who": who, "task": "T", **more}


ANN = [plan("ann"), {"type": "claim", "who": "ann"}, {"type": "done", "who": "ann"}]


@pytest.mark.parametrize("order", ["agent", "links"])
def test_a_record_without_a_step_stands_among_those_of_its_agent(tmp_path: Path, order: str) -> None:
    """Bob sees that not all is done before, or after, he takes the task; ann's records come last in the log."""
    bob = [{"type": "not all", "who": "bob"}, {"type": "look", "who": "ann", "task": "T", "status": "done"}]
    assert told(tmp_path, order, *ANN, *bob).verdict == "conforms"
    late = [{"type": "look", "who": "bob", "task": "T", "status": "done"}, {"type": "not all", "who": "bob"}]
    assert told(tmp_path, order, *ANN, *late).verdict == "violates"


def test_a_name_that_only_such_records_have_is_an_agent_too(tmp_path: Path) -> None:
    seen = [{"type": "look", "who": "eve", "task": "T", "status": "done"}, {"type": "not all", "who": "eve"}]
    assert told(tmp_path, "agent", *ANN, *seen).verdict == "violates"
    other = [seen[0], {"type": "not all", "who": "carl"}]
    assert told(tmp_path, "agent", *ANN, *other).verdict == "conforms"


def test_an_id_of_a_call_is_used_again(tmp_path: Path) -> None:
    """Three calls under way in turn, two ids: the third is not taken for the second."""
    two = [
        {"type": "begin", "call": "1", "who": "ann", "task": "T", "t": 1},
        {"type": "end", "call": "1", "t": 2},
        {"type": "begin", "call": "1", "who": "bob", "task": "T", "t": 3},
        {"type": "begin", "call": "2", "who": "ann", "task": "T", "t": 3},
    ]
    assert told(tmp_path, "time", *two, {"type": "end", "call": "1", "t": 4}).verdict == "conforms"
    assert told(tmp_path, "time", *two, {"type": "end", "call": "2", "t": 4}).verdict == "violates"
    reused = {"type": "begin", "call": "1", "who": "bob", "task": "T"}
    assert refused(tmp_path, "agent", *two[:2], reused) == (
        3,
        "a call `1` begins here and one ends in line 2, and which of the two comes first is not known",
    )


def test_times_of_one_kind(tmp_path: Path) -> None:
    numbers = [plan("ann", t="9"), {"type": "claim", "who": "ann", "t": "10.5"}]
    assert told(tmp_path, "time", *numbers).verdict == "conforms"
    assert refused(tmp_path, "time", numbers[0], {"type": "claim", "who": "ann", "t": "2026-01-01T00:00:00Z"}) == (
        2,
        "`t` is a date here, and a number in line 1: which comes first is not known",
    )
    assert refused(tmp_path, "time", numbers[0], {"type": "claim", "who": "ann", "t": "soon"}) == (
        2,
        "the record has no field `t` with its time as a number or a date",
    )


def test_a_cause_that_two_records_are_called_by(tmp_path: Path) -> None:
    records = [plan("ann", r="x"), plan("bob", r="x"), {"type": "claim", "who": "ann", "after": "x"}]
    assert refused(tmp_path, "links", *records) == (3, "it comes after `x`, and so are 2 records called: those of lines 1, 2")


STARTS = """\
[log]
agent = "who"
order = "agent"

[steps]
hidden = ["Worker.work.planning", "Worker.work.working"]

[[record]]
step = "Worker.work"
"""


@pytest.mark.parametrize("each", [2, 3])
def test_sets_of_states_for_each_set_of_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, each: int) -> None:
    """A worker starts a task once at most, so that it starts three times with two tasks takes all orders and all states to rule out."""
    (tmp_path / "log").write_text("".join(json.dumps({"who": who}) + "\n" for who in ("ann", "bob") for _ in range(each)))
    (tmp_path / "map.toml").write_text(STARTS)

    def decided() -> RunResult:
        (run,) = conform(BOARD, tmp_path / "log", map=tmp_path / "map.toml").runs
        return run

    searched = decided()
    monkeypatch.setattr("checker.conformance.logs.decide_in_part.QUICK", 10)
    monkeypatch.setattr("checker.conformance.logs.decide_in_part.ORDERS", 10)
    followed = decided()
    assert (followed.verdict, followed.explained) == (searched.verdict, searched.explained)
    if each == 2:
        assert (followed.verdict, followed.states, followed.at_least, searched.at_least) == ("conforms", 4, False, True)
        assert followed.end["status[Task0]"] == ("open", "done")
    else:
        assert followed.violation is not None
        assert searched.violation is not None
        assert followed.explained == 4
        assert {one.line for one in followed.violation.waiting} == {3, 6}
        assert sorted(one.line for one in followed.violation.explanation if one.line) == [1, 2, 4, 5]
        monkeypatch.setattr("checker.conformance.symbolic.in_part._InPart._way", lambda *_: None)
        partly = decided().violation
        assert partly is not None
        assert partly.only is not None
        assert 0 < partly.only < 4
        assert "events could have come (there is one for all of them" in " ".join(render_violation(decided()).split())
    monkeypatch.setattr("checker.conformance.symbolic.in_part.CUTS", 3)
    assert (decided().verdict, decided().reason) == (
        "cannot tell",
        "there are more than 3 sets of events that may have happened first; more than 10 ways to explain the events were looked at",
    )
