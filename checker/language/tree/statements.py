"""Statements as written, and what an await waits for."""

from __future__ import annotations

from typing import Literal

from checker.language.source import Span
from checker.language.tree.expressions import Argument, Binder, Expr
from checker.language.tree.node import Node
from checker.language.tree.types import TypeExpr


class Statement(Node, frozen=True, kw_only=True, eq=False):
    pass


Block = tuple[Statement, ...]


class Assign(Statement, frozen=True, kw_only=True, eq=False):
    """`target operator value`; the target is a `Name`, or `Index`/`Field` on one."""

    target: Expr
    operator: Literal["=", "+=", "-="]
    value: Expr


class Let(Statement, frozen=True, kw_only=True, eq=False):
    name: str
    value: Expr


class If(Statement, frozen=True, kw_only=True, eq=False):
    """`if`/`elif` arms in order, then `else` (empty when there is none)."""

    arms: tuple[tuple[Expr, Block], ...]
    orelse: Block


class For(Statement, frozen=True, kw_only=True, eq=False):
    binder: Binder
    body: Block


class Choose(Statement, frozen=True, kw_only=True, eq=False):
    """`choose name in domain where c` (`domain` set) or `choose name: TYPE where c` (`type` set)."""

    name: str
    domain: Expr | None
    type: TypeExpr | None
    where: Expr | None


class Either(Statement, frozen=True, kw_only=True, eq=False):
    """Branches with their probabilities in thousandths-exact text (`"0.9"`), or None."""

    branches: tuple[tuple[str | None, Block], ...]


class Send(Statement, frozen=True, kw_only=True, eq=False):
    message: str
    message_span: Span
    arguments: tuple[Expr, ...]
    to: Expr


class Broadcast(Statement, frozen=True, kw_only=True, eq=False):
    """`to` is the `Name` of a role, or an expression for a set of agents."""

    message: str
    message_span: Span
    arguments: tuple[Expr, ...]
    to: Expr


class Assert(Statement, frozen=True, kw_only=True, eq=False):
    condition: Expr
    text: str | None


class Return(Statement, frozen=True, kw_only=True, eq=False):
    pass


class While(Statement, frozen=True, kw_only=True, eq=False):
    """`at_most` is a constant expression, or None."""

    condition: Expr
    at_most: Expr | None
    body: Block


class Progress(Statement, frozen=True, kw_only=True, eq=False):
    pass


class Spawn(Statement, frozen=True, kw_only=True, eq=False):
    agent: Expr


class Stop(Statement, frozen=True, kw_only=True, eq=False):
    agent: Expr


class Pass(Statement, frozen=True, kw_only=True, eq=False):
    pass


class Awaitable(Node, frozen=True, kw_only=True, eq=False):
    """What an await waits for."""


class AwaitCall(Awaitable, frozen=True, kw_only=True, eq=False):
    """`llm(tokens: 2_000)`; also `tests()` when `tests` is neither a def nor a message (see `checker.language.names`)."""

    name: str
    name_span: Span
    arguments: tuple[Argument, ...]


class Pattern(Node, frozen=True, kw_only=True, eq=False):
    """`M(a, _) from x: Role`: fields are names, or None for `_`; `sender` and `sender_role` may be absent."""

    message: str
    message_span: Span
    fields: tuple[str | None, ...]
    field_spans: tuple[Span, ...]
    sender: str | None
    sender_role: str | None


class AwaitMessage(Awaitable, frozen=True, kw_only=True, eq=False):
    pattern: Pattern
    guard: Expr | None


class AwaitCondition(Awaitable, frozen=True, kw_only=True, eq=False):
    condition: Expr


class AwaitName(Awaitable, frozen=True, kw_only=True, eq=False):
    """`await llm`, `await Stop`, `await ready`: a call, a message or a condition, which only the declarations tell.

    In the trees that are parsed: `AwaitInfo.whats` has what it turned out to be. `of` is a `Name`, or a `Field` (`lock.Granted`).
    """

    of: Expr


class AwaitRound(Awaitable, frozen=True, kw_only=True, eq=False):
    pass


class AwaitTimeout(Awaitable, frozen=True, kw_only=True, eq=False):
    """`timeout:`, in branches only."""


class Await(Statement, frozen=True, kw_only=True, eq=False):
    """One await: a single branch with an empty body, or the branches of an `await:` block. `label` is as written."""

    branches: tuple[AwaitBranch, ...]
    label: str | None


class AwaitBranch(Node, frozen=True, kw_only=True, eq=False):
    what: Awaitable
    body: Block
