"""Traces and charts as people read them: exact text."""

from __future__ import annotations

from msgspec.structs import replace

from checker.properties.result import Event, Trace
from checker.report.chart import has_messages, render_chart
from checker.report.terminal import Style
from checker.report.trace import render_trace, state_lines, step_lines, told
from tests.report import samples
from tests.report.samples import change, step


def text(lines: list[str]) -> str:
    return "\n".join(lines)


def test_messages_faults_and_the_point_of_no_return() -> None:
    assert text(render_trace(samples.MESSAGES)) == (
        """\
    1  Lead     does assign (t = Task0)
                  sends Assign(Task0) to Worker1
    2  Worker1  takes Assign(Task0) from Lead
                  sends Done(Task0) to Lead
                  Worker.seen[Worker1]: none -> Task0
    3  (fault)  Done(Task0) from Worker1 to Lead is lost
  ---- from here on the goal cannot be reached any more ----
    4  Worker0  crashes [fault]
  > 5  Lead     does assign
                  Assign(Task1) to Worker0 is lost"""
    )


def test_a_lasso_says_where_it_begins_and_that_it_never_ends() -> None:
    assert text(render_trace(samples.LASSO)) == (
        """\
    1  Worker0  starts work (t = Task0)
  ---- from here on for ever: ----
    2  Worker1  starts retry
                  tries: 0 -> 1
    3  Worker1  starts retry [progress]
                  tries: 1 -> 0
  ---- and so on for ever: again from step 2 ----"""
    )


def test_a_lasso_without_a_step_in_its_cycle_rests() -> None:
    resting = replace(samples.LASSO, steps=samples.LASSO.steps[:1], cycle=1)
    assert text(render_trace(resting)) == (
        """\
    1  Worker0  starts work (t = Task0)
  ---- from here on nothing happens, for ever ----"""
    )
    assert text(render_trace(replace(resting, steps=(), cycle=0))).endswith("nothing happens, for ever ----")


def test_everything_shows_the_hidden_cells_and_the_start() -> None:
    lines = render_trace(samples.STOLEN, everything=True)
    assert lines[0] == "  at the start:"
    assert "                  Worker.work.at[Worker0]: idle -> planning" in lines
    assert "                  Worker.work.t[Worker0]: none -> Task0" in lines
    assert not any("Worker.work.at" in line for line in render_trace(samples.STOLEN))


def test_a_violation_in_the_initial_state_shows_it() -> None:
    assert text(render_trace(replace(samples.STOLEN, steps=()))) == (
        """\
  in the initial state:
      status[Task0] = open, status[Task1] = open, owner[Task0] = none, owner[Task1] = none"""
    )


def test_a_step_that_fails_says_how() -> None:
    failing = step(0, "Worker0", "Worker.count", "does count", failure="`n` would be 4, outside 0..3 (a.team:9:5)")
    assert text(render_trace(Trace(initial=0, steps=(failing,), start={}, end={}))) == (
        """\
  > 1  Worker0  does count
                  error: `n` would be 4, outside 0..3 (a.team:9:5)"""
    )


def test_a_witness_has_no_failing_step() -> None:
    assert not any(line.startswith("  >") for line in render_trace(samples.STOLEN, failing=False))


def test_phrases() -> None:
    ends = Event(kind="ends", text="work")
    waits = (Event(kind="awaits", text="planning"),)
    assert told(step(0, "W", "W.work", "starts work", events=waits)) == "starts work, then waits at planning"
    assert told(step(0, "W", "W.work.x", "goes on with work after x", events=(ends,))) == "goes on with work after x, and ends it"
    assert told(step(0, "W", "W.quick", "does quick", events=(ends,))) == "does quick"
    take = Event(kind="take", text="Vote(3, true)", other="Lead")
    parameters = (("n", "3"), ("yes", "true"), ("from", "Lead"), ("either", "2"))
    taken = step(0, "W", "W.on Vote", "takes Vote at listening", parameters=(*parameters, ("who", "W1")), events=(take, *waits))
    assert told(taken) == "takes Vote(3, true) from Lead at listening (branch 2, who = W1), then waits at planning"


def test_what_happens_to_agents_and_messages() -> None:
    events = (
        Event(kind="spawn", text="Worker", other="Worker2"),
        Event(kind="stop", text="Worker", other="Worker1"),
        Event(kind="send", text="Go"),
        Event(kind="take", text="Other(1)", other="Lead"),
    )
    assert step_lines(3, step(0, "Lead", "Lead.hire", "does hire", events=events)) == [
        "  3  Lead  does hire",
        "             brings up Worker2",
        "             takes down Worker1",
        "             sends Go",
        "             takes Other(1) from Lead",
    ]


