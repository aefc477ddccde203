"""Imports point one way: from the later folders of the pipeline to the earlier ones, lazy imports counted."""

from __future__ import annotations

import ast
import re
import sys
import tomllib

import pytest

from tests.architecture.tree_of_modules import ORDER, PACKAGE, ROOT, imports, module_name, modules, room


def backward(text: str, module: str) -> list[str]:
    """The imports in `text` that point down the pipeline, as `line N: module`."""
    here = ORDER.index(room(module))
    return [f"line {line}: {name}" for line, name in imports(text, module) if ORDER.index(room(name)) > here]


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {room(module_name(path)) for path in modules()}
    assert rooms <= set(ORDER), f"give these a place in ORDER: {sorted(rooms - set(ORDER))}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path) -> None:  # type: ignore[no-untyped-def]
    assert backward(path.read_text(encoding="utf-8"), module_name(path)) == []


def test_there_are_modules_to_look_at() -> None:
    assert len(modules()) >= 20
    assert all((PACKAGE / name).is_dir() for name in ("language", "model", "semantics", "engines", "graph", "properties"))


@pytest.mark.parametrize(
    "text",
    [
        "import checker.cli.main",
        "from checker.cli import main",
        "from checker import cli",
        "from checker.cli.main import main as start",
        "from ..cli import main",
        "def f():\n    if True:\n        from checker.cli.main import main",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from checker.cli.main import main",
        "from importlib import import_module\nmain = import_module('checker.cli')",
    ],
)
def test_a_backward_import_is_found_however_it_is_written(text: str) -> None:
    assert len(backward(text, "checker.graph.dot")) == 1


@pytest.mark.parametrize(
    "text", ["from checker.model.model import Model", "import networkx", "x = 'checker.nothing'", "from . import views"]
)
def test_a_forward_import_is_left_alone(text: str) -> None:
    assert backward(text, "checker.graph.dot") == []


def test_what_is_imported_is_what_pip_installs() -> None:
    """The grammar's compiler is run by developers only: its Lark comes with the extra `test`. Solvers that make proofs faster or surer,
    and what only tests of real code need, are extras. So is the framework of each adapter (`tests/testing/adapters/test_all.py`)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed: set[str] = set()
    for path in modules():
        if module_name(path) != "checker.language.compile_grammar" and path.parent.name != "adapters":
            needed |= others(path.read_text(encoding="utf-8"))
    named = {"z3": "z3-solver", "pysat": "python-sat"}  # where the package is not called as what it holds
    extras = [requirement for extra in ("sat", "cvc5", "testing") for requirement in project["optional-dependencies"][extra]]
    installed = {re.split(r"[<>=]", requirement)[0] for requirement in [*project["dependencies"], *extras]}
    assert {named.get(name, name) for name in needed} | {"time-machine"} == installed
    assert any(requirement.startswith("lark") for requirement in project["optional-dependencies"]["test"])


def others(text: str) -> set[str]:
    """The packages that `text` imports, without ours and those of Python itself."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found - {"checker"} - sys.stdlib_module_names
