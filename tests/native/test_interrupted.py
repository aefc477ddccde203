"""Checks with a checkpoint that are asked to end, and folders that change while they are used: an answer or a plain refusal, never a traceback."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from checker import api
from checker.engines.native.checkpoint import Keep, SearchCheckpoint
from checker.engines.native.compile import compile_model
from checker.engines.native.explore import explore_native
from checker.engines.native.search import Search, Status
from checker.ground.program import ground
from checker.language.diagnostics import BadInput
from tests.native.test_checkpoints import LARGE, ROOT, SPEC, checked, command, said

LONG = tuple("participants=9" if word == "participants=8" else word for word in LARGE)  # ten slices of time or so


def started(folder: Path) -> subprocess.Popen[str]:
    """A check that has written its first checkpoint, and has far to go."""
    words = command(*LONG, "--threads", "1", "--checkpoint", str(folder), "--checkpoint-every", "0.01")
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = monotonic() + 60
    while not list(folder.glob("*/manifest")) and process.poll() is None and monotonic() < until:
        sleep(0.002)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end_it_says_what_it_knows_and_can_be_gone_on_from(number: signal.Signals, tmp_path: Path) -> None:
    process = started(tmp_path / "kept")
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 3, errors
    assert "Traceback" not in errors
    results = json.loads(output)["results"]
    assert results[0]["verdict"] == "unknown"  # of `consistent`
    assert 0 < results[0]["distinct"] < 10_340_352
    again = checked(*LONG, "--checkpoint", str(tmp_path / "kept"), "--resume")
    assert again.returncode == 0
    assert said(again.stdout)[0][3:] == ["holds", "exhaustive", 10_340_352, 123_558_401, 28]


def all_of_it(folder: Path) -> None:
    shutil.rmtree(folder)


def folder_of_the_search(folder: Path) -> None:
    shutil.rmtree(next(folder.glob("*/manifest")).parent)


@pytest.mark.parametrize("gone", [all_of_it, folder_of_the_search])
def test_a_folder_that_vanishes_is_told(gone: Callable[[Path], None], tmp_path: Path) -> None:
    process = started(tmp_path / "kept")
    process.send_signal(signal.SIGSTOP)
    gone(tmp_path / "kept")
    process.send_signal(signal.SIGCONT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 2, (output, errors)
    assert "Traceback" not in errors
    assert json.loads(output)["errors"][0]["code"] == "T644"


@pytest.mark.parametrize("name", ["states", "predecessors"])
def test_a_log_that_was_shortened_is_not_written_on(name: str, tmp_path: Path) -> None:
    """What is missing would be zeros."""
    program, keep = compile_model(ground(api.load(SPEC, "three"))).program, Keep(folder=tmp_path, every_s=0.0)
    kept = SearchCheckpoint(keep, program)
    with Search(program, [(0,) * program.words], states_limit=20) as search:
        assert search.run() is Status.LIMIT
        kept.save(search, 0.0)
        (tmp_path / name).write_bytes(b"short")
        with pytest.raises(BadInput, match=f"something else has shortened or removed `{name}` meanwhile"):
            kept.save(search, 0.0)


def test_another_build_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library may have been wrong then."""
    model, keep = api.load(SPEC, "three", "manager_crash"), Keep(folder=tmp_path / "kept", every_s=0.0)
    explore_native(model, states_limit=90, keep=keep)
    monkeypatch.setattr("checker.engines.native.checkpoint.VERSION", "0.0.9")
    with pytest.raises(BadInput, match="another version of teamcheck wrote it"):
        explore_native(model, keep=keep)
