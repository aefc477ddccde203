"""Small constructors of model expressions, folding what is known.

Only booleans and comparisons of constants are folded, so that a protocol's parameters prune its branches and guards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.language.source import Span
from checker.language.types import (
    Bool,
    Enum,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    cardinality,
    contains,
)
from checker.model.expr import Apply, Const, Expr, Quantifier, Read

TRUE = Const(True, Bool())
FALSE = Const(False, Bool())


def truth(value: bool) -> Const:
    return TRUE if value else FALSE


def apply(operator: str, arguments: Sequence[Expr], type: Type, at: Span | None = None) -> Apply:
    return Apply(operator, tuple(arguments), type, at)


def both(*arguments: Expr) -> Expr:
    """The conjunction, from the left."""
    kept = []
    for argument in arguments:
        if argument == TRUE:
            continue
        kept.append(argument)
        if argument == FALSE:
            break
    if kept and kept[-1] == FALSE and len(kept) == 1:
        return FALSE
    if not kept:
        return TRUE
    return kept[0] if len(kept) == 1 else apply("and", kept, Bool())


def either(*arguments: Expr) -> Expr:
    """The disjunction, from the left."""
    kept = []
    for argument in arguments:
        if argument == FALSE:
            continue
        kept.append(argument)
        if argument == TRUE:
            break
    if not kept:
        return FALSE
    return kept[0] if len(kept) == 1 else apply("or", kept, Bool())


def negate(argument: Expr) -> Expr:
    if isinstance(argument, Const):
        return truth(not argument.value)
    if isinstance(argument, Apply) and argument.operator == "not":
        return argument.arguments[0]
    return apply("not", (argument,), Bool())


def implies(left: Expr, right: Expr) -> Expr:
    if left == TRUE:
        return right
    if left == FALSE:
        return TRUE
    return apply("implies", (left, right), Bool())


def choice(condition: Expr, then: Expr, orelse: Expr, type: Type) -> Expr:
    if isinstance(condition, Const):
        return then if condition.value else orelse
    return apply("if", (condition, then, orelse), type)


COMPARE = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_DECIDE = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


def compare(operator: str, left: Expr, right: Expr, at: Span | None = None) -> Expr:
    """`operator` is one of eq ne lt le gt ge. Whether the first of an ordered type is the last hangs on its size: that is left as it is written."""
    if isinstance(left, Const) and isinstance(right, Const) and not (_has_a_place(left) and _has_a_place(right)):
        return truth(_DECIDE[operator](left.value, right.value))
    return apply(operator, (left, right), Bool(), at)


def _has_a_place(known: Const) -> bool:
    type = bare(known.type)
    return known.value is not None and isinstance(type, Sort) and type.ordered


def equal(left: Expr, value: Value) -> Expr:
    return compare("eq", left, Const(value, left.type))


def member(left: Expr, type: Enum, name: str) -> Expr:
    """Whether `left` is the member `name` of the enum."""
    return equal(left, type.members.index(name))


def number(value: int) -> Const:
    return Const(value, Int(value, value))


def integer(operator: str, left: Expr, right: Expr, at: Span | None = None) -> Expr:
    """add sub mul floordiv mod min max, with the narrowest range that interval arithmetic gives."""
    a, b = left.type, right.type
    assert isinstance(a, Int)
    assert isinstance(b, Int)
    match operator:
        case "add":
            bounds = (a.low + b.low, a.high + b.high)
        case "sub":
            bounds = (a.low - b.high, a.high - b.low)
        case "min":
            bounds = (min(a.low, b.low), min(a.high, b.high))
        case "max":
            bounds = (max(a.low, b.low), max(a.high, b.high))
        case "mul":
            corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
            bounds = (min(corners), max(corners))
        case "floordiv":
            divisors = [d for d in (b.low, b.high, -1, 1) if d != 0 and b.low <= d <= b.high]
            corners = [x // d for x in (a.low, a.high) for d in divisors] or [0]
            bounds = (min(corners), max(corners))
        case "mod":
            bounds = (min(0, b.low + 1), max(0, b.high - 1))
        case _:
            raise ValueError(operator)
    return apply(operator, (left, right), Int(*bounds), at)


def within(own: Type, wanted: Type) -> bool:
    """Whether every value of `own` is one of `wanted` (both of the same shape, options lifted)."""
    match own, wanted:
        case Int(), Int():
            return wanted.low <= own.low and own.high <= wanted.high
        case Option(a), Option(b):
            return within(a, b)
        case _, Option(b):
            return within(own, b)
        case SetOf(a), SetOf(b):
            return within(a, b)
        case SeqOf(a, n), SeqOf(b, m):
            return n <= m and (n == 0 or within(a, b))
        case MapOf(_, a), MapOf(_, b):
            return within(a, b)
        case Record(_, f), Record(_, g):
            return len(f) == len(g) and all(within(a, b) for (_, a), (_, b) in zip(f, g, strict=True))
    return own == wanted


def fit(expr: Expr, wanted: Type, at: Span | None = None) -> Expr:
    """`expr` as a value of `wanted`: a plain value is spread over a map's keys, and where it is not certain to be within
    the bounds a `narrow` checks it."""
    own = expr.type
    if isinstance(wanted, MapOf) and not isinstance(own, MapOf):
        one = fit(expr, wanted.value, at)
        if isinstance(one, Const):
            return Const((one.value,) * cardinality(wanted.key), wanted)
        return apply("map", (one,) * cardinality(wanted.key), wanted)
    if isinstance(expr, Const):
        if _contains(wanted, expr.value):
            return Const(expr.value, wanted)
    elif within(own, wanted):
        return expr
    return apply("narrow", (expr,), wanted, at)


def _contains(type: Type, value: Value) -> bool:
    try:
        return contains(type, value)
    except (TypeError, ValueError):
        return False


def unwrap(expr: Expr, at: Span | None = None) -> Expr:
    type = expr.type
    if not isinstance(type, Option):
        return expr
    if isinstance(expr, Const) and expr.value is not None:
        return Const(expr.value, type.of)
    return apply("unwrap", (expr,), type.of, at)


def bare(type: Type) -> Type:
    """The type without its option."""
    return type.of if isinstance(type, Option) else type


def hull(left: Type, right: Type) -> Type:
    """The smallest type that holds the values of both (of the same shape, options lifted)."""
    match left, right:
        case Option(a), Option(b):
            return Option(hull(a, b))
        case Option(a), b:
            return Option(hull(a, b))
        case a, Option(b):
            return Option(hull(a, b))
        case Int(), Int():
            return Int(min(left.low, right.low), max(left.high, right.high))
        case SetOf(a), SetOf(b):
            return SetOf(hull(a, b))
        case SeqOf(a, n), SeqOf(b, m):
            return SeqOf(hull(a, b), max(n, m))
        case MapOf(k, a), MapOf(_, b):
            return MapOf(k, hull(a, b))
    return left


def reads(expr: Expr) -> Iterable[Read]:
    """Every cell read in `expr`."""
    match expr:
        case Read():
            yield expr
            for index in expr.indices:
                yield from reads(index)
        case Apply():
            for argument in expr.arguments:
                yield from reads(argument)
        case Quantifier():
            for domain in expr.domains:
                if not isinstance(domain, Type):
                    yield from reads(domain)
            yield from reads(expr.body)
