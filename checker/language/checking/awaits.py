"""Awaits: what they wait for, what they keep, their labels."""

from __future__ import annotations

from collections.abc import Iterable

from checker.language import tree
from checker.language.checked import AwaitInfo
from checker.language.checking.calls import BUILTINS
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import flow_errors, name_errors, value_errors
from checker.language.checking.inference import expect_bool, expect_number
from checker.language.checking.names import METERS, conditions, known
from checker.language.checking.patterns import bind_pattern
from checker.language.checking.resolve import value_of
from checker.language.checking.statements import RULES, Place, Waiting, check_block
from checker.language.checking.words import nearest_help
from checker.language.diagnostics import nearest
from checker.language.source import Span
from checker.language.types import Type


def await_(ctx: Context, node: tree.Await, scope: Scope, place: Place) -> Scope:
    if place.in_for or place.in_bounded:
        kind = "for" if place.in_for else "while ... at most"
        ctx.report(flow_errors.AwaitInside(span=node.span, kind=kind))
    in_block = len(node.branches) > 1 or bool(node.branches[0].body)
    whats = tuple(settle(ctx, branch.what, scope, in_block) for branch in node.branches)
    place.awaits.append(Waiting(node=node, kept=_kept(scope), whats=whats))
    after = scope
    for branch, what in zip(node.branches, whats, strict=True):
        inner = _what(ctx, what, scope, place)
        check_block(ctx, branch.body, inner, place)
        after = inner
    return after if len(node.branches) == 1 and not node.branches[0].body else scope


RULES[tree.Await] = await_


def _kept(scope: Scope) -> tuple[tuple[str, Type], ...]:
    return tuple(
        (name, local.type)
        for name, local in scope.names.items()
        if local.kind not in ("self", "binder") and local.type is not None
    )


def _what(ctx: Context, what: tree.Awaitable, scope: Scope, place: Place) -> Scope:
    """Check what is awaited; the scope after it."""
    match what:
        case tree.AwaitMessage(pattern=pattern) if pattern.message in ("timeout", "round") and _undeclared(ctx, pattern):
            ctx.report(flow_errors.NoGuard(span=(what.guard or pattern).span, name=pattern.message))
        case tree.AwaitMessage():
            scope = bind_pattern(ctx, what.pattern, scope, place.role)
            if what.guard is not None:
                expect_bool(ctx, what.guard, scope)
        case tree.AwaitCondition():
            expect_bool(ctx, what.condition, scope)
        case tree.AwaitCall():
            _call(ctx, what, scope)
    return scope


def _undeclared(ctx: Context, pattern: tree.Pattern) -> bool:
    return not pattern.fields and pattern.message not in ctx.message_decls


# --- what `await f(...)` means -----------------------------------------------------------------------------------------


def settle(ctx: Context, what: tree.Awaitable, scope: Scope, in_block: bool) -> tree.Awaitable:
    """`what`, with `f(...)` and `f` settled: a message, a condition, or a call of something outside the model."""
    match what:
        case tree.AwaitName(of=tree.Name() as bare):
            return _settle_name(ctx, what, bare, scope, in_block)
        case tree.AwaitName():
            return _condition(ctx, what, in_block)
        case tree.AwaitCondition(condition=tree.Call() as call) if not call.named:
            return _settle_call(ctx, what, call)
        case tree.AwaitMessage(pattern=pattern, guard=None) if pattern.sender is None and pattern.sender_role is None:
            return _settle_pattern(ctx, what, pattern)
        case tree.AwaitCall(arguments=()):
            name = tree.Call(span=what.span, name=what.name, name_span=what.name_span)
            return _settle_call(ctx, what, name)
    return what


def _is_condition(ctx: Context, name: str) -> bool:
    return name in ctx.def_decls or name in BUILTINS


def _settle_call(ctx: Context, what: tree.Awaitable, call: tree.Call) -> tree.Awaitable:
    if call.name in ctx.message_decls and all(isinstance(a, tree.Name) for a in call.arguments):
        names = tuple(a.name for a in call.arguments if isinstance(a, tree.Name))
        pattern = tree.Pattern(
            span=call.span,
            message=call.name,
            message_span=call.name_span,
            fields=tuple(None if name == "_" else name for name in names),
            field_spans=tuple(a.span for a in call.arguments),
            sender=None,
            sender_role=None,
        )
        return tree.AwaitMessage(span=what.span, pattern=pattern, guard=None)
    if _is_condition(ctx, call.name):
        return what if isinstance(what, tree.AwaitCondition) else tree.AwaitCondition(span=what.span, condition=call)
    if call.arguments:
        return what
    return what if isinstance(what, tree.AwaitCall) else _outside(ctx, what.span, call.name, call.name_span)


