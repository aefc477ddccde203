"""The functions that build the tree: each rule or alias of grammar.lark has the function of its name in one of the build_*.py files."""

from __future__ import annotations

from types import ModuleType

from checker.language import build_declarations, build_expressions, build_specs, build_statements
from checker.language.lalr import Build

_MODULES: tuple[ModuleType, ...] = (build_expressions, build_statements, build_declarations, build_specs)

BUILDERS: dict[str, Build] = {
    name: value
    for module in _MODULES
    for name, value in vars(module).items()
    if callable(value) and name[0].islower() and getattr(value, "__module__", "") == module.__name__
}
