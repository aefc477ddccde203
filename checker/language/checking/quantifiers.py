"""`all`, `any`, `count`, `sum`, `min`, `max`, `those`, `majority`, and the domains that names range over."""

from __future__ import annotations

from checker.language import tree
from checker.language.checked import TypeName
from checker.language.checking import limits, relations
from checker.language.checking.context import Context, Local, LocalKind, Scope
from checker.language.checking.errors import type_errors
from checker.language.checking.inference import expect_bool, expect_number, infer, rule
from checker.language.checking.limits import count
from checker.language.checking.locals import bind_unhidden
from checker.language.checking.names import type_place
from checker.language.checking.words import a
from checker.language.checking.written import written
from checker.language.types import Bool, Int, MapOf, SeqOf, SetOf, Type


def domain(ctx: Context, node: tree.Expr, scope: Scope) -> Type | None:
    """The type of the elements of a domain: a type's name or a set; None after an error."""
    errors = len(ctx.errors)
    named = type_place(ctx, node, scope)
    if named is not None or len(ctx.errors) > errors:
        limits.choices(ctx, node, named)
        return named
    found = infer(ctx, node, scope)
    if found is None or isinstance(found, SetOf):
        return None if found is None else found.of
    advice = "a domain is a type or a set"
    if isinstance(found, SeqOf):
        advice = "a sequence has no set of elements; keep a set beside it"
    elif isinstance(found, MapOf):
        advice = f"go over its keys: `in {found.key}`"
    elif isinstance(found, Int):
        advice = f"declare a type, `type Count = 0..{max(0, found.high)}`, and write `in Count`"
    ctx.report(type_errors.NoDomain(span=node.span, text=written(node), found=a(found), advice=advice))
    return None


def bind(ctx: Context, binder: tree.Binder, scope: Scope, kind: LocalKind = "binder") -> Scope:
    """`scope` with the binder's name."""
    type = domain(ctx, binder.domain, scope)
    return bind_unhidden(ctx, scope, binder.name, Local(type, kind, binder.span))


def domain_size(ctx: Context, node: tree.Expr) -> tuple[int, int]:
    """The least and the greatest number of elements of a domain that has been typed."""
    symbol = ctx.checked.symbols.get(id(node))
    if isinstance(symbol, TypeName):
        size = count(symbol.type)
        return size, size
    found = ctx.checked.types.get(id(node))
    return 0, count(found.of) if isinstance(found, SetOf) else 0


@rule(tree.Quantifier)
def quantifier(ctx: Context, node: tree.Quantifier, scope: Scope, hint: Type | None) -> Type | None:
    inner = scope
    for binder in node.binders:
        inner = bind(ctx, binder, inner)
    bound = [inner.names[binder.name].type for binder in node.binders]
    if node.kind in ("sum", "min", "max"):
        body: Type | None = expect_number(ctx, node.body, inner)
    else:
        body = expect_bool(ctx, node.body, inner)
    if body is None or None in bound:
        return None
    return _type(ctx, node, body, bound[-1])


def _type(ctx: Context, node: tree.Quantifier, body: Type, last: Type | None) -> Type | None:
    least = most = 1
    for binder in node.binders:
        low, high = domain_size(ctx, binder.domain)
        least, most = least * low, most * high
    limits.combinations(ctx, node, least)
    match node.kind:
        case "count":
            return Int(0, most)
        case "sum":
            assert isinstance(body, Int)
            return relations.total(body, least, most)
        case "min" | "max":
            return body
        case "those":
            assert last is not None
            return SetOf(last)
    return Bool()
