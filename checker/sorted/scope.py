"""Where an expression stands: what it may read, what is known there, and how its evaluation may fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.language.source import Span
from checker.model.expr import FailureKind, Local
from checker.model.model import Variable
from checker.sorted.logic import FALSE, TRUE, Term, conj
from checker.sorted.shapes import Sym

Reader: TypeAlias = Callable[[tuple[Sym, ...]], Sym]  # the value of a cell, by its indices


class Failing(Struct, frozen=True):
    """The evaluation fails where `condition` holds; unless `exact`, only perhaps: an `any` that stops before it comes there does not."""

    condition: Term
    exact: bool
    kind: FailureKind
    at: Span | None = None


@final
class Scope(Struct, frozen=True, kw_only=True):
    """Where an expression stands: the registers, the state (`read`), the state before, what is known here (`path`).

    `failures`: collects how evaluations may fail; None: nobody asks.
    """

    registers: Mapping[int, Sym]
    read: Callable[[Variable], Reader]
    old: Callable[[Variable], Reader] | None = None
    path: Term = TRUE
    failures: list[Failing] | None = None

    def under(self, condition: Term) -> Scope:
        return replace(self, path=conj(self.path, condition))

    def fail(self, condition: Term, kind: FailureKind, at: Span | None, *, exact: bool = True) -> None:
        found = conj(self.path, condition)
        if self.failures is not None and found != FALSE:
            self.failures.append(Failing(found, exact, kind, at))

    def bound(self, local: Local, value: Sym) -> Scope:
        return replace(self, registers={**self.registers, local.number: value})
