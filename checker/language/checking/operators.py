"""Operators: logic, comparison, numbers, sets, sequences."""

from __future__ import annotations

from collections.abc import Callable

from checker.language import tree
from checker.language.checking import relations
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import type_errors, value_errors
from checker.language.checking.inference import expect, expect_bool, expect_number, infer, infer_both, misfit, rule
from checker.language.checking.names import visible
from checker.language.checking.relations import bare, join, plain_wanted
from checker.language.checking.words import a
from checker.language.checking.written import written
from checker.language.types import Bool, Int, MapOf, Option, SeqOf, SetOf, Sort, Type

_ARITHMETIC: dict[str, Callable[[Int, Int], Int]] = {
    "+": relations.add,
    "-": relations.subtract,
    "*": relations.multiply,
    "//": relations.divide,
    "%": relations.remainder,
}


@rule(tree.Unary)
def unary(ctx: Context, node: tree.Unary, scope: Scope, hint: Type | None) -> Type | None:
    if node.operator == "not":
        return expect_bool(ctx, node.operand, scope)
    number = expect_number(ctx, node.operand, scope)
    return None if number is None else relations.negate(number)


@rule(tree.Unwrap)
def unwrap(ctx: Context, node: tree.Unwrap, scope: Scope, hint: Type | None) -> Type | None:
    found = infer(ctx, node.operand, scope, None if hint is None else relations.option(hint))
    if found is None or isinstance(found, Option):
        return None if found is None else found.of
    ctx.report(type_errors.NothingToUnwrap(span=node.span, text=written(node.operand), found=a(found)))
    return None


@rule(tree.Conditional)
def conditional(ctx: Context, node: tree.Conditional, scope: Scope, hint: Type | None) -> Type | None:
    expect_bool(ctx, node.condition, scope)
    then, orelse = infer_both(ctx, node.then, node.orelse, scope, hint)
    if then is None or orelse is None:
        return None
    both = join(then, orelse)
    if both is None:
        _apart(ctx, node, node.then, then, node.orelse, orelse)
    return both


@rule(tree.Binary)
def binary(ctx: Context, node: tree.Binary, scope: Scope, hint: Type | None) -> Type | None:
    match node.operator:
        case "and" | "or" | "implies":
            left, right = expect_bool(ctx, node.left, scope), expect_bool(ctx, node.right, scope)
            return Bool() if left is not None and right is not None else None
        case "==" | "!=":
            return _equality(ctx, node, scope)
        case "<" | "<=" | ">" | ">=":
            return _order(ctx, node, scope)
        case "in" | "not in":
            return _membership(ctx, node, scope)
        case "subset" | "|" | "&":
            return _sets(ctx, node, scope, hint)
    return _arithmetic(ctx, node, scope, hint)


def _apart(ctx: Context, node: tree.Expr, left: tree.Expr, one: Type, right: tree.Expr, two: Type) -> None:
    """Report two sides that have no type in common."""
    if isinstance(left, tree.NoneValue) or isinstance(right, tree.NoneValue):
        other, type = (right, two) if isinstance(left, tree.NoneValue) else (left, one)
        ctx.report(type_errors.NeverEqualNone(span=node.span, text=written(other), found=a(type)))
        return
    compared = isinstance(node, tree.Binary) and node.operator in ("==", "!=")
    error = type_errors.NothingInCommon if compared else type_errors.NoCommonType
    ctx.report(error(span=node.span, left=written(left), left_type=a(one), right=written(right), right_type=a(two)))


# --- comparison ------------------------------------------------------------------------------------------------


def _equality(ctx: Context, node: tree.Binary, scope: Scope) -> Type | None:
    left, right = infer_both(ctx, node.left, node.right, scope)
    if left is None or right is None:
        return None
    never_none = any(
        isinstance(one, tree.NoneValue) and not isinstance(other, Option)
        for one, other in ((node.left, right), (node.right, left))
    )
    if never_none or join(left, right) is None:
        wrong = _foreign_member(ctx, node, left, right)
        if not wrong:
            _apart(ctx, node, node.left, left, node.right, right)
        return None
    return Bool()


def _foreign_member(ctx: Context, node: tree.Binary, left: Type, right: Type) -> bool:
    """Whether one side is a member of another enum than the other side has; then that is reported."""
    for part, found, wanted in ((node.right, right, left), (node.left, left, right)):
        if isinstance(part, tree.Name) and part.name in ctx.members and isinstance(bare(wanted), type(found)):
            ctx.report(misfit(ctx, part, found, bare(wanted)))
            return True
    return False


def _order(ctx: Context, node: tree.Binary, scope: Scope) -> Type | None:
    left, right = infer_both(ctx, node.left, node.right, scope)
    if left is None or right is None:
        return None
    for part, type in ((node.left, left), (node.right, right)):
        if isinstance(type, Option) and relations.comparable(type.of):
            ctx.report(type_errors.MayBeNone(span=part.span, text=written(part), found=str(type), wanted=a(type.of)))
            return None
        if isinstance(type, Sort) and not type.ordered:
            ctx.report(type_errors.Unordered(span=node.span, operator=node.operator, sort=type.name))
            return None
        if not relations.comparable(type):
            ctx.report(type_errors.NoOrder(span=part.span, operator=node.operator, text=written(part), found=a(type)))
            return None
    if join(left, right) is None:
        _apart(ctx, node, node.left, left, node.right, right)
        return None
    return Bool()


