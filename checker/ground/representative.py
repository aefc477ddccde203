"""The state that stands for an orbit: the elements of each sort sorted by what belongs to them and by who names them.

Sorting is a renaming, so the result is a state of the same orbit whatever the keys are: where keys do not tell two elements apart that
differ, an orbit keeps several states, which costs time and never a verdict. First each sort in turn is sorted by keys that depend on
no name of its own elements, or of sorts whose turn is yet to come; then, where that left something out, once more by all that there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.ground.graph import Graph, Node
from checker.ground.parts import Elements, Group, Parts
from checker.ground.rows import WORD_BITS, exchanged_rows, sorted_rows
from checker.ground.shapes import Shape
from checker.language.types import Sort
from checker.model.model import Model


class Renaming(NamedTuple):
    """Elements i and j are renamed into each other where `node` is 1."""

    sort: Sort
    i: int
    j: int
    node: Node


def representative(model: Model, graph: Graph, cells: list[Shape], sorts: tuple[Sort, ...]) -> tuple[list[Shape], list[Renaming]]:
    """The cells of the state that stands for the one in `cells`, and what is renamed on the way, in order."""
    if not sorts:
        return cells, []
    parts = Parts(model, graph, cells, sorts)
    renamed: list[Renaming] = []
    for place, sort in enumerate(sorts):
        renamed += _sorted(parts, sort, frozenset(sorts[:place]))
    for place, sort in enumerate(sorts):
        if any(_left_out(group, sort, sorts[:place]) for group in parts.groups.values()):
            renamed += _sorted(parts, sort, frozenset(sorts))
    return parts.cells(), renamed


def _left_out(group: Group, sort: Sort, fixed: tuple[Sort, ...]) -> bool:
    """Whether a group ties elements of the sort to others whose names did not count yet."""
    related = [*(s for s in group.sorts if s is not None), *([] if group.names is None else [group.names])]
    return sort in related and (related.count(sort) > 1 or any(other != sort and other not in fixed for other in related))


# --- one sort ------------------------------------------------------------------------------------------------------------


def _sorted(parts: Parts, sort: Sort, fixed: frozenset[Sort]) -> list[Renaming]:
    """Sort the elements of a sort by what does not depend on names, then by what depends on names of the sorts in `fixed`."""
    graph = parts.graph
    keys = dict.fromkeys(map(tuple, [*_facts(parts, sort, frozenset()), *_facts(parts, sort, fixed)]))
    place = {key: number for number, key in enumerate(key for key in keys if len(set(key)) > 1)}  # the others decide nothing
    decisive = len(place)
    moving = [(group, rest, tuple(_column(group, rest, sort))) for group, rest in _own_columns(parts, sort)]
    for *_, column in moving:
        place.setdefault(column, len(place))
    columns = [list(column) for column in place]
    named = any(group.names == sort for group in parts.groups.values())
    if named:
        columns.append([graph.const(e) for e in range(sort.size)])
    made, exchanges = sorted_rows(graph, columns, keys=decisive)
    for group, rest, column in moving:
        for e, node in enumerate(made[place[column]]):
            group.parts[_with(rest, group.sorts.index(sort), e)] = node
    for group in parts.groups.values():
        for axis in [axis for axis, of in enumerate(group.sorts) if of == sort][1:]:
            _move(graph, group, axis, exchanges)
    if named:
        _replace_names(parts, sort, made[-1])
    return [Renaming(sort, a, b, wrong) for a, b, wrong in exchanges]


def _column(group: Group, rest: Elements, sort: Sort) -> list[Node]:
    return [group.parts[_with(rest, group.sorts.index(sort), e)] for e in range(sort.size)]


def _own_columns(parts: Parts, sort: Sort) -> Iterator[tuple[Group, Elements]]:
    """What moves along the first place for the sort: the groups, with the elements at all other places."""
    for group in parts.groups.values():
        if sort in group.sorts:
            axis = group.sorts.index(sort)
            yield from ((group, rest) for rest in dict.fromkeys(_without(elements, axis) for elements in group.parts))


def _move(graph: Graph, group: Group, axis: int, exchanges: list[tuple[int, int, Node]]) -> None:
    """Make the exchanges along one more place."""
    rests = list(dict.fromkeys(_without(elements, axis) for elements in group.parts))
    n = len(group.parts) // len(rests)
    columns = [[group.parts[_with(rest, axis, e)] for e in range(n)] for rest in rests]
    for rest, column in zip(rests, exchanged_rows(graph, columns, exchanges), strict=True):
        for e, node in enumerate(column):
            group.parts[_with(rest, axis, e)] = node


def _replace_names(parts: Parts, sort: Sort, before: list[Node]) -> None:
    """`before[i]` is the old name of what is now element i: whoever named it names i."""
    graph = parts.graph
    tables = [_Names(graph, before, 0), _Names(graph, before, 1)]
    for group in parts.groups.values():
        if group.names == sort:
            for elements, node in group.parts.items():
                there = group.there(graph, elements)
                group.parts[elements] = graph.select(there, tables[group.base].new(node), node)


class _Names:
    """The new names of all elements in few words; with `base` 1, of values of which 0 names none."""

    def __init__(self, graph: Graph, before: list[Node], base: int) -> None:
        self._graph = graph
        self._bits = max(1, (len(before) - 1 + base).bit_length())
        self._most = WORD_BITS // self._bits  # names in a word
        self._words = [graph.const(0) for _ in range(0, len(before) + base, self._most)]
        for new, old in enumerate(before):
            for number in range(len(self._words)):
                self._add(number, graph.add(old, graph.const(base)), graph.const(new + base))

    def _add(self, number: int, old: Node, new: Node) -> None:
        graph = self._graph
        at = graph.sub(old, graph.const(number * self._most))
        if len(self._words) > 1:
            here = graph.both(graph.le(graph.const(0), at), graph.lt(at, graph.const(self._most)))
            new = graph.select(here, new, graph.const(0))
            at = graph.min(graph.max(at, graph.const(0)), graph.const(self._most - 1))
        shift = graph.mul(at, graph.const(self._bits))
        self._words[number] = graph.bitor(self._words[number], graph.shl(new, shift))

    def new(self, old: Node) -> Node:
        graph = self._graph
        word, at = self._words[0], old
        for number in range(1, len(self._words)):
            first = graph.const(number * self._most)
            beyond = graph.le(first, old)
            word = graph.select(beyond, self._words[number], word)
            at = graph.select(beyond, graph.max(graph.sub(old, first), graph.const(0)), at)
        mask = graph.const((1 << self._bits) - 1)
        return graph.bitand(graph.shr(word, graph.mul(at, graph.const(self._bits))), mask)


# --- what tells elements apart -------------------------------------------------------------------------------------------


def _facts(parts: Parts, sort: Sort, fixed: frozenset[Sort]) -> Iterator[list[Node]]:
    """Numbers for each element of the sort, that depend on names of the sorts in `fixed` alone."""
    for group in parts.groups.values():
        axes = [axis for axis, of in enumerate(group.sorts) if of == sort]
        for axis in axes:
            for view in _views(parts.graph, group, sort, fixed):
                yield from _totals(parts.graph, group, view, axis, sort.size, fixed)
        if len(axes) > 1:
            yield from _diagonals(parts.graph, group, axes, sort.size, fixed)
        if group.names == sort:
            yield from _named(parts.graph, group, sort, fixed)


View = dict[Elements, Node]


def _views(graph: Graph, group: Group, sort: Sort, fixed: frozenset[Sort]) -> Iterator[View]:
    """What the parts say without the names that do not count: whether they name one at all, and whether it is the element that they belong to."""
    if group.names is None or group.names in fixed:
        yield group.parts
        return
    if group.base:
        yield {elements: graph.eq(node, graph.const(0)) for elements, node in group.parts.items()}
    if group.names == sort:
        axis = group.sorts.index(sort)
        yield {e: _names(graph, group, e, e[axis]) for e in group.parts}


def _names(graph: Graph, group: Group, elements: Elements, name: int) -> Node:
    return graph.both(group.there(graph, elements), graph.eq(group.parts[elements], graph.const(name + group.base)))


def _totals(graph: Graph, group: Group, view: View, axis: int, n: int, fixed: frozenset[Sort]) -> Iterator[list[Node]]:
    """Of each element what belongs to it: one by one for elements of the fixed sorts, in sum for all others."""
    own: dict[Elements, list[list[Node]]] = {}
    for elements, node in view.items():
        kept = tuple(e for place, e in enumerate(elements) if place != axis and group.sorts[place] in fixed)
        own.setdefault(kept, [[] for _ in range(n)])[elements[axis]].append(node)
    for columns in own.values():
        yield from _summed(graph, columns)


def _summed(graph: Graph, columns: list[list[Node]]) -> Iterator[list[Node]]:
    """The sum of each column; where there are few values, of powers, so that it tells how often each is there."""
    nodes = [node for column in columns for node in column]
    low, high = min(graph.low[node] for node in nodes), max(graph.high[node] for node in nodes)
    most = len(columns[0])
    bits = most.bit_length()
    if most > 1 and high - low > 1 and bits * (high - low + 1) <= WORD_BITS:
        columns = [[_power(graph, graph.sub(node, graph.const(low)), bits) for node in column] for column in columns]
    elif max(abs(low), abs(high)) * most >= 1 << (WORD_BITS - 1):
        return
    yield [_sum(graph, column) for column in columns]


def _power(graph: Graph, exponent: Node, bits: int) -> Node:
    return graph.shl(graph.const(1), graph.mul(exponent, graph.const(bits)))


def _sum(graph: Graph, nodes: list[Node]) -> Node:
    total = nodes[0]
    for node in nodes[1:]:
        total = graph.add(total, node)
    return total


def _diagonals(graph: Graph, group: Group, axes: list[int], n: int, fixed: frozenset[Sort]) -> Iterator[list[Node]]:
    """What belongs to an element twice."""
    if group.names is not None and group.names not in fixed:
        return
    first, *_ = axes
    same = {elements: node for elements, node in group.parts.items() if all(elements[axis] == elements[first] for axis in axes)}
    yield from _totals(graph, group, same, first, n, fixed - {s for s in (group.sorts[first],) if s is not None})


def _named(graph: Graph, group: Group, sort: Sort, fixed: frozenset[Sort]) -> Iterator[list[Node]]:
    """How many name each element: those that belong to elements of the fixed sorts one by one."""
    own: dict[Elements, list[Elements]] = {}
    for elements in group.parts:
        kept = tuple(e for place, e in enumerate(elements) if group.sorts[place] in fixed)
        own.setdefault(kept, []).append(elements)
    for together in own.values():
        yield [_sum(graph, [_names(graph, group, elements, e) for elements in together]) for e in range(sort.size)]


# --- places --------------------------------------------------------------------------------------------------------------


def _without(elements: Elements, axis: int) -> Elements:
    return elements[:axis] + elements[axis + 1 :]


def _with(rest: Elements, axis: int, element: int) -> Elements:
    return (*rest[:axis], element, *rest[axis:])
