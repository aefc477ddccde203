"""Types as written."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.tree.expressions import Expr
from checker.language.tree.node import Node


class TypeExpr(Node):
    """A type as written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NamedType(TypeExpr):
    """`bool`, or the name of an enum, ids, role, record or alias."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RangeType(TypeExpr):
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptionType(TypeExpr):
    of: TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetType(TypeExpr):
    of: TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapType(TypeExpr):
    key: TypeExpr
    value: TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeqType(TypeExpr):
    of: TypeExpr
    max: Expr
