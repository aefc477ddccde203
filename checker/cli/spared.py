"""What our process need not load of the modules that argparse and msgspec load: a tenth of what a small check takes.

A stand-in is there only while they are loaded, and only for what nobody has loaded before. Whoever imports such a module later gets the real one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["argparse", "load_msgspec"]


class _Later(ModuleType):
    """Stands for a module until something of it is asked for, which is then taken from the module itself."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            if name.startswith("__"):  # the import that finds this one in its place asks for `__path__`
                raise AttributeError(name)
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def _later(name: str, **known: Any) -> _Later:
    """With some of what is in it known already."""
    module = _Later(name)
    vars(module).update(known)
    return module


@contextmanager
def _stand_ins(modules: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """Meanwhile these are the modules of these names that are not loaded; importing None fails."""
    placed = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(placed)  # type: ignore[arg-type] # None is meant
    try:
        yield
    finally:
        for name, module in placed.items():
            if sys.modules.get(name, ...) is module:
                del sys.modules[name]


# Python has no catalogue of argparse's messages, but would look for one, which loads `locale`
with _stand_ins({"gettext": _later("gettext", gettext=lambda text: text, ngettext=lambda one, many, n: one if n == 1 else many)}):
    import argparse


def load_msgspec() -> None:
    """Load msgspec without what it has for others.

    `typing_extensions` loads `inspect`, `ast` and `tokenize`. All that msgspec wants of it, `get_type_hints`, `Required` and `NotRequired`, it
    takes from `typing` where it is not installed; there they are the same from Python 3.11 on.
    """
    if "msgspec" in sys.modules:
        return
    with _stand_ins(
        {
            "typing_extensions": None,
            **{name: _later(name) for name in ("textwrap", "msgspec.inspect", "msgspec.msgpack", "msgspec.toml", "msgspec.yaml")},
            **_for_uuid(),
            **_for_datetime(),
        }
    ):
        import msgspec  # noqa: F401


def _for_uuid() -> dict[str, ModuleType]:
    """`uuid` asks `platform` one thing."""
    return {"platform": _later("platform", system=lambda: os.uname().sysname)} if hasattr(os, "uname") else {}


def _for_datetime() -> dict[str, ModuleType]:
    """What is in `datetime` is that of `_datetime`, but Python 3.11 makes all of it once more before."""
    if sys.version_info >= (3, 12):
        return {}
    try:
        return {"datetime": import_module("_datetime")}
    except ImportError:
        return {}
