"""Expressions as written."""

from __future__ import annotations

from typing import Literal

from checker.language.source import Span
from checker.language.tree.node import Node


class Expr(Node, frozen=True, kw_only=True, eq=False):
    """An expression."""


class Number(Expr, frozen=True, kw_only=True, eq=False):
    value: int


class Truth(Expr, frozen=True, kw_only=True, eq=False):
    """`true` or `false`."""

    value: bool


class NoneValue(Expr, frozen=True, kw_only=True, eq=False):
    """`none`."""


class Name(Expr, frozen=True, kw_only=True, eq=False):
    """A name in the place of a value, `self` included."""

    name: str


class Field(Expr, frozen=True, kw_only=True, eq=False):
    """`of.name`: a record's field, an agent's variable, an activity, `Enum.member`, or a qualified name."""

    of: Expr
    name: str
    name_span: Span


class Index(Expr, frozen=True, kw_only=True, eq=False):
    """`of[key]`, of a map or a sequence."""

    of: Expr
    key: Expr


class Call(Expr, frozen=True, kw_only=True, eq=False):
    """`name(arguments)`: a def, a built-in; `name(field: e, ...)`: a record (then `named` is not empty)."""

    name: str
    name_span: Span
    arguments: tuple[Expr, ...] = ()
    named: tuple[Argument, ...] = ()


class Argument(Node, frozen=True, kw_only=True, eq=False):
    """`name: value` in a record, or in the named call of an await."""

    name: str
    value: Expr


UnaryOperator = Literal["-", "not"]
BinaryOperator = Literal[
    "implies", "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "subset", "|", "&", "+", "-", "*", "//", "%"
]


class Unary(Expr, frozen=True, kw_only=True, eq=False):
    operator: UnaryOperator
    operand: Expr


class Binary(Expr, frozen=True, kw_only=True, eq=False):
    """`left operator right`. Comparisons do not chain (`a < b < c` is a syntax error with a hint)."""

    operator: BinaryOperator
    left: Expr
    right: Expr


class Unwrap(Expr, frozen=True, kw_only=True, eq=False):
    """`operand!`."""

    operand: Expr


class Conditional(Expr, frozen=True, kw_only=True, eq=False):
    """`if condition then then else orelse`."""

    condition: Expr
    then: Expr
    orelse: Expr


class Binder(Node, frozen=True, kw_only=True, eq=False):
    """`name in domain`: the domain is a `Name` of a type (enum, ids, role, alias), or an expression for a set."""

    name: str
    domain: Expr


QuantifierKind = Literal["all", "any", "count", "sum", "min", "max", "those", "majority"]


class Quantifier(Expr, frozen=True, kw_only=True, eq=False):
    """`kind(binders: body)`; `those` and `majority` have one binder."""

    kind: QuantifierKind
    binders: tuple[Binder, ...]
    body: Expr


class Braces(Expr, frozen=True, kw_only=True, eq=False):
    """`{a, b}` or `{}`: a set (`{}` is also an empty map where a map is wanted)."""

    items: tuple[Expr, ...]


class MapLiteral(Expr, frozen=True, kw_only=True, eq=False):
    """`{k: v, ...}`, at least one entry."""

    entries: tuple[tuple[Expr, Expr], ...]


class MapComprehension(Expr, frozen=True, kw_only=True, eq=False):
    """`{key: value for binder}`; `key` is the binder's name."""

    key: Expr
    value: Expr
    binder: Binder


class SeqLiteral(Expr, frozen=True, kw_only=True, eq=False):
    """`[a, b]`."""

    items: tuple[Expr, ...]


AgentFact = Literal["busy", "idle", "up", "down", "stalled", "finished"]


class Is(Expr, frozen=True, kw_only=True, eq=False):
    """`agent is busy`."""

    agent: Expr
    fact: AgentFact


class At(Expr, frozen=True, kw_only=True, eq=False):
    """`agent at label`, or `agent at activity.label` (then `activity` is not None; `run` names the run activity)."""

    agent: Expr
    activity: str | None
    label: str
    label_span: Span
