"""What the architecture tests know of the repository: its files, the modules of `checker`, and what each of them imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "checker"

# A folder, or a module directly under `checker`, imports only from itself and from what stands before it.
ORDER = (
    "version",
    "pytest_plugin",
    "language",
    "model",
    "elaborate",
    "sentences",
    "semantics",
    "ground",
    "sorted",
    "engines",
    "graph",
    "properties",
    "sizing",
    "certificates",
    "proving",
    "conformance",
    "report",
    "export",
    "api",
    "testing",
    "__init__",
    "cli",
    "__main__",
)
NOT_OURS = {"__pycache__", ".git", ".venv", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "build", "dist"}
MODULE_NAME = re.compile(r"checker(\.[a-z_]+)*")


def files(top: Path = ROOT) -> Iterator[Path]:
    """Every file of the repository below `top`, in a fixed order, without what tools leave behind."""
    for path in sorted(top.iterdir()):
        if path.name in NOT_OURS or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def modules() -> list[Path]:
    return [path for path in files(PACKAGE) if path.suffix == ".py"]


def module_name(path: Path) -> str:
    """`checker.graph.dot` for `checker/graph/dot.py`, `checker.graph` for its `__init__.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """The folder, or the module directly under `checker`, that `module` belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(text: str, module: str) -> Iterator[tuple[int, str]]:
    """(line, module of `checker`) for each import anywhere in `text`: in functions and under TYPE_CHECKING too, and, as lazy
    tables name modules in strings, every string that is the dotted name of a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = list(_imported_from(node, module))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            found = [node.value] if MODULE_NAME.fullmatch(node.value) and _is_module(node.value) else []
        else:
            continue
        yield from ((node.lineno, name) for name in found if name == "checker" or name.startswith("checker."))


def _imported_from(node: ast.ImportFrom, module: str) -> Iterator[str]:
    base = node.module or ""
    if node.level:
        parent = module.split(".")[: -node.level]
        base = ".".join([*parent, base] if base else parent)
    for alias in node.names:
        name = f"{base}.{alias.name}"
        yield name if base == "checker" and _is_module(name) else base


def _is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()
