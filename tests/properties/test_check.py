"""`checker.check`: verdicts, expectations both ways, counts, filters, limits, and traces that replay."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import checker
from checker import api
from checker.engines import explicit
from checker.language.diagnostics import BadInput
from checker.properties.result import Report, Result
from tests.properties.boards import SPEC, TEAM, write


def of(report: Report, property: str, instance: str = "pair", faults: str = "none") -> Result:
    (found,) = [r for r in report.results if (r.property, r.instance, r.faults) == (property, instance, faults)]
    return found


@pytest.fixture
def spec(tmp_path: Path) -> str:
    return write(tmp_path)


def test_the_verdicts_of_a_board(spec: str) -> None:
    report = checker.check(spec)
    assert [(r.instance, r.faults, r.property, r.verdict, r.met) for r in report.results if r.verdict == "violated"] == [
        ("pair", "none", "one_owner", "violated", True),
        ("pair", "none", "no lost update on status", "violated", True),
        ("pair", "one_crash", "one_owner", "violated", True),
        ("pair", "one_crash", "finished", "violated", True),
        ("pair", "one_crash", "no deadlock", "violated", True),
        ("pair", "one_crash", "no lost update on status", "violated", True),
    ]
    assert [r.property for r in report.results[:6]] == [
        "one_owner",
        "finished",
        "busy",
        "no deadlock",
        "no error",
        "no lost update on status",
    ]
    assert report.exit_code == 0
    assert [(c.counted_states, c.counted_transitions, c.met) for c in report.counts] == [(131, 228, True), (265, 610, True)]
    assert report.warnings == ()
    assert {r.basis for r in report.results} == {"exhaustive"}


def test_counts_are_those_of_the_model_without_ghosts(tmp_path: Path) -> None:
    team = TEAM.replace("when status[t] == open:", "when status[t] != done:")
    report = checker.check(write(tmp_path, team), instances=["pair"], faults=["none"])
    main, ghost = of(report, "one_owner"), of(report, "no lost update on status")
    assert main.distinct == of(report, "no error").distinct == report.counts[0].counted_states
    assert ghost.distinct > main.distinct


def test_a_counterexample_names_the_stale_read(spec: str) -> None:
    result = of(checker.check(spec), "one_owner")
    assert result.why == (
        "It is false for t = Task0, w = Worker0 since step 4 (Worker1 goes on with work after planning): "
        "owner[Task0] went from Worker0 to Worker1. Worker1 read status[Task0] (open) in step 2, Worker0 changed it to claimed in "
        "step 3, and Worker1 went on in step 4 without looking at it again."
    )
    trace = result.trace
    assert trace is not None
    assert (trace.shortest, trace.cycle, trace.no_return, len(trace.steps)) == (True, None, 4, 4)
    assert [(s.agent, s.action, s.parameters) for s in trace.steps[:2]] == [
        ("Worker0", "Worker.work", (("t", "Task0"),)),
        ("Worker1", "Worker.work", (("t", "Task0"),)),
    ]
    changes = [(c.cell, c.before, c.after, c.kind) for c in trace.steps[3].changes if c.kind == "shared"]
    assert changes == [("owner[Task0]", "Worker0", "Worker1", "shared")]
    assert trace.start["status[Task0]"] == "open"
    assert trace.end["owner[Task0]"] == "Worker1"


def test_a_lost_update_names_both_writers(spec: str) -> None:
    assert of(checker.check(spec), "no lost update on status").why == (
        "Worker1 read status[Task0] (open) in step 2, Worker0 changed it to claimed in step 3, and Worker1 went on in step 4 "
        "without looking at it again."
    )


def test_a_deadlock_says_who_is_down_and_when_there_was_no_way_back(spec: str) -> None:
    result = of(checker.check(spec), "no deadlock", faults="one_crash")
    assert result.why == (
        "Nothing can happen any more: Worker0 is idle; Worker1 is down (crash Worker in step 6). `done when` does not hold "
        "for t = Task1: status[Task1] is claimed since step 4 (Worker1 goes on with work after planning)."
    )
    assert result.trace is not None
    assert result.trace.no_return == 6


def test_every_trace_replays_to_itself(spec: str) -> None:
    for result in checker.check(spec).results:
        if result.trace is not None:
            words = shlex.split(result.replay)
            options = dict(zip(words[3::2], words[4::2], strict=True))
            text = f"{options.get('--initial', '0')}:{options['--steps'].replace(',', '.')}"
            if "--cycle" in options:
                text += f"@{options['--cycle']}"
            again = checker.replay(
                words[2],
                text,
                instance=options.get("--instance"),
                faults=options.get("--faults", "none"),
                property=options["--property"],
            )
            assert again.steps == result.trace.steps
            assert (again.start, again.end, again.cycle) == (result.trace.start, result.trace.end, result.trace.cycle)


# --- expectations ------------------------------------------------------------------------------------------------------


def test_an_expectation_that_is_not_met_fails_in_both_directions(tmp_path: Path) -> None:
    spec = SPEC.replace("expect one_owner, no lost update on status", "expect finished").replace(
        "131 states, 228", "131 states, 229"
    )
    report = checker.check(write(tmp_path, spec=spec), instances=["pair"], faults=["none"])
    one_owner, finished = of(report, "one_owner"), of(report, "finished")
    assert (one_owner.verdict, one_owner.expected, one_owner.met) == ("violated", "holds", False)
    assert (finished.verdict, finished.expected, finished.met) == ("holds", "violated", False)
    assert [c.met for c in report.counts] == [False]
    assert report.exit_code == 1


def test_what_is_unreachable_is_a_sometimes_that_is_violated(tmp_path: Path) -> None:
    text = SPEC[: SPEC.index("expect")] + "sometimes crowded: count(w in Worker: w is busy) > 2\nexpect crowded unreachable\n"
    crowded = of(checker.check(write(tmp_path, TEAM, text), instances=["pair"], faults=["none"]), "crowded")
    assert (crowded.verdict, crowded.expected, crowded.met) == ("violated", "violated", True)


def test_a_violation_of_no_error_can_be_expected(tmp_path: Path) -> None:
    team = TEAM.replace("        status[t] = done\n", '        status[t] = done\n        assert owner[t] == self, "mine"\n')
    lines = "expect no error violated in pair\nexpect one_owner, no lost update on status violated in pair\n"
    spec = SPEC[: SPEC.index("expect")] + lines
    report = checker.check(write(tmp_path, team, spec), instances=["pair"], faults=["none"])
    error = of(report, "no error")
    place = f"{tmp_path / 'board.team'}:17:9"
    assert (error.verdict, error.expected, error.met) == ("violated", "violated", True)
    assert error.why == f"The step itself fails at {place}: mine."
    assert error.trace is not None
    assert error.trace.steps[-1].failure == f"mine ({place})"
    finished = of(report, "finished")
    assert (finished.verdict, finished.reason, finished.met) == ("unknown", "the protocol itself fails: see no error", False)
    assert of(report, "busy").verdict == "holds"  # its witness proves it
    assert report.exit_code == 3


# --- limits ------------------------------------------------------------------------------------------------------------


def test_a_limit_gives_unknown_never_holds(spec: str) -> None:
    report = checker.check(spec, instances=["pair"], faults=["none"], states_limit=100)
    assert {r.property: r.verdict for r in report.results} == {
        "one_owner": "violated",
        "finished": "unknown",
        "busy": "holds",
        "no deadlock": "unknown",
        "no error": "unknown",
        "no lost update on status": "violated",
    }
    assert {r.basis for r in report.results} == {"bounded"}
    assert of(report, "finished").reason == "the search is incomplete: the limit of 100 states was reached (after 100 states)"
    assert [c.met for c in report.counts] == [None]
    assert report.exit_code == 3


def test_the_limit_on_time_holds_for_looking_through_what_was_found(tmp_path: Path) -> None:
    team = """protocol counters()
