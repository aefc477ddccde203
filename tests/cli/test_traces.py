"""`replay`, `simulate` and `step`: traces taken again, at random, by hand."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from checker import api
from checker.cli.walk import Walk, initial_number
from checker.semantics.interpreter import Interpreter
from tests.cli.conftest import Teamcheck

STOLEN = ["replay", "specs/board.spec", "--instance", "pair", "--property", "one_owner", "--steps", "0,0,0,0"]


def test_replay_shows_the_trace_of_the_check(board: Path, teamcheck: Teamcheck) -> None:
    checked = teamcheck("check", "--instance", "pair")
    (command,) = re.findall(r"again: (teamcheck replay .*one_owner.*)", checked.out)
    said = teamcheck(*shlex.split(command)[1:])
    assert said.code == 0
    assert said.out == (
        """\
specs/board.spec: one_owner, instance pair, no faults, 4 steps

    1  Worker0  starts work (t = Task0), then waits at planning
    2  Worker1  starts work (t = Task0), then waits at planning
    3  Worker0  goes on with work after planning, then waits at working
                  status[Task0]: open -> claimed
                  owner[Task0]: none -> Worker0
  > 4  Worker1  goes on with work after planning, then waits at working
                  owner[Task0]: Worker0 -> Worker1
"""
    )
    for line in said.out.splitlines()[2:]:
        assert line in checked.out


def test_a_witness_breaks_nothing(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("replay", "specs/board.spec", "--property", "both", "--steps", "0,0")
    assert said.code == 0
    assert "  >" not in said.out
    assert "  >" not in teamcheck("replay", "specs/board.spec", "--steps", "0,0").out


def test_replay_of_messages_draws_a_chart(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("replay", "protocols/ask.team", "--steps", "0,0,0")
    assert said.out.split("\n\n")[2] == (
        """\
     Lead                              Worker
  1  * begins its run                  |
     |-------------Ask(1)------------->|
  2  |                                 takes Ask(1)
     |<-----------Answer(1)------------|
  3  takes Answer(1)                   |
"""
    )
    assert "takes Ask(1)\n" not in teamcheck("replay", "protocols/ask.team", "--steps", "0,0,0", "--chart", "never").out


@pytest.mark.parametrize("steps", ["", "0", "0 0,0"])
def test_steps_may_be_few_or_none(board: Path, teamcheck: Teamcheck, steps: str) -> None:
    assert teamcheck("replay", "protocols/ask.team", "--steps", steps).code == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--steps", "0,9"], "9"),
        (["--steps", "0,x"], "`x` is no number of a step"),
        (["--steps", "0,-1"], "`-1` is no number of a step"),
        (["--steps", "0", "--initial", "7"], "7"),
        ([], "`--steps` is missing"),
        (["--steps", "0,0", "--cycle", "1"], "come back"),
        (["--steps", "0", "--cycle", "9"], "error[T"),
    ],
)
def test_steps_that_do_not_exist_are_refused(board: Path, teamcheck: Teamcheck, words: list[str], text: str) -> None:
    said = teamcheck("replay", "specs/board.spec", *words)
    assert (said.code, said.out) == (2, "")
    assert text in said.err


MANY = """protocol many()
ids Task * 3
shared a: Task in Task
shared b: 0..3 in {1, 3, 3}
shared c: map[Task, bool] = false
role W:
    action go when b == 3:
        b = 1
