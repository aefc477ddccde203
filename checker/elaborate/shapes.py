"""The types of results: of elements, conditionals and quantifiers."""

from __future__ import annotations

from checker.elaborate import make
from checker.language import tree
from checker.language.types import Bool, Int, Option, SeqOf, SetOf, Type
from checker.model.expr import Const, Expr, Local


def element_type(domain: Type | Expr) -> Type:
    """The type of the elements of a domain."""
    if isinstance(domain, Type):
        return domain
    of = getattr(domain.type, "of", None)
    assert isinstance(of, Type), domain
    return of


def element_hull(left: SeqOf, right: SeqOf) -> Type:
    if left.max == 0:
        return right.of
    return left.of if right.max == 0 else make.hull(left.of, right.of)


def joined(then: Expr, orelse: Expr) -> Type:
    """The type of a conditional; a bare `none` takes the other side's type as an option."""
    for one, other in ((then, orelse), (orelse, then)):
        if isinstance(one, Const) and one.value is None:
            return other.type if isinstance(other.type, Option) else Option(other.type)
    return make.hull(then.type, orelse.type)


def quantified(kind: tree.QuantifierKind, most: int, locals: list[Local], body: Expr) -> Type:
    match kind:
        case "count":
            return Int(0, most)
        case "sum":
            assert isinstance(body.type, Int)
            return Int(min(0, body.type.low * most), max(0, body.type.high * most))
        case "min" | "max":
            return body.type
        case "those":
            return SetOf(locals[0].type)
        case _:
            return Bool()
