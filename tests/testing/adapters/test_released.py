"""Real bugs in released frameworks are found, and are not reported of the releases that repaired them.

Each release is installed into a folder of its own, with what it depends on, and comes first on the path of another process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.adapters.released import all_bugs, table

ROOT = Path(__file__).resolve().parents[3]
BUGS = all_bugs()
each_bug = pytest.mark.parametrize("name", BUGS)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of the releases that were installed so far."""
    return {"": tmp_path_factory.mktemp("releases")}


def searched(name: str, release: str, releases: dict[str, Path]) -> str:
    """What a search says of the scenario under this release."""
    if release not in releases:
        folder = releases[""] / str(len(releases))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *release.split()]
        installed = subprocess.run(command, capture_output=True, text=True, check=False)
        if installed.returncode:
            pytest.skip(f"{release} could not be installed: {installed.stderr.strip().splitlines()[-1]}")
        releases[release] = folder
    path = os.pathsep.join([str(releases[release]), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "tests.testing.adapters.released", name]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_bug
def test_a_bug_is_found(name: str, releases: dict[str, Path]) -> None:
    report = searched(name, BUGS[name].broken, releases)
    assert report.startswith(f"{name} fails\n")
    assert BUGS[name].said in report


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_bug
def test_its_repair_is_not_reported(name: str, releases: dict[str, Path]) -> None:
    repaired = BUGS[name].repaired
    if repaired is None:
        pytest.skip("no release has it repaired")
    assert searched(name, repaired, releases).startswith(f"{name}: no failure in ")


def test_the_docs_list_them() -> None:
    assert table() in (ROOT / "docs/adapters.md").read_text(encoding="utf-8")


def test_each_is_told_in_one_sentence() -> None:
    for bug in BUGS.values():
        told = (bug.scenario.__doc__ or "").strip()
        assert told.endswith("."), bug.name
        assert bug.said, bug.name
