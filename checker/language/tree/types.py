"""Types as written."""

from __future__ import annotations

from checker.language.tree.expressions import Expr
from checker.language.tree.node import Node


class TypeExpr(Node, frozen=True, kw_only=True, eq=False):
    """A type as written."""


class NamedType(TypeExpr, frozen=True, kw_only=True, eq=False):
    """`bool`, or the name of an enum, ids, role, record or alias."""

    name: str


class RangeType(TypeExpr, frozen=True, kw_only=True, eq=False):
    low: Expr
    high: Expr


class OptionType(TypeExpr, frozen=True, kw_only=True, eq=False):
    of: TypeExpr


class SetType(TypeExpr, frozen=True, kw_only=True, eq=False):
    of: TypeExpr


class MapType(TypeExpr, frozen=True, kw_only=True, eq=False):
    key: TypeExpr
    value: TypeExpr


class SeqType(TypeExpr, frozen=True, kw_only=True, eq=False):
    of: TypeExpr
    max: Expr
