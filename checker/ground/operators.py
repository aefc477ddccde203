"""What each operator of the model is in straight-line integer code. Those on sequences, maps, records and bags are in `collections`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from checker.ground.collections import COLLECTIONS
from checker.ground.convert import bit, common, convert, nothing, rank, union
from checker.ground.graph import Node
from checker.ground.rules import Rule, node_of, parts_of
from checker.ground.shapes import Shape, is_scalar, same, same_items
from checker.language.types import BagOf, Int, Option, SeqOf, SetOf, cardinality
from checker.model.expr import Apply

if TYPE_CHECKING:
    from checker.ground.evaluate import Place


def _not(place: Place, node: Apply) -> Shape:
    return place.graph.negate(place.truth(node.arguments[0]))


def equal(place: Place, node: Apply) -> Node:
    a, b = node.arguments
    both = common(a.type, b.type)
    x, y = place.as_type(a, both), place.as_type(b, both)
    return same_items(place.graph, x, y) if isinstance(both, SeqOf | BagOf) else same(place.graph, x, y)


def _order(place: Place, node: Apply) -> Node:
    a, b = (node_of(place.shape(argument)) for argument in node.arguments)
    graph = place.graph
    match node.operator:
        case "lt":
            return graph.lt(a, b)
        case "le":
            return graph.le(a, b)
        case "gt":
            return graph.lt(b, a)
        case _:
            return graph.le(b, a)


def _arithmetic(place: Place, node: Apply) -> Shape:
    a, b = (node_of(place.shape(argument)) for argument in node.arguments)
    graph = place.graph
    if node.operator in ("floordiv", "mod"):
        place.fail_unless(graph.ne(b, graph.const(0)))
        return graph.div(a, b) if node.operator == "floordiv" else graph.mod(a, b)
    rule: dict[str, Callable[[Node, Node], Node]] = {
        "add": graph.add,
        "sub": graph.sub,
        "mul": graph.mul,
        "min": graph.min,
        "max": graph.max,
    }
    return rule[node.operator](a, b)


def _neg(place: Place, node: Apply) -> Shape:
    return place.graph.sub(place.graph.const(0), node_of(place.shape(node.arguments[0])))


def _neighbour(place: Place, node: Apply) -> Shape:
    graph, value = place.graph, node_of(place.shape(node.arguments[0]))
    last = cardinality(node.type) - 1
    match node.operator:
        case "next":
            place.fail_unless(graph.lt(value, graph.const(last)))
            return graph.min(graph.add(value, graph.const(1)), graph.const(last))
        case "previous":
            place.fail_unless(graph.lt(graph.const(0), value))
            return graph.max(graph.sub(value, graph.const(1)), graph.const(0))
        case _:
            return graph.select(graph.eq(value, graph.const(last)), graph.const(0), graph.add(value, graph.const(1)))


def _index(place: Place, node: Apply) -> Shape:
    return rank(place.graph, node.arguments[0].type, place.shape(node.arguments[0]))


def _unwrap(place: Place, node: Apply) -> Shape:
    graph, argument = place.graph, node.arguments[0]
    option = argument.type
    assert isinstance(option, Option)
    shape = place.shape(argument)
    if is_scalar(option):
        code = node_of(shape)
        place.fail_unless(graph.ne(code, graph.const(0)))
        low = option.of.low if isinstance(option.of, Int) else 0
        value = graph.max(graph.add(code, graph.const(low - 1)), graph.const(low))
        return convert(graph, value, option.of, node.type)
    present, value_shape = parts_of(shape)
    place.fail_unless(node_of(present))
    return convert(graph, value_shape, option.of, node.type)


# --- sets ------------------------------------------------------------------------------------------------------------


def _set(place: Place, node: Apply) -> Shape:
    assert isinstance(node.type, SetOf)
    result = nothing(place.graph, node.type)
    for argument in node.arguments:
        result = union(place.graph, result, place.single(place.shape(argument), argument.type, node.type))
    return result


def _in_set(place: Place, node: Apply) -> Shape:
    graph = place.graph
    element, of = node.arguments
    assert isinstance(of.type, SetOf)
    wider = common(element.type, of.type.of)
    pattern = place.as_type(of, SetOf(wider))
    return bit(graph, pattern, rank(graph, wider, place.as_type(element, wider)))


def _two_sets(place: Place, node: Apply) -> Shape:
    graph = place.graph
    a, b = node.arguments
    wider = common(a.type, b.type)
    x, y = parts_of(place.as_type(a, wider)), parts_of(place.as_type(b, wider))
    pairs = [(node_of(p), node_of(q)) for p, q in zip(x, y, strict=True)]
    match node.operator:
        case "subset":
            result = graph.const(1)
            for p, q in pairs:
                result = graph.both(result, graph.eq(graph.bitclear(p, q), graph.const(0)))
            return result
        case "union":
            made: Shape = tuple(graph.bitor(p, q) for p, q in pairs)
        case "intersect":
            made = tuple(graph.bitand(p, q) for p, q in pairs)
        case _:
            made = tuple(graph.bitclear(p, q) for p, q in pairs)
    return convert(graph, made, wider, node.type)


def _size(place: Place, node: Apply) -> Shape:
    shape = parts_of(place.shape(node.arguments[0]))
    if not isinstance(node.arguments[0].type, SetOf):
        return shape[0]
    total = place.graph.const(0)
    for word in shape:
        total = place.graph.add(total, place.graph.popcount(node_of(word)))
    return total


OPERATORS: dict[str, Rule] = {
    "not": _not,
    "eq": equal,
    "ne": lambda place, node: place.graph.negate(equal(place, node)),
    **dict.fromkeys(("lt", "le", "gt", "ge"), _order),
    **dict.fromkeys(("add", "sub", "mul", "floordiv", "mod", "min", "max"), _arithmetic),
    "neg": _neg,
    **dict.fromkeys(("next", "previous", "next_in_ring"), _neighbour),
    "index": _index,
    "unwrap": _unwrap,
    "set": _set,
    "in_set": _in_set,
    **dict.fromkeys(("subset", "union", "intersect", "minus"), _two_sets),
    "size": _size,
    **COLLECTIONS,
}
