"""Expressions as written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.language.source import Span
from checker.language.tree.node import Node


class Expr(Node):
    """An expression."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Number(Expr):
    value: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth(Expr):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoneValue(Expr):
    """`none`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Name(Expr):
    """A name in the place of a value, `self` included."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field(Expr):
    """`of.name`: a record's field, an agent's variable, an activity, `Enum.member`, or a qualified name."""

    of: Expr
    name: str
    name_span: Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Index(Expr):
    """`of[key]`, of a map or a sequence."""

    of: Expr
    key: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call(Expr):
    """`name(arguments)`: a def, a built-in; `name(field: e, ...)`: a record (then `named` is not empty)."""

    name: str
    name_span: Span
    arguments: tuple[Expr, ...] = ()
    named: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Argument(Node):
    """`name: value` in a record, or in the named call of an await."""

    name: str
    value: Expr


UnaryOperator = Literal["-", "not"]
BinaryOperator = Literal[
    "implies", "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "subset", "|", "&", "+", "-", "*", "//", "%"
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unary(Expr):
    operator: UnaryOperator
    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binary(Expr):
    """`left operator right`. Comparisons do not chain (`a < b < c` is a syntax error with a hint)."""

    operator: BinaryOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unwrap(Expr):
    """`operand!`."""

    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditional(Expr):
    """`if condition then then else orelse`."""

    condition: Expr
    then: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binder(Node):
    """`name in domain`: the domain is a `Name` of a type (enum, ids, role, alias), or an expression for a set."""

    name: str
    domain: Expr


QuantifierKind = Literal["all", "any", "count", "sum", "min", "max", "those", "majority"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantifier(Expr):
    """`kind(binders: body)`; `those` and `majority` have one binder."""

    kind: QuantifierKind
    binders: tuple[Binder, ...]
    body: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Braces(Expr):
    """`{a, b}` or `{}`: a set (`{}` is also an empty map where a map is wanted)."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapLiteral(Expr):
    """`{k: v, ...}`, at least one entry."""

    entries: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapComprehension(Expr):
    """`{key: value for binder}`; `key` is the binder's name."""

    key: Expr
    value: Expr
    binder: Binder


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeqLiteral(Expr):
    """`[a, b]`."""

    items: tuple[Expr, ...]


TemporalOperator = Literal["always", "eventually", "next", "until", "weak until", "release"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Temporal(Expr):
    """`always p`, `p until q`: within the formula of an `ltl` property only."""

    operator: TemporalOperator
    operands: tuple[Expr, ...]


AgentFact = Literal["busy", "idle", "up", "down", "stalled", "finished"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Is(Expr):
    """`agent is busy`."""

    agent: Expr
    fact: AgentFact


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class At(Expr):
    """`agent at label`, or `agent at activity.label` (then `activity` is not None; `run` names the run activity)."""

    agent: Expr
    activity: str | None
    label: str
    label_span: Span
