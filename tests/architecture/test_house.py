"""The house rules that a program can hold: sizes, names, places, and the commands that the documents promise."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree_of_modules import ROOT, files, modules

MOST_LINES = 400
CATALOGUE = "_errors.py"  # a catalogue of diagnostics is read as prose and has no code to hold in mind
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root|home/\w+|Users/\w+)(?![\w-])|[A-Z]:\\Users\\")


def python_files() -> list[Path]:
    return [*modules(), *(path for path in files(ROOT / "tests") if path.suffix == ".py")]


def text_files() -> list[tuple[str, str]]:
    """(path, text) of every file of the repository that is text."""
    found = []
    for path in files():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def ci_line() -> str:
    """The one line of `.ci/run` that installs and tests."""
    lines = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if "-m pytest" in line]
    assert len(lines) == 1
    return lines[0]


def test_no_module_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in python_files()}
    lengths = {name: n for name, n in lengths.items() if not name.endswith(CATALOGUE)}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES} == {}


def test_modules_have_plain_names_and_say_what_they_are() -> None:
    odd = [path for path in python_files() if not re.fullmatch(r"(__)?[a-z][a-z0-9_]*", path.stem)]
    assert odd == []
    mute = [path for path in python_files() if (text := path.read_text(encoding="utf-8")) and not text.startswith('"""')]
    assert mute == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert [(name, found.group()) for name, text in text_files() for found in MACHINE_PATH.finditer(text)] == []


def test_a_machine_path_would_be_found() -> None:
    bad = ["see /" + "work/main", "'/" + "home/ann/x'", "/" + "root", "C:" + "\\Users\\ann"]
    assert all(MACHINE_PATH.search(text) for text in bad)
    assert not any(MACHINE_PATH.search(text) for text in ["read/work", "~/work", "tests/home/x", "/usr/bin/env", "/roots"])


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_documents_and_continuous_integration_run_the_same_line(page: str) -> None:
    assert ci_line() in (ROOT / page).read_text(encoding="utf-8").splitlines()


def test_the_hooks_name_no_remote_host() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"- repo: (.*)", text) == ["local"]
    assert "://" not in text


def test_the_version_is_written_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert "version" not in project["project"]
    written = [
        name
        for name, text in text_files()
        if name.startswith("checker") and re.search(r"^\s*_*version_* *= *[\"']\d", text, re.I | re.M)
    ]
    assert written == ["checker/version.py"]


@pytest.mark.parametrize("heavy", ["networkx", "lark", "rich"])
def test_the_package_starts_without_what_it_may_not_need(heavy: str) -> None:
    program = f"import sys, checker, checker.model.model, checker.graph.write; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_every_file_that_is_no_module_is_installed_with_the_package() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"][
        "checker"
    ]
    endings = {pattern.removeprefix("**/*") for pattern in patterns}
    data = [path for path in files(ROOT / "checker") if path.suffix not in {".py", ".so"}]  # the library is built, not copied
    assert {"grammar.json", "schema.json"} <= {path.name for path in data}
    assert [path for path in data if not path.name.endswith(tuple(endings))] == []


def test_the_rooms_that_the_guide_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = re.findall(r"^\| `(\S+/)`.*\| `([\w/.]+)`.*\|$", text, re.M)
    assert len(rooms) >= 9
    assert [(room, first) for room, first in rooms if not (ROOT / room / first).exists()] == []
    named = {name for name in re.findall(r"(?:checker|tests|docs|protocols|specs)/[\w/.]*", text) if "NAME" not in name}
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
