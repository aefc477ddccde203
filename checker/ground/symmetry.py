"""Symmetry: one state for each orbit under renaming of the elements of ids and roles.

The elements of an unordered sort are interchangeable unless something names one of them (Ip and Dill, Better verification through
symmetry, 1996). Sorting the elements of a state by what belongs to each is a renaming, so it gives a state of the same orbit whatever the keys are:
where two elements agree on theirs, an orbit may keep several states, which costs time and never a verdict.

`obstacle` is the gate: a sort is left alone where a constant of the model, an initial state or a task graph tells its elements apart, and
where a quantifier over it could fail for some elements only (it stops at the first that decides, so then the order shows).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from checker.elaborate.rewrite import nodes, step_expressions
from checker.ground.convert import bit
from checker.ground.graph import Graph, Node
from checker.ground.permute import mentions, permuted, swapped
from checker.ground.shapes import Shape, flat, select
from checker.language.types import Option, SetOf, Sort, Type, values
from checker.model.expr import OPERATORS, Apply, Const, Expr, Quantifier
from checker.model.model import Model, Variable


def interchangeable(model: Model) -> tuple[Sort, ...]:
    """The sorts whose elements nothing tells apart, in the order of declaration."""
    return tuple(sort for sort in model.sorts if obstacle(model, sort) is None)


def obstacle(model: Model, sort: Sort) -> str | None:
    """Why the elements of a sort may not be interchanged; None where they may."""
    if sort.size < 2:
        return f"{sort} has {sort.size} element{'s' if sort.size != 1 else ''}"
    if sort.ordered:
        return f"{sort} is ordered"
    swaps = [(i, i + 1) for i in range(sort.size - 1)]
    for expr in _every_expression(model):
        for node in nodes(expr):
            if isinstance(node, Const) and any(permuted(node.type, node.value, sort, i, j) != node.value for i, j in swaps):
                return f"a constant names some of {sort}"
            if isinstance(node, Quantifier) and _ranges_over(node.domains, sort) and _may_fail(node):
                return f"a quantifier over {sort} may have no value for some elements"
    for variable in model.variables:
        if not all(_same_initially(variable, sort, i, j) for i, j in swaps):
            return f"`{variable.name}` starts differently for some of {sort}"
    return None


def _every_expression(model: Model) -> Iterator[Expr]:
    for step in model.steps:
        yield from step_expressions(step)
    for goal in model.goals:
        if goal.kind in (
            "ltl",
            "no starvation",
        ):  # never decided on orbits: their `all` and their agents are one condition for each
            continue
        yield from goal.conditions
        yield from (premise for _, premise in goal.premises)
    if model.done is not None:
        yield model.done


def _ranges_over(domains: tuple[Type | Expr, ...], sort: Sort) -> bool:
    return any(mentions(domain if isinstance(domain, Type) else domain.type, sort) for domain in domains)


def _may_fail(node: Quantifier) -> bool:
    if node.kind in ("min", "max"):
        return True
    inside = [*nodes(node.body), *(n for d in node.domains if not isinstance(d, Type) for n in nodes(d))]
    return any(
        (isinstance(n, Apply) and OPERATORS[n.operator].fails is not None)
        or (isinstance(n, Quantifier) and n.kind in ("min", "max"))
        for n in inside
    )


def _same_initially(variable: Variable, sort: Sort, i: int, j: int) -> bool:
    """Whether renaming i and j maps the initial values of the cells onto themselves."""
    places = {keys: place for place, keys in enumerate(product(*(tuple(values(t)) for t in variable.index)))}
    for keys, place in places.items():
        image = tuple(permuted(t, k, sort, i, j) for t, k in zip(variable.index, keys, strict=True))
        renamed = {permuted(variable.type, value, sort, i, j) for value in variable.initial[place]}
        if renamed != set(variable.initial[places[image]]):
            return False
    return True


# --- the representative ------------------------------------------------------------------------------------------------


Exchange = tuple[Sort, int, int, Node]  # two elements are renamed into each other where the node is 1


def canonical(
    model: Model, graph: Graph, cells: list[Shape], sorts: tuple[Sort, ...], exchanges: list[Exchange] | None = None
) -> list[Shape]:
    """The cells of the representative of the state in `cells`. `exchanges` is told, in order, what is renamed on the way."""
    for sort in sorts:
        for a, b in sorting_network(sort.size):
            after = swapped(model, graph, cells, sort, a, b)
            wrong = _greater(graph, _keys(model, graph, cells, sort, a, sorts), _keys(model, graph, cells, sort, b, sorts))
            if exchanges is not None:
                exchanges.append((sort, a, b, wrong))
            cells = [old if old == new else select(graph, wrong, new, old) for old, new in zip(cells, after, strict=True)]
    return cells


def sorting_network(n: int) -> list[tuple[int, int]]:
    """The comparators of Batcher's odd-even merge sort (Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M)."""
    found: list[tuple[int, int]] = []
    top = 1 << max(0, (n - 1).bit_length() - 1)
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while d > 0:
            found += [(i, i + d) for i in range(n - d) if i & p == r]
            d, q, r = q - p, q >> 1, p
        p >>= 1
    return found


