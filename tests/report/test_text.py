"""Results as people read them: exact text."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from checker.report.terminal import Style
from checker.report.text import Shown, render, summary
from checker.report.wording import counted, duration, verdict
from tests.report import samples

ALL = Shown(traces="all")


def test_all_as_expected() -> None:
    assert render(samples.GREEN, shown=Shown(traces="none")) == (
        """\
specs/task_board.spec
  instance pair, no faults                             131 states, 228 transitions, depth 12, 0.03 s
    ok    one_owner    violated as expected (after 4 steps)
    ok    no livelock  holds (exhaustive, 131 states)
    ok    parallel     holds (reached after 2 steps)
    ok    counts       131 states, 228 transitions, as expected

3 verdicts in 1 spec: 2 hold, 1 violated, all as expected (0.05 s)
"""
    )


def test_everything_that_can_go_otherwise() -> None:
    assert render(samples.MIXED, shown=Shown(traces="none")) == (
        """\
specs/task_board.spec
  instance pair, no faults                             131 states, 228 transitions, depth 12, 0.03 s
    FAIL  one_owner              VIOLATED, expected to hold (after 4 steps)
    ok    finished               holds (exhaustive, 131 states)
    ok    parallel               holds (reached after 2 steps)
    FAIL  lonely                 NEVER REACHED, expected to be (exhaustive, 131 states)
    FAIL  safe                   holds, but was expected to be violated (exhaustive, 131 states)
    ?     no overwrite on owner  unknown: stopped at 10,000 states (--states)
    FAIL  no livelock            VIOLATED, expected to hold (1 step, then a cycle of 2 steps)
    FAIL  ready                  VIOLATED, expected to hold (in the initial state)
    FAIL  counts                 131 states, expected 130 states
          finished assumes weak fairness of Worker.work and Worker.work.planning
    warning: protocols/task_board.team:22:5: `Worker.give_up` never fires

  instance pair, faults one_crash                      265 states, 610 transitions, depth 12, 0.03 s
    FAIL  no deadlock  VIOLATED, expected to hold (after 5 steps)

9 verdicts in 1 spec: 2 as expected, 6 not as expected, 1 unknown, 1 count wrong (0.05 s)
"""
    )


def test_a_counterexample_in_full() -> None:
    assert render(samples.report(samples.UNEXPECTED)).split("\n\n", 1)[1] == (
        """\
always one_owner: violated, instance pair, no faults  (specs/task_board.spec:9:1)
  "a claimed task is worked on by the worker that owns it"
  a shortest trace, 4 steps:

    1  Worker0  starts work (t = Task0), then waits at planning
    2  Worker1  starts work (t = Task0), then waits at planning
    3  Worker0  goes on with work after planning, then waits at working
                  status[Task0]: open -> claimed
                  owner[Task0]: none -> Worker0
  > 4  Worker1  goes on with work after planning, then waits at working
                  owner[Task0]: Worker0 -> Worker1

  why: Worker1 claimed Task0 after Worker0 had: it wrote what it had read before its await.
  again: teamcheck replay specs/task_board.spec --instance pair --faults none --property one_owner --steps 0,2,0,1

