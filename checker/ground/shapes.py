"""Values of the language as trees of integers.

    bool, number, enum, element      one node: 0 or 1, the number, the place in the type
    option of one of these           one node: 0 for none, else 1 + the place of the value in its type
    other options                    (present, value); the value is the type's first where absent
    set                              words of 30 bits: bit i is the element at place i of its type
    map, record                      the values in order
    sequence                         (length, items); unused items are the type's first
    bag                              (length, items) with the items in ascending order

A value has one shape only, so equality is equality of all nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from checker.ground.graph import Graph, Node, Unsupported
from checker.language.types import (
    BagOf,
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
    position,
    sort_key,
    values,
)

Shape: TypeAlias = Node | tuple["Shape", ...]

WORD = 30
LARGEST_SET = 240


def is_scalar(type: Type) -> bool:
    """Whether a value of `type` is one node."""
    match type:
        case Bool() | Int() | Enum() | Sort():
            return True
        case Option(of):
            return not isinstance(of, Option) and is_scalar(of)
    return False


def bounds(type: Type) -> tuple[int, int]:
    """The interval of a scalar's node."""
    match type:
        case Int(low, high):
            return low, high
        case _:
            return 0, max(0, cardinality(type) - 1)


def words(type: SetOf) -> list[int]:
    """How many bits each word of a set has."""
    size = cardinality(type.of)
    if size > LARGEST_SET:
        raise Unsupported(f"a set of {type.of}: {size} possible elements")
    return [min(WORD, size - start) for start in range(0, size, WORD)]


def scalars(type: Type) -> Iterator[tuple[int, int]]:
    """The interval of each node of a value, in order."""
    if is_scalar(type):
        yield bounds(type)
        return
    match type:
        case Option(of):
            yield 0, 1
            yield from scalars(of)
        case SetOf():
            yield from ((0, (1 << bits) - 1) for bits in words(type))
        case MapOf(key, value):
            for _ in range(cardinality(key)):
                yield from scalars(value)
        case Record(_, fields):
            for _, of in fields:
                yield from scalars(of)
        case SeqOf(of, most) | BagOf(of, most):
            yield 0, most
            for _ in range(most):
                yield from scalars(of)
        case _:
            raise TypeError(type)


def build(type: Type, nodes: Iterator[Node]) -> Shape:
    """The shape of `type` from its nodes in order."""
    if is_scalar(type):
        return next(nodes)
    match type:
        case Option(of):
            return (next(nodes), build(of, nodes))
        case SetOf():
            return tuple(next(nodes) for _ in words(type))
        case MapOf(key, value):
            return tuple(build(value, nodes) for _ in range(cardinality(key)))
        case Record(_, fields):
            return tuple(build(of, nodes) for _, of in fields)
        case SeqOf(of, most) | BagOf(of, most):
            return (next(nodes), *(build(of, nodes) for _ in range(most)))
    raise TypeError(type)


def flat(shape: Shape) -> Sequence[Node]:
    """The nodes of a shape, in order."""
    if not isinstance(shape, tuple):
        return (shape,)
    found: list[Node] = []
    for part in shape:
        if isinstance(part, tuple):
            found += flat(part)
        else:
            found.append(part)
    return found


def encode(type: Type, value: Value) -> Iterator[int]:
    """The integers of a value, in the order of its nodes."""
    match type:
        case Bool() | Int() | Enum() | Sort():
            yield int(value)
        case Option(of) if is_scalar(type):
            yield 0 if value is None else 1 + place(of, value)
        case Option(of):
            yield int(value is not None)
            yield from first(of) if value is None else encode(of, value)
        case SetOf(of):
            pattern = sum(1 << place(of, element) for element in value)
            for start, bits in zip(range(0, cardinality(of), WORD), words(type), strict=True):
                yield (pattern >> start) & ((1 << bits) - 1)
        case MapOf(_, of):
            for item in value:
                yield from encode(of, item)
        case Record(_, fields):
            for (_, of), item in zip(fields, value, strict=True):
                yield from encode(of, item)
        case SeqOf(of, most) | BagOf(of, most):
            items = [tuple(encode(of, item)) for item in value]
            if isinstance(type, BagOf):
                items.sort()
            yield len(items)
            for item in items:
                yield from item
            for _ in range(most - len(items)):
                yield from first(of)
        case _:
            raise TypeError(type)


