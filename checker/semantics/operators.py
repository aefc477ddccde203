"""What each operator of `checker.model.expr.OPERATORS` means: from compiled arguments to a compiled application.

Arguments are evaluated from the left. Integers are exact; `floordiv` rounds down and `mod` has the sign of the divisor.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import TypeAlias

from checker.language.types import Enum, Int, MapOf, Sort, Type, Value, cardinality, contains, position, sort_key
from checker.model.expr import Apply, Expr
from checker.semantics.describe import describe
from checker.semantics.failure import EvaluationError, fail, shown
from checker.semantics.registers import Cells, Evaluate, Registers

Builder: TypeAlias = Callable[[Apply, tuple[Evaluate, ...]], Evaluate]


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
    "size": lambda a: lambda c, r: len(a(c, r)),
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
    "in_set": lambda a, b: lambda c, r: a(c, r) in b(c, r),
    "subset": lambda a, b: lambda c, r: a(c, r) <= b(c, r),
    "union": lambda a, b: lambda c, r: a(c, r) | b(c, r),
    "intersect": lambda a, b: lambda c, r: a(c, r) & b(c, r),
    "minus": lambda a, b: lambda c, r: a(c, r) - b(c, r),
    "in_seq": lambda a, b: lambda c, r: a(c, r) in b(c, r),
    "concat": lambda a, b: lambda c, r: a(c, r) + b(c, r),
    "append": lambda a, b: lambda c, r: (*a(c, r), b(c, r)),
    "bag_add": lambda a, b: lambda c, r: bag_with(a(c, r), b(c, r)),
}


def bag_with(bag: tuple[Value, ...], value: Value) -> tuple[Value, ...]:
    """`bag` and one more `value`: bags are tuples sorted by `sort_key`."""
    if not bag:
        return (value,)
    items = list(bag)
    insort(items, value, key=sort_key)
    return tuple(items)


def _unary(name: str) -> Builder:
    make = _UNARY[name]
    return lambda node, arguments: make(arguments[0])


def _binary(name: str) -> Builder:
    make = _BINARY[name]
    return lambda node, arguments: make(arguments[0], arguments[1])


def _if(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    condition, then, otherwise = arguments
    return lambda c, r: then(c, r) if condition(c, r) else otherwise(c, r)


def _set(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda c, r: frozenset((only(c, r),))
    return lambda c, r: frozenset([argument(c, r) for argument in arguments])


def _tuple(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    match arguments:
        case (a,):
            return lambda c, r: (a(c, r),)
        case (a, b):
            return lambda c, r: (a(c, r), b(c, r))
    return lambda c, r: tuple([argument(c, r) for argument in arguments])


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
    a, type, of, at = arguments[0], node.type, node.arguments[0].type, node.at

    def outside(value: Value) -> EvaluationError:
        return fail("range", f"value {shown(of, value)} is not in {type}", at)

    if isinstance(type, Int):
        low, high = type.low, type.high

        def number(c: Cells, r: Registers) -> Value:
            value = a(c, r)
            if low <= value <= high:
                return value
            raise outside(value)

        return number

    def any_value(c: Cells, r: Registers) -> Value:
        value = a(c, r)
        if within(type, value):
            return value
        raise outside(value)

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


def _nonempty(name: str, take: Callable[[tuple[Value, ...]], Value]) -> Builder:
    def build(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
        a, expr, at = arguments[0], node.arguments[0], node.at

        def taken(c: Cells, r: Registers) -> Value:
            value = a(c, r)
            if not value:
                raise fail("empty", f"{name}({_named(expr, c, r)}) of an empty sequence", at)
            return take(value)

        return taken

    return build


def _named(expr: Expr, c: Cells, r: Registers) -> str:
    return describe(expr, c, r) or "..."


def _item(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, b, expr, at = arguments[0], arguments[1], node.arguments[0], node.at

    def item(c: Cells, r: Registers) -> Value:
        sequence, place = a(c, r), b(c, r)
        if 0 <= place < len(sequence):
            return sequence[place]
        raise fail("key", f"`{_named(expr, c, r)}` has {len(sequence)} elements: none at {place}", at)

    return item


def _without(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, b, expr, at = arguments[0], arguments[1], node.arguments[0], node.at

    def without(c: Cells, r: Registers) -> Value:
        sequence, place = a(c, r), b(c, r)
        if 0 <= place < len(sequence):
            return sequence[:place] + sequence[place + 1 :]
        raise fail("key", f"`{_named(expr, c, r)}` has {len(sequence)} elements: none at {place}", at)

    return without


def _replace(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    (a, b, new), expr, at = arguments, node.arguments[0], node.at

    def replaced(c: Cells, r: Registers) -> Value:
        sequence, place = a(c, r), b(c, r)
        value = new(c, r)
        if 0 <= place < len(sequence):
            return (*sequence[:place], value, *sequence[place + 1 :])
        raise fail("key", f"`{_named(expr, c, r)}` has {len(sequence)} elements: none at {place}", at)

    return replaced


def _get(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, place = arguments[0], _key_place(node, arguments[1])

    def get(c: Cells, r: Registers) -> Value:
        entries = a(c, r)
        return entries[place(c, r)]

    return get


def _put(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, place, b = arguments[0], _key_place(node, arguments[1]), arguments[2]

    def put(c: Cells, r: Registers) -> Value:
        entries = list(a(c, r))
        at = place(c, r)
        entries[at] = b(c, r)
        return tuple(entries)

    return put


def _key_place(node: Apply, key: Evaluate) -> Evaluate:
    """The place of the key (the second argument) among the entries of the map (the first)."""
    map_type, of, at = node.arguments[0].type, node.arguments[1].type, node.at
    if not isinstance(map_type, MapOf):
        raise TypeError(f"{node.operator} of {map_type}")
    if map_type.key == of and isinstance(of, Enum | Sort):
        return key
    places = position(map_type.key)

    def place(c: Cells, r: Registers) -> Value:
        value = key(c, r)
        found = places.get(value)
        if found is None:
            raise fail("key", f"the map has no key {shown(of, value)}", at)
        return found

    return place


def _field(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, place = arguments[0], arguments[1]((), [])
    return lambda c, r: a(c, r)[place]


def _with_field(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, place, b = arguments[0], arguments[1]((), []), arguments[2]

    def changed(c: Cells, r: Registers) -> Value:
        fields = list(a(c, r))
        fields[place] = b(c, r)
        return tuple(fields)

    return changed


def _bag_remove(node: Apply, arguments: tuple[Evaluate, ...]) -> Evaluate:
    a, b, of, at = arguments[0], arguments[1], node.arguments[1].type, node.at

    def removed(c: Cells, r: Registers) -> Value:
        bag, value = a(c, r), b(c, r)
        if value not in bag:
            raise fail("key", f"{shown(of, value)} is not there to be taken", at)
        place = bag.index(value)
        return bag[:place] + bag[place + 1 :]

    return removed


BUILDERS: dict[str, Builder] = {
    **{name: _unary(name) for name in _UNARY},
    **{name: _binary(name) for name in _BINARY},
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
    "set": _set,
    "seq": _tuple,
    "map": _tuple,
    "record": _tuple,
    "first": _nonempty("first", lambda value: value[0]),
    "last": _nonempty("last", lambda value: value[-1]),
    "rest": _nonempty("rest", lambda value: value[1:]),
    "item": _item,
    "replace": _replace,
    "without": _without,
    "get": _get,
    "put": _put,
    "field": _field,
    "with_field": _with_field,
    "bag_remove": _bag_remove,
}
