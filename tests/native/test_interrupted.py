"""Checks with a checkpoint that are asked to end, and folders that change while they are used: nothing that is found is lost."""

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


def changed_meanwhile(folder: Path, change: Callable[[Path], None]) -> list[str]:
    """The warnings of a check whose folder is changed while it searches."""
    process = started(folder)
    process.send_signal(signal.SIGSTOP)
    change(folder)
    process.send_signal(signal.SIGCONT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, (output, errors)
    assert said(output)[0][3:] == ["holds", "exhaustive", 10_340_352, 123_558_401, 28]
    return [warning["text"] for warning in json.loads(output)["warnings"] if warning["kind"] == "not kept"]


def test_without_its_folder_the_search_goes_on(tmp_path: Path) -> None:
    (told,) = changed_meanwhile(tmp_path / "kept", shutil.rmtree)
    assert told.endswith("is of an earlier moment, if there is one: No such file or directory")


def test_what_vanishes_is_written_once_more(tmp_path: Path) -> None:
    def remove(folder: Path) -> None:
        shutil.rmtree(next(folder.glob("*/manifest")).parent)

    assert changed_meanwhile(tmp_path / "kept", remove) == []
    again = checked(*LONG, "--checkpoint", str(tmp_path / "kept"), "--resume")
    assert said(again.stdout)[0][3:] == ["holds", "exhaustive", 10_340_352, 123_558_401, 28]


@pytest.mark.parametrize("name", ["states", "predecessors"])
def test_a_log_that_was_shortened_is_not_written_on(name: str, tmp_path: Path) -> None:
    """What is missing would be zeros."""
    program, keep = compile_model(ground(api.load(SPEC, "three"))).program, Keep(folder=tmp_path, every_s=0.0)
    kept = SearchCheckpoint(keep, program)
    with Search(program, [(0,) * program.words], states_limit=20) as search:
        assert search.run() is Status.LIMIT
        kept.save(search, 0.0)
        before = {name: (tmp_path / name).read_bytes() for name in ("states", "predecessors", "manifest")}
        (tmp_path / name).write_bytes(b"short")
        kept.save(search, 0.0)
        assert kept.unsaved == ""
        assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_another_build_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library may have been wrong then."""
    model, keep = api.load(SPEC, "three", "manager_crash"), Keep(folder=tmp_path / "kept", every_s=0.0)
    explore_native(model, states_limit=90, keep=keep)
    monkeypatch.setattr("checker.engines.native.checkpoint.VERSION", "0.0.9")
    with pytest.raises(BadInput, match="another version of teamcheck wrote it"):
        explore_native(model, keep=keep)