"""


def test_initial_states_are_numbered_as_the_interpreter_numbers_them(board: Path) -> None:
    (board / "many.team").write_text(MANY, encoding="utf-8")
    interpreter = Interpreter(api.load("many.team"))
    states = interpreter.initial_states()
    assert len(states) == initial_number(interpreter.model) == 6
    assert [Walk(interpreter, number).state for number in range(6)] == states


def test_an_initial_state_can_be_chosen(board: Path, teamcheck: Teamcheck) -> None:
    (board / "many.team").write_text(MANY, encoding="utf-8")
    said = teamcheck("replay", "many.team", "--steps", "0", "--initial", "3")
    assert said.out.endswith("    1  W  does go\n            b: 3 -> 1\n")
    assert teamcheck("simulate", "many.team", "--runs", "20").code == 0


# --- saved reports ------------------------------------------------------------------------------------------------


@pytest.fixture
def saved(board: Path, teamcheck: Teamcheck) -> Path:
    assert teamcheck("check", "--format", "json", "--output", "all.json").code == 0
    return board / "all.json"


def test_a_saved_result_is_shown_again(saved: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("replay", "all.json", "--property", "one_owner")
    assert said.code == 0
    assert said.out == teamcheck(*STOLEN).out
    said = teamcheck("replay", "all.json", "--property", "no deadlock")
    assert "instance safe, faults one_crash" in said.out


def test_a_saved_result_remembers_its_settings(board: Path, teamcheck: Teamcheck) -> None:
    teamcheck("check", "--instance", "pair", "--set", "tasks=2", "--format", "json", "--output", "two.json")
    assert teamcheck("replay", "two.json", "--property", "one_owner").code == 0


def test_one_of_several_must_be_chosen(saved: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("replay", "all.json")
    assert said.code == 2
    assert "choose one with --property: one_owner, both, no deadlock" in said.err
    said = teamcheck("replay", "all.json", "--property", "nobody")
    assert said.code == 2
    assert "properties with a trace: one_owner, both, no deadlock" in said.err


def test_a_protocol_that_has_changed_is_noticed(saved: Path, teamcheck: Teamcheck) -> None:
    protocol = saved.parent / "protocols" / "board.team"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace("action work", "action labour"), encoding="utf-8")
    spec = saved.parent / "specs" / "board.spec"
    spec.write_text(spec.read_text(encoding="utf-8").replace("w.work", "w.labour"), encoding="utf-8")
    said = teamcheck("replay", "all.json", "--property", "one_owner")
    assert said.code == 2
    assert "has changed since" in said.err


@pytest.mark.parametrize(
    "text", ["", "[", "{}", "[]", '{"results": [1]}', '{"results": [{"trace": {"steps": 3}}]}', "[" * 100_000, "\udcff"]
)
def test_a_file_that_is_no_report_is_2(board: Path, teamcheck: Teamcheck, text: str) -> None:
    (board / "bad.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    said = teamcheck("replay", "bad.json")
    assert (said.code, said.out) == (2, "")
    assert "error[T686]: `bad.json` holds no result that can be shown again" in said.err
    assert teamcheck("replay", "missing.json").code == 2
    (board / "endless.json").symlink_to("/dev/zero")
    assert "it is not a file" in teamcheck("replay", "endless.json").err


def test_a_result_without_its_parts_is_2(saved: Path, teamcheck: Teamcheck) -> None:
    data = json.loads(saved.read_text(encoding="utf-8"))
    del data["results"][0]["instance"]
    saved.write_text(json.dumps(data), encoding="utf-8")
    assert teamcheck("replay", "all.json", "--property", "one_owner").code == 2


# --- simulate -----------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_run(board: Path, teamcheck: Teamcheck) -> None:
    def run(*words: str) -> str:
        said = teamcheck("simulate", "specs/board.spec", *words)
        assert (said.code, said.err) == (0, "")
        return said.out

    assert run("--seed", "1") == run("--seed", "1")
    assert len({run("--seed", str(seed)) for seed in range(8)}) > 1


def test_a_simulated_run_can_be_replayed(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("simulate", "specs/board.spec", "--seed", "2", "--steps", "3", "--instance", "pair")
    (command,) = re.findall(r"again: (teamcheck replay .*)", said.out)
    again = teamcheck(*shlex.split(command)[1:])
    assert again.code == 0
    assert again.out.split("\n\n")[1].rstrip() == said.out.split("\n\n")[0]
    assert "  1 went on after 3 steps\n" in said.out


def test_many_runs_are_counted(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("simulate", "specs/board.spec", "--runs", "50", "--instance", "pair")
    assert said.out.startswith("board, instance pair, no faults: 50 random runs, seed 0\n  50 ended done\n")
    assert re.search(r"  one_owner: violated in \d+ of 50 runs, first in run \d+ after [456] steps\n", said.out)
    assert re.search(r"  both: reached in \d+ of 50 runs", said.out)
    assert "no deadlock:" not in said.out
    assert "samples prove nothing" in said.out


def test_stuck_runs_are_told(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("simulate", "specs/board.spec", "--runs", "50", "--instance", "safe", "--faults", "one_crash")
    assert "got stuck (no step was possible)" in said.out


def test_a_run_that_fails_says_so(board: Path, teamcheck: Teamcheck) -> None:
    protocol = board / "protocols" / "ask.team"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace("known = n", "assert n == 0"), encoding="utf-8")
    said = teamcheck("simulate", "protocols/ask.team")
    assert "  1 failed (an error of the protocol)\n" in said.out
    assert "\n  > 3  Lead" in said.out
    assert "error: " in said.out


# --- step ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_walk_by_hand(board: Path, teamcheck: Teamcheck, typed) -> None:  # type: ignore[no-untyped-def]
    typed("0\n7\ns\nwhat\nu\nu\n0\n0\n0\nt\nq\n0\n")
    said = teamcheck("step", "protocols/ask.team")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        """\
