"""Numbers, `none`, sets, maps, sequences, records as written."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from checker.language import tree
from checker.language.checked import RecordMaker
from checker.language.checking.constants import NoValue, Unknown, evaluate
from checker.language.checking.context import Context, Local, Scope
from checker.language.checking.errors import type_errors, use_errors, value_errors
from checker.language.checking.inference import beside, expect, infer, misfit, needs_context, rule
from checker.language.checking.locals import bind_unhidden
from checker.language.checking.names import type_place
from checker.language.checking.records import record_fields
from checker.language.checking.relations import (
    fits,
    fits_or_spreads,
    join,
    join_all,
    option,
    plain_wanted,
    seq_wanted,
    set_wanted,
)
from checker.language.checking.resolve import named_type
from checker.language.checking.words import a
from checker.language.checking.written import written
from checker.language.types import Bool, Int, MapOf, Option, Record, SeqOf, SetOf, Type, Value, cardinality, show, values


@rule(tree.Number)
def number(ctx: Context, node: tree.Number, scope: Scope, hint: Type | None) -> Type | None:
    return Int(node.value, node.value)


@rule(tree.Truth)
def truth(ctx: Context, node: tree.Truth, scope: Scope, hint: Type | None) -> Type | None:
    return Bool()


@rule(tree.NoneValue)
def none(ctx: Context, node: tree.NoneValue, scope: Scope, hint: Type | None) -> Type | None:
    while isinstance(hint, MapOf):
        hint = hint.value
    if hint is None:
        ctx.report(type_errors.CannotTell(span=node.span, text="none", example="Task?"))
        return None
    return option(hint)


# --- sets and sequences ------------------------------------------------------------------------------------------


def items(ctx: Context, nodes: Iterable[tree.Expr], scope: Scope, wanted: Type | None) -> Type | None:
    """The one type of several items; None after an error."""
    found: list[tuple[tree.Expr, Type]] = []
    failed = False
    for node in sorted(
        nodes, key=lambda node: needs_context(ctx, node, scope)
    ):  # those that say their type themselves come first
        own = infer(ctx, node, scope, wanted if wanted is not None else (beside(found[0][1], node) if found else None))
        if own is not None and wanted is not None and not fits_or_spreads(own, wanted):
            ctx.report(misfit(ctx, node, own, wanted))
            own = None
        if own is None:
            failed = True
        else:
            found.append((node, kept(own, wanted)))
    if failed:
        return None
    for (first, before), (second, after) in pairwise(found):
        if join(before, after) is None:
            ctx.report(
                type_errors.NoCommonType(
                    span=second.span,
                    left=written(first),
                    left_type=a(before),
                    right=written(second),
                    right_type=a(after),
                )
            )
            return None
    return join_all(type for _, type in found)


def kept(own: Type, wanted: Type | None) -> Type:
    """The type of an item in its container: its own, unless it is a plain value that is spread over a map."""
    return own if wanted is None or fits(own, wanted) else wanted


@rule(tree.Braces)
def braces(ctx: Context, node: tree.Braces, scope: Scope, hint: Type | None) -> Type | None:
    wanted = set_wanted(hint)
    if node.items:
        of = items(ctx, node.items, scope, wanted.of if wanted is not None else None)
        return None if of is None else SetOf(of)
    if wanted is not None:
        return wanted
    while isinstance(hint, (Option, MapOf)):
        if isinstance(hint, MapOf) and cardinality(hint.key) == 0:
            return hint
        if isinstance(hint, MapOf):
            ctx.report(type_errors.EmptyMap(span=node.span, type=str(hint)))
            return None
        hint = hint.of
    if hint is None:
        ctx.report(type_errors.CannotTell(span=node.span, text="{}", example="set[Task]"))
    else:
        ctx.report(type_errors.WrongType(span=node.span, text="{}", found="a set", wanted=a(hint)))
    return None


@rule(tree.SeqLiteral)
def sequence(ctx: Context, node: tree.SeqLiteral, scope: Scope, hint: Type | None) -> Type | None:
    wanted = seq_wanted(hint)
    if node.items:
        of = items(ctx, node.items, scope, wanted.of if wanted is not None else None)
        if of is not None and wanted is not None and len(node.items) > wanted.max:
            ctx.report(value_errors.TooLong(span=node.span, length=len(node.items), type=str(wanted)))
            return None
        return None if of is None else SeqOf(of, len(node.items))
    if wanted is not None:
        return SeqOf(wanted.of, wanted.max)
    core = plain_wanted(hint)
    if core is None:
        ctx.report(type_errors.CannotTell(span=node.span, text="[]", example="seq[Task, max 3]"))
    else:
        ctx.report(type_errors.WrongType(span=node.span, text="[]", found="a sequence", wanted=a(core)))
    return None


# --- maps ----------------------------------------------------------------------------------------------------------


@rule(tree.MapLiteral)
def map_literal(ctx: Context, node: tree.MapLiteral, scope: Scope, hint: Type | None) -> Type | None:
    wanted = hint if isinstance(hint, MapOf) else None
    key = items(ctx, (k for k, _ in node.entries), scope, wanted.key if wanted is not None else None)
    value = items(ctx, (v for _, v in node.entries), scope, wanted.value if wanted is not None else None)
    if key is None or value is None:
        return None
    own = MapOf(wanted.key if wanted is not None else key, value)
    return own if _complete(ctx, node, own) else None


def _complete(ctx: Context, node: tree.MapLiteral, own: MapOf) -> bool:
    """Whether every key has one value; what is missing or twice is reported."""
    first: dict[Value, tree.Expr] = {}
    for key_node, _ in node.entries:
        try:
            key = evaluate(ctx, key_node, {})
        except Unknown as unknown:
            ctx.report(use_errors.NotConstant(span=unknown.span, what="a key of a map literal", name=unknown.name))
            return False
        except NoValue as failure:
            ctx.report(value_errors.NoConstantValue(span=failure.span, what="a key", why=failure.why))
            return False
        if key in first:
            related = ((first[key].span, "first given here"),)
            ctx.report(value_errors.KeyTwice(span=key_node.span, key=show(own.key, key), related=related))
            return False
        first[key] = key_node
    missing = [key for key in values(own.key) if key not in first]
    if missing:
        keys = ", ".join(show(own.key, key) for key in missing[:5]) + (", ..." if len(missing) > 5 else "")
        ctx.report(value_errors.KeysMissing(span=node.span, keys=keys, type=str(own.key)))
    return not missing


@rule(tree.MapComprehension)
def comprehension(ctx: Context, node: tree.MapComprehension, scope: Scope, hint: Type | None) -> Type | None:
    wanted = hint if isinstance(hint, MapOf) else None
    key = type_place(ctx, node.binder.domain, scope)
    if key is None:
        if infer(ctx, node.binder.domain, scope) is not None:
            ctx.report(type_errors.KeysOfType(span=node.binder.domain.span, text=written(node.binder.domain)))
        return None
    inner = bind_unhidden(ctx, scope, node.binder.name, Local(key, "binder", node.binder.span))
    infer(ctx, node.key, inner)
    own = items(ctx, [node.value], inner, wanted.value if wanted is not None else None)
    if not (isinstance(node.key, tree.Name) and node.key.name == node.binder.name):
        ctx.report(type_errors.KeyOfComprehension(span=node.key.span, text=written(node.key), binder=node.binder.name))
        return None
    return None if own is None else MapOf(key, own)


# --- records ---------------------------------------------------------------------------------------------------------


def record(ctx: Context, node: tree.Call, scope: Scope) -> Type | None:
    """`Entry(task: t, by: none)`."""
    type = named_type(ctx, node.name, node)
    good = isinstance(type, Record) and record_fields(ctx, node, type)
    fields = dict(type.fields) if isinstance(type, Record) else {}
    for argument in node.named:
        good = expect(ctx, argument.value, scope, fields.get(argument.name)) is not None and good
    if not good:
        return None
    ctx.checked.symbols[id(node)] = RecordMaker(node.name)
    return type
