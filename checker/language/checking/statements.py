"""Statements: what they may change, what they ask of types, where control goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from checker.language import tree
from checker.language.checked import AgentVariable, SharedVariable
from checker.language.checking import limits
from checker.language.checking.context import Context, Local, Scope
from checker.language.checking.errors import flow_errors, type_errors, use_errors, value_errors
from checker.language.checking.flow import passes
from checker.language.checking.inference import depends_on_instance, expect, expect_bool, expect_number, infer, infer_rest
from checker.language.checking.locals import bind_local
from checker.language.checking.names import agent, type_place
from checker.language.checking.patterns import check_sent, receiver
from checker.language.checking.quantifiers import domain
from checker.language.checking.relations import agent_sort, fits
from checker.language.checking.resolve import constant_number, resolve_type
from checker.language.checking.words import a, kind
from checker.language.checking.written import written
from checker.language.types import Int, Option, Record, SeqOf, SetOf, Type


class Waiting(Struct, frozen=True, kw_only=True):
    """An await that was met: what it keeps and what it waits for."""

    node: tree.Await
    kept: tuple[tuple[str, Type], ...]
    whats: tuple[tree.Awaitable, ...]


class Place(Struct, frozen=True, kw_only=True):
    """Where a statement stands: in which role, in a `for`, in a bounded `while`. `awaits` collects the awaits of the activity."""

    role: str
    awaits: list[Waiting] = field(default_factory=list)
    in_for: bool = False
    in_bounded: bool = False


Rule = Callable[[Context, Any, Scope, Place], Scope]
RULES: dict[type[tree.Statement], Rule] = {}


def check_block(ctx: Context, block: tree.Block, scope: Scope, place: Place) -> Scope:
    """Check the statements in order; the scope after the last."""
    for i, statement in enumerate(block):
        scope = RULES[type(statement)](ctx, statement, scope, place)
        if isinstance(statement, tree.Return) and i + 1 < len(block):
            ctx.report(flow_errors.NeverRuns(span=block[i + 1].span, related=((statement.span, "the activity ends here"),)))
    return scope


def _statement(kind: type[tree.Statement]) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        RULES[kind] = function
        return function

    return register


# --- assignments ---------------------------------------------------------------------------------------------------


@_statement(tree.Assign)
def assign(ctx: Context, node: tree.Assign, scope: Scope, place: Place) -> Scope:
    target = _target(ctx, node.target, scope)
    if target is None:
        infer_rest(ctx, node.value, scope)
    elif node.operator == "=":
        expect(ctx, node.value, scope, target)
    elif isinstance(target, Int):
        _step(ctx, node, scope, target)
    elif isinstance(target, SetOf):
        _set_step(ctx, node, scope, target)
    else:
        infer(ctx, node.value, scope, target)
        advice = "numbers and sets have it"
        if isinstance(target, SeqOf) and node.operator == "+=":
            name, value = written(node.target), written(node.value)
            joined = f"{name} + {value}" if isinstance(node.value, tree.SeqLiteral) else f"append({name}, {value})"
            advice = f"write `{name} = {joined}`"
        elif isinstance(target, SeqOf) and node.operator == "-=" and not isinstance(node.value, tree.SeqLiteral):
            advice = f"write `{written(node.target)} = without({written(node.target)}, {written(node.value)})`"
        ctx.report(
            type_errors.NoStep(span=node.span, operator=node.operator, text=written(node.target), found=a(target), advice=advice)
        )
    return scope


def _step(ctx: Context, node: tree.Assign, scope: Scope, target: Int) -> None:
    by = expect_number(ctx, node.value, scope)
    if by is None:
        return
    if target in ctx.elastic or depends_on_instance(ctx, node.value):
        return
    low, high = (by.low, by.high) if node.operator == "+=" else (-by.high, -by.low)
    if target.low + low > target.high or target.high + high < target.low:
        ctx.report(
            value_errors.OutOfRange(
                span=node.span, value=f"{written(node.target)} {node.operator[0]} {written(node.value)}", wanted=str(target)
            )
        )


def _set_step(ctx: Context, node: tree.Assign, scope: Scope, target: SetOf) -> None:
    found = infer(ctx, node.value, scope, target)
    if found is None:
        return
    if fits(found, target):
        return
    if fits(found, target.of):
        ctx.report(type_errors.ElementForSet(span=node.value.span, text=written(node.value), wanted=str(target)))
    else:
        ctx.report(type_errors.WrongType(span=node.value.span, text=written(node.value), found=a(found), wanted=a(target)))


def _target(ctx: Context, node: tree.Expr, scope: Scope) -> Type | None:
    """The type of what is assigned to; None after an error."""
    root = node
    while isinstance(root, (tree.Index, tree.Field)):
        if isinstance(root, tree.Field) and isinstance(root.of, tree.Name) and root.of.name == "self":
            ctx.report(use_errors.SelfTarget(span=root.span, name=root.name))
            return None
        root = root.of
    if not isinstance(root, tree.Name):
        ctx.report(use_errors.NotAssignable(span=node.span, text=written(node), what="a value", advice=_ASSIGNABLE))
        return None
    local = scope.names.get(root.name)
    if local is not None:
        if local.type is not None and agent_sort(local.type) is not None and isinstance(node, tree.Field):
            ctx.report(use_errors.OthersVariable(span=node.span, name=node.name, role=str(local.type)))
            return None
        ctx.report(
            use_errors.NotAssignable(
                span=node.span,
                text=root.name,
                what=_LOCAL[local.kind],
                advice=_ASSIGNABLE,
                related=((local.span, "bound here"),) if local.span is not None else (),
            )
        )
        return None
    if _through_option(ctx, node, scope):
        return None
    type = infer(ctx, node, scope)
    symbol = ctx.checked.symbols.get(id(root))
    if type is not None and not isinstance(symbol, (SharedVariable, AgentVariable)):
        where, what = ctx.declared.get(root.name, (None, "value"))
        ctx.report(
            use_errors.NotAssignable(
                span=node.span,
                text=root.name,
                what=kind(what),
                advice=_ASSIGNABLE,
                related=((where, "declared here"),) if where is not None else (),
            )
        )
        return None
    return type


def _through_option(ctx: Context, node: tree.Expr, scope: Scope) -> bool:
    """Whether the target is a part of an option's value; then that is reported."""
    while isinstance(node, (tree.Index, tree.Field)):
        of = infer(ctx, node.of, scope)
        if of is None:
            return True
        if isinstance(of, Option) and isinstance(of.of, Record):
            advice = f"assign the whole: `{written(node.of)} = {of.of}(...)`"
            ctx.report(use_errors.NotAssignable(span=node.span, text=written(node), what=f"a part of a `{of}`", advice=advice))
            return True
        node = node.of
    return False


