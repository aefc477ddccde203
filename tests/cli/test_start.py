"""What a command loads before it does its work: modules, not seconds, so that the answer is the same on every machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
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
    "shutil",
}
HEAVY -= {"dataclasses"} if sys.version_info >= (3, 14) else set()  # argparse itself loads them
HEAVY |= {"urllib", "difflib", "logging", "asyncio", "networkx", "numpy", "z3", "lark", "rich", "jsonschema"}
ROOMS = ("checker.engines.native", "checker.ground", "checker.export", "checker.graph.networkx_graph", "checker.report.json")

PATH = {**os.environ, "PYTHONPATH": str(Path(msgspec.__file__).parents[1])}

SEARCH = """
from checker.engines.native.explore import explore_native
from checker.api import load
explore_native(load("specs/two_phase_commit.spec", "three"))
"""


def loaded_by(*words: str) -> set[str]:
    """The modules that `teamcheck WORDS` loads, but for those that Python and msgspec load by themselves."""
    return loaded_in("from checker.cli.main import main\nmain(sys.argv[1:])\n", *words)


def loaded_in(run: str, *words: str) -> set[str]:
    """With `-S`: what an editable installation loads at every start, for itself, hides nothing."""
    told = f"import sys, msgspec; always = set(sys.modules)\n{run}print(*(set(sys.modules) - always), file=sys.stderr)"
    command = [sys.executable, "-S", "-c", told, *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=PATH, timeout=60, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", [SMALL, VIOLATED, LISTED, LAID_OUT], ids=lambda words: " ".join(words[:2]))
def test_it_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    modules = loaded_by(*words)
    assert sorted(HEAVY & modules) == []
    assert sorted(name for name in modules if name.startswith(ROOMS)) == []
    errors = {name for name in modules if name.startswith("checker.") and name.endswith("_errors")}
    assert errors <= {"checker.properties.plan_errors"}


def test_a_search_by_the_library_loads_nothing_heavy_but_ctypes() -> None:
    modules = loaded_in(SEARCH)
    assert "checker.engines.native.search" in modules
    assert sorted((HEAVY - {"ctypes"}) & modules) == []
    assert len([name for name in modules if name.split(".")[0] == "checker"]) <= 121


def test_what_msgspec_would_load_of_others_is_not_loaded() -> None:
    """`typing_extensions`, if it is installed, and with it `inspect`; whoever asks for it later gets it."""
    code = (
        "import sys\nfrom checker.cli.main import main\nmain(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr)\n"
        "import typing_extensions"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, *LISTED], capture_output=True, text=True, cwd=ROOT, env=PATH, check=True
    )
    assert {"msgspec", "checker.cli.list"} <= set(done.stderr.split())
    assert not {"typing_extensions", "inspect", "ast"} & set(done.stderr.split())


@pytest.mark.parametrize(("words", "most"), [(SMALL, 152), (VIOLATED, 157), (LISTED, 29), (LAID_OUT, 28), (EXPLAINED, 82)])
def test_it_loads_no_more_modules_of_ours_than_it_needs(words: tuple[str, ...], most: int) -> None:
    ours = [name for name in loaded_by(*words) if name.split(".")[0] == "checker"]
    assert 10 < len(ours) <= most