1 verdict in 1 spec: 0 as expected, 1 not as expected (0.05 s)
"""
    )


def test_traces_that_were_expected_are_shown_only_when_all_are_wanted() -> None:
    assert "> 4  Worker1" not in render(samples.GREEN)
    text = render(samples.GREEN, shown=ALL)
    assert "> 4  Worker1" in text
    assert "sometimes parallel: reached, instance pair, no faults" in text


def test_of_an_expected_violation_only_the_first_trace_is_shown() -> None:
    again = replace(samples.STOLEN_RESULT, instance="crowd")
    assert render(samples.report(samples.STOLEN_RESULT, again), shown=ALL).count("> 4  Worker1") == 1
    unexpected = replace(samples.UNEXPECTED, instance="crowd")
    assert render(samples.report(samples.UNEXPECTED, unexpected), shown=ALL).count("one_owner: violated, instance") == 2


def test_the_same_steps_in_another_instance_or_under_other_faults_are_shown_once() -> None:
    trace = samples.UNEXPECTED.trace
    assert trace is not None
    numbered = replace(trace, steps=tuple(replace(step, index=step.index + 7) for step in trace.steps), start={"other": "1"})
    again = replace(samples.UNEXPECTED, instance="crowd", faults="deadly", trace=numbered)
    text = render(samples.report(samples.UNEXPECTED, again), shown=ALL)
    assert text.count("> 4  Worker1") == 1
    assert "  the trace is that of one_owner, instance pair, no faults\n" in text
    longer = replace(trace, steps=(*trace.steps, trace.steps[-1]))
    assert render(samples.report(samples.UNEXPECTED, replace(again, trace=longer)), shown=ALL).count("the trace is that of") == 0


def test_a_long_reason_is_said_once_for_each_search() -> None:
    stopped = "the search is incomplete: the limit of 5 states was reached"
    one = replace(samples.UNEXPECTED, verdict="unknown", met=False, reason=stopped, trace=None, why="")
    other, sooner = replace(one, property="other"), replace(one, property="third", reason=stopped.replace("5", "4"))
    text = render(samples.report(one, other, sooner, one, replace(one, instance="crowd")))
    assert [line.partition("unknown: ")[2] for line in text.split("\n") if "    ?" in line] == [
        stopped,
        "for the same reason",
        sooner.reason,
        stopped,
        stopped,
    ]


def test_the_same_trace_is_shown_once() -> None:
    other = replace(samples.LIVELOCK, property="finished", kind="eventually")
    text = render(samples.report(samples.LIVELOCK, other))
    assert text.count("from here on for ever") == 1
    assert (
        "eventually finished: violated, instance pair, no faults  (specs/task_board.spec:9:1)\n  the trace is that of no livelock\n"
        in text
    )


def test_in_brief_only_what_is_not_as_expected_is_listed() -> None:
    brief = Shown(traces="none", brief=True)
    assert render(samples.GREEN, shown=brief) == (
        """\
specs/task_board.spec
  ok    pair  2 hold, 1 violated as expected  131 states, 228 transitions, depth 12, 0.03 s