def decode(type: Type, numbers: Iterator[int]) -> Value:
    """The value whose integers, in order, `numbers` gives."""
    match type:
        case Bool():
            return bool(next(numbers))
        case Int() | Enum() | Sort():
            return next(numbers)
        case Option(of) if is_scalar(type):
            code = next(numbers)
            return None if code == 0 else at_place(of, code - 1)
        case Option(of):
            present = next(numbers)
            value = decode(of, numbers)
            return value if present else None
        case SetOf(of):
            pattern = sum(next(numbers) << start for start, _ in zip(range(0, cardinality(of), WORD), words(type), strict=True))
            return frozenset(element for i, element in enumerate(values(of)) if pattern >> i & 1)
        case MapOf(key, of):
            return tuple(decode(of, numbers) for _ in range(cardinality(key)))
        case Record(_, fields):
            return tuple(decode(of, numbers) for _, of in fields)
        case SeqOf(of, most) | BagOf(of, most):
            length = next(numbers)
            items = tuple(decode(of, numbers) for _ in range(most))[:length]
            return tuple(sorted(items, key=sort_key)) if isinstance(type, BagOf) else items
    raise TypeError(type)


def first(type: Type) -> list[int]:
    """The integers that stand where there is no value: the least of each interval."""
    return [low for low, _ in scalars(type)]


def place(type: Type, value: Value) -> int:
    """The place of a value in its type."""
    return int(value) - type.low if isinstance(type, Int) else position(type)[value]


def at_place(type: Type, number: int) -> Value:
    """The value at a place of a scalar type."""
    match type:
        case Bool():
            return bool(number)
        case Int(low, _):
            return number + low
        case Enum() | Sort():
            return number
        case Option(of):
            return None if number == 0 else at_place(of, number - 1)
    raise TypeError(type)


def constant(graph: Graph, type: Type, value: Value) -> Shape:
    if isinstance(type, Bool | Int | Enum | Sort):
        return graph.const(int(value))
    return build(type, (graph.const(number) for number in encode(type, value)))


def same(graph: Graph, a: Shape, b: Shape) -> Node:
    """Whether two shapes of one type are equal."""
    result = graph.const(1)
    for x, y in zip(flat(a), flat(b), strict=True):
        result = graph.both(result, graph.eq(x, y))
    return result


def same_items(graph: Graph, a: Shape, b: Shape) -> Node:
    """Whether two sequences or two bags are equal. Where the length of one is known, what lies beyond it need not be compared."""
    assert isinstance(a, tuple)
    assert isinstance(b, tuple)
    known = [graph.value(length) for length in (a[0], b[0]) if isinstance(length, int)]
    used = min((1 + length for length in known if length is not None), default=len(a))
    return same(graph, a[:used], b[:used])


def select(graph: Graph, condition: Node, a: Shape, b: Shape) -> Shape:
    """`a` where the condition holds, else `b`."""
    if a == b:
        return a
    if isinstance(a, tuple) and isinstance(b, tuple):
        return tuple(select(graph, condition, x, y) for x, y in zip(a, b, strict=True))
    assert isinstance(a, int)
    assert isinstance(b, int)
    return graph.select(condition, a, b)


def less(graph: Graph, a: Shape, b: Shape) -> Node:
    """Whether `a` is before `b` in the order of their nodes."""
    result, still_equal = graph.const(0), graph.const(1)
    for x, y in zip(flat(a), flat(b), strict=True):
        result = graph.either(result, graph.both(still_equal, graph.lt(x, y)))
        still_equal = graph.both(still_equal, graph.eq(x, y))
    return result
