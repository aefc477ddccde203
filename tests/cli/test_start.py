"""What a command loads before it does its work: modules, not seconds, so that the answer is the same on every machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SMALL = ("check", "specs/two_phase_commit.spec", "--instance", "three", "--faults", "none")
VIOLATED = ("check", "specs/task_board.spec", "--instance", "pair")
LISTED = ("list",)
LAID_OUT = ("fmt", "--check", "protocols/task_board.team")
EXPLAINED = ("explain", "T204")

# what takes long to load, and is for some commands, faults or errors alone
HEAVY = {
    "dataclasses",
    "inspect",
    "json",
    "pathlib",
    "tempfile",
    "subprocess",
    "hashlib",
    "ctypes",
    "fractions",
    "unicodedata",
    "urllib",
}
HEAVY |= {"networkx", "numpy", "z3", "lark", "rich", "jsonschema", "logging", "asyncio", "difflib", "importlib.resources"}
ROOMS = ("checker.engines.native", "checker.ground", "checker.export", "checker.graph.networkx_graph", "checker.report.json")


def loaded(*program: str) -> set[str]:
    """The modules of a process that runs `program`, but for those of which Python itself and msgspec are made."""
    done = subprocess.run([sys.executable, *program], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    return set(done.stderr.splitlines()[-1].split())


def loaded_by(*words: str) -> set[str]:
    code = "import sys; from checker.cli.main import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    always = loaded("-c", "import sys, msgspec; print(*sys.modules, file=sys.stderr)")
    return loaded("-c", code, *words) - always


@pytest.mark.parametrize("words", [SMALL, VIOLATED, LISTED, LAID_OUT], ids=lambda words: " ".join(words[:2]))
def test_it_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    modules = loaded_by(*words)
    assert sorted(HEAVY & modules) == []
    assert sorted(name for name in modules if name.startswith(ROOMS)) == []
    errors = {name for name in modules if name.startswith("checker.") and name.endswith("_errors")}
    assert errors <= {"checker.properties.plan_errors"}


@pytest.mark.parametrize(("words", "most"), [(SMALL, 150), (VIOLATED, 155), (LISTED, 30), (LAID_OUT, 30), (EXPLAINED, 50)])
def test_it_loads_no_more_modules_of_ours_than_it_needs(words: tuple[str, ...], most: int) -> None:
    ours = [name for name in loaded_by(*words) if name.split(".")[0] == "checker"]
    assert 10 < len(ours) <= most
