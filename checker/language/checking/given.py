"""The values that instances and consts give: elements may be numbers, maps may leave keys out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from checker.language import tree
from checker.language.checked import Constant
from checker.language.checking.constants import NoValue, Unknown, evaluate, fit
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import use_errors, value_errors
from checker.language.checking.inference import expect
from checker.language.checking.records import record_fields
from checker.language.checking.words import elements
from checker.language.types import (
    Bool,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    contains,
    default,
    show,
    values,
)

_SCOPE = Scope(mode="constant")
T = TypeVar("T")


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
            return frozenset(_each(node.items, lambda item: _value(ctx, item, of)))
        case tree.SeqLiteral(), SeqOf(of, _):
            return tuple(_each(node.items, lambda item: _value(ctx, item, of)))
        case tree.Call(named=named), Record() if named and node.name == wanted.name:
            return _record(ctx, node, wanted)
        case tree.Braces(items=()), MapOf():
            return _filled(ctx, node, wanted, {})
        case tree.MapLiteral(), MapOf():
            return _map(ctx, node, wanted)
        case _, MapOf(_, value) if isinstance(node, (tree.Number, tree.Braces, tree.SeqLiteral)):
            return fit(_value(ctx, node, value), value, wanted)
    return _general(ctx, node, wanted)


def _each(items: Iterable[T], value: Callable[[T], Value]) -> list[Value]:
    """The value of each item; every item is looked at before an error ends it."""
    found: list[Value] = []
    failed = False
    for item in items:
        try:
            found.append(value(item))
        except _Failed:
            failed = True
    if failed:
        raise _Failed
    return found


def _element(ctx: Context, node: tree.Number, sort: Sort) -> Value:
    if node.value >= sort.size:
        ctx.report(value_errors.NoSuchNumber(span=node.span, value=node.value, sort=sort.name, elements=elements(sort)))
        raise _Failed
    return node.value


def _record(ctx: Context, node: tree.Call, wanted: Record) -> Value:
    if not record_fields(ctx, node, wanted):
        raise _Failed
    given = {argument.name: argument.value for argument in node.named}
    return tuple(_each(wanted.fields, lambda field: _value(ctx, given[field[0]], field[1])))


# --- maps --------------------------------------------------------------------------------------------------------


def _map(ctx: Context, node: tree.MapLiteral, wanted: MapOf) -> Value:
    entries: dict[Value, Value] = {}
    first: dict[Value, tree.Expr] = {}

    def enter(entry: tuple[tree.Expr, tree.Expr]) -> Value:
        key = _key(ctx, entry[0], wanted.key, first)
        entries[key] = _value(ctx, entry[1], wanted.value)
        return None

    _each(node.entries, enter)
    return _filled(ctx, node, wanted, entries)


def _key(ctx: Context, node: tree.Expr, wanted: Type, first: dict[Value, tree.Expr]) -> Value:
    key = _value(ctx, node, wanted)
    if not contains(wanted, key):
        ctx.report(value_errors.NoSuchKey(span=node.span, key=str(key), type=str(wanted)))
        raise _Failed
    if key in first:
        related = ((first[key].span, "first given here"),)
        ctx.report(value_errors.KeyTwice(span=node.span, key=show(wanted, key), related=related))
        raise _Failed
    first[key] = node
    return key


def _filled(ctx: Context, node: tree.Expr, wanted: MapOf, entries: dict[Value, Value]) -> Value:
    """The map of `entries`, with an empty value for the keys that were left out."""
    missing = [key for key in values(wanted.key) if key not in entries]
    if missing and not _has_empty(wanted.value):
        keys = ", ".join(show(wanted.key, key) for key in missing[:5]) + (", ..." if len(missing) > 5 else "")
        ctx.report(value_errors.NoEmptyValue(span=node.span, keys=keys, value=str(wanted.value)))
        raise _Failed
    return tuple(entries[key] if key in entries else default(wanted.value) for key in values(wanted.key))


def _has_empty(type: Type) -> bool:
    """Whether there is an empty value: `false`, `0`, `none`, `{}`, `[]`."""
    match type:
        case Bool() | Option() | SetOf() | SeqOf():
            return True
        case Int(low, high):
            return low <= 0 <= high
        case MapOf(_, value):
            return _has_empty(value)
    return False


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
