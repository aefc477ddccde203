"""For each framework the scenario of its adapter's tests that fails, and its repair."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from msgspec import Struct

from tests.testing.adapters.agreeing import Scenario


class Pair(Struct, frozen=True, kw_only=True):
    """`package`: as it is imported; `module`: of the tests; `name`: of the scenario there, a pair made by `desk.pair`. A list CHECKS of the
    module says what is wrong, where the scenario itself does not."""

    framework: str
    package: str
    module: str
    name: str

    @property
    def installed(self) -> bool:
        try:
            return find_spec(self.package) is not None
        except ModuleNotFoundError:  # the parent of `google.adk`
            return False

    def _tests(self) -> ModuleType:
        return import_module(f"tests.testing.adapters.{self.module}")

    @property
    def race(self) -> Scenario:
        found: Scenario = getattr(self._tests(), f"{self.name}_race")
        return found

    @property
    def repaired(self) -> Scenario:
        found: Scenario = getattr(self._tests(), f"{self.name}_repaired")
        return found

    @property
    def checks(self) -> list[Any]:
        return getattr(self._tests(), "CHECKS", [])


def _pair(framework: str, package: str, module: str, name: str) -> Pair:
    return Pair(framework=framework, package=package, module=module, name=name)


PAIRS = [
    _pair("langgraph", "langgraph", "test_langgraph", "claims"),
    _pair("openai-agents", "agents", "test_openai_agents", "claims"),
    _pair("mcp", "mcp", "test_mcp", "claims"),
    _pair("a2a-sdk", "a2a", "test_a2a", "notes"),
    _pair("taskiq", "taskiq", "test_taskiq", "deposits"),
    _pair("arq", "arq", "test_arq", "claims"),
    _pair("autogen-core", "autogen_core", "test_autogen_core", "claims"),
    _pair("google-adk", "google.adk", "test_google_adk", "asks"),
    _pair("pydantic-graph", "pydantic_graph", "test_pydantic_graph", "deposits"),
    _pair("SQLAlchemy", "aiosqlite", "test_sqlalchemy", "claims"),
]
