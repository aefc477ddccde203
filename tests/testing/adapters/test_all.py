"""What holds of all adapters."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from checker.testing import run_once
from checker.testing.adapters.extra import extra
from tests.testing.adapters.agreeing import runs_alike
from tests.testing.adapters.pairs import PAIRS, Pair

ROOT = Path(__file__).resolve().parents[3]
ADAPTERS = sorted(
    path.stem for path in (ROOT / "checker/testing/adapters").glob("*.py") if path.stem not in ("__init__", "extra", "script")
)


def test_a_missing_framework_is_told_with_the_command_that_installs_it() -> None:
    with pytest.raises(ModuleNotFoundError) as told, extra("langgraph"):
        import_module("no_such_package")
    hint = "what this adapter needs is installed by: pip install 'teamcheck[langgraph]'"
    assert str(told.value) == f"No module named 'no_such_package'; {hint}"


@pytest.mark.parametrize("name", ADAPTERS)
def test_each_adapter_has_an_extra_a_test_and_a_line_in_the_docs(name: str) -> None:
    assert f"\n{name.replace('_', '-')} = [" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert (ROOT / f"tests/testing/adapters/test_{name}.py").exists()
    assert f"| `{name}` |" in (ROOT / "docs/adapters.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_imports_its_framework_within_extra(name: str) -> None:
    tree = ast.parse((ROOT / f"checker/testing/adapters/{name}.py").read_text(encoding="utf-8"))
    imported = {node.module.split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom) and node.module}
    imported |= {alias.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert imported - sys.stdlib_module_names == {"checker"}


def test_the_tool_loads_no_framework() -> None:
    code = "import sys, checker.testing, checker.testing.checks, checker.testing.adapters; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert not {"langgraph", "agents", "mcp", "taskiq", "arq", "a2a", "autogen_core", "sqlalchemy"} & set(loaded)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("pair", PAIRS, ids=[pair.framework for pair in PAIRS])
def test_a_thousand_replays_are_identical(pair: Pair) -> None:
    if not pair.installed:
        pytest.skip(f"{pair.framework} is not installed")
    run_once(pair.repaired)
    runs_alike(pair.repaired, replays=1_000)
