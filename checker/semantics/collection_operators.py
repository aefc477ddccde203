"""What the operators on sets, sequences, bags, maps and records mean."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import TypeAlias

from checker.language.types import Enum, MapOf, Sort, Value, position, sort_key
from checker.model.expr import Apply, Expr, Local
from checker.semantics.describe import describe
from checker.semantics.failure import fail, shown
from checker.semantics.registers import Cells, Evaluate, Registers

Builder: TypeAlias = Callable[[Apply, tuple[Evaluate, ...]], Evaluate]


def unary(make: Callable[[Evaluate], Evaluate]) -> Builder:
    """A builder for an operator of one argument that always has a value."""
    return lambda node, arguments: make(arguments[0])


def binary(make: Callable[[Evaluate, Evaluate], Evaluate]) -> Builder:
    """A builder for an operator of two arguments that always has a value."""
    return lambda node, arguments: make(arguments[0], arguments[1])


# --- operators that always have a value ----------------------------------------------------------------------

_BINARY: dict[str, Callable[[Evaluate, Evaluate], Evaluate]] = {
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


# --- operators that can fail ---------------------------------------------------------------------------------


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
    a, of, place = arguments[0], node.arguments[0], arguments[1]((), [])
    if isinstance(of, Local):
        number = of.number
        return lambda c, r: r[number][place]
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


COLLECTION_BUILDERS: dict[str, Builder] = {
    **{name: binary(make) for name, make in _BINARY.items()},
    "size": unary(lambda a: lambda c, r: len(a(c, r))),
    "set": _set,
    "seq": _tuple,
    "map": _tuple,
    "record": _tuple,
    "first": _nonempty("first", lambda value: value[0]),
    "last": _nonempty("last", lambda value: value[-1]),
    "rest": _nonempty("rest", lambda value: value[1:]),
    "butlast": _nonempty("butlast", lambda value: value[:-1]),
    "item": _item,
    "replace": _replace,
    "without": _without,
    "get": _get,
    "put": _put,
    "field": _field,
    "with_field": _with_field,
    "bag_remove": _bag_remove,
}
