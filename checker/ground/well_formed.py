"""What every state of a ground form has by the way in which values are encoded (`checker.ground.shapes`)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from checker.ground.convert import nothing
from checker.ground.graph import Graph, Node
from checker.ground.program import GroundModel, cell_types
from checker.ground.shapes import Shape, is_scalar, less, same
from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, SetOf, Type


def well_formed(form: GroundModel) -> Node:
    """1 where what is past the end of a sequence, and in an option that is absent, is the least of its interval, and bags are in order."""
    result = form.graph.const(1)
    for type, cell in zip(cell_types(form.model), form.cells, strict=True):
        for node in _conditions(form.graph, type, cell):
            result = form.graph.both(result, node)
    return result


def _conditions(graph: Graph, type: Type, shape: Shape) -> Iterator[Node]:
    if is_scalar(type) or isinstance(type, SetOf):
        return
    assert isinstance(shape, tuple)
    match type:
        case Option(of):
            yield graph.either(_node(shape[0]), same(graph, shape[1], nothing(graph, of)))
            yield from _conditions(graph, of, shape[1])
        case MapOf(_, of):
            for part in shape:
                yield from _conditions(graph, of, part)
        case Record(_, fields):
            for (_, of), part in zip(fields, shape, strict=True):
                yield from _conditions(graph, of, part)
        case SeqOf(of, _) | BagOf(of, _):
            yield from _items(graph, of, _node(shape[0]), shape[1:])
            if isinstance(type, BagOf):
                for number, (a, b) in enumerate(pairwise(shape[1:]), 1):
                    unused = graph.le(_node(shape[0]), graph.const(number))
                    yield graph.either(unused, graph.negate(less(graph, b, a)))


def _items(graph: Graph, of: Type, length: Node, items: tuple[Shape, ...]) -> Iterator[Node]:
    for number, item in enumerate(items):
        there = graph.lt(graph.const(number), length)
        yield graph.either(there, same(graph, item, nothing(graph, of)))
        yield from _conditions(graph, of, item)


def _node(shape: Shape) -> Node:
    assert isinstance(shape, int)
    return shape
