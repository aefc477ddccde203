"""Expressions and types as they stand in a certificate: JSON objects, each with its `kind`, which is the name of its class here without `Node`.

Variables and sorts are named, so one text says the same of every size. A type has the fields that it has in `checker.language.types`.
"""

from __future__ import annotations

from typing import Any, TypeAlias, final

from msgspec import Struct, field


def _kind(name: str) -> str:
    return name.removesuffix("Node").lower()


class _Node(Struct, frozen=True, kw_only=True, tag_field="kind", tag=_kind, forbid_unknown_fields=True):
    """Told apart by `kind`."""


# --- types -----------------------------------------------------------------------------------------------------------


@final
class BoolNode(_Node, frozen=True, kw_only=True):
    pass


@final
class IntNode(_Node, frozen=True, kw_only=True):
    low: int
    high: int


@final
class EnumNode(_Node, frozen=True, kw_only=True):
    name: str
    members: list[str]


@final
class SortNode(_Node, frozen=True, kw_only=True):
    """Ids or a role; its size is that of the model."""

    name: str


@final
class OptionNode(_Node, frozen=True, kw_only=True):
    of: TypeNode


@final
class SetNode(_Node, frozen=True, kw_only=True):
    of: TypeNode


@final
class MapNode(_Node, frozen=True, kw_only=True):
    key: TypeNode
    value: TypeNode


@final
class SeqNode(_Node, frozen=True, kw_only=True):
    of: TypeNode
    max: int


@final
class BagNode(_Node, frozen=True, kw_only=True):
    of: TypeNode
    max: int


@final
class RecordNode(_Node, frozen=True, kw_only=True):
    name: str
    fields: list[tuple[str, TypeNode]]


TypeNode: TypeAlias = BoolNode | IntNode | EnumNode | SortNode | OptionNode | SetNode | MapNode | SeqNode | BagNode | RecordNode

# --- expressions -----------------------------------------------------------------------------------------------------


@final
class ConstNode(_Node, frozen=True, kw_only=True):
    """Of an enum or a sort the value is the place, of a set a list of its elements."""

    value: Any
    type: TypeNode


@final
class LocalNode(_Node, frozen=True, kw_only=True):
    """What a quantifier around it binds under this number."""

    number: int


@final
class ReadNode(_Node, frozen=True, kw_only=True):
    """A cell of a variable of the model; `old`: before the step."""

    variable: str
    indices: list[ExprNode]
    old: bool = False


@final
class ApplyNode(_Node, frozen=True, kw_only=True):
    operator: str
    arguments: list[ExprNode]
    type: TypeNode


@final
class BinderNode(_Node, frozen=True, kw_only=True):
    """`domain`: a type, or the expression of a set."""

    number: int
    name: str
    type: TypeNode
    domain: TypeNode | ExprNode


@final
class QuantifierNode(_Node, frozen=True, kw_only=True):
    quantifier: str
    binders: list[BinderNode]
    body: ExprNode
    type: TypeNode = field(default_factory=BoolNode)


ExprNode: TypeAlias = ConstNode | LocalNode | ReadNode | ApplyNode | QuantifierNode
