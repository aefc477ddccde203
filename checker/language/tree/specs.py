"""Specs as written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.language.source import Span
from checker.language.tree.declarations import DefDecl
from checker.language.tree.expressions import Expr, Name
from checker.language.tree.node import Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InstanceDecl(Node):
    name: str
    bindings: tuple[tuple[str, Expr], ...]


FaultKind = Literal[
    "crash",
    "restart",
    "stall",
    "forget",
    "skip",
    "repeat",
    "disobey",
    "byzantine",
    "lose",
    "duplicate",
    "reorder",
    "garble",
    "stale",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaultItem(Node):
    """`kind target <= budget`; `budget` is None for `unlimited`."""

    kind: FaultKind
    target: str
    target_span: Span
    budget: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaultsDecl(Node):
    """A fault model; `faults NAME: none` and `faults none` have no items."""

    name: str
    items: tuple[FaultItem, ...]


class PropertyDecl(Node):
    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateProperty(PropertyDecl):
    """`kind name "text": condition`; of `ltl` the condition is a formula."""

    kind: Literal["always", "never", "step", "sometimes", "eventually", "eventually always", "infinitely often", "ltl"]
    name: str
    text: str | None
    condition: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whenever(PropertyDecl):
    """`whenever name "text": trigger leads to goal within bound unit`; `bound` is None where it says nothing of when."""

    name: str
    text: str | None
    trigger: Expr
    goal: Expr
    bound: Expr | None = None
    unit: Literal["steps", "rounds"] = "steps"


AbsenceKind = Literal[
    "no deadlock",
    "no livelock",
    "no starvation",
    "no unhandled message",
    "no lost update",
    "no stale write",
    "no overwrite",
    "no error",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Absence(PropertyDecl):
    """`no deadlock`, `no lost update on v` (`on` is the variable), or `no starvation of R` (`on` is the role). Its name is its text as one would
    write it."""

    kind: AbsenceKind
    on: str | None
    on_span: Span | None

    @property
    def name(self) -> str:
        if self.on is None:
            return self.kind
        return f"{self.kind} {'of' if self.kind == 'no starvation' else 'on'} {self.on}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckDecl(Node):
    """`check instances under faults`; an empty tuple of faults means `none`."""

    instances: tuple[Name, ...]
    faults: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpectViolated(Node):
    """`expect p, q violated in ... under ...`; empty tuples mean everywhere. A property is named as in its `.name`.

    `unreachable`, for `sometimes` properties, is another word for the same.
    """

    properties: tuple[Name, ...]
    instances: tuple[Name, ...]
    faults: tuple[Name, ...]
    word: Literal["violated", "unreachable"] = "violated"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpectCounts(Node):
    """`expect 131 states, 228 transitions in pair under none`; `transitions` may be None."""

    states: int
    transitions: int | None
    instances: tuple[Name, ...]
    faults: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spec(Node):
    """A whole `.spec` file; each tuple is in the order written."""

    doc: str | None
    name: str
    path: str
    path_span: Span
    instances: tuple[InstanceDecl, ...]
    faults: tuple[FaultsDecl, ...]
    timeouts_only_when_stuck: bool
    defs: tuple[DefDecl, ...]
    properties: tuple[PropertyDecl, ...]
    checks: tuple[CheckDecl, ...]
    expectations: tuple[ExpectViolated | ExpectCounts, ...]
