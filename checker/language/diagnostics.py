"""Diagnostics as data.

A diagnostic is a frozen `Struct` whose class holds its texts, with holes that its fields fill. The class's docstring is its page in
`teamcheck explain`. The diagnostics of one checker live together in one file (`*_errors.py`), so that they read as prose;
each code is used by one class.

Codes: T1xx syntax and layout, T2xx names, T3xx types, T4xx instances and values, T5xx specs, T6xx files and arguments,
T7xx limits, T8xx warnings, T9xx what this version does not do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from msgspec import Struct

from checker.language.source import Span


class Diagnostic(Struct, frozen=True, kw_only=True):
    """One thing wrong, at one place (`span` is None for a fault of the command line or of a missing file)."""

    code: ClassVar[str]
    severity: ClassVar[Literal["error", "warning"]] = "error"
    title: ClassVar[str]
    label: ClassVar[str] = ""  # under the carets
    help: ClassVar[str] = ""  # one action, to paste where possible

    span: Span | None
    related: tuple[tuple[Span, str], ...] = ()

    def _fill(self, text: str) -> str:
        holes: dict[str, Any] = {name: getattr(self, name) for name in self.__struct_fields__}
        return text.format(**holes)

    @property
    def title_text(self) -> str:
        return self._fill(self.title)

    @property
    def label_text(self) -> str:
        return self._fill(self.label)

    @property
    def help_text(self) -> str:
        return self._fill(self.help)


class BadInput(Exception):
    """The input cannot be used; `diagnostics` says why. At least one of them is an error."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(d.title_text for d in self.diagnostics))


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `name` was most likely meant to be, or None."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return found[0] if found else None


def catalogue() -> dict[str, type[Diagnostic]]:
    """Code -> diagnostic class, of every diagnostic class that is loaded."""
    found: dict[str, type[Diagnostic]] = {}
    waiting = list(Diagnostic.__subclasses__())
    while waiting:
        cls = waiting.pop()
        waiting.extend(cls.__subclasses__())
        if "code" in cls.__dict__:
            found[cls.code] = cls
    return dict(sorted(found.items()))
