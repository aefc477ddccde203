"""teamcheck: write down how agents coordinate, and prove or break it.

`checker.load`, `checker.check`, `checker.prove` and `checker.graph` are the Python API, with `checker.replay` and others; see `checker.api`.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False  # as `typing` has it, which is not loaded here: an interrupt is heeded only when this module is
if TYPE_CHECKING:
    from typing import Any

    from checker.api import check, conform, cost, graph, load, mend, prove, replay, starter_map, tolerate, verify

__all__ = ["check", "conform", "cost", "graph", "load", "mend", "prove", "replay", "starter_map", "tolerate", "verify"]


class _GraphPackage(ModuleType):
    """The package `checker.graph`, which is also the function of that name: calling it is calling `checker.api.graph`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from checker import api

        return api.graph(*args, **kwargs)


class _Package(ModuleType):
    """Loads the API when it is asked for, so that the command line starts without it."""

    def __getattr__(self, name: str) -> Any:
        if name == "graph":
            from importlib import import_module

            return import_module("checker.graph")
        if name in __all__:
            from checker import api

            return getattr(api, name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "graph" and isinstance(value, ModuleType):
            value.__class__ = _GraphPackage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
