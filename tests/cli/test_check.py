"""`teamcheck check`: what it says, in every format, and its exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from msgspec.structs import replace

from checker import api
from checker.api import Progress
from checker.cli.progress import ProgressLine, progress_text
from tests.cli.conftest import SPEC, Teamcheck

SCHEMA = json.loads((files("checker.report") / "schema.json").read_text(encoding="utf-8"))


def without_times(text: str) -> str:
    """The text with every time the same."""
    return re.sub(r" +(\d[\w, ]+, depth \d+, ).*", r"   \1T", re.sub(r"\([^()]*\d s\)", "(T)", text))


def test_a_spec_that_is_as_expected(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("check")
    assert (said.code, said.err) == (0, "")
    table, violation = without_times(said.out).split("\n\nalways one_owner", 1)
    assert table == (
        """\
specs/board.spec
  instance pair, no faults   18 states, 24 transitions, depth 5, T
    ok    one_owner    violated as expected (after 4 steps)
    ok    both         holds (reached after 2 steps)
    ok    no deadlock  holds (exhaustive, 18 states)
    ok    no error     holds (exhaustive, 18 states)

  instance safe, no faults   12 states, 16 transitions, depth 4, T
    ok    one_owner    holds (exhaustive, 12 states)
    ok    both         holds (reached after 2 steps)
    ok    no deadlock  holds (exhaustive, 12 states)
    ok    no error     holds (exhaustive, 12 states)

  instance safe, faults one_crash   28 states, 50 transitions, depth 5, T
    ok    one_owner    holds (exhaustive, 28 states)
    ok    both         holds (reached after 2 steps)
    ok    no deadlock  violated as expected (after 3 steps)
    ok    no error     holds (exhaustive, 28 states)"""
    )
    assert violation.startswith(
        """\
