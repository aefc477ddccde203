"""Specs as written."""

from __future__ import annotations

from typing import Literal

from checker.language.source import Span
from checker.language.tree.declarations import DefDecl
from checker.language.tree.expressions import Expr, Name
from checker.language.tree.node import Node


class InstanceDecl(Node, frozen=True, kw_only=True, eq=False):
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


class FaultItem(Node, frozen=True, kw_only=True, eq=False):
    """`kind target <= budget`; `budget` is None for `unlimited`."""

    kind: FaultKind
    target: str
    target_span: Span
    budget: Expr | None


class FaultsDecl(Node, frozen=True, kw_only=True, eq=False):
    """A fault model; `faults NAME: none` and `faults none` have no items."""

    name: str
    items: tuple[FaultItem, ...]


class PropertyDecl(Node, frozen=True, kw_only=True, eq=False):
    pass


class StateProperty(PropertyDecl, frozen=True, kw_only=True, eq=False):
    """`kind name "text": condition`; of `ltl` the condition is a formula."""

    kind: Literal["always", "never", "step", "sometimes", "eventually", "eventually always", "infinitely often", "ltl"]
    name: str
    text: str | None
    condition: Expr


class Whenever(PropertyDecl, frozen=True, kw_only=True, eq=False):
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


class Absence(PropertyDecl, frozen=True, kw_only=True, eq=False):
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


class Spending(PropertyDecl, frozen=True, kw_only=True, eq=False):
    """`meter <= bound`: no run spends more. Its name is that of the meter."""

    meter: str
    meter_span: Span
    bound: Expr

    @property
    def name(self) -> str:
        return self.meter


class CheckDecl(Node, frozen=True, kw_only=True, eq=False):
    """`check instances under faults`; an empty tuple of faults means `none`."""

    instances: tuple[Name, ...]
    faults: tuple[Name, ...]


class ExpectViolated(Node, frozen=True, kw_only=True, eq=False):
    """`expect p, q violated in ... under ...`; empty tuples mean everywhere. A property is named as in its `.name`.

    `unreachable`, for `sometimes` properties, is another word for the same.
    """

    properties: tuple[Name, ...]
    instances: tuple[Name, ...]
    faults: tuple[Name, ...]
    word: Literal["violated", "unreachable"] = "violated"


class ExpectCounts(Node, frozen=True, kw_only=True, eq=False):
    """`expect 131 states, 228 transitions in pair under none`; `transitions` may be None."""

    states: int
    transitions: int | None
    instances: tuple[Name, ...]
    faults: tuple[Name, ...]


class Spec(Node, frozen=True, kw_only=True, eq=False):
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