_ASSIGNABLE = "shared variables and the agent's own variables can be assigned"
_LOCAL = {
    "parameter": "a parameter",
    "let": "a `let`, fixed to the end of its block",
    "binder": "the name of a `for`",
    "chosen": "a chosen name",
    "field": "a field of the message taken",
    "sender": "the sender of the message taken",
    "self": "the agent itself",
}


@_statement(tree.Let)
def let(ctx: Context, node: tree.Let, scope: Scope, place: Place) -> Scope:
    return bind_local(ctx, scope, node.name, Local(infer(ctx, node.value, scope), "let", node.span))


# --- control ---------------------------------------------------------------------------------------------------------


@_statement(tree.If)
def if_(ctx: Context, node: tree.If, scope: Scope, place: Place) -> Scope:
    for condition, block in node.arms:
        expect_bool(ctx, condition, scope)
        check_block(ctx, block, scope, place)
    check_block(ctx, node.orelse, scope, place)
    return scope


@_statement(tree.For)
def for_(ctx: Context, node: tree.For, scope: Scope, place: Place) -> Scope:
    type = domain(ctx, node.binder.domain, scope)
    inner = bind_local(ctx, scope, node.binder.name, Local(type, "binder", node.binder.span))
    check_block(ctx, node.body, inner, replace(place, in_for=True))
    return scope


