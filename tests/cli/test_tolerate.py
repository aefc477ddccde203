"""`tolerate`, `mend`, and fault models that are given as a text."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Teamcheck


def test_a_fault_model_may_be_a_text(teamcheck: Teamcheck, board: Path) -> None:
    said = teamcheck(
        "check", "specs/board.spec", "--instance", "safe", "--faults", "stall Worker <= 1", "--property", "no deadlock"
    )
    assert said.code == 1
    assert "instance safe, faults stall Worker <= 1 " in said.out
    command = next(line for line in said.out.splitlines() if line.startswith("  again: teamcheck "))
    assert "--faults 'stall Worker <= 1'" in command
    again = teamcheck(*shlex.split(command)[2:])
    assert (again.code, "stalls for ever [fault]" in again.out) == (0, True)
    assert teamcheck("check", "protocols/board.team", "--faults", "crash Worker <= 1, restart Worker unlimited").code == 1


@pytest.mark.parametrize(
    ("faults", "title"),
    [
        ("crash Wrker <= 1", "error[T522]: `crash` needs a role, and `Wrker` is none\nhelp: write `crash Worker`"),
        ("crsh Worker <= 1", "error[T521]: `crsh Worker <= 1` is no fault: there is no fault `crsh`\nhelp: write `crash Worker`"),
        ("crash Worker, x", "error[T521]: `crash Worker` is no fault: it does not say how often it may happen"),
        ("crash Worker <= 1, crash Worker <= 2", "error[T521]: `crash Worker <= 2` is no fault: `crash Worker` is given twice"),
        ("restart Worker <= 1", "error[T523]: `restart Worker` would change nothing: there is no `crash Worker` beside it"),
        ("byzantine Worker <= 1", "error[T523]: `byzantine Worker` would change nothing: `Worker` sends no messages"),
        ("stale nothing <= 1", "error[T522]: `stale` needs a shared variable, and `nothing` is none"),
        ("crash Worker < 1", "error[T521]: `crash Worker < 1` is no fault: a fault is written"),
        ("crash Worker <= 12345678", "error[T521]: `crash Worker <= 12345678` is no fault: a fault is written"),
    ],
)
def test_a_text_that_is_no_fault_model(teamcheck: Teamcheck, board: Path, faults: str, title: str) -> None:
    for command in ("check", "mend", "graph"):
        said = teamcheck(command, "specs/board.spec", "--faults", faults)
        assert (said.code, said.out) == (2, "")
        assert title in said.err


@pytest.mark.parametrize(
    ("faults", "title"),
    [
        (
            "crash Worker <= 1",
            "`crash Worker <= 1` is no fault: how often it happens is what is looked for\nhelp: write `crash Worker`",
        ),
        ("no_such_model", "there is no fault model `no_such_model`"),
    ],
)
def test_columns_that_are_none(teamcheck: Teamcheck, board: Path, faults: str, title: str) -> None:
    said = teamcheck("tolerate", "specs/board.spec", "--faults", faults)
    assert (said.code, said.out) == (2, "")
    assert title in said.err


def test_the_table(teamcheck: Teamcheck, board: Path) -> None:
    said = teamcheck(
        "tolerate", "specs/board.spec", "--instance", "safe", "--faults", "crash Worker, repeat Worker", "--traces", "none"
    )
    assert (said.code, said.err) == (0, "")
    assert said.out.split("\n\n")[1:4] == [
        """\
                 none       crash   repeat
                            Worker  Worker
    one_owner    holds      -       -
    both         reached
    no deadlock  holds      1       -
    no error     holds      -       -""",
        """\
    1, 2: so many of this fault alone break the property; 3+: more than two do; -: no number does
    of a `sometimes`: with so many it is reached
    looked at: every set of up to 2 faults, and one or two kinds without limit""",
        """\
  no deadlock is broken by
    crash Worker <= 1  after 3 steps""",
    ]
    data = json.loads(
        teamcheck("tolerate", "specs/board.spec", "--instance", "safe", "--faults", "one_crash", "--format", "json").out
    )
    assert (data["faults"], data["exit_code"]) == (["crash Worker"], 0)


def test_a_limit_is_no_pass(teamcheck: Teamcheck, board: Path) -> None:
    assert teamcheck("tolerate", "specs/board.spec", "--instance", "safe", "--states", "5", "--traces", "none").code == 3
    assert teamcheck("mend", "specs/board.spec", "--instance", "safe", "--faults", "one_crash", "--states", "5").code == 3


def test_what_would_mend_it(teamcheck: Teamcheck, board: Path) -> None:
    said = teamcheck("mend", "specs/board.spec", "--instance", "safe", "--faults", "one_crash", "-o", "mended.txt")
    assert (said.code, said.out, said.err) == (0, "", "")
    text = (board / "mended.txt").read_text(encoding="utf-8")
    assert "  no deadlock is violated. It holds if:\n    1. `crash Worker` does not happen" in text
    assert teamcheck("mend", "specs/board.spec", "--instance", "safe", "--property", "one_owner").out.startswith(
        "specs/board.spec\n"
    )


def test_a_protocol_by_itself(teamcheck: Teamcheck, board: Path) -> None:
    said = teamcheck("tolerate", "protocols/ask.team", "--faults", "lose Ask, duplicate Answer, crash Worker", "--traces", "none")
    assert said.code == 0
    assert "    no deadlock           holds      1     -          1\n" in said.out


def test_a_file_that_is_not_there(teamcheck: Teamcheck, board: Path) -> None:
    for command in ("tolerate", "mend"):
        assert teamcheck(command, "specs/none.spec").code == 2
        assert teamcheck(command, "specs/board.spec", "--instance", "par").code == 2
        assert teamcheck(command, "specs/board.spec", "-o", "no/where.txt").code == 2
