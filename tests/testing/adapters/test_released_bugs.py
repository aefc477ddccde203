"""Real bugs in released frameworks are found, and are not reported of the releases that repaired them.

Each release is installed into a folder of its own, with what it depends on, and comes first on the path of another process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.adapters.released_bugs import BUGS, SCHEDULES

ROOT = Path(__file__).resolve().parents[3]
each_bug = pytest.mark.parametrize("name", BUGS)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of the releases that were installed so far."""
    return {"": tmp_path_factory.mktemp("releases")}


def searched(name: str, release: str, releases: dict[str, Path]) -> str:
    """What a search says of the scenario under this release."""
    if release not in releases:
        folder = releases[""] / release.replace("==", "-")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), release]
        installed = subprocess.run(command, capture_output=True, text=True, check=False)
        if installed.returncode:
            pytest.skip(f"{release} could not be installed: {installed.stderr.strip().splitlines()[-1]}")
        releases[release] = folder
    path = os.pathsep.join([str(releases[release]), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "tests.testing.adapters.released_bugs", name]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_bug
def test_a_bug_is_found(name: str, releases: dict[str, Path]) -> None:
    _, broken, _, said = BUGS[name]
    report = searched(name, broken, releases)
    assert report.startswith(f"{name} fails\n")
    assert said in report


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_bug
def test_its_repair_is_not_reported(name: str, releases: dict[str, Path]) -> None:
    _, _, repaired, _ = BUGS[name]
    if repaired is None:
        pytest.skip("no release has it repaired: the module was taken out")
    assert searched(name, repaired, releases).startswith(f"{name}: no failure in {SCHEDULES} runs")
