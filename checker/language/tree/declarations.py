"""The declarations of a protocol, as written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.language.source import Span
from checker.language.tree.expressions import Expr, Name
from checker.language.tree.node import Node
from checker.language.tree.statements import Block, Pattern
from checker.language.tree.types import TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameter(Node):
    """A parameter of a protocol: a `RangeType` or `bool`, with its default."""

    name: str
    type: TypeExpr
    default: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypedName(Node):
    """`name: type` of an action's parameter, a message's or a record's field, a def's parameter."""

    name: str
    type: TypeExpr


class Declaration(Node):
    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Import(Declaration):
    path: str
    alias: str
    bindings: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnumDecl(Declaration):
    name: str
    members: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypeAlias(Declaration):
    name: str
    type: TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordDecl(Declaration):
    name: str
    fields: tuple[TypedName, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IdsDecl(Declaration):
    name: str
    size: Expr
    ordered: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConstDecl(Declaration):
    name: str
    type: TypeExpr
    value: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VarDecl(Declaration):
    """A `shared` store (kind "shared") or an agent's variable ("var", "durable"). `any_of`: `in SET` instead of `= e`."""

    kind: Literal["shared", "var", "durable"]
    name: str
    type: TypeExpr
    initial: Expr
    any_of: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MessageDecl(Declaration):
    name: str
    fields: tuple[TypedName, ...]
    to: str
    to_span: Span
    channel: Literal["fifo", "unordered", "persistent"]
    capacity: Expr | None
    policy: Literal["block", "drop", "error"]
    lost_if_down: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeterDecl(Declaration):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DefDecl(Declaration):
    name: str
    parameters: tuple[TypedName, ...]
    body: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoneDecl(Declaration):
    """`done when condition`."""

    condition: Expr


Fairness = Literal["weak", "strong", "may"]


class Activity(Node):
    """An action, a handler or a run."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Action(Activity):
    name: str
    fairness: Fairness
    parameters: tuple[TypedName, ...]
    guard: Expr | None
    advice: Expr | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Handler(Activity):
    """`on pattern when guard:`. Its activity's name is the message's; a second handler of one message gets `_2`."""

    fairness: Fairness
    pattern: Pattern
    guard: Expr | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run(Activity):
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoleDecl(Declaration):
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Protocol(Node):
    """A whole `.team` file. `declarations` are in the order written."""

    doc: str | None
    name: str
    parameters: tuple[Parameter, ...]
    declarations: tuple[Declaration, ...]
