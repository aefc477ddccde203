"""The declarations of a protocol, as written."""

from __future__ import annotations

from typing import Literal

from checker.language.source import Span
from checker.language.tree.expressions import Expr, Name
from checker.language.tree.node import Node
from checker.language.tree.statements import Block, Pattern
from checker.language.tree.types import TypeExpr


class Parameter(Node, frozen=True, kw_only=True, eq=False):
    """A parameter of a protocol: a `RangeType` or `bool`, with its default."""

    name: str
    name_span: Span
    type: TypeExpr
    default: Expr | None


class TypedName(Node, frozen=True, kw_only=True, eq=False):
    """`name: type` of an action's parameter, a message's or a record's field, a def's parameter."""

    name: str
    type: TypeExpr


class Declaration(Node, frozen=True, kw_only=True, eq=False):
    pass


class Import(Declaration, frozen=True, kw_only=True, eq=False):
    path: str
    alias: str
    alias_span: Span
    bindings: tuple[tuple[str, Expr], ...]


class EnumDecl(Declaration, frozen=True, kw_only=True, eq=False):
    name: str
    name_span: Span
    members: tuple[Name, ...]


class TypeAlias(Declaration, frozen=True, kw_only=True, eq=False):
    name: str
    name_span: Span
    type: TypeExpr


class RecordDecl(Declaration, frozen=True, kw_only=True, eq=False):
    name: str
    name_span: Span
    fields: tuple[TypedName, ...]


class IdsDecl(Declaration, frozen=True, kw_only=True, eq=False):
    name: str
    name_span: Span
    size: Expr
    ordered: bool


class ConstDecl(Declaration, frozen=True, kw_only=True, eq=False):
    name: str
    name_span: Span
    type: TypeExpr
    value: Expr | None


class VarDecl(Declaration, frozen=True, kw_only=True, eq=False):
    """A `shared` store (kind "shared") or an agent's variable ("var", "durable"). `any_of`: `in SET` instead of `= e`."""

    kind: Literal["shared", "var", "durable"]
    name: str
    name_span: Span
    type: TypeExpr
    initial: Expr
    any_of: bool


class MessageDecl(Declaration, frozen=True, kw_only=True, eq=False):
    name: str
    name_span: Span
    fields: tuple[TypedName, ...]
    to: str
    to_span: Span
    channel: Literal["fifo", "unordered", "persistent"]
    capacity: Expr | None
    policy: Literal["block", "drop", "error"]
    lost_if_down: bool


class MeterDecl(Declaration, frozen=True, kw_only=True, eq=False):
    name: str
    name_span: Span


class DefDecl(Declaration, frozen=True, kw_only=True, eq=False):
    name: str
    name_span: Span
    parameters: tuple[TypedName, ...]
    body: Expr


class DoneDecl(Declaration, frozen=True, kw_only=True, eq=False):
    """`done when condition`."""

    condition: Expr


Fairness = Literal["weak", "strong", "may"]


class Activity(Node, frozen=True, kw_only=True, eq=False):
    """An action, a handler or a run."""


class Action(Activity, frozen=True, kw_only=True, eq=False):
    name: str
    fairness: Fairness
    parameters: tuple[TypedName, ...]
    guard: Expr | None
    advice: Expr | None
    body: Block


class Handler(Activity, frozen=True, kw_only=True, eq=False):
    """`on pattern when guard:`. Its activity's name is the message's; a second handler of one message gets `_2`."""

    fairness: Fairness
    pattern: Pattern
    guard: Expr | None
    body: Block


class Run(Activity, frozen=True, kw_only=True, eq=False):
    body: Block


class RoleDecl(Declaration, frozen=True, kw_only=True, eq=False):
    """A role line, a role block, or both; a later block of the same role has no size and no attributes.
    `size` is None for a bare block or for a role of one agent."""

    name: str
    name_span: Span
    size: Expr | None
    ordered: bool
    reentrant: bool
    starts_down: bool
    variables: tuple[VarDecl, ...]
    activities: tuple[Activity, ...]


class Protocol(Node, frozen=True, kw_only=True, eq=False):
    """A whole `.team` file. `declarations` are in the order written."""

    doc: str | None
    name: str
    parameters: tuple[Parameter, ...]
    declarations: tuple[Declaration, ...]