def test_a_change_of_a_channel_is_told_where_no_event_tells_it() -> None:
    lost = step(0, None, "lose M", "M is lost", fault="lose M", changes=(change("M[A]", "{M()}", "{}", "channel"),))
    assert step_lines(1, lost)[1:] == ["                M[A]: {M()} -> {}"]
    named = replace(lost, parameters=(("message", "M()"),))
    assert step_lines(1, named) == ["  1  (fault)  M() is lost"]


def test_long_values_and_states_are_cut_unless_everything_is_wanted() -> None:
    long = step(0, "W", "W.x", "does x", changes=(change("log", "[]", "[" + "1, " * 200 + "1]"),))
    assert any(line.endswith("...") for line in step_lines(1, long))
    assert not any("..." in line for line in step_lines(1, long, everything=True))
    state = {f"cell[{n}]": "a value" for n in range(100)}
    assert len(state_lines(state)) == 9
    assert state_lines(state)[-1] == "      ... and 17 lines more (--everything shows all)"
    assert len(state_lines(state, everything=True)) == 25


def test_a_chart() -> None:
    assert text(render_chart(samples.MESSAGES)) == (
        """\
     Lead                           Worker0                        Worker1
  1  * does assign (Task0)          |                              |
     |-----------------------Assign(Task0)------------------------>|
  2  |                              |                              takes Assign(Task0)
     |<------------------------Done(Task0)-------------------------|
  3  X Done is lost                 |                              |
     -- from here on the goal cannot be reached any more -----------------------------------------
  4  |                              X crashes                      |
  5  * does assign                  |                              |
     |--------Assign(Task1)--------X|                              |"""
    )


def test_a_chart_fits_and_gives_up_where_it_cannot() -> None:
    def crowd(n: int) -> Trace:
        steps = tuple(step(0, f"W{i}", "W.x", "does x", events=(Event(kind="send", text="M(1)", other="W0"),)) for i in range(n))
        return Trace(initial=0, steps=steps, start={}, end={})

    for n in (1, 2, 3, 6):
        assert max(map(len, render_chart(crowd(n)))) <= 100
        assert max(map(len, render_chart(crowd(n), Style(width=200)))) <= 100
    assert render_chart(crowd(12)) == ["  (no chart: 12 agents act, more than fit side by side)"]
    assert render_chart(Trace(initial=0, steps=(), start={}, end={})) == []


def test_agents_of_a_chart_stand_in_their_order() -> None:
    steps = tuple(step(0, f"W{i}", "W.x", "does x") for i in (10, 2, 1))
    header = render_chart(Trace(initial=0, steps=steps, start={}, end={}))[0]
    assert header.split() == ["W1", "W2", "W10"]


def test_only_messages_ask_for_a_chart() -> None:
    assert has_messages(samples.MESSAGES)
    assert not has_messages(samples.STOLEN)


def test_a_message_that_several_roles_send_is_told_with_its_sender_once() -> None:
    event = Event(kind="take", text="M(1)", other="Worker0")
    assert step_lines(1, step(0, "C", "on M", "takes M from Worker", events=(event,))) == ["  1  C  takes M(1) from Worker0"]
    waiting = step(0, "C", "run.here[M] from Worker", "takes M at here from Worker", events=(event,))
    assert step_lines(1, waiting) == ["  1  C  takes M(1) from Worker0 at here"]
    single = step(0, "C", "on M", "takes M from A1 (and kept)", events=(replace(event, other="A1"),))
    assert step_lines(1, single) == ["  1  C  takes M(1) from A1 (and kept)"]


def test_a_fault_of_a_message_names_what_it_strikes() -> None:
    bound = (("from", "A"), ("to", "C0"), ("place", "0"), ("message", "M(n: 1, at: Task0)"), ("n", "2"))
    garbled = step(0, None, "garble M", "M is garbled", fault="garble M", parameters=bound)
    assert step_lines(1, garbled) == ["  1  (fault)  M(1, Task0) from A to C0 is garbled (n = 2)"]
    bag = (("message", "M(sender: B1, n: 1)"), ("to", "C0"), ("n", "2"))
    garbled = step(0, None, "garble M", "M is garbled", fault="garble M", parameters=bag)
    assert step_lines(1, garbled) == ["  1  (fault)  M(1) from B1 to C0 is garbled (n = 2)"]
