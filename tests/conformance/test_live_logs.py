"""Logs that are still written to: a violation is told at once, an interrupt keeps what is known."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from checker.conformance.logs.formats.lines import lines
from tests.conformance.boards import BOARD, CLAIMED_TWICE, MAP

TWICE = [*CLAIMED_TWICE, {"type": "claim", "who": "bob"}]


def text(records: list[dict[str, Any]], run: str = "a") -> str:
    return "".join(json.dumps({"run": run, **record}) + "\n" for record in records)


@contextmanager
def conforming(folder: Path, *words: str, stdin: int | None = None) -> Iterator[subprocess.Popen[str]]:
    (folder / "map.toml").write_text(MAP)
    command = [sys.executable, "-m", "checker", "conform", BOARD, *words, "--map", str(folder / "map.toml")]
    process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    timer = Timer(60, process.kill)
    timer.start()
    try:
        yield process
    finally:
        timer.cancel()
        process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], wanted: str) -> None:
    """Read the standard error up to a line."""
    assert process.stderr is not None
    for line in process.stderr:
        if wanted in line:
            return
    raise AssertionError("it ended first")


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate()
    return process.returncode, out


def test_a_log_that_grows(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("")
    with conforming(tmp_path, str(log), "--follow") as process, log.open("a") as file:
        for part in (text(TWICE)[:150], text(TWICE)[150:], text(CLAIMED_TWICE, "c"), text(CLAIMED_TWICE, "b")[:-40]):
            file.write(part)
            file.flush()
        until(process, "run a: event 5 is not possible")
        until(process, "one way in which it could have come to this")
        file.write(text(CLAIMED_TWICE, "b")[-40:] + text(TWICE[-1:], "b"))
        file.flush()
        until(process, "run b: event 5 is not possible")
        code, out = interrupted(process)
    assert code == 1
    assert "violates     a  event 5, line 6" in out
    assert "conforms     c  4 events" in out


def test_a_log_that_grew_and_conforms(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(text(TWICE) + text(CLAIMED_TWICE, "b"))
    with conforming(tmp_path, str(log), "--follow", "--format", "json") as process:
        until(process, "run a: event 5 is not possible")
        code, out = interrupted(process)
    assert code == 1
    assert [run["verdict"] for run in json.loads(out)["runs"]] == ["violates", "conforms"]


def test_the_standard_input(tmp_path: Path) -> None:
    with conforming(tmp_path, "-", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(text(CLAIMED_TWICE, "b") + text(TWICE))
        process.stdin.flush()
        until(process, "run a: event 5 is not possible")
        code, out = interrupted(process)
    assert code == 1
    assert "cannot tell  b  4 events: interrupted, all explained so far" in out
    assert "interrupted (" in out


def test_what_is_over_at_once_is_told_once(tmp_path: Path) -> None:
    with conforming(tmp_path, "-", "--follow", stdin=subprocess.PIPE) as process:
        out, err = process.communicate(text(TWICE))
    assert (process.returncode, err) == (1, "")
    assert "run a: event 5 is not possible" in out


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_that_are_written_in_parts(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "log"
    path.write_text(f"{mark}a")
    read = lines(str(path), following=True)
    with path.open("a") as file:
        file.write("b\nc")
        file.flush()
        assert next(read) == b"ab\n"
        file.write("d\n")
        file.flush()
        assert next(read) == b"cd\n"
