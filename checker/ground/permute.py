"""Renaming two elements of a sort: in values, in shapes, in whole states."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from checker.ground.convert import bit, nothing
from checker.ground.graph import Graph, Node
from checker.ground.shapes import WORD, Shape, is_scalar, less, select
from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, Value, position, sort_key, values
from checker.model.model import Model


@lru_cache(maxsize=4096)
def mentions(type: Type, sort: Sort) -> bool:
    """Whether values of `type` may hold elements of `sort`."""
    match type:
        case Sort():
            return type == sort
        case Option(of) | SetOf(of) | SeqOf(of, _) | BagOf(of, _):
            return mentions(of, sort)
        case MapOf(key, value):
            return mentions(key, sort) or mentions(value, sort)
        case Record(_, fields):
            return any(mentions(of, sort) for _, of in fields)
    return False


def permuted(type: Type, value: Value, sort: Sort, i: int, j: int) -> Value:
    """The value with elements i and j of the sort renamed into each other."""
    if not mentions(type, sort):
        return value
    match type:
        case Sort():
            return j if value == i else i if value == j else value
        case Option(of):
            return None if value is None else permuted(of, value, sort, i, j)
        case SetOf(of):
            return frozenset(permuted(of, v, sort, i, j) for v in value)
        case SeqOf(of, _):
            return tuple(permuted(of, v, sort, i, j) for v in value)
        case BagOf(of, _):
            return tuple(sorted((permuted(of, v, sort, i, j) for v in value), key=sort_key))
        case Record(_, fields):
            return tuple(permuted(of, v, sort, i, j) for (_, of), v in zip(fields, value, strict=True))
        case MapOf(key, of):
            there = position(key)
            entries = [permuted(of, v, sort, i, j) for v in value]
            return tuple(entries[there[permuted(key, k, sort, i, j)]] for k in values(key))
    raise TypeError(type)


def renamed(model: Model, state: tuple[Value, ...], sort: Sort, i: int, j: int) -> tuple[Value, ...]:
    """The state in which i and j are renamed into each other."""
    made = list(state)
    for variable in model.variables:
        keys = list(product(*(tuple(values(t)) for t in variable.index)))
        places = {key: place for place, key in enumerate(keys)}
        for place, key in enumerate(keys):
            image = tuple(permuted(t, k, sort, i, j) for t, k in zip(variable.index, key, strict=True))
            made[variable.offset + places[image]] = permuted(variable.type, state[variable.offset + place], sort, i, j)
    return tuple(made)


def swapped(model: Model, graph: Graph, cells: list[Shape], sort: Sort, i: int, j: int) -> list[Shape]:
    """The cells of the state in which i and j are renamed into each other."""
    made = list(cells)
    for variable in model.variables:
        keys = list(product(*(tuple(values(t)) for t in variable.index)))
        places = {key: place for place, key in enumerate(keys)}
        for place, key in enumerate(keys):
            image = tuple(permuted(t, k, sort, i, j) for t, k in zip(variable.index, key, strict=True))
            cell = cells[variable.offset + place]
            made[variable.offset + places[image]] = permuted_shape(graph, variable.type, cell, sort, i, j)
    return made


def permuted_shape(graph: Graph, type: Type, shape: Shape, sort: Sort, i: int, j: int) -> Shape:
    """`permuted`, on shapes."""
    if not mentions(type, sort):
        return shape
    match type:
        case Sort():
            return _exchanged(graph, shape, i, j)
        case Option(of):
            if is_scalar(type):
                return _exchanged(graph, shape, 1 + i, 1 + j) if isinstance(of, Sort) else shape
            present, value = _parts(shape)
            return (present, permuted_shape(graph, of, value, sort, i, j))
        case SetOf(of):
            return _permuted_set(graph, type, of, shape, sort, i, j)
        case SeqOf(of, _):
            length, *items = _parts(shape)
            return (length, *_renamed_items(graph, of, length, items, sort, i, j))
        case BagOf(of, _):
            length, *items = _parts(shape)
            return (length, *_ascending(graph, length, _renamed_items(graph, of, length, items, sort, i, j)))
        case Record(_, fields):
            parts = zip(fields, _parts(shape), strict=True)
            return tuple(permuted_shape(graph, of, part, sort, i, j) for (_, of), part in parts)
        case MapOf(key, of):
            there = position(key)
            entries = [permuted_shape(graph, of, entry, sort, i, j) for entry in _parts(shape)]
            return tuple(entries[there[permuted(key, k, sort, i, j)]] for k in values(key))
    raise TypeError(type)


def _exchanged(graph: Graph, shape: Shape, a: int, b: int) -> Node:
    assert isinstance(shape, int)
    x, y = graph.const(a), graph.const(b)
    return graph.select(graph.eq(shape, x), y, graph.select(graph.eq(shape, y), x, shape))


def _permuted_set(graph: Graph, type: SetOf, of: Type, shape: Shape, sort: Sort, i: int, j: int) -> Shape:
    there = position(of)
    pairs = [(place, there[permuted(of, value, sort, i, j)]) for value, place in there.items()]
    words = list(_parts(shape))
    for a, b in pairs:
        if a >= b:
            continue
        differ = graph.ne(bit(graph, tuple(words), graph.const(a)), bit(graph, tuple(words), graph.const(b)))
        for place in (a, b):
            number, mask = place // WORD, graph.const(1 << place % WORD)
            word = words[number]
            assert isinstance(word, int)
            has = graph.bitand(graph.shr(word, graph.const(place % WORD)), graph.const(1))
            flipped = graph.select(has, graph.bitclear(word, mask), graph.bitor(word, mask))
            words[number] = graph.select(differ, flipped, word)
    return tuple(words)


def _renamed_items(graph: Graph, of: Type, length: Shape, items: list[Shape], sort: Sort, i: int, j: int) -> list[Shape]:
    """The items that are there, renamed; the places that are free stay as they are."""
    assert isinstance(length, int)
    none = nothing(graph, of)
    return [
        select(graph, graph.lt(graph.const(place), length), permuted_shape(graph, of, item, sort, i, j), none)
        for place, item in enumerate(items)
    ]


def _ascending(graph: Graph, length: Shape, items: list[Shape]) -> list[Shape]:
    """The items of a bag in ascending order again; free places stay at the end."""
    assert isinstance(length, int)
    items = list(items)
    for end in range(len(items) - 1, 0, -1):
        for place in range(end):
            both_there = graph.lt(graph.const(place + 1), length)
            wrong = graph.both(both_there, less(graph, items[place + 1], items[place]))
            a, b = items[place], items[place + 1]
            items[place], items[place + 1] = select(graph, wrong, b, a), select(graph, wrong, a, b)
    return items


def _parts(shape: Shape) -> tuple[Shape, ...]:
    assert isinstance(shape, tuple)
    return shape
