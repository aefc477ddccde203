"""What each operator of `checker.model.expr.OPERATORS` means: from compiled arguments to a compiled application.

Those on sets, sequences, bags, maps and records are in `checker.semantics.collection_operators`. Arguments are evaluated from the left.
Integers are exact; `floordiv` rounds down and `mod` has the sign of the divisor.
"""

from __future__ import annotations

from collections.abc import Callable

from checker.language.types import Int, Type, Value, cardinality, contains
from checker.model.expr import Apply, Const
from checker.semantics.collection_operators import COLLECTION_BUILDERS, Builder, binary, unary
from checker.semantics.describe import describe
from checker.semantics.failure import EvaluationError, Outside, fail, shown
from checker.semantics.registers import Cells, Evaluate, Registers

# --- booleans ----------------------------------------------------------------------------------------------


def _and(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    match arguments:
        case (a,):
            return a
        case (a, b):
            return lambda c, r: a(c, r) and b(c, r)
        case (a, b, d):
            return lambda c, r: a(c, r) and b(c, r) and d(c, r)

    def every(c: Cells, r: Registers) -> Value:
        for argument in arguments:  # noqa: SIM110 - a generator takes twice as long
            if not argument(c, r):
                return False
        return True

    return every


def _or(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    match arguments:
        case (a,):
            return a
        case (a, b):
            return lambda c, r: a(c, r) or b(c, r)
        case (a, b, d):
            return lambda c, r: a(c, r) or b(c, r) or d(c, r)

    def some(c: Cells, r: Registers) -> Value:
        for argument in arguments:  # noqa: SIM110 - a generator takes twice as long
            if argument(c, r):
                return True
        return False

    return some


# --- operators that always have a value ----------------------------------------------------------------------

_UNARY: dict[str, Callable[[Evaluate], Evaluate]] = {
    "not": lambda a: lambda c, r: not a(c, r),
    "neg": lambda a: lambda c, r: -a(c, r),
}

_BINARY: dict[str, Callable[[Evaluate, Evaluate], Evaluate]] = {
    "implies": lambda a, b: lambda c, r: not a(c, r) or b(c, r),
    "eq": lambda a, b: lambda c, r: a(c, r) == b(c, r),
    "ne": lambda a, b: lambda c, r: a(c, r) != b(c, r),
    "lt": lambda a, b: lambda c, r: a(c, r) < b(c, r),
    "le": lambda a, b: lambda c, r: a(c, r) <= b(c, r),
    "gt": lambda a, b: lambda c, r: a(c, r) > b(c, r),
    "ge": lambda a, b: lambda c, r: a(c, r) >= b(c, r),
    "add": lambda a, b: lambda c, r: a(c, r) + b(c, r),
    "sub": lambda a, b: lambda c, r: a(c, r) - b(c, r),
    "mul": lambda a, b: lambda c, r: a(c, r) * b(c, r),
    "min": lambda a, b: lambda c, r: min(a(c, r), b(c, r)),
    "max": lambda a, b: lambda c, r: max(a(c, r), b(c, r)),
}


def _if(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    condition, then, otherwise = arguments
    return lambda c, r: then(c, r) if condition(c, r) else otherwise(c, r)


# --- ordered types -------------------------------------------------------------------------------------------


def bounds(type: Type) -> tuple[int, int]:
    """The first and last value of a type whose values are consecutive numbers."""
    if isinstance(type, Int):
        return type.low, type.high
    return 0, cardinality(type) - 1


def _next(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, of, at = arguments[0], node.arguments[0].type, node.at
    last = bounds(of)[1]

    def after(c: Cells, r: Registers) -> Value:
        value = a(c, r)
        if value >= last:
            raise fail("range", f"{shown(of, value)} is the last {of}: nothing comes next", at)
        return value + 1

    return after


def _previous(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, of, at = arguments[0], node.arguments[0].type, node.at
    first = bounds(of)[0]

    def before(c: Cells, r: Registers) -> Value:
        value = a(c, r)
        if value <= first:
            raise fail("range", f"{shown(of, value)} is the first {of}: nothing comes before", at)
        return value - 1

    return before


def _next_in_ring(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a = arguments[0]
    first, last = bounds(node.arguments[0].type)

    def after(c: Cells, r: Registers) -> Value:
        value = a(c, r)
        return first if value >= last else value + 1

    return after


def _index(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a = arguments[0]
    first = bounds(node.arguments[0].type)[0]
    return lambda c, r: a(c, r) - first


# --- operators that can fail -----------------------------------------------------------------------------------


def _floordiv(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, b, at = arguments[0], arguments[1], node.at

    def divided(c: Cells, r: Registers) -> Value:
        left, right = a(c, r), b(c, r)
        if right == 0:
            raise fail("division", f"{left} // 0: division by zero", at)
        return left // right

    return divided


def _mod(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, b, at = arguments[0], arguments[1], node.at

    def remainder(c: Cells, r: Registers) -> Value:
        left, right = a(c, r), b(c, r)
        if right == 0:
            raise fail("division", f"{left} % 0: division by zero", at)
        return left % right

    return remainder


def _narrow(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, type, inner = arguments[0], node.type, node.arguments[0]

    def outside(value: Value, c: Cells, r: Registers) -> EvaluationError:
        name, value_text = describe(inner, c, r), shown(inner.type, value)
        named = f"value {value_text} is" if name is None or isinstance(inner, Const) else f"`{name}` is {value_text},"
        return Outside(node, value_text, f"{named} not in {type}")

    if isinstance(type, Int):
        low, high = type.low, type.high

        def number(c: Cells, r: Registers) -> Value:
            value = a(c, r)
            if low <= value <= high:
                return value
            raise outside(value, c, r)

        return number

    def any_value(c: Cells, r: Registers) -> Value:
        value = a(c, r)
        if within(type, value):
            return value
        raise outside(value, c, r)

    return any_value


def within(type: Type, value: Value) -> bool:
    """`contains`, where `value` may also be none although `type` is no option."""
    try:
        return contains(type, value)
    except TypeError:
        return False


def _unwrap(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, expr, at = arguments[0], node.arguments[0], node.at

    def inside(c: Cells, r: Registers) -> Value:
        value = a(c, r)
        if value is None:
            raise fail("none", f"`{describe(expr, c, r) or 'x!'}` is none", at)
        return value

    return inside


BUILDERS: dict[str, Builder] = {
    **{name: unary(make) for name, make in _UNARY.items()},
    **{name: binary(make) for name, make in _BINARY.items()},
    **COLLECTION_BUILDERS,
    "and": _and,
    "or": _or,
    "if": _if,
    "next": _next,
    "previous": _previous,
    "next_in_ring": _next_in_ring,
    "index": _index,
    "floordiv": _floordiv,
    "mod": _mod,
    "narrow": _narrow,
    "unwrap": _unwrap,
}