@_statement(tree.While)
def while_(ctx: Context, node: tree.While, scope: Scope, place: Place) -> Scope:
    expect_bool(ctx, node.condition, scope)
    if node.at_most is not None:
        most = constant_number(ctx, node.at_most, "the bound of a `while`")
        if most is not None and most < 0:
            ctx.report(value_errors.NegativeSize(span=node.at_most.span, what="the bound of a `while`", value=most))
        elif most is not None:
            limits.rounds(ctx, node.at_most, most)
            ctx.checked.bounds[id(node.at_most)] = most
        check_block(ctx, node.body, scope, replace(place, in_bounded=True))
        return scope
    if passes(node.body):
        ctx.report(flow_errors.LoopWithoutAwait(span=node.condition.span, condition=written(node.condition)))
    check_block(ctx, node.body, scope, place)
    return scope


@_statement(tree.Choose)
def choose(ctx: Context, node: tree.Choose, scope: Scope, place: Place) -> Scope:
    if node.type is not None:
        type = resolve_type(ctx, node.type)
        limits.choices(ctx, node.type, type)
    else:
        assert node.domain is not None
        type = domain(ctx, node.domain, scope)
    scope = bind_local(ctx, scope, node.name, Local(type, "chosen", node.span))
    if node.where is not None:
        expect_bool(ctx, node.where, scope)
    return scope


@_statement(tree.Either)
def either(ctx: Context, node: tree.Either, scope: Scope, place: Place) -> Scope:
    given = [text for text, _ in node.branches if text is not None]
    if given:
        _probabilities(ctx, node, given)
    for _, block in node.branches:
        check_block(ctx, block, scope, place)
    return scope


def _probabilities(ctx: Context, node: tree.Either, given: list[str]) -> None:
    from fractions import Fraction

    numbers = [Fraction(text) for text in given]
    if len(given) < len(node.branches):
        ctx.report(value_errors.Probabilities(span=node.span, problem="some branches have a probability and some have none"))
    elif any(not 0 < number <= 1 for number in numbers):
        ctx.report(value_errors.Probabilities(span=node.span, problem="a probability is more than 0 and at most 1"))
    elif sum(numbers) != 1:
        total = float(sum(numbers))
        ctx.report(value_errors.Probabilities(span=node.span, problem=f"the probabilities {' + '.join(given)} make {total:g}"))


@_statement(tree.Return)
def return_(ctx: Context, node: tree.Return, scope: Scope, place: Place) -> Scope:
    if place.in_for or place.in_bounded:
        ctx.report(flow_errors.ReturnInside(span=node.span, kind="for" if place.in_for else "while ... at most"))
    return scope


@_statement(tree.Progress)
@_statement(tree.Pass)
def plain(ctx: Context, node: tree.Statement, scope: Scope, place: Place) -> Scope:
    return scope


@_statement(tree.Assert)
def assert_(ctx: Context, node: tree.Assert, scope: Scope, place: Place) -> Scope:
    expect_bool(ctx, node.condition, scope)
    return scope


# --- messages and agents -----------------------------------------------------------------------------------------------


@_statement(tree.Send)
def send(ctx: Context, node: tree.Send, scope: Scope, place: Place) -> Scope:
    declaration = check_sent(ctx, node, scope)
    expect(ctx, node.to, scope, receiver(ctx, declaration) if declaration is not None else None, spreads=False)
    return scope


@_statement(tree.Broadcast)
def broadcast(ctx: Context, node: tree.Broadcast, scope: Scope, place: Place) -> Scope:
    declaration = check_sent(ctx, node, scope)
    wanted = receiver(ctx, declaration) if declaration is not None else None
    found = type_place(ctx, node.to, scope)
    if found is not None:
        if wanted is not None and found != wanted and declaration is not None:
            ctx.report(
                type_errors.WrongBroadcast(span=node.to.span, message=node.message, to=wanted.name, given=written(node.to))
            )
        return scope
    expect(ctx, node.to, scope, SetOf(wanted) if wanted is not None else None, spreads=False)
    return scope


@_statement(tree.Spawn)
@_statement(tree.Stop)
def spawn(ctx: Context, node: tree.Spawn | tree.Stop, scope: Scope, place: Place) -> Scope:
    agent(ctx, node.agent, scope)
    return scope