3 verdicts in 1 spec: 2 hold, 1 violated, all as expected (0.05 s)
"""
    )
    assert render(samples.MIXED, shown=brief).splitlines()[:6] == [
        "specs/task_board.spec",
        "  FAIL  pair                  2 hold, 6 not as expected, 1 unknown  131 states, 228 transitions, depth 12, 0.03 s",
        "    FAIL  one_owner              VIOLATED, expected to hold (after 4 steps)",
        "    FAIL  lonely                 NEVER REACHED, expected to be (exhaustive, 131 states)",
        "    FAIL  safe                   holds, but was expected to be violated (exhaustive, 131 states)",
        "    ?     no overwrite on owner  unknown: stopped at 10,000 states (--states)",
    ]
    tally = "2 hold, 6 not as expected, 1 unknown"
    other = f"  FAIL  pair under one_crash  {'1 not as expected':<{len(tally)}}  265 states, 610 transitions, depth 12, 0.03 s"
    assert other in render(samples.MIXED, shown=brief).splitlines()
    assert "\n  ?     pair  1 unknown  131 states" in render(samples.INTERRUPTED, shown=brief)


def test_without_traces_there_are_none() -> None:
    assert "Worker0  starts" not in render(samples.MIXED, shown=Shown(traces="none"))


def test_quiet_says_only_what_is_not_as_expected() -> None:
    assert render(samples.GREEN, shown=Shown(quiet=True)) == ""
    text = render(samples.MIXED, shown=Shown(quiet=True, traces="none"))
    assert "    ok " not in text
    assert "FAIL  lonely" in text
    assert "?     no overwrite" in text
    assert "warning" not in text


def test_of_many_warnings_the_first_are_shown() -> None:
    many = replace(samples.MIXED, warnings=(samples.WARNING,) * 14)
    text = render(many, shown=Shown(traces="none"))
    assert text.count("    warning: ") == 12
    assert "    and 2 warnings more (`--format json` has them all)\n" in text


def test_the_summary_of_several_specs_names_what_failed() -> None:
    other = replace(samples.HOLDS_UNEXPECTEDLY, spec="specs/other.spec")
    assert summary(samples.report(samples.UNEXPECTED, other, samples.UNKNOWN)) == [
        "3 verdicts in 2 specs: 0 as expected, 2 not as expected, 1 unknown (0.05 s)",
        "  FAIL  specs/task_board.spec: one_owner, instance pair, no faults",
        "  FAIL  specs/other.spec: safe, instance pair, no faults",
        "  ?     specs/task_board.spec: no overwrite on owner, instance pair, no faults",
    ]


def test_unknown_and_interrupted_are_never_all_as_expected() -> None:
    for report in (
        samples.INTERRUPTED,
        samples.report(interrupted=True),
        samples.report(counts=(replace(samples.COUNTS, met=None),)),
    ):
        text = render(report)
        assert "all as expected" not in text
    assert summary(samples.report()) == ["nothing was checked (0.05 s)"]


def test_the_state_where_a_team_is_stuck_is_shown() -> None:
    text = render(samples.report(samples.DEADLOCK))
    assert "  the state then, where it is not as at the start:\n      Worker.seen[Worker1] = Task0\n" in text
    assert "  the state then:\n      status[Task0] = open," in render(
        samples.report(samples.DEADLOCK), shown=Shown(everything=True)
    )


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in (60, 80, 100):
        lines = render(samples.MIXED, Style(width=width), ALL).splitlines()
        wide = [line for line in lines if len(line) > width]
        heads = (
            "always",
            "no deadlock",
            "no livelock",
            "sometimes",
            "  instance",
            "9 verdicts",
            "  again: ",
        )  # these never break
        assert [line for line in wide if not line.startswith(heads)] == []


@pytest.mark.parametrize("name", samples.REPORTS)
def test_there_is_colour_only_where_it_is_asked_for(name: str) -> None:
    report = samples.REPORTS[name]
    plain = render(report, shown=ALL)
    assert "\x1b" not in plain
    import re

    assert re.sub(r"\x1b\[[0-9;]*m", "", render(report, Style(colour=True), ALL)) == plain


def test_names_from_files_cannot_drive_the_terminal() -> None:
    bad = replace(samples.UNEXPECTED, property="x\x1b[2J", text="\x07", why="\x1b]0;t\x07", spec="a\x1b.spec", place="")
    text = render(samples.report(bad), shown=ALL)
    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "holds (exhaustive, 131 states)"),
        ({"basis": "every size"}, "holds (for every size)"),
        ({"basis": "bounded", "depth": 20}, "holds (up to depth 20, 131 states)"),
        ({"basis": "sampled"}, "holds (not found in samples, 131 states)"),
        ({"distinct": 1}, "holds (exhaustive, 1 state)"),
        ({"verdict": "unknown", "met": False}, "unknown: no reason was given"),
    ],
)
def test_a_verdict_says_what_it_rests_on(change: dict[str, object], text: str) -> None:
    assert verdict(samples.result("p", **change)) == text


def test_numbers() -> None:
    assert [counted(n, "state") for n in (0, 1, 2, 157820)] == ["0 states", "1 state", "2 states", "157,820 states"]
    assert counted(2, "property") == "2 properties"
    assert [duration(s) for s in (0, 0.004, 0.5, 0.999, 1.04, 9.99, 12.4, 59.6, 200)] == [
        "< 0.01 s", "< 0.01 s", "0.50 s", "1.0 s", "1.0 s", "10 s", "12 s", "1 min 0 s", "3 min 20 s",
    ]  # fmt: skip
