"""The type that each operator gives for the types of its arguments.

A rule gets a node whose number of arguments is right. It gives the type that the values of the node have, by which the node's own type is then
judged, or it raises Mismatch, which says what is wrong with the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TypeAlias

from checker.language.types import BagOf, Bool, Enum, Int, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, cardinality
from checker.model.expr import Apply, Const
from checker.model.fits import comparable, fits

Rule: TypeAlias = Callable[[Apply], Type]
# Whether a sequence or bag stays within its length is shown by guards, which types do not see.
LENGTH_UNSEEN = frozenset({"concat", "append", "bag_add"})


class Mismatch(Exception):
    """The arguments do not suit the operator; the text says why."""


def natural_type(node: Apply) -> Type:
    """The type of the values of `node`. Raises Mismatch."""
    return RULES[node.operator](node)


def _need(holds: bool, node: Apply, wanted: str) -> None:
    if not holds:
        given = ", ".join(str(argument.type) for argument in node.arguments)
        raise Mismatch(f"`{node.operator}` wants {wanted}, not ({given})")


def _types(node: Apply) -> list[Type]:
    return [argument.type for argument in node.arguments]


# --- booleans, comparison ---------------------------------------------------------------------------------------


def _booleans(node: Apply) -> Type:
    _need(all(t == Bool() for t in _types(node)), node, "booleans")
    return Bool()


def _if(node: Apply) -> Type:
    condition, then, otherwise = _types(node)
    _need(condition == Bool() and fits(then, node.type) and fits(otherwise, node.type), node, f"a boolean and two of {node.type}")
    return node.type


def _equality(node: Apply) -> Type:
    a, b = _types(node)
    _need(comparable(a, b), node, "two values of one type")
    return Bool()


def is_ordered(type: Type) -> bool:
    """Whether `<` and `next` exist for `type`."""
    return isinstance(type, Int | Enum) or (isinstance(type, Sort) and type.ordered)


def _order(node: Apply) -> Type:
    a, b = _types(node)
    _need(comparable(a, b) and is_ordered(a) and is_ordered(b), node, "two values of one ordered type")
    return Bool()


# --- numbers -------------------------------------------------------------------------------------------------------


def _numbers(node: Apply) -> list[Int]:
    found = [t for t in _types(node) if isinstance(t, Int)]
    _need(len(found) == len(node.arguments), node, "numbers")
    return found


def _corners(meaning: Callable[[int, int], int]) -> Rule:
    """For an operator that is monotonic in each argument: its least and greatest results are at the ends of the ranges."""

    def rule(node: Apply) -> Type:
        a, b = _numbers(node)
        results = [meaning(x, y) for x, y in product((a.low, a.high), (b.low, b.high))]
        return Int(min(results), max(results))

    return rule


def _extreme(meaning: Callable[[int, int], int]) -> Rule:
    def rule(node: Apply) -> Type:
        a, b = _types(node)
        if isinstance(a, Int) and isinstance(b, Int):
            return Int(meaning(a.low, b.low), meaning(a.high, b.high))
        _need(a == b and is_ordered(a), node, "two values of one ordered type")
        return a

    return rule


def _neg(node: Apply) -> Type:
    (a,) = _numbers(node)
    return Int(-a.high, -a.low)


def _divisors(b: Int) -> list[int]:
    """The divisors at which a quotient is least or greatest."""
    return [y for y in (b.low, -1, 1, b.high) if y != 0 and b.low <= y <= b.high]


def _floordiv(node: Apply) -> Type:
    a, b = _numbers(node)
    results = [x // y for x in (a.low, a.high) for y in _divisors(b)]
    return Int(min(results), max(results)) if results else node.type


def _mod(node: Apply) -> Type:
    a, b = _numbers(node)
    if a.low == a.high and b.low == b.high:
        return Int(a.low % b.low, a.low % b.low) if b.low else node.type
    if b.low > 0 and a.low >= 0 and a.high < b.low:
        return a
    return Int(min(b.low + 1, 0), min(max(b.high - 1, 0), a.high) if a.low >= 0 else max(b.high - 1, 0))


# --- ordered types, options -------------------------------------------------------------------------------------------


def _neighbour(node: Apply) -> Type:
    (a,) = _types(node)
    _need(is_ordered(a), node, "a value of an ordered type")
    return a


def _index(node: Apply) -> Type:
    return Int(0, max(0, cardinality(_neighbour(node)) - 1))


def _narrow(node: Apply) -> Type:
    (a,) = _types(node)
    _need(comparable(a, node.type), node, f"a value like those of {node.type}")
    return node.type


def _unwrap(node: Apply) -> Type:
    (a,) = _types(node)
    if not isinstance(a, Option):
        raise Mismatch(f"`unwrap` wants an option, not {a}")
    return a.of


# --- sets --------------------------------------------------------------------------------------------------------------


def _set(node: Apply) -> Type:
    of = node.type.of if isinstance(node.type, SetOf) else None
    _need(of is not None and all(fits(t, of) for t in _types(node)), node, f"elements of {node.type}")
    return node.type


def _in_set(node: Apply) -> Type:
    a, b = _types(node)
    _need(isinstance(b, SetOf) and comparable(a, b.of), node, "an element and a set")
    return Bool()


def _two_sets(node: Apply) -> tuple[Type, Type]:
    a, b = _types(node)
    _need(isinstance(a, SetOf) and comparable(a, b), node, "two sets of one type")
    return a, b


def _subset(node: Apply) -> Type:
    _two_sets(node)
    return Bool()


def _union(node: Apply) -> Type:
    a, b = _two_sets(node)
    return b if fits(a, b) else a if fits(b, a) else _wider(node, a, b)


def _wider(node: Apply, a: Type, b: Type) -> Type:
    _need(fits(a, node.type) and fits(b, node.type), node, f"two of {node.type}")
    return node.type


def _intersect(node: Apply) -> Type:
    a, b = _two_sets(node)
    return b if fits(b, node.type) else a


def _minus(node: Apply) -> Type:
    return _two_sets(node)[0]


def _size(node: Apply) -> Type:
    (a,) = _types(node)
    if isinstance(a, SetOf):
        return Int(0, cardinality(a.of))
    if isinstance(a, SeqOf | BagOf):
        return Int(0, a.max)
    raise Mismatch(f"`size` wants a set, sequence or bag, not {a}")


# --- sequences, bags -----------------------------------------------------------------------------------------------------


def _sequence(node: Apply, place: int = 0) -> SeqOf:
    type = node.arguments[place].type
    if not isinstance(type, SeqOf):
        raise Mismatch(f"`{node.operator}` wants a sequence, not {type}")
    return type


def _at_place(node: Apply) -> SeqOf:
    _need(isinstance(node.arguments[1].type, Int), node, "a sequence and a number")
    return _sequence(node)


def _seq(node: Apply) -> Type:
    of = node.type.of if isinstance(node.type, SeqOf) else None
    _need(of is not None and all(fits(t, of) for t in _types(node)), node, f"elements of {node.type}")
    _need(isinstance(node.type, SeqOf) and len(node.arguments) <= node.type.max, node, f"as many elements as {node.type} holds")
    return node.type


def _in_seq(node: Apply) -> Type:
    _need(comparable(node.arguments[0].type, _sequence(node, 1).of), node, "an element and a sequence")
    return Bool()


def _concat(node: Apply) -> Type:
    a, b = _sequence(node), _sequence(node, 1)
    _need(fits(a, node.type, lengths=False) and fits(b, node.type, lengths=False), node, f"two of {node.type}")
    return node.type


def _append(node: Apply) -> Type:
    a, of = _sequence(node), node.type.of if isinstance(node.type, SeqOf) else None
    _need(
        of is not None and fits(a.of, of) and fits(node.arguments[1].type, of), node, f"a sequence and an element of {node.type}"
    )
    return node.type


def _replace(node: Apply) -> Type:
    a, of = _at_place(node), node.type.of if isinstance(node.type, SeqOf) else None
    _need(
        of is not None and fits(a.of, of) and fits(node.arguments[2].type, of), node, f"a sequence and an element of {node.type}"
    )
    return SeqOf(of, a.max) if of is not None else node.type


def _bag_add(node: Apply) -> Type:
    a, b = _types(node)
    of = node.type.of if isinstance(node.type, BagOf) else None
    _need(
        of is not None and isinstance(a, BagOf) and fits(a.of, of) and fits(b, of), node, f"a bag and an element of {node.type}"
    )
    return node.type


def _bag_remove(node: Apply) -> Type:
    a, b = _types(node)
    _need(isinstance(a, BagOf) and comparable(a.of, b), node, "a bag and an element")
    return a


# --- maps and records --------------------------------------------------------------------------------------------------------


def _map(node: Apply) -> Type:
    if not isinstance(node.type, MapOf):
        raise Mismatch(f"`map` makes a map, not {node.type}")
    of = node.type.value
    _need(all(fits(t, of) for t in _types(node)), node, f"values of {node.type}")
    _need(len(node.arguments) == cardinality(node.type.key), node, f"one value for each key of {node.type}")
    return node.type


def _get(node: Apply) -> Type:
    a, b = node.arguments[0].type, node.arguments[1].type
    if not isinstance(a, MapOf):
        raise Mismatch(f"`{node.operator}` wants a map, not {a}")
    _need(comparable(a.key, b), node, f"a key of {a}")
    return a.value


def _put(node: Apply) -> Type:
    _get(node)
    a, value = node.arguments[0].type, node.type.value if isinstance(node.type, MapOf) else None
    _need(
        value is not None and fits(a, node.type) and fits(node.arguments[2].type, value),
        node,
        f"a map and a value of {node.type}",
    )
    return node.type


def _record(node: Apply) -> Type:
    fields = node.type.fields if isinstance(node.type, Record) else ()
    _need(
        isinstance(node.type, Record)
        and len(fields) == len(node.arguments)
        and all(fits(t, of) for t, (_, of) in zip(_types(node), fields, strict=True)),
        node,
        f"the fields of {node.type}",
    )
    return node.type


def _field(node: Apply) -> Type:
    record, place = node.arguments[0].type, node.arguments[1]
    if not isinstance(record, Record) or not isinstance(place, Const) or place.value not in range(len(record.fields)):
        raise Mismatch(f"`{node.operator}` wants a record and the constant place of a field")
    return record.fields[place.value][1]


def _with_field(node: Apply) -> Type:
    field = _field(node)
    _need(fits(node.arguments[2].type, field), node, f"a value of {field}")
    return node.arguments[0].type


RULES: dict[str, Rule] = {
    **dict.fromkeys(("and", "or", "implies", "not"), _booleans),
    **dict.fromkeys(("eq", "ne"), _equality),
    **dict.fromkeys(("lt", "le", "gt", "ge"), _order),
    "if": _if,
    "add": _corners(lambda a, b: a + b),
    "sub": _corners(lambda a, b: a - b),
    "mul": _corners(lambda a, b: a * b),
    "floordiv": _floordiv,
    "mod": _mod,
    "neg": _neg,
    "min": _extreme(min),
    "max": _extreme(max),
    **dict.fromkeys(("next", "previous", "next_in_ring"), _neighbour),
    "index": _index,
    "narrow": _narrow,
    "unwrap": _unwrap,
    "set": _set,
    "in_set": _in_set,
    "subset": _subset,
    "union": _union,
    "intersect": _intersect,
    "minus": _minus,
    "size": _size,
    "seq": _seq,
    "in_seq": _in_seq,
    "concat": _concat,
    "append": _append,
    **dict.fromkeys(("first", "last"), lambda node: _sequence(node).of),
    **dict.fromkeys(("rest", "butlast"), _sequence),
    "item": lambda node: _at_place(node).of,
    "replace": _replace,
    "without": _at_place,
    "map": _map,
    "get": _get,
    "put": _put,
    "record": _record,
    "field": _field,
    "with_field": _with_field,
    "bag_add": _bag_add,
    "bag_remove": _bag_remove,
}