def _membership(ctx: Context, node: tree.Binary, scope: Scope) -> Type | None:
    right = infer(ctx, node.right, scope)
    if right is None:
        infer(ctx, node.left, scope)
        return None
    if not isinstance(right, (SetOf, SeqOf)):
        infer(ctx, node.left, scope)
        ctx.report(type_errors.WrongType(span=node.right.span, text=written(node.right), found=a(right), wanted="a set"))
        return None
    left = infer(ctx, node.left, scope, right.of)
    if left is None:
        return None
    if join(left, right.of) is None:
        ctx.report(misfit(ctx, node.left, left, right.of))
        return None
    return Bool()


# --- sets, numbers, sequences ------------------------------------------------------------------------------------


def _sets(ctx: Context, node: tree.Binary, scope: Scope, hint: Type | None) -> Type | None:
    left, right = infer_both(ctx, node.left, node.right, scope, plain_wanted(hint))
    if left is None or right is None:
        return None
    for part, type in ((node.left, left), (node.right, right)):
        if not isinstance(type, SetOf):
            ctx.report(type_errors.WrongType(span=part.span, text=written(part), found=a(type), wanted="a set"))
            return None
    both = join(left, right)
    if both is None:
        _apart(ctx, node, node.left, left, node.right, right)
        return None
    return Bool() if node.operator == "subset" else both


def _arithmetic(ctx: Context, node: tree.Binary, scope: Scope, hint: Type | None) -> Type | None:
    left, right = infer_both(ctx, node.left, node.right, scope, plain_wanted(hint))
    if left is None or right is None:
        return None
    if isinstance(left, Int) and isinstance(right, Int):
        if node.operator in ("//", "%") and right == Int(0, 0):
            ctx.report(value_errors.DividesByZero(span=node.span, text=written(node)))
            return None
        return _ARITHMETIC[node.operator](left, right)
    if node.operator == "-" and isinstance(left, SetOf) and isinstance(right, SetOf) and join(left, right) is not None:
        return left
    if node.operator == "+" and isinstance(left, SeqOf) and isinstance(right, SeqOf):
        both = join(left.of, right.of)
        if both is not None:
            return SeqOf(both, left.max + right.max)
    return _no_operator(ctx, node, left, right)


def _no_operator(ctx: Context, node: tree.Binary, left: Type, right: Type) -> Type | None:
    for part, type, other in ((node.left, left, right), (node.right, right, left)):
        if isinstance(type, Option) and isinstance(other, Int) and isinstance(type.of, Int):
            ctx.report(type_errors.MayBeNone(span=part.span, text=written(part), found=str(type), wanted="a number"))
            return None
    advice = ""
    if node.operator == "+" and isinstance(left, SetOf):
        advice = f"write `{written(node.left)} | {written(node.right)}`: `|` is union"
        if not isinstance(right, SetOf):
            advice = f"write `{written(node.left)} | {{{written(node.right)}}}`: `|` is union"
    elif node.operator == "-" and isinstance(left, SetOf):
        advice = f"write `{written(node.left)} - {{{written(node.right)}}}`"
    elif node.operator == "+" and isinstance(left, SeqOf):
        advice = f"write `append({written(node.left)}, {written(node.right)})`"
    elif node.operator == "-" and isinstance(left, SeqOf) and not isinstance(right, SeqOf):
        advice = f"write `without({written(node.left)}, {written(node.right)})`"
    elif isinstance(left, Sort) and left.ordered:
        advice = f"write `next({written(node.left)})` or `previous(...)`; `index(...)` is its number"
    ctx.report(
        type_errors.NoOperator(
            span=node.span,
            operator=node.operator,
            left=a(left),
            right=a(right),
            advice=advice or "numbers have + - * // %; sets | & -; sequences +",
        )
    )
    return None


def _places(type: SeqOf) -> str:
    return "none" if type.max == 0 else "0" if type.max == 1 else f"0 to {type.max - 1}"


@rule(tree.Index)
def index(ctx: Context, node: tree.Index, scope: Scope, hint: Type | None) -> Type | None:
    if isinstance(node.of, tree.Name) and node.of.name in ("set", "map", "seq") and node.of.name not in visible(ctx, scope):
        from checker.language.expression_errors import TypeInExpression

        ctx.report(TypeInExpression.of(node.of.span, node.of.name))
        return None
    of = infer(ctx, node.of, scope)
    if isinstance(of, MapOf):
        key = expect(ctx, node.key, scope, of.key, spreads=False)
        return None if key is None else of.value
    if isinstance(of, SeqOf):
        number = expect_number(ctx, node.key, scope)
        if number is not None and (number.low >= of.max or number.high < 0):
            ctx.report(value_errors.NoSuchPlace(span=node.key.span, text=written(node.key), type=str(of), places=_places(of)))
            return None
        return None if number is None else of.of
    infer(ctx, node.key, scope)
    if of is not None:
        ctx.report(type_errors.NotIndexed(span=node.span, text=written(node.of), found=a(of)))
    return None
