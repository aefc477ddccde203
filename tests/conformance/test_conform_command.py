"""`teamcheck conform`: its reports, its exit codes, the map that it writes to start from."""

from __future__ import annotations

import io
import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.cli.main import main
from checker.conformance.logs.follow import follow
from checker.report.conformance import render
from checker.report.conformance_json import to_data
from tests.conformance.boards import BOARD, BY_NAME, CLAIMED_TWICE, MAP, followed, logged_runs, write

TWICE = [*CLAIMED_TWICE, {"type": "claim", "who": "bob"}]

REPORT = """\
task_board.team, instance default, no faults: log.jsonl (jsonl), read with map.toml
  violates     a  event 5, line 6: no behaviour explains it

run a: event 5 is not possible
  line 6: Worker1 goes on with work after planning
    {"run":"a","type":"claim","who":"bob"}
    (ann is Worker0, bob is Worker1, T-1 is Task0)

  what was possible instead:
    Worker1  goes on with work after working
    Worker0  goes on with work after working

  one way in which it could have come to this:
    line 1  Worker0  starts work (t = Task0), then waits at planning
    line 2  Worker1  starts work (t = Task0), then waits at planning
    line 3  Worker0  goes on with work after planning, then waits at working
                       status[Task0]: open -> claimed
                       owner[Task0]: none -> Worker0
    line 5  Worker1  goes on with work after planning, then waits at working
                       owner[Task0]: Worker0 -> Worker1
  again: teamcheck replay task_board.team --steps 0,0,0,0

warning: map.toml:14:1: no record fits this rule
no record that was read shows: Worker.work.working
1 run in 6 records, 1 ignored: 1 violates (T)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "task_board.team").write_text(Path(BOARD).read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["conform", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_violation(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, TWICE, MAP)
    code, out, err = run(capsys, "task_board.team", "log.jsonl", "--map", "map.toml")
    assert (code, err) == (1, "")
    head, _, _ = out.rpartition("(")
    assert head + "(T)\n" == REPORT


def test_conforming_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, [*CLAIMED_TWICE, *({**record, "run": "b", "who": None} for record in CLAIMED_TWICE)], MAP)
    code, out, _ = run(capsys, "task_board.team", "log.jsonl", "--map", "map.toml")
    assert code == 0
    assert "  conforms     a  4 events, all explained, one state is possible after them\n" in out
    assert "  conforms     b  4 events, all explained, 2 states are possible after them\n" in out
    assert "2 runs in 10 records, 2 ignored: 2 conform (" in out


def test_what_cannot_be_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, CLAIMED_TWICE, MAP)
    code, out, _ = run(capsys, "task_board.team", "log.jsonl", "--map", "map.toml", "--time", "0.000001")
    assert code == 3
    assert "  cannot tell  a  4 events: the limit of 1e-06 s was reached\n" in out


def test_a_log_of_nothing_but_ignored_records_tells_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, [{"type": "heartbeat"}], MAP)
    assert run(capsys, "task_board.team", "log.jsonl", "--map", "map.toml")[0] == 3


def test_bad_input(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, [{"type": "ping"}], MAP)
    code, out, err = run(capsys, "task_board.team", "log.jsonl", "--map", "map.toml")
    assert (code, out) == (2, "")
    assert err.startswith(
        'error[T635]: no rule of the map fits this record: {"run":"a","type":"ping"}\n --> log.jsonl:1:1\n  |\n'
        '1 | {"run": "a", "type": "ping"}\n'
    )
    assert run(capsys, "task_board.team", "nothing.jsonl", "--map", "map.toml")[0] == 2
    assert run(capsys, "task_board.team", "log.jsonl", "--map", "no.toml")[0] == 2
    assert run(capsys, "task_board.team", ".", "--map", "map.toml")[0] == 2


def test_the_standard_input(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, [], MAP)
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(json.dumps({"run": "a", **record}) + "\n" for record in CLAIMED_TWICE)))
    assert run(capsys, "task_board.team", "-", "--map", "map.toml")[0] == 0


def test_an_interrupt_keeps_what_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.api import load
    from checker.conformance.logs.compile_map import compile_map
    from checker.conformance.logs.map_file import read_map

    records = [*TWICE, *({**record, "run": "b"} for record in CLAIMED_TWICE)]
    log, map = write(tmp_path, records, MAP)

    def stop(records: int, runs: int, decided: int) -> None:
        if records == 9:
            raise KeyboardInterrupt

    monkeypatch.setattr("checker.conformance.logs.follow.PROGRESS_RECORDS", 9)
    found = follow(compile_map(read_map(map, MAP), load(BOARD)), [log], path=BOARD, command="", progress=stop)
    assert [(one.run, one.verdict, one.reason) for one in found.runs] == [
        ("a", "violates", ""),
        ("b", "cannot tell", "interrupted, all explained so far"),
    ]
    assert (found.interrupted, found.exit_code) == (True, 1)


def test_an_interrupt_keeps_the_runs_that_are_decided(tmp_path: Path) -> None:
    """Runs whose order is known in part are decided at the end of the log."""
    from checker.api import load
    from checker.conformance.logs.compile_map import compile_map
    from checker.conformance.logs.map_file import read_map

    by_agent = MAP.replace("[log]", '[log]\norder = "agent"')
    log, map = write(tmp_path, [*TWICE, *({**record, "run": "b"} for record in CLAIMED_TWICE)], by_agent)

    def stop(records: int, runs: int, decided: int) -> None:
        if decided == 1:
            raise KeyboardInterrupt

    found = follow(compile_map(read_map(map, by_agent), load(BOARD)), [log], path=BOARD, command="", progress=stop)
    assert [(one.verdict, one.reason) for one in found.runs] == [("violates", ""), ("cannot tell", "interrupted")]


@pytest.mark.parametrize("records", [TWICE, CLAIMED_TWICE])
@pytest.mark.parametrize("order", ["log", "agent"])
def test_json_is_as_its_schema_says(tmp_path: Path, records: list[dict[str, Any]], order: str) -> None:
    found = to_data(followed(tmp_path, records, MAP.replace("[log]", f'[log]\norder = "{order}"')))
    schema = json.loads(files("checker.report").joinpath("conform_schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(found)
    assert found["runs"][0]["verdict"] == ("violates" if records is TWICE else "conforms")


def test_json_of_the_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, TWICE, MAP)
    code, out, _ = run(capsys, "task_board.team", "log.jsonl", "--map", "map.toml", "--format", "json")
    data = json.loads(out)
    assert (code, data["exit_code"], data["runs"][0]["violation"]["seen"]["line"]) == (1, 1, 6)


def test_random_runs_conform_and_violations_are_cut_short(tmp_path: Path) -> None:
    records = logged_runs(BOARD, 30)
    found = followed(tmp_path, records, BY_NAME)
    assert found.verdict == "conforms"
    assert len(render(found).splitlines()) == 24
    assert "  ... and 10 runs more (--everything shows all)" in render(found)
    doubled = [one for record in records for one in (record, record)]
    found = followed(tmp_path, doubled, BY_NAME)
    assert found.count("violates") == 30
    text = render(found)
    assert "... and 27 violations more (--everything shows all)" in text
    assert text.count("is not possible") == 3
    assert render(found, everything=True).count("is not possible") == 30


def test_a_map_to_start_from(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, [*CLAIMED_TWICE, {"type": "work", "who": "ann", "task": "T-2"}], "")
    code, out, err = run(capsys, "task_board.team", "log.jsonl")
    assert (code, err) == (0, "this is a map to start from: mend it, then give it with --map\n")
    assert out.splitlines()[3:16] == [
        "[log]",
        'run = "run"',
        'agent = "who"',
        'order = "log"          # what is known of the order: log, time, agent, round, links',
        "",
        "# The steps of the protocol. Each is read by a rule below, or listed as `hidden` (it may happen unseen) or `never`:",
        "#   Worker.work                      Worker starts work (t: Task)",
        "#   Worker.work.planning             Worker goes on with work after planning",
        "#   Worker.work.working              Worker goes on with work after working   HOLE: no rule shows it",
        "[steps]",
        "hidden = []",
        "never = []",
        "",
    ]
    assert (
        '[[record]]  # 1 such record\nwhere = { type = "work" }\nstep = "Worker.work"  # GUESS: `work` is the name of the step\nwith = { t = "task" }'
        in out
    )


def test_the_map_to_start_from_is_one_that_can_be_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it leaves open is said."""
    write(here, CLAIMED_TWICE, "")
    assert run(capsys, "task_board.team", "log.jsonl", "--output", "map.toml")[0] == 0
    code, _, err = run(capsys, "task_board.team", "log.jsonl", "--map", "map.toml")
    assert code == 2
    assert {line.split("]")[0] for line in err.splitlines() if line.startswith("error")} == {"error[T634"}


def test_a_step_of_no_agent_is_not_somebodys(tmp_path: Path) -> None:
    spec = BOARD.replace("task_board.team", "patterns/debate_judge.team")
    found = followed(tmp_path, [{"step": "Debater.round"}], '[log]\nrun = "run"\n\n[[record]]\nstep = "{step}"\n', spec)
    assert "  line 1: (all) begin the next round\n" in render(found)


def test_a_field_that_is_there_is_not_said_to_be_missing(tmp_path: Path) -> None:
    """In rules without a step the agent is whose record it is; the end of a call need not say it again."""
    map = """
[log]
agent = "who"

[steps]
never = ["Worker.work.planning", "Worker.work.working"]

[[record]]
where = { type = "begin" }
step = "Worker.work"
call = "begin"
id = "id"

[[record]]
where = { type = "end" }
call = "end"
id = "id"

[[record]]
where = { type = "board" }
before = { "status[{task}]" = "status" }
"""
    records = [
        {"type": "board", "who": "ann", "task": "T", "status": "open"},
        {"type": "begin", "who": "ann", "id": 1},
        {"type": "end", "id": 1},
    ]
    found = followed(tmp_path, records, map)
    assert (found.verdict, found.warnings) == ("conforms", ())