def _keys(model: Model, graph: Graph, cells: list[Shape], sort: Sort, element: int, sorts: tuple[Sort, ...]) -> list[Node]:
    """What belongs to an element and does not depend on the names of the others."""
    keys: list[Node] = []
    for variable in model.variables:
        own = [place for place, type in enumerate(variable.index) if type == sort]
        if len(own) == 1 and not any(mentions(variable.type, other) for other in sorts):
            keys += _own_cells(graph, cells, variable, own[0], element, sorts)
        elif not own and mentions(variable.type, sort):
            keys += _references(graph, cells, variable, sort, element)
    return keys


def _own_cells(
    graph: Graph, cells: list[Shape], variable: Variable, place: int, element: int, sorts: tuple[Sort, ...]
) -> list[Node]:
    """The cells of the element; over other interchangeable sorts only their sums count."""
    groups: dict[tuple[object, ...], list[Shape]] = {}
    for number, keys in enumerate(product(*(tuple(values(t)) for t in variable.index))):
        if keys[place] != element:
            continue
        rest = tuple(
            None if any(mentions(type, other) for other in sorts) else key
            for at, (type, key) in enumerate(zip(variable.index, keys, strict=True))
            if at != place
        )
        groups.setdefault(rest, []).append(cells[variable.offset + number])
    found: list[Node] = []
    for group in groups.values():
        columns = zip(*(flat(shape) for shape in group), strict=True)
        for column in columns:
            total = column[0]
            for node in column[1:]:
                total = graph.add(total, node)
            found.append(total)
    return found


def _references(graph: Graph, cells: list[Shape], variable: Variable, sort: Sort, element: int) -> list[Node]:
    """How many cells of a variable name the element, for sets by what else the elements that name it say."""
    columns = [_naming(graph, variable.type, cells[variable.offset + n], sort, element) for n in range(variable.cells)]
    found: list[Node] = []
    for column in zip(*columns, strict=True):
        total = graph.const(0)
        for node in column:
            total = graph.add(total, node)
        found.append(total)
    return found


def _naming(graph: Graph, type: Type, cell: Shape, sort: Sort, element: int) -> list[Node]:
    match type:
        case Sort():
            assert isinstance(cell, int)
            return [graph.eq(cell, graph.const(element))]
        case Option(Sort()):
            assert isinstance(cell, int)
            return [graph.eq(cell, graph.const(1 + element))]
        case SetOf(of):
            return [bit(graph, cell, graph.const(place)) for place in _about(of, sort, element)]
    return []


@lru_cache(maxsize=4096)
def _about(type: Type, sort: Sort, element: int) -> tuple[int, ...]:
    """The places of the values that name this element of the sort and no other, in an order that is the same for all elements."""
    others = [other for other in range(sort.size) if other != element]
    found = []
    for place, value in enumerate(values(type)):
        pairs = [(other, permuted(type, value, sort, element, other)) for other in others]
        names_it = any(renamed != value for _, renamed in pairs)
        alone = all(permuted(type, value, sort, a, b) == value for a in others for b in others if a < b)
        if names_it and alone:
            found.append((repr(permuted(type, value, sort, element, 0) if element else value), place))
    return tuple(place for _, place in sorted(found))


def _greater(graph: Graph, a: list[Node], b: list[Node]) -> Node:
    result, equal = graph.const(0), graph.const(1)
    for x, y in zip(a, b, strict=True):
        result = graph.either(result, graph.both(equal, graph.lt(y, x)))
        equal = graph.both(equal, graph.eq(x, y))
    return result