: violated as expected, instance pair, no faults  (specs/board.spec:8:1)
  "a task is worked on by its owner"
  a shortest trace, 4 steps:

    1  Worker0  starts work (t = Task0), then waits at planning
    2  Worker1  starts work (t = Task0), then waits at planning
    3  Worker0  goes on with work after planning, then waits at working
                  status[Task0]: open -> claimed
                  owner[Task0]: none -> Worker0
  > 4  Worker1  goes on with work after planning, then waits at working
                  owner[Task0]: Worker0 -> Worker1

  why: """
    )
    assert "\n  again: teamcheck replay specs/board.spec --instance pair --property one_owner --steps 0,0,0,0\n" in violation
    assert said.out.splitlines()[-1].startswith("12 verdicts in 1 spec: 10 hold, 2 violated, all as expected (")
    assert "sometimes both" not in said.out


def test_a_property_by_name_shows_its_witness(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("check", "specs/board.spec", "--property", "both", "--instance", "pair")
    assert said.code == 0
    assert "sometimes both: reached, instance pair, no faults" in said.out
    assert "no deadlock" not in said.out


def test_several_specs_are_told_in_brief(board: Path, teamcheck: Teamcheck) -> None:
    (board / "specs" / "other.spec").write_text(SPEC, encoding="utf-8")
    said = teamcheck("check", "specs")
    assert said.code == 0
    assert [line[:60].rstrip() for line in said.out.splitlines() if line.startswith("  ok")] == [
        "  ok    pair                  3 hold, 1 violated as expected",
        "  ok    safe                  4 hold",
        "  ok    safe under one_crash  3 hold, 1 violated as expected",
    ] * 2
    assert "one_owner" not in said.out
    assert teamcheck("check", "specs", "--verbose").out.count("    ok    one_owner ") == 6


def test_an_unmet_expectation_is_1_in_both_directions(board: Path, teamcheck: Teamcheck) -> None:
    spec = board / "specs" / "board.spec"
    spec.write_text(SPEC.replace("expect one_owner violated in pair\n", ""), encoding="utf-8")
    said = teamcheck("check", str(spec), "--traces", "none")
    assert said.code == 1
    assert "    FAIL  one_owner    VIOLATED, expected to hold (after 4 steps)" in said.out
    spec.write_text(SPEC.replace("violated in pair", "violated in pair, safe under none"), encoding="utf-8")
    said = teamcheck("check", str(spec))
    assert said.code == 1
    assert "    FAIL  one_owner    holds, but was expected to be violated (exhaustive, 12 states)" in said.out


def test_a_wrong_count_is_1(board: Path, teamcheck: Teamcheck) -> None:
    (board / "specs" / "board.spec").write_text(SPEC + "expect 17 states in pair under none\n", encoding="utf-8")
    said = teamcheck("check", "--quiet")
    assert said.code == 1
    assert "    FAIL  counts  18 states, expected 17 states\n" in said.out
    assert "0 as expected" not in said.out


def test_a_limit_is_3_and_never_a_pass(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("check", "--instance", "safe", "--faults", "none", "--states", "5")
    assert said.code == 3
    assert "    ?     one_owner    unknown: " in said.out
    assert "all as expected" not in said.out


def test_a_protocol_by_itself(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("check", "protocols/ask.team")
    assert said.code == 0
    assert [line[10:].split("  ")[0] for line in said.out.splitlines() if line.startswith("    ok")] == [
        "no deadlock",
        "no livelock",
        "no unhandled message",
        "no error",
    ]


def test_settings_change_the_instance(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("check", "--instance", "safe", "--faults", "none", "--set", "workers=3")
    assert said.code == 0
    assert "holds (exhaustive, 12 states)" not in said.out
    said = teamcheck("check", "--instance", "pair", "--set", "careful=true")
    assert said.code == 1


def test_bad_input_is_2_with_every_error(board: Path, teamcheck: Teamcheck) -> None:
    protocol = board / "protocols" / "board.team"
    text = protocol.read_text(encoding="utf-8")
    protocol.write_text(text.replace("status[t] = claimed", "status[t] = claimd").replace("= self", "= selv"), encoding="utf-8")
    said = teamcheck("check")
    assert (said.code, said.out) == (2, "")
    assert "protocols/board.team:16:21" in said.err
    assert "        status[t] = claimd\n" in said.err
    assert "protocols/board.team:17:20" in said.err
    assert said.err.endswith("\n\n2 errors\n")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["no_such.spec"], "no_such.spec"),
        (["protocols"], "there is no `*.spec` file in `protocols`"),
        (["--instance", "pear"], "there is no instance `pear`"),
        (["--property", "one_ownr"], "one_owner"),
        (["--faults", "one_crush"], "one_crash"),
        (["--set", "workers"], "`--set workers` is not NAME=VALUE"),
        (["--set", "workers=99"], "99"),
        (["--set", "wrkers=2"], "wrkers"),
        (["--output", "no/such/folder/x"], "cannot write `no/such/folder/x`: there is no folder `no/such/folder`"),
        (["--output", "specs"], "cannot write `specs`: it is a folder"),
        (["--engine", "z3", "--symmetry"], "Z3 looks at no states, so `--symmetry` says nothing to it"),
        (["--engine", "z3", "--partial-order"], "Z3 looks at no states, so `--partial-order` says nothing to it"),
        (["--partial-order-always", "--symmetry"], "`--partial-order` does not go together with `--symmetry`"),
        (["--partial-order", "--symmetry"], "`--partial-order` does not go together with `--symmetry`"),
        (["--partial-order", "--checkpoint", "kept"], "`--partial-order` does not go together with `--checkpoint`"),
        (["--partial-order", "--order", "depth-first"], "`--partial-order` does not go together with `--order depth-first`"),
        (["--partial-order", "--store", "bitstate"], "`--partial-order` does not go together with `--store bitstate`"),
        (["--engine", "z3", "--states", "9"], "Z3 looks at no states, so `--states` says nothing to it"),
        (["--sweeps", "3"], "`--sweeps` is of the Z3 engine"),
        (["--fewest", "faults", "--engine", "native"], "`--fewest` is of the Z3 engine"),
    ],
)
def test_what_cannot_be_used_is_2(board: Path, teamcheck: Teamcheck, words: list[str], text: str) -> None:
    said = teamcheck("check", *words)
    assert (said.code, said.out) == (2, "")
    assert text in said.err
    assert said.err.startswith("error[T")


def test_without_a_folder_of_specs_it_says_where_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teamcheck: Teamcheck
) -> None:
    monkeypatch.chdir(tmp_path)
    said = teamcheck("check")
    assert said.code == 2
    assert "there is no folder `specs` here" in said.err
    assert "teamcheck new my_team" in said.err


# --- formats -----------------------------------------------------------------------------------------------------


def test_json(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("check", "--format", "json")
    data = json.loads(said.out)
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    assert (said.code, data["exit_code"]) == (0, 0)
    assert [(r["property"], r["instance"], r["faults"], r["verdict"], r["met"]) for r in data["results"][:3]] == [
        ("one_owner", "pair", "none", "violated", True),
        ("both", "pair", "none", "holds", True),
        ("no deadlock", "pair", "none", "holds", True),
    ]
    assert [s["index"] for s in data["results"][0]["trace"]["steps"]] == [0, 0, 0, 0]


def test_json_is_the_same_every_time_but_for_the_seconds(board: Path, teamcheck: Teamcheck) -> None:
    def facts() -> str:
        data = json.loads(teamcheck("check", "--format", "json").out)
        for part in (data, *data["results"]):
            del part["seconds"]
        return json.dumps(data)

    assert facts() == facts()


@pytest.mark.parametrize("format", ["json", "junit", "sarif", "github"])
def test_bad_input_is_told_in_the_format_asked_for(board: Path, teamcheck: Teamcheck, format: str) -> None:
    said = teamcheck("check", "--instance", "pear", "--format", format)
    assert (said.code, said.err) == (2, "")
    assert "pear" in said.out
    if format == "json":
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(said.out))


def test_a_file_gets_the_report_and_people_the_summary(board: Path, teamcheck: Teamcheck) -> None:
    said = teamcheck("check", "--format", "junit", "--output", "report.xml")
    assert said.code == 0
    assert len(said.out.splitlines()) == 1
    assert "12 verdicts in 1 spec" in said.out
    root = ElementTree.fromstring((board / "report.xml").read_text(encoding="utf-8"))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("12", "0", "0")
    assert teamcheck("check", "--format", "sarif", "--output", "r.sarif", "--quiet").out == ""
    assert json.loads((board / "r.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_a_report_that_cannot_be_made_leaves_the_old_file(board: Path, teamcheck: Teamcheck) -> None:
    (board / "report.txt").write_text("old", encoding="utf-8")
    said = teamcheck("check", "--instance", "pear", "--output", "report.txt")
    assert said.code == 2
    assert (board / "report.txt").read_text(encoding="utf-8") == "old"


def test_symmetry_is_asked_for_and_can_be_taken_back(board: Path, teamcheck: Teamcheck) -> None:
    words = ("check", "--instance", "pair", "--faults", "none", "--property", "no deadlock")
    assert "(exhaustive, 10 states up to symmetry of Worker)" in teamcheck(*words, "--symmetry").out
    assert "symmetry" not in teamcheck(*words).out
    assert "symmetry" not in teamcheck(*words, "--symmetry", "--no-symmetry").out


def test_quiet_is_silent_when_all_is_as_expected(board: Path, teamcheck: Teamcheck) -> None:
    assert teamcheck("check", "--quiet").out == ""


# --- interrupts and progress --------------------------------------------------------------------------------------


def test_an_interrupt_leaves_the_partial_counts_and_is_3(
    board: Path, teamcheck: Teamcheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = api.check

    def interrupted(*arguments: object, progress: Callable[[Progress], None], **more: object) -> object:
        def stop(_: Progress) -> None:
            raise KeyboardInterrupt

        return real(*arguments, progress=stop, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("checker.engines.explicit.REPORT_S", 0.0)
    monkeypatch.setattr("checker.engines.explicit.CHECK_STATES", 1)
    monkeypatch.setattr(api, "check", interrupted)
    said = teamcheck("check", "--format", "json")
    data = json.loads(said.out)
    assert (said.code, data["exit_code"], data["interrupted"]) == (3, 3, True)
    jsonschema.Draft202012Validator(SCHEMA).validate(data)


class Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


SOME = Progress(
    spec="s.spec",
    instance="pair",
    faults="none",
    goal="",
    search=2,
    searches=5,
    distinct=12_000,
    transitions=31_000,
    depth=9,
    queue=4_500,
    states_per_s=2_500.0,
    seconds=3.0,
)


def test_progress_in_words() -> None:
    assert (
        progress_text(SOME, 12.0)
        == "search 2 of 5, s.spec, instance pair, no faults: 12,000 states, 31,000 transitions, depth 9, 4,500 wait "
        "(12 s, 2,500 states a second, at least 1.8 s more)"
    )
    assert progress_text(replace(SOME, states_per_s=0.0), 12.0).endswith("depth 9, 4,500 wait (12 s)")
    instead = progress_text(replace(SOME, instead="reference interpreter"), 12.0)
    assert instead.startswith("search 2 of 5, s.spec, instance pair, no faults, by the reference interpreter: 12,000 states")


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_waits_a_second_and_is_one_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    monkeypatch.setenv("TERM", "xterm")
    stream = Stream(terminal)
    line = ProgressLine(stream)
    for second in range(31):
        clock[0] = 100.0 + second
        line(SOME)
        if second == 0:
            assert stream.getvalue() == ""
    line.close()
    text = stream.getvalue()
    if terminal:
        assert "\n" not in text
        assert text.count("search 2 of 5") == 30
        assert text.endswith("\r")
    else:
        assert "\r" not in text
        assert text.count("search 2 of 5") == text.count("\n") == 3


BIG = """protocol big()
shared a: 0..299 = 0
shared b: 0..299 = 0
shared c: 0..299 = 0
role One
role One:
    action up_a when a < 299:
        a += 1
    action up_b when b < 299:
        b += 1
    action up_c when c < 299:
        c += 1
"""


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_control_c_leaves_the_partial_counts(tmp_path: Path, engine: str) -> None:
    (tmp_path / "big.team").write_text(BIG, encoding="utf-8")
    command = [sys.executable, "-m", "checker", "check", "big.team", "--engine", engine]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        time.sleep(2.5)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (3, "")
    assert re.search(r"    \?     no deadlock           unknown: .*interrupted", out)
    assert re.search(r" \d[\d,]+ states, \d[\d,]+ transitions, depth", out)
    assert "interrupted before the end" in out