ask, instance default, no faults: a number takes that step, u undoes one, s shows the state, t the trace so far, q quits
the state:
      known = 0, Lead.run = unstarted, Ask[Lead, Worker] = [], Answer[Worker, Lead] = []

  0  Lead begins its run
> 0
  1  Lead  begins its run, and ends it
             sends Ask(1) to Worker

  0  Worker takes Ask (sender = Lead, n = 1)
> 7
there is no step 7 here: 0 is the only one
> s
the state:
      known = 0, Lead.run = finished, Ask[Lead, Worker] = [Ask(n: 1)], Answer[Worker, Lead] = []
> what
a number takes that step, u undoes one, s shows the state, t the trace so far, q quits
> u
back

  0  Lead begins its run
> u
this is the start
> 0
  1  Lead  begins its run, and ends it
             sends Ask(1) to Worker

  0  Worker takes Ask (sender = Lead, n = 1)
> 0
  2  Worker  takes Ask(1) from Lead
               sends Answer(1) to Lead

  0  Lead takes Answer (sender = Worker, n = 1)
> 0
  3  Lead  takes Answer(1) from Worker
             known: 0 -> 1

done: no step is possible, and `done when` holds
> t
    1  Lead    begins its run, and ends it
                 sends Ask(1) to Worker
    2  Worker  takes Ask(1) from Lead
                 sends Answer(1) to Lead
    3  Lead    takes Answer(1) from Worker
                 known: 0 -> 1
> q

again: teamcheck replay protocols/ask.team --steps 0,0,0
"""
    )


def test_the_end_of_the_input_ends_the_walk(board: Path, teamcheck: Teamcheck, typed) -> None:  # type: ignore[no-untyped-def]
    typed("")
    said = teamcheck("step", "specs/board.spec", "--instance", "safe", "--faults", "one_crash")
    assert said.code == 0
    assert "  2  Worker0 crashes  [fault]\n" in said.out
    assert said.out.endswith("> \n")


def test_a_step_that_fails_can_be_undone(board: Path, teamcheck: Teamcheck, typed) -> None:  # type: ignore[no-untyped-def]
    protocol = board / "protocols" / "ask.team"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace("known = n", "assert n == 0"), encoding="utf-8")
    typed("0\n0\n0\n0\nu\nq\n")
    said = teamcheck("step", "protocols/ask.team")
    assert said.code == 0
    assert "[fails: " in said.out
    assert "the step fails: " in said.out
    assert "there is no step 0 here\n" in said.out
    assert said.out.endswith("--steps 0,0\n")


def test_an_initial_state_that_is_not_there_is_2(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("step", "protocols/ask.team", "--initial", "3")
    assert said.code == 2
    assert "there is no initial state 3" in said.err
