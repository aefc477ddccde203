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
INSTALLS = 2  # attempts
INSTALL_S = 600  # each: a framework brings a hundred packages, and the machine may be busy
each_bug = pytest.mark.parametrize("name", BUGS)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of the releases that were installed so far."""
    return {"": tmp_path_factory.mktemp("releases")}


def installed(release: str, releases: dict[str, Path]) -> Path:
    """The folder of the release. The test is skipped where it cannot be had, or not in time: that tells nothing of the tool."""
    if release not in releases:
        for attempt in range(INSTALLS):
            folder = releases[""] / f"{len(releases)}.{attempt}"  # what a broken installation has left is not used
            command = [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--retries",
                "5",
                "--timeout",
                "60",
                "--target",
                str(folder),
            ]
            try:
                done = subprocess.run(
                    [*command, *release.split()], capture_output=True, text=True, check=False, timeout=INSTALL_S
                )
            except subprocess.TimeoutExpired:
                why = f"pip has not ended within {INSTALL_S} s"
                continue
            if not done.returncode:
                releases[release] = folder
                break
            why = done.stderr.strip().splitlines()[-1]
        else:
            pytest.skip(f"{release} could not be installed, in {INSTALLS} attempts: {why}")
    return releases[release]


def searched(name: str, release: str, releases: dict[str, Path], *options: str) -> str:
    """What a search says of the scenario under this release."""
    path = os.pathsep.join([str(installed(release, releases)), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "tests.testing.adapters.released", *options, name]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the search of {name} with {release} broke off:\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(2 * INSTALL_S * INSTALLS)
@each_bug
def test_a_bug_is_found(name: str, releases: dict[str, Path]) -> None:
    report = searched(name, BUGS[name].broken, releases)
    assert report.startswith(f"{name} fails\n")
    assert BUGS[name].said in report


@pytest.mark.slow
@pytest.mark.timeout(2 * INSTALL_S * INSTALLS)
@each_bug
def test_its_repair_is_not_reported(name: str, releases: dict[str, Path]) -> None:
    repaired = BUGS[name].repaired
    report = searched(name, BUGS[name].broken, releases, "--repair") if repaired is None else searched(name, repaired, releases)
    assert report.startswith(f"{name}: no failure in ")


def test_the_docs_list_them() -> None:
    assert table() in (ROOT / "docs/adapters.md").read_text(encoding="utf-8")


def test_each_has_a_control() -> None:
    for bug in BUGS.values():
        assert (bug.repaired is None) == (bug.repair is not None), bug.name


def test_each_is_told_in_one_sentence() -> None:
    for bug in BUGS.values():
        told = (bug.scenario.__doc__ or "").strip()
        assert told.endswith("."), bug.name
        assert bug.said, bug.name