type N = 0..99
shared x: map[0..2, 0..20] = 0
role W:
    action a(k: 0..2) when x[k] < 20:
        x[k] += 1
"""
    lines = "always light: x[0] >= 0\nalways heavy: all(a in N, b in N: a + b >= 0 or x[0] > a or x[1] > b or x[2] > 2)\n"
    spec = 'spec counters for "board.team"\n' + lines
    began = perf_counter()
    report = checker.check(write(tmp_path, team, spec), time_s=2.0, engine="reference")
    assert perf_counter() - began < 10
    heavy = of(report, "heavy", "default")
    assert (heavy.verdict, heavy.reason) == ("unknown", "the limit of 2 s was reached while what was found was looked through")
    assert of(report, "light", "default").verdict == "holds"
    assert report.exit_code == 3


def test_an_interrupt_leaves_what_is_known(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "REPORT_S", 0.0)
    monkeypatch.setattr(explicit, "CHECK_STATES", 16)
    told: list[api.Progress] = []

    def stop(progress: api.Progress) -> None:
        told.append(progress)
        if progress.search == 3 and progress.distinct > 100:
            raise KeyboardInterrupt

    report = checker.check(spec, progress=stop)
    assert report.interrupted
    assert report.exit_code == 3
    assert {(r.instance, r.faults) for r in report.results} == {("pair", "none"), ("pair", "one_crash")}
    assert all(r.verdict == "unknown" for r in report.results if r.faults == "one_crash" and r.property == "no error")
    assert (told[0].spec, told[0].instance, told[0].faults, told[0].goal, told[0].searches) == (spec, "pair", "none", "", 6)
    assert told[-1].faults == "one_crash"
    assert {p.goal for p in told} == {"", "no lost update on status"}


# --- what is checked -----------------------------------------------------------------------------------------------------


def test_filters_keep_what_they_name(spec: str) -> None:
    report = checker.check(spec, instances=["one"], properties=["finished", "no error"])
    assert [(r.instance, r.property) for r in report.results] == [("one", "finished"), ("one", "no error")]
    report = checker.check(spec, instances=["one"], properties=["finished"])
    assert [r.property for r in report.results] == ["finished"]
    report = checker.check(spec, instances=["one"], faults=["one_crash"], properties=["no lost update on status"])
    assert [(r.instance, r.faults, r.property) for r in report.results] == [("one", "one_crash", "no lost update on status")]


def test_a_protocol_by_itself_is_checked_for_what_any_team_should_be_free_of(spec: str) -> None:
    report = checker.check(spec.replace(".spec", ".team"))
    assert [(r.property, r.verdict, r.instance, r.distinct) for r in report.results] == [
        ("no deadlock", "holds", "default", 131),
        ("no livelock", "holds", "default", 131),
        ("no unhandled message", "holds", "default", 131),
        ("no error", "holds", "default", 131),
    ]


def test_overrides_change_the_instance(spec: str) -> None:
    report = checker.check(spec, instances=["pair"], faults=["none"], overrides={"workers": "1"})
    assert of(report, "one_owner").verdict == "holds"
    assert report.counts == ()  # they are of the instance as it is declared
    assert "--set workers=1" in of(report, "busy").replay


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ({"instances": ["pear"]}, "T624", "write `pair`"),
        ({"faults": ["crash"]}, "T624", "write `one_crash`"),
        ({"properties": ["one_owners"]}, "T624", "write `one_owner`"),
        (
            {"properties": ["xyz"]},
            "T624",
            "write one of: one_owner, finished, busy, no deadlock, no lost update on status, no error",
        ),
    ],
)
def test_unknown_names_are_bad_input_with_the_nearest(spec: str, arguments: dict[str, list[str]], code: str, text: str) -> None:
    with pytest.raises(BadInput) as bad:
        checker.check(spec, **arguments)  # type: ignore[arg-type]
    (diagnostic,) = bad.value.diagnostics
    assert (diagnostic.code, diagnostic.help_text) == (code, text)


def test_a_name_must_be_in_one_of_the_specs_only(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "other.spec").write_text('spec other for "board.team"\nalways fine: true\n', encoding="utf-8")
    report = checker.check(str(tmp_path), properties=["fine"])
    assert [(Path(r.spec).name, r.instance, r.property) for r in report.results] == [("other.spec", "default", "fine")]


def test_folders_and_patterns_that_hold_no_specs_are_bad_input(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for path, code in ((tmp_path / "empty", "T621"), (tmp_path / "*.spec", "T622"), (tmp_path / "notes.txt", "T623")):
        with pytest.raises(BadInput) as bad:
            checker.check(str(path))
        assert [d.code for d in bad.value.diagnostics] == [code]


def test_folders_and_patterns_are_searched(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write(tmp_path / "deep" / "er")
    for path in (tmp_path, tmp_path / "deep", tmp_path / "**" / "*.spec", tmp_path / "d*"):
        assert len(checker.check(str(path), instances=["one"]).results) == 6


@pytest.mark.parametrize("trace", ["", "0:9", "0:0.0.0.99", "7:", "0:a", "0:0.0@0", "0:0@5", "-1:0"])
def test_a_trace_that_is_not_there_is_bad_input(spec: str, trace: str) -> None:
    with pytest.raises(BadInput) as bad:
        checker.replay(spec, trace, instance="pair")
    assert [d.code for d in bad.value.diagnostics] == ["T625"]


@pytest.mark.parametrize(
    ("trace", "reason"),
    [
        ("0:0.9", "step 2 is number 9, but only 0 is possible there"),
        ("9:0", "there is no initial state 9"),
        ("0:0@0", "it does not come back to where it began"),
        ("0:a", "`0:a` is not written like `0:3.1.2`"),
        ("-1:0", "there is no initial state -1"),
        ("0:0@5", "its cycle begins after step 5, and it has 1"),
    ],
)
def test_the_steps_of_a_trace_count_from_1(spec: str, trace: str, reason: str) -> None:
    with pytest.raises(BadInput) as bad:
        checker.replay(spec, trace, instance="one")
    assert [d.title_text for d in bad.value.diagnostics] == [f"this trace cannot be taken: {reason}"]


def test_a_protocol_that_cannot_be_read_is_told_where_the_spec_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.spec").write_text('spec a for "nothing.team"\nno deadlock\n', encoding="utf-8")
    with pytest.raises(BadInput) as bad:
        checker.check(str(tmp_path))
    (error,) = bad.value.diagnostics
    assert error.span is not None
    assert (error.code, error.span.line, error.span.column) == ("T626", 1, 12)
    assert error.label_text == f"there is no file `{tmp_path / 'nothing.team'}`"


def test_load_and_graph(spec: str) -> None:
    model = checker.load(spec, "one", "one_crash")
    assert (model.instance, model.faults, dict(model.parameters)["workers"]) == ("one", "one_crash", "1")
    assert [goal.name for goal in model.goals] == ["one_owner", "finished", "busy", "no deadlock", "no error"]
    assert checker.graph(spec, "pair").number_of_nodes() == 131
    assert callable(checker.graph)
    with pytest.raises(BadInput):
        checker.load(spec, "nowhere")


def test_results_say_where_and_how(spec: str) -> None:
    result = of(checker.check(spec), "finished", faults="one_crash")
    assert re.fullmatch(r".*board\.spec:9:1", result.place)
    assert result.engine
    assert result.fairness == (
        "weak fairness of every step of every agent; faults need not happen, and not only faults happen for ever"
    )
    assert result.replay.startswith("teamcheck replay ")


def test_a_deadlock_far_out_is_found_and_a_limit_before_it_is_said(tmp_path: Path) -> None:
    """A search that stopped at 10,000 states without a word called this deadlock-free (agenticraft-foundation 0.1.1)."""
    team = (
        "protocol board()\nrole Worker * 5\nshared at: map[Worker, 0..6] = 0\n"
        "role Worker:\n    action up when at[self] < 6:\n        at[self] += 1\n"
    )
    path = write(tmp_path, team, 'spec board for "board.team"\nsometimes ever: true\nno deadlock\n')
    result = of(checker.check(path), "no deadlock", "default")
    assert (result.verdict, result.distinct, len(result.trace.steps if result.trace else ())) == ("violated", 16_807, 30)
    limited = of(checker.check(path, states_limit=10_000), "no deadlock", "default")
    assert (limited.verdict, limited.trace) == ("unknown", None)


def test_paths_and_values_of_python(tmp_path: Path) -> None:
    spec = tmp_path / "board.spec"
    (tmp_path / "board.team").write_text("protocol board(workers: 1..4 = 2, fast: bool = false)\nrole Worker * workers\n")
    spec.write_text('spec board for "board.team"\nsometimes ever: fast\n')
    assert dict(checker.load(spec, overrides={"workers": 3, "fast": True}).parameters) == {"workers": "3", "fast": "true"}
    assert checker.check(spec, overrides={"fast": True}).exit_code == 0
    assert checker.check([spec], overrides={"fast": False}).exit_code == 1


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"paths": []}, "no path is given"),
        ({"engine": "fast"}, "there is no engine 'fast'"),
        ({"store": "disk"}, "there is no store 'disk'"),
        ({"partial_order": "often"}, "there is no partial order 'often'"),
    ],
)
def test_what_python_cannot_mean(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        checker.check(**{"paths": "specs/task_board.spec", **given})
