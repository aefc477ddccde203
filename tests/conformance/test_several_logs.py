"""Several logs: folders, patterns, each log a run or a part of one; runs that several fields tell apart."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from checker.api import conform, starter_map
from checker.cli.main import main
from checker.conformance.logs.sources import log_files
from checker.language.diagnostics import BadInput
from checker.report.conformance import render
from tests.conformance.boards import BOARD, MAP

RIGHT = [{"type": "plan", "who": "ann", "task": "T"}, {"type": "claim", "who": "ann"}, {"type": "done", "who": "ann"}]
WRONG = [{"type": "claim", "who": "ann"}]
WITHOUT_RUN = MAP.replace('run = "run"\n', "")


def lines(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def folder(tmp_path: Path) -> Path:
    logs = tmp_path / "logs"
    (logs / "tue").mkdir(parents=True)
    (logs / "run10.jsonl").write_text(lines(RIGHT))
    (logs / "run2.jsonl").write_text(lines(WRONG))
    (logs / "tue" / "a.jsonl.gz").write_bytes(gzip.compress(lines(RIGHT[:2]).encode()))
    (logs / "README.md").write_text("no log\n")
    (logs / ".hidden.jsonl").write_text("{}\n")
    (tmp_path / "map.toml").write_text(WITHOUT_RUN)
    return logs


def test_each_log_of_a_folder_is_a_run(tmp_path: Path) -> None:
    found = conform(BOARD, folder(tmp_path), map=tmp_path / "map.toml")
    assert [(run.run, run.verdict, run.events) for run in found.runs] == [
        ("run2.jsonl", "violates", 1),
        ("run10.jsonl", "conforms", 3),
        ("tue/a.jsonl.gz", "conforms", 2),
    ]
    assert found.exit_code == 1
    assert render(found).splitlines()[1:4] == [
        "  violates     run2.jsonl      event 1, line 1: no behaviour explains it",
        "  conforms     run10.jsonl     3 events, all explained, one state is possible after them",
        "  conforms     tue/a.jsonl.gz  2 events, all explained, one state is possible after them",
    ]


def test_patterns_and_files(tmp_path: Path) -> None:
    logs = folder(tmp_path)
    assert log_files([f"{logs}/*.jsonl"]) == [f"{logs}/run2.jsonl", f"{logs}/run10.jsonl"]
    assert log_files([f"{logs}/**/a*", f"{logs}/README.md"]) == [f"{logs}/tue/a.jsonl.gz", f"{logs}/README.md"]
    (odd := tmp_path / "a[1].jsonl").write_text(lines(RIGHT))
    assert log_files([str(odd), str(odd)]) == [str(odd)]


@pytest.mark.parametrize(
    ("given", "title"),
    [("logs/*.csv", "no file fits the pattern `logs/*.csv`"), ("empty", "there is no log in the folder `empty`")],
)
def test_nothing_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, title: str) -> None:
    folder(tmp_path)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput) as refused:
        conform(BOARD, given, map="map.toml")
    assert [(error.code, error.title_text) for error in refused.value.diagnostics] == [("T638", title)]


def parts(tmp_path: Path, map: str) -> list[tuple[str, str, int]]:
    """The runs of two logs, the second of which goes on where the first one ends."""
    (tmp_path / "a.jsonl").write_text(lines([{"run": 1, **one} for one in RIGHT[:1]]))
    (tmp_path / "b.jsonl").write_text(lines([{"run": 1, **one} for one in RIGHT[1:]]))
    (tmp_path / "map.toml").write_text(map)
    found = conform(BOARD, [tmp_path / "a.jsonl", tmp_path / "b.jsonl"], map=tmp_path / "map.toml")
    return [(run.run, run.verdict, run.events) for run in found.runs]


def test_a_run_goes_on_in_the_next_log(tmp_path: Path) -> None:
    assert parts(tmp_path, MAP) == [("1", "conforms", 3)]
    assert parts(tmp_path, WITHOUT_RUN.replace("[log]", '[log]\nfiles = "parts"')) == [("", "conforms", 3)]
    apart = [("a.jsonl, 1", "conforms", 1), ("b.jsonl, 1", "violates", 1)]
    assert parts(tmp_path, MAP.replace("[log]", '[log]\nfiles = "runs"')) == apart
    assert parts(tmp_path, WITHOUT_RUN) == [(name.partition(",")[0], *rest) for name, *rest in apart]


@pytest.mark.parametrize("order", ["log", "agent", "time"])
def test_a_run_is_told_by_two_fields(tmp_path: Path, order: str) -> None:
    """The first two fields together would be the same text."""
    keys = [("a, b", "c"), ("a", "b, c"), ("a", "c")]
    records = [
        {"day": day, "team": {"id": team}, "at": place, **record} for place, record in enumerate(RIGHT) for day, team in keys
    ]
    (tmp_path / "log.jsonl").write_text(lines([*records, {"day": "a", "team": {"id": "d"}, "at": 9, **WRONG[0]}]))
    (tmp_path / "map.toml").write_text(MAP.replace('run = "run"', f'run = ["day", "team.id"]\norder = "{order}"\ntime = "at"'))
    found = conform(BOARD, tmp_path / "log.jsonl", map=tmp_path / "map.toml")
    names = ["a, b, c", "a, b, c", "a, c", "a, d"]
    assert [(run.run, run.verdict) for run in found.runs] == [*((name, "conforms") for name in names[:3]), ("a, d", "violates")]


def test_a_field_of_the_run_is_missing(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(lines([{"day": 1, **RIGHT[0]}]))
    (tmp_path / "map.toml").write_text(MAP.replace('run = "run"', 'run = ["day", "team"]'))
    with pytest.raises(BadInput) as refused:
        conform(BOARD, tmp_path / "log.jsonl", map=tmp_path / "map.toml")
    assert refused.value.diagnostics[0].title_text == "the record has no field `team`, which says its run"


def test_violations_of_each_log_are_told_as_it_ends(tmp_path: Path) -> None:
    logs = folder(tmp_path)
    (tmp_path / "map.toml").write_text(WITHOUT_RUN.replace("[log]", '[log]\norder = "agent"'))
    told: list[str] = []
    conform(BOARD, logs, map=tmp_path / "map.toml", violated=lambda run: told.append(run.run))
    assert told == ["run2.jsonl"]


def test_the_map_to_start_from_says_that_each_log_is_a_run(tmp_path: Path) -> None:
    assert "# each log is a run" in starter_map(BOARD, folder(tmp_path))


def test_many_logs_are_named_shortly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(6):
        (tmp_path / f"{number}.jsonl").write_text(lines(RIGHT))
    (tmp_path / "map.toml").write_text(WITHOUT_RUN)
    assert main(["conform", BOARD, str(tmp_path / "?.jsonl"), "--map", str(tmp_path / "map.toml")]) == 0
    assert f"{tmp_path}/0.jsonl and 5 other logs (jsonl)" in capsys.readouterr().out.splitlines()[0]


def test_each_log_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    logs = folder(tmp_path)
    (logs / "run2.jsonl").write_text("no JSON\n")
    (logs / "tue" / "a.jsonl.gz").write_bytes(gzip.compress(lines([{"type": "ping"}]).encode()))
    with pytest.raises(BadInput) as refused:
        conform(BOARD, logs, map=tmp_path / "map.toml")
    assert [(error.code, str(error.span)) for error in refused.value.diagnostics] == [
        ("T637", f"{logs}/run2.jsonl:1:1"),
        ("T635", f"{logs}/tue/a.jsonl.gz:1:1"),
    ]
