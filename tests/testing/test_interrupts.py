"""An interrupt at any moment: what was found by then is told and kept. And how far a long search is, on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any, ClassVar

import pytest

from checker import pytest_plugin
from checker.testing import boundary, explore, machine, together
from checker.testing.protocol import machine as machines
from checker.testing.protocol.machine import Failed
from checker.testing.search import sweep
from tests.testing import boards, teams


@pytest.fixture(autouse=True)
def inside_no_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pytest that runs these tests is not the one to stop, or to tell things."""
    monkeypatch.setattr(pytest_plugin, "_config", None)
    monkeypatch.setattr(machines, "AT_THE_END", [])


SPEC = str(Path("specs/bugs/claim_race.spec").resolve())


class Interrupted(boards.TwoCalls):
    """Ctrl-C in the run of this number."""

    at: ClassVar[int] = 0
    runs: ClassVar[int] = 0

    async def setup(self) -> None:
        type(self).runs += 1
        if self.runs == self.at:
            raise KeyboardInterrupt


def ends(at: int, corpus: Path) -> tuple[str, list[str]]:
    """How a machine ends that is interrupted in its run number `at`, and the lines of its corpus."""
    Interrupted.at, Interrupted.runs = at, 0
    case: Any = machine(SPEC, Interrupted, instance="repaired", examples=8, schedules=4, corpus=str(corpus))
    test: unittest.TestCase = case("test_2_programs")
    try:
        test.debug()
    except Failed as failed:
        said = "\n".join([str(failed), *failed.__notes__])
    except KeyboardInterrupt as interrupt:
        said = str(interrupt)
    else:
        said = ""
    return said, [line for file in corpus.glob("*.tokens") for line in file.read_text().splitlines()[1:]]


def test_a_machine_is_interrupted_in_each_of_its_runs_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMCHECK_REPLAY", raising=False)
    said, kept = ends(0, tmp_path / "whole")
    assert "which no behaviour of the protocol explains" in said
    assert len(kept) == 1
    runs = Interrupted.runs
    ended = [ends(at, tmp_path / str(at)) for at in range(1, runs + 1)]
    nothing_yet = [(said, kept) for said, kept in ended if "none of them failed" in said]
    assert 0 < len(nothing_yet) < runs - 1
    assert ended[: len(nothing_yet)] == nothing_yet
    for said, kept in nothing_yet:
        assert re.search(r"Interrupted: interrupted after \d+ programs in \d+ runs; none of them failed", said)
        assert kept == []
    for said, kept in ended[len(nothing_yet) :]:
        assert "which no behaviour of the protocol explains" in said
        assert len(kept) == 1
        assert f"again: TEAMCHECK_REPLAY='{kept[0]}' pytest" in said
        assert "interrupted" in said.lower()


def staggered(at: int) -> Any:
    runs = 0

    async def test() -> None:
        nonlocal runs
        runs += 1
        if runs == at:
            raise KeyboardInterrupt
        await teams.staggered_claim()

    return test


def test_a_search_is_interrupted_in_each_of_its_runs_and_loses_nothing() -> None:
    found, early = None, []
    for at in range(2, 400):
        try:
            outcome = explore(staggered(at), schedules=400)
        except KeyboardInterrupt as interrupt:
            early.append(str(interrupt))
            continue
        found = found or at
        assert not outcome.passed
        assert "2 claims" in outcome.text()
        if not outcome.interrupted:
            break
        assert any(note.startswith("interrupted ") for note in outcome.notes)
    assert found == 2 + len(early)
    assert all("none of them failed" in said for said in early)
    assert at > found + 1  # to shrink it took some runs
    assert not outcome.interrupted


def test_a_sweep_that_is_interrupted_after_a_failure_tells_it() -> None:
    def scenario(at: int) -> Any:
        runs = 0

        async def one_permit() -> None:
            nonlocal runs
            runs += 1
            if runs == at:
                raise KeyboardInterrupt
            free, board = [1], boundary(teams.Board())

            async def work() -> None:
                free.pop()
                await board.get()
                free.append(1)

            await together(ann=work())
            assert free

        return one_permit

    told = 0
    for at in range(1, 40):
        try:
            outcome = sweep(scenario(at))
        except KeyboardInterrupt:
            assert told == 0
            continue
        told += 1
        assert not outcome.passed
        if not outcome.interrupted:
            return
    pytest.fail("the sweep never ended by itself")


INTERRUPTED = """\
from checker.testing import machine
from tests.testing import boards


class Mine(boards.TwoCalls):
    runs = 0

    async def setup(self):
        Mine.runs += 1
        if Mine.runs == {at}:
            raise KeyboardInterrupt


TestMine = machine({spec!r}, Mine, instance="repaired", examples=8, schedules=4)


def test_later():
    pass
"""


def test_pytest_tells_the_failure_and_stops(tmp_path: Path) -> None:
    for at, counts in ((3, "1 passed"), (14, "1 failed, 1 passed")):
        (tmp_path / "test_mine.py").write_text(INTERRUPTED.format(at=at, spec=SPEC))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "test_mine.py"]
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 2, done.stdout
        assert counts in done.stdout
        assert ("which no behaviour of the protocol explains" in done.stdout) == (at == 14)


SLOW = """\
import time
from checker.testing import explore, machine
from tests.testing import boards

SLEEP = time.sleep


class Slow(boards.OneCall):
    async def setup(self):
        SLEEP(0.02)


TestSlow = machine({spec!r}, Slow, instance="repaired", examples=15, schedules=8)
"""


def on_a_terminal(command: list[str], folder: Path) -> str:
    """What a command writes on a terminal."""
    reader, writer = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "TERM": "xterm"}
    process = subprocess.Popen(command, cwd=folder, stdin=writer, stdout=writer, stderr=writer, env=environment)
    os.close(writer)
    said = b""
    while True:
        try:
            read = os.read(reader, 65536)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        said += read
    process.wait()
    os.close(reader)
    return said.decode(errors="replace")


@pytest.mark.slow
def test_a_machine_tells_how_far_it_is_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "test_slow.py").write_text(SLOW.format(spec=SPEC))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "test_slow.py"]
    said = on_a_terminal(command, tmp_path)
    assert re.search(r"test_slow\.Slow, program \d+, run \d+, mode \w+ \(\d", said) or re.search(
        r"test_slow\.Slow, Slow, run \d+, mode \w+ \(\d", said
    ), said
    assert "2 passed" in said
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ", run " not in done.stdout + done.stderr
    assert "2 passed" in done.stdout
