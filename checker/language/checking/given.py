"""The values that instances and consts give: elements may be numbers, maps may leave keys out."""

from __future__ import annotations

from checker.language import tree
from checker.language.checked import Constant
from checker.language.checking import use_errors, value_errors
from checker.language.checking.constants import NoValue, Unknown, evaluate, fit
from checker.language.checking.context import Context, Scope
from checker.language.checking.inference import expect
from checker.language.types import MapOf, Option, SeqOf, SetOf, Sort, Type, Value, contains, default, show, values

_SCOPE = Scope(mode="constant")


class _Failed(Exception):
    """An error was reported."""


def given_value(ctx: Context, node: tree.Expr, wanted: Type) -> Constant | None:
    """The value that `node` gives for a constant of type `wanted`; None after an error. Bounds of numbers are not checked."""
    try:
        return Constant(_value(ctx, node, wanted), wanted)
    except _Failed:
        return None


def _value(ctx: Context, node: tree.Expr, wanted: Type) -> Value:
    match node, wanted:
        case tree.Number(), Sort():
            return _element(ctx, node, wanted)
        case _, Option(of) if not isinstance(node, tree.NoneValue):
            return _value(ctx, node, of)
        case tree.Braces(), SetOf(of):
            return frozenset(_value(ctx, item, of) for item in node.items)
        case tree.SeqLiteral(), SeqOf(of, _):
            return tuple(_value(ctx, item, of) for item in node.items)
        case tree.Braces(items=()), MapOf():
            return default(wanted)
        case tree.MapLiteral(), MapOf():
            return _map(ctx, node, wanted)
        case _, MapOf(_, value) if isinstance(node, (tree.Number, tree.Braces, tree.SeqLiteral)):
            return fit(_value(ctx, node, value), value, wanted)
    return _general(ctx, node, wanted)


def _element(ctx: Context, node: tree.Number, sort: Sort) -> Value:
    if node.value >= sort.size:
        ctx.report(
            value_errors.NoSuchNumber(span=node.span, value=node.value, sort=sort.name, elements=value_errors.elements(sort))
        )
        raise _Failed
    return node.value


def _map(ctx: Context, node: tree.MapLiteral, wanted: MapOf) -> Value:
    entries: dict[Value, Value] = {}
    first: dict[Value, tree.Expr] = {}
    for key_node, value_node in node.entries:
        key = _value(ctx, key_node, wanted.key)
        if key in first:
            related = ((first[key].span, "first given here"),)
            ctx.report(value_errors.KeyTwice(span=key_node.span, key=show(wanted.key, key), related=related))
            raise _Failed
        if not contains(wanted.key, key):
            ctx.report(value_errors.NoSuchKey(span=key_node.span, key=show(wanted.key, key), type=str(wanted.key)))
            raise _Failed
        first[key] = key_node
        entries[key] = _value(ctx, value_node, wanted.value)
    return tuple(entries[key] if key in entries else default(wanted.value) for key in values(wanted.key))


def _general(ctx: Context, node: tree.Expr, wanted: Type) -> Value:
    found = expect(ctx, node, _SCOPE, wanted)
    if found is None:
        raise _Failed
    try:
        return fit(evaluate(ctx, node, {}), found, wanted)
    except Unknown as unknown:
        ctx.report(use_errors.NotConstant(span=unknown.span, what="a constant", name=unknown.name))
    except NoValue as failure:
        ctx.report(value_errors.NoConstantValue(span=failure.span, what="a constant", why=failure.why))
    raise _Failed
