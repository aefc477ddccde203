"""Statements as written, and what an await waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.language.source import Span
from checker.language.tree.expressions import Argument, Binder, Expr
from checker.language.tree.node import Node
from checker.language.tree.types import TypeExpr


class Statement(Node):
    __slots__ = ()


Block = tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assign(Statement):
    """`target operator value`; the target is a `Name`, or `Index`/`Field` on one."""

    target: Expr
    operator: Literal["=", "+=", "-="]
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Let(Statement):
    name: str
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class If(Statement):
    """`if`/`elif` arms in order, then `else` (empty when there is none)."""

    arms: tuple[tuple[Expr, Block], ...]
    orelse: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class For(Statement):
    binder: Binder
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choose(Statement):
    """`choose name in domain where c` (`domain` set) or `choose name: TYPE where c` (`type` set)."""

    name: str
    domain: Expr | None
    type: TypeExpr | None
    where: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Either(Statement):
    """Branches with their probabilities in thousandths-exact text (`"0.9"`), or None."""

    branches: tuple[tuple[str | None, Block], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Send(Statement):
    message: str
    message_span: Span
    arguments: tuple[Expr, ...]
    to: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Broadcast(Statement):
    """`to` is the `Name` of a role, or an expression for a set of agents."""

    message: str
    message_span: Span
    arguments: tuple[Expr, ...]
    to: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assert(Statement):
    condition: Expr
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Return(Statement):
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class While(Statement):
    """`at_most` is a constant expression, or None."""

    condition: Expr
    at_most: Expr | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Progress(Statement):
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spawn(Statement):
    agent: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stop(Statement):
    agent: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pass(Statement):
    pass


class Awaitable(Node):
    """What an await waits for."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitCall(Awaitable):
    """`llm(tokens: 2_000)`; also `tests()` when `tests` is neither a def nor a message (see `checker.language.names`)."""

    name: str
    name_span: Span
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern(Node):
    """`M(a, _) from x: Role`: fields are names, or None for `_`; `sender` and `sender_role` may be absent."""

    message: str
    message_span: Span
    fields: tuple[str | None, ...]
    field_spans: tuple[Span, ...]
    sender: str | None
    sender_role: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitMessage(Awaitable):
    pattern: Pattern
    guard: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitCondition(Awaitable):
    condition: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitName(Awaitable):
    """`await llm`, `await Stop`, `await ready`: a call, a message or a condition, which only the declarations tell.

    In the trees that are parsed: `AwaitInfo.whats` has what it turned out to be. `of` is a `Name`, or a `Field` (`lock.Granted`).
    """

    of: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitRound(Awaitable):
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitTimeout(Awaitable):
    """`timeout:`, in branches only."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Await(Statement):
    """One await: a single branch with an empty body, or the branches of an `await:` block. `label` is as written."""

    branches: tuple[AwaitBranch, ...]
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitBranch(Node):
    what: Awaitable
    body: Block
