"""Expressions and types as they stand in a certificate: JSON objects, each with its `kind`. Variables and sorts are named, so one text says the
same of every size.
"""

from __future__ import annotations

from typing import Any, TypeAlias, final

from msgspec import Struct, field

# --- types -----------------------------------------------------------------------------------------------------------


class _Node(Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """Told apart by `kind`."""


@final
class BoolNode(_Node, frozen=True, kw_only=True, tag="bool"):
    pass


@final
class IntNode(_Node, frozen=True, kw_only=True, tag="int"):
    low: int
    high: int


@final
class EnumNode(_Node, frozen=True, kw_only=True, tag="enum"):
    name: str
    members: list[str]


@final
class SortNode(_Node, frozen=True, kw_only=True, tag="sort"):
    """Ids or a role; its size is that of the model."""

    name: str


@final
class OptionNode(_Node, frozen=True, kw_only=True, tag="option"):
    of: TypeNode


@final
class SetNode(_Node, frozen=True, kw_only=True, tag="set"):
    of: TypeNode


@final
class MapNode(_Node, frozen=True, kw_only=True, tag="map"):
    key: TypeNode
    value: TypeNode


@final
class SeqNode(_Node, frozen=True, kw_only=True, tag="seq"):
    of: TypeNode
    max: int


@final
class BagNode(_Node, frozen=True, kw_only=True, tag="bag"):
    of: TypeNode
    max: int


@final
class RecordNode(_Node, frozen=True, kw_only=True, tag="record"):
    name: str
    fields: list[tuple[str, TypeNode]]


TypeNode: TypeAlias = BoolNode | IntNode | EnumNode | SortNode | OptionNode | SetNode | MapNode | SeqNode | BagNode | RecordNode

# --- expressions -----------------------------------------------------------------------------------------------------


@final
class ConstNode(_Node, frozen=True, kw_only=True, tag="const"):
    """Of an enum or a sort the value is the place, of a set a list of its elements."""

    value: Any
    type: TypeNode


@final
class LocalNode(_Node, frozen=True, kw_only=True, tag="local"):
    """What a quantifier around it binds under this number."""

    number: int


@final
class ReadNode(_Node, frozen=True, kw_only=True, tag="read"):
    """A cell of a variable of the model; `old`: before the step."""

    variable: str
    indices: list[ExprNode]
    old: bool = False


@final
class ApplyNode(_Node, frozen=True, kw_only=True, tag="apply"):
    operator: str
    arguments: list[ExprNode]
    type: TypeNode


@final
class BinderNode(_Node, frozen=True, kw_only=True, tag="binder"):
    """`domain`: a type, or the expression of a set."""

    number: int
    name: str
    type: TypeNode
    domain: TypeNode | ExprNode


@final
class QuantifierNode(_Node, frozen=True, kw_only=True, tag="quantifier"):
    quantifier: str
    binders: list[BinderNode]
    body: ExprNode
    type: TypeNode = field(default_factory=BoolNode)


ExprNode: TypeAlias = ConstNode | LocalNode | ReadNode | ApplyNode | QuantifierNode