def _settle_name(ctx: Context, what: tree.AwaitName, name: tree.Name, scope: Scope, in_block: bool) -> tree.Awaitable:
    """What is declared or bound keeps its meaning; a message is taken; any other name is a call."""
    if name.name in ctx.message_decls:
        return _settle_call(ctx, what, tree.Call(span=name.span, name=name.name, name_span=name.span))
    if known(ctx, name.name, scope):
        return _condition(ctx, what, in_block)
    meant = _alike(name.name, conditions(ctx, scope))
    if meant is not None:
        advice = f"write `{meant}`, or `{name.name}()` for a call of something outside the protocol"
        ctx.report(name_errors.UnknownName(span=name.span, name=name.name, advice=advice))
    return tree.AwaitCall(span=what.span, name=name.name, name_span=name.span, arguments=())


def _condition(ctx: Context, what: tree.AwaitName, in_block: bool) -> tree.Awaitable:
    """`await ready`; a branch for a condition has a `when`."""
    if in_block:
        from checker.language.syntax_errors import NotABranch

        ctx.report(NotABranch(span=what.span))
        return tree.AwaitRound(span=what.span)
    return tree.AwaitCondition(span=what.span, condition=what.of)


def _settle_pattern(ctx: Context, what: tree.AwaitMessage, pattern: tree.Pattern) -> tree.Awaitable:
    if pattern.message in ctx.message_decls:
        return what
    if _is_condition(ctx, pattern.message) and None not in pattern.fields:
        arguments = tuple(
            tree.Name(span=span, name=name)
            for name, span in zip(pattern.fields, pattern.field_spans, strict=True)
            if name is not None
        )
        call = tree.Call(span=pattern.span, name=pattern.message, name_span=pattern.message_span, arguments=arguments)
        return tree.AwaitCondition(span=what.span, condition=call)
    if not pattern.fields:
        return _outside(ctx, what.span, pattern.message, pattern.message_span)
    return what


def _outside(ctx: Context, span: Span, name: str, name_span: Span) -> tree.AwaitCall:
    return tree.AwaitCall(span=span, name=name, name_span=name_span, arguments=())


def _meant(ctx: Context, name: str) -> str | None:
    """The message or def that `name` is almost spelled like, in upper or lower case alike."""
    return _alike(name, (*ctx.message_decls, *ctx.def_decls))


def _alike(name: str, names: Iterable[str]) -> str | None:
    found = nearest(name, [other for other in names if other[0].isupper() == name[0].isupper()])
    return found if found is not None and abs(len(found) - len(name)) <= 1 else None


def _call(ctx: Context, what: tree.AwaitCall, scope: Scope) -> None:
    meant = None if what.arguments else _meant(ctx, what.name)
    if meant is not None:
        ctx.report(name_errors.CallLikeName(span=what.name_span, name=what.name, meant=meant))
    meters = [*METERS, *ctx.meters]
    for argument in what.arguments:
        if argument.name not in meters:
            ctx.report(
                name_errors.UnknownMeter(span=argument.span, name=argument.name, advice=nearest_help(argument.name, meters))
            )
        found = expect_number(ctx, argument.value, scope)
        if found is None:
            continue
        value = value_of(ctx, argument.value, "the cost of a call")
        if isinstance(value, int) and value < 0:
            ctx.report(value_errors.NegativeSize(span=argument.value.span, what=f"`{argument.name}`", value=value))


# --- labels ------------------------------------------------------------------------------------------------------------


def label_of(node: tree.Await, whats: tuple[tree.Awaitable, ...]) -> str:
    """The label that an await without `as` asks for."""
    if len(whats) == 1:
        match whats[0]:
            case tree.AwaitCall():
                return whats[0].name
            case tree.AwaitMessage():
                return whats[0].pattern.message
            case tree.AwaitRound():
                return "round"
    return "waiting"


def labelled(ctx: Context, awaits: list[Waiting]) -> tuple[AwaitInfo, ...]:
    """The awaits of one activity with their final labels."""
    taken: dict[str, Span] = {}
    for item in awaits:
        label = item.node.label
        if label is not None and label in taken:
            ctx.report(name_errors.LabelTwice(span=item.node.span, name=label, related=((taken[label], "first used here"),)))
        elif label is not None:
            taken[label] = item.node.span
    result: list[AwaitInfo] = []
    for item in awaits:
        label = item.node.label
        if label is None:
            wanted = label_of(item.node, item.whats)
            label, number = wanted, 2
            while label in taken:
                label, number = f"{wanted}_{number}", number + 1
            taken[label] = item.node.span
        result.append(AwaitInfo(node=item.node, label=label, kept=item.kept, whats=item.whats))
    return tuple(result)
