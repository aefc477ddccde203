"""Each adapter works with the oldest release of its framework that its extra admits, and with the newest that there is.

The releases are installed into folders of their own, which come first on the path of a pytest that runs the tests of the adapter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.testing.adapters.test_all import ADAPTERS, ROOT

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
# what an old release needs at an older version than it asks for
PINS = {"mcp": ["pydantic<2.12"]}


def requirements(adapter: str, which: str) -> list[str]:
    """What is installed for the adapter: at the lower bounds of its extra, or at the newest."""
    wanted = [requirement for requirement in EXTRAS[adapter.replace("_", "-")] if not requirement.startswith("teamcheck")]
    if which == "newest":
        return wanted
    return [requirement.replace(">=", "==") for requirement in wanted] + PINS.get(adapter, [])


def test_each_extra_has_a_lower_bound() -> None:
    for adapter in ADAPTERS:
        assert all(">=" in requirement for requirement in requirements(adapter, "newest")), adapter


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("which", ["oldest", "newest"])
@pytest.mark.parametrize("adapter", ADAPTERS)
def test_its_tests_pass(adapter: str, which: str, tmp_path: Path) -> None:
    wanted = requirements(adapter, which)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(tmp_path), *wanted]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"{' '.join(wanted)} could not be installed: {installed.stderr.strip().splitlines()[-1]}")
    tests = f"tests/testing/adapters/test_{adapter}.py"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-x", tests]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3_000:]
