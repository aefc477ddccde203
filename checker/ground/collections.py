"""Operators on sequences, maps, records and bags in straight-line integer code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.ground.convert import common, convert, fits, nothing, rank
from checker.ground.graph import Graph, Node
from checker.ground.rules import Rule, node_of, parts_of
from checker.ground.shapes import Shape, less, same, select
from checker.language.types import BagOf, MapOf, Record, SeqOf, Type
from checker.model.expr import Apply, Const

if TYPE_CHECKING:
    from checker.ground.evaluate import Place


def _seq_type(type: Type) -> SeqOf:
    assert isinstance(type, SeqOf)
    return type


def _seq(place: Place, node: Apply) -> Shape:
    type = _seq_type(node.type)
    items = [place.as_type(argument, type.of) for argument in node.arguments]
    padding = [nothing(place.graph, type.of)] * (type.max - len(items))
    return (place.graph.const(len(items)), *items, *padding)


def _in_seq(place: Place, node: Apply) -> Shape:
    graph = place.graph
    element, of = node.arguments
    type = _seq_type(of.type)
    wider = common(element.type, type.of) if type.max else element.type
    length, *items = parts_of(place.shape(of))
    wanted = place.as_type(element, wider)
    result = graph.const(0)
    for i, item in enumerate(items):
        here = graph.both(graph.lt(graph.const(i), node_of(length)), same(graph, convert(graph, item, type.of, wider), wanted))
        result = graph.either(result, here)
    return result


def _concat(place: Place, node: Apply) -> Shape:
    graph = place.graph
    type = _seq_type(node.type)
    a, b = (parts_of(place.as_type(argument, SeqOf(type.of, _seq_type(argument.type).max))) for argument in node.arguments)
    length = node_of(a[0])
    items: list[Shape] = []
    for i in range(type.max):
        item = a[1 + i] if 1 + i < len(a) else nothing(graph, type.of)
        for j, other in enumerate(b[1:]):
            if 0 <= i - j <= len(a) - 1:  # the other's item j stands here when a has i - j items
                here = graph.both(graph.eq(length, graph.const(i - j)), graph.lt(graph.const(j), node_of(b[0])))
                item = select(graph, here, other, item)
        items.append(item)
    return (graph.add(length, node_of(b[0])), *items)


def _append(place: Place, node: Apply) -> Shape:
    graph = place.graph
    type = _seq_type(node.type)
    own = _seq_type(node.arguments[0].type)
    sequence = parts_of(convert(graph, place.shape(node.arguments[0]), own, SeqOf(type.of, max(own.max, type.max))))
    new = place.as_type(node.arguments[1], type.of)
    length = node_of(sequence[0])
    items = [select(graph, graph.eq(length, graph.const(i)), new, item) for i, item in enumerate(sequence[1 : 1 + type.max])]
    return (graph.add(length, graph.const(1)), *items)


def _without_first(graph: Graph, items: list[Shape], of: Type) -> list[Shape]:
    return [*items[1:], nothing(graph, of)] if items else []


def _without_last(graph: Graph, length: Shape, items: list[Shape], of: Type) -> list[Shape]:
    """What is past the end holds nothing, and so does the place that was the last one."""
    number, empty = node_of(length), nothing(graph, of)
    return [select(graph, graph.eq(number, graph.const(i + 1)), empty, item) for i, item in enumerate(items)]


def _ends(place: Place, node: Apply) -> Shape:
    graph = place.graph
    length, *items = parts_of(place.shape(node.arguments[0]))
    own = _seq_type(node.arguments[0].type)
    place.fail_unless(graph.lt(graph.const(0), node_of(length)))
    if node.operator in ("rest", "butlast"):
        left = _without_first(graph, items, own.of) if node.operator == "rest" else _without_last(graph, length, items, own.of)
        shorter = graph.max(graph.sub(node_of(length), graph.const(1)), graph.const(0))
        return convert(graph, (shorter, *left), own, node.type)
    if not items:
        return nothing(graph, node.type)
    if node.operator == "first":
        return convert(graph, items[0], own.of, node.type)
    result = items[0]
    for i, item in enumerate(items[1:], 1):
        result = select(graph, graph.eq(node_of(length), graph.const(i + 1)), item, result)
    return convert(graph, result, own.of, node.type)


def _item(place: Place, node: Apply) -> Shape:
    graph = place.graph
    length, *items = parts_of(place.shape(node.arguments[0]))
    at = node_of(place.shape(node.arguments[1]))
    place.fail_unless(graph.both(graph.le(graph.const(0), at), graph.lt(at, node_of(length))))
    result = nothing(graph, _seq_type(node.arguments[0].type).of)
    for i, item in enumerate(items):
        result = select(graph, graph.eq(at, graph.const(i)), item, result)
    return convert(graph, result, _seq_type(node.arguments[0].type).of, node.type)


def _replace(place: Place, node: Apply) -> Shape:
    graph = place.graph
    type = _seq_type(node.type)
    length, *items = parts_of(place.as_type(node.arguments[0], type))
    at = node_of(place.shape(node.arguments[1]))
    new = place.as_type(node.arguments[2], type.of)
    place.fail_unless(graph.both(graph.le(graph.const(0), at), graph.lt(at, node_of(length))))
    return (length, *(select(graph, graph.eq(at, graph.const(i)), new, item) for i, item in enumerate(items)))


def _without(place: Place, node: Apply) -> Shape:
    graph = place.graph
    own = _seq_type(node.arguments[0].type)
    length, *items = parts_of(place.shape(node.arguments[0]))
    at = node_of(place.shape(node.arguments[1]))
    place.fail_unless(graph.both(graph.le(graph.const(0), at), graph.lt(at, node_of(length))))
    moved = [
        select(graph, graph.le(at, graph.const(i)), items[i + 1] if i + 1 < len(items) else nothing(graph, own.of), item)
        for i, item in enumerate(items)
    ]
    shorter = graph.max(graph.sub(node_of(length), graph.const(1)), graph.const(0))
    return convert(graph, (shorter, *moved), own, node.type)


# --- maps and records ----------------------------------------------------------------------------------------------------


def _map(place: Place, node: Apply) -> Shape:
    assert isinstance(node.type, MapOf)
    return tuple(place.as_type(argument, node.type.value) for argument in node.arguments)


def _map_place(place: Place, type: MapOf, node: Apply) -> Node:
    key = node.arguments[1]
    value = place.shape(key)
    place.fail_unless(fits(place.graph, value, key.type, type.key))
    return rank(place.graph, type.key, convert(place.graph, value, key.type, type.key))


def _get(place: Place, node: Apply) -> Shape:
    graph, type = place.graph, node.arguments[0].type
    assert isinstance(type, MapOf)
    entries = parts_of(place.shape(node.arguments[0]))
    at = _map_place(place, type, node)
    result: Shape = nothing(graph, type.value)
    for i, entry in enumerate(entries):
        result = entry if i == 0 else select(graph, graph.eq(at, graph.const(i)), entry, result)
    return convert(graph, result, type.value, node.type)


def _put(place: Place, node: Apply) -> Shape:
    graph, type = place.graph, node.type
    assert isinstance(type, MapOf)
    entries = parts_of(place.as_type(node.arguments[0], type))
    at = _map_place(place, type, node)
    new = place.as_type(node.arguments[2], type.value)
    return tuple(select(graph, graph.eq(at, graph.const(i)), new, entry) for i, entry in enumerate(entries))


def _record(place: Place, node: Apply) -> Shape:
    assert isinstance(node.type, Record)
    return tuple(place.as_type(a, of) for a, (_, of) in zip(node.arguments, node.type.fields, strict=True))


def _known(node: Apply) -> int:
    at = node.arguments[1]
    assert isinstance(at, Const)
    return int(at.value)


def _field(place: Place, node: Apply) -> Shape:
    record = node.arguments[0].type
    assert isinstance(record, Record)
    at = _known(node)
    return convert(place.graph, parts_of(place.shape(node.arguments[0]))[at], record.fields[at][1], node.type)


def _with_field(place: Place, node: Apply) -> Shape:
    assert isinstance(node.type, Record)
    at = _known(node)
    parts = list(parts_of(place.as_type(node.arguments[0], node.type)))
    parts[at] = place.as_type(node.arguments[2], node.type.fields[at][1])
    return tuple(parts)


# --- bags ------------------------------------------------------------------------------------------------------------------


def _bag_add(place: Place, node: Apply) -> Shape:
    """Insertion into the ascending items: what is greater moves up by one place."""
    graph, type = place.graph, node.type
    assert isinstance(type, BagOf)
    length, *items = parts_of(place.shape(node.arguments[0]))
    new = place.as_type(node.arguments[1], type.of)
    before = [_goes_before(graph, i, node_of(length), item, new) for i, item in enumerate(items)]
    made: list[Shape] = []
    for i, item in enumerate(items):
        moved = items[i - 1] if i else new
        at_or_after = select(graph, before[i - 1], new, moved) if i else new
        made.append(select(graph, before[i], item, at_or_after))
    limit = graph.lt(node_of(length), graph.const(type.max))
    place.fail_unless(limit)
    longer = graph.min(graph.add(node_of(length), graph.const(1)), graph.const(type.max))
    kept = [select(graph, graph.lt(graph.const(i), longer), item, nothing(graph, type.of)) for i, item in enumerate(made)]
    return (longer, *kept)


def _goes_before(graph: Graph, i: int, length: Node, item: Shape, new: Shape) -> Node:
    """Whether item i is there and not greater than the new one."""
    return graph.both(graph.lt(graph.const(i), length), graph.negate(less(graph, new, item)))


def _bag_remove(place: Place, node: Apply) -> Shape:
    graph, type = place.graph, node.type
    assert isinstance(type, BagOf)
    length, *items = parts_of(place.shape(node.arguments[0]))
    gone = place.as_type(node.arguments[1], type.of)
    found = graph.const(0)
    made: list[Shape] = []
    for i, item in enumerate(items):
        here = graph.both(graph.lt(graph.const(i), node_of(length)), same(graph, item, gone))
        found = graph.either(found, here)
        following = items[i + 1] if i + 1 < len(items) else nothing(graph, type.of)
        made.append(select(graph, found, following, item))
    place.fail_unless(found)
    return (graph.max(graph.sub(node_of(length), graph.const(1)), graph.const(0)), *made)


COLLECTIONS: dict[str, Rule] = {
    "seq": _seq,
    "in_seq": _in_seq,
    "concat": _concat,
    "append": _append,
    **dict.fromkeys(("first", "last", "rest", "butlast"), _ends),
    "item": _item,
    "replace": _replace,
    "without": _without,
    "map": _map,
    "get": _get,
    "put": _put,
    "record": _record,
    "field": _field,
    "with_field": _with_field,
    "bag_add": _bag_add,
    "bag_remove": _bag_remove,
}
