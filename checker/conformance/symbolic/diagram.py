"""Sets of states as multi-valued decision diagrams: a node for each cell, an edge for each value that the cell has in some state of the set.

Every path goes through all cells, equal nodes are one (Kam, Villa, Brayton, Sangiovanni-Vincentelli, Multi-valued decision diagrams, 1998).
A set of states in which few cells depend on each other has few nodes, however many states it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias, final

from checker.language.types import Value

EMPTY, FULL = 0, 1  # the set without states, and the end of every path

Edges: TypeAlias = tuple[tuple[int, int], ...]  # (number of a value, node), by values
Writes: TypeAlias = tuple[tuple[int, int], ...]  # (cell, number of a value), in the order of the cells


@final
class TooManyNodes(Exception):
    """A limit was reached; the text says which."""


@final
class Diagrams:
    """Diagrams over cells in this `order`, from the first to the last on every path. A set is the number of its first node; `most`: nodes that may
    be kept, `work`: nodes that may be asked for, before TooManyNodes is raised. Values are given by their numbers, which `number` gives."""

    def __init__(self, order: Sequence[int], most: int, work: int) -> None:
        cells = len(order)
        self.cells, self.most, self.order = cells, most, order
        self._work, self._asked = work, 0
        self._place = {cell: level for level, cell in enumerate(order)}
        self.values: list[list[Value]] = [[] for _ in range(cells)]
        self._number: list[dict[Value, int]] = [{} for _ in range(cells)]
        self._clear()

    def _clear(self) -> None:
        self._level = [self.cells, self.cells]
        self._edges: list[Edges] = [(), ()]
        self._node: dict[tuple[int, Edges], int] = {}
        self._unions: dict[tuple[int, int], int] = {}
        self._parts: dict[tuple[int, int, int], int] = {}
        self._written: dict[tuple[int, Writes], int] = {}
        self._values_at: dict[tuple[int, int], list[int]] = {}

    @property
    def remembered(self) -> int:
        """Nodes and results that are kept, results counted as a quarter."""
        return len(self._edges) + (len(self._unions) + len(self._parts) + len(self._written)) // 4

    def number(self, cell: int, value: Value) -> int:
        known = self._number[cell]
        found = known.setdefault(value, len(known))
        if found == len(self.values[cell]):
            self.values[cell].append(value)
        return found

    def node(self, level: int, edges: Edges) -> int:
        """The node with these edges, which are sorted and lead to sets that are not empty."""
        if not edges:
            return EMPTY
        self._asked += 1
        key = level, edges
        found = self._node.get(key)
        if found is None:
            if len(self._edges) >= self.most:
                raise TooManyNodes(f"as decision diagrams they have more than {self.most:,} nodes")
            if self._asked > self._work:
                raise TooManyNodes(f"as decision diagrams they take more than {self._work:,} operations")
            found = self._node[key] = len(self._edges)
            self._level.append(level)
            self._edges.append(edges)
        return found

    def writes(self, values: Iterable[tuple[int, Value]]) -> Writes:
        """What `written` takes, for values of cells."""
        found = [(self._place[cell], cell, self.number(cell, value)) for cell, value in values]
        return tuple([(cell, value) for _, cell, value in sorted(found)])

    # --- sets ----------------------------------------------------------------------------------------------------------

    def state(self, values: Sequence[Value]) -> int:
        """The set of one state."""
        return self.product([[value] for value in values])

    def product(self, values: Sequence[Iterable[Value]]) -> int:
        """The states in which each cell has one of its values."""
        found = FULL
        for level in range(self.cells - 1, -1, -1):
            cell = self.order[level]
            found = self.node(level, tuple(sorted({(self.number(cell, value), found) for value in values[cell]})))
        return found

    def union(self, one: int, other: int) -> int:
        if one == other or other == EMPTY:
            return one
        if one == EMPTY:
            return other
        key = (one, other) if one < other else (other, one)
        found = self._unions.get(key)
        if found is None:
            edges = dict(self._edges[one])
            for value, target in self._edges[other]:
                edges[value] = self.union(edges[value], target) if value in edges else target
            found = self._unions[key] = self.node(self._level[one], tuple(sorted(edges.items())))
        return found

    def part(self, of: int, cell: int, value: int) -> int:
        """The states of a set in which a cell has a value."""
        level, wanted = self._level[of], self._place[cell]
        if of == EMPTY or level > wanted:
            return of
        key = of, cell, value
        found = self._parts.get(key)
        if found is None:
            if level == wanted:
                edges = [edge for edge in self._edges[of] if edge[0] == value]
            else:
                parts = [(v, self.part(target, cell, value)) for v, target in self._edges[of]]
                edges = [edge for edge in parts if edge[1]]
            found = self._parts[key] = self.node(level, tuple(edges))
        return found

    def written(self, of: int, writes: Writes) -> int:
        """The states of a set after these values were written to the cells of each, which come in the order of the diagrams."""
        if of == EMPTY or not writes:
            return of
        key = of, writes
        found = self._written.get(key)
        if found is None:
            level, (cell, value) = self._level[of], writes[0]
            if self.order[level] == cell:
                joined = EMPTY
                for _, target in self._edges[of]:
                    joined = self.union(joined, self.written(target, writes[1:]))
                found = self.node(level, ((value, joined),))
            else:
                found = self.node(level, tuple([(v, self.written(target, writes)) for v, target in self._edges[of]]))
            self._written[key] = found
        return found

    def come_from(self, of: int, writes: Writes, after: Sequence[Value]) -> list[Value] | None:
        """A state of a set that becomes `after` where these values are written; None: there is none."""
        written = dict(writes)
        state: list[Value] = [None] * self.cells
        numbers = [self._number[cell].get(value) for cell, value in enumerate(after)]
        if any(numbers[cell] != value for cell, value in writes):
            return None
        dead: set[int] = set()

        def walk(node: int) -> bool:
            if node == FULL:
                return True
            cell = self.order[self._level[node]]
            for value, target in self._edges[node]:
                if (cell in written or value == numbers[cell]) and target not in dead and walk(target):
                    state[cell] = self.values[cell][value]
                    return True
            dead.add(node)
            return False

        return state if of != EMPTY and walk(of) else None

    # --- what is in them -----------------------------------------------------------------------------------------------

    def values_of(self, of: int) -> list[set[int]]:
        """The values that each cell has in some state."""
        found: list[set[int]] = [set() for _ in range(self.cells)]
        for node in self._reached([of]):
            if self._edges[node]:
                found[self.order[self._level[node]]].update(value for value, _ in self._edges[node])
        return found

    def values_at(self, of: int, cell: int) -> list[int]:
        """The values of one cell in some state of a set that is not empty."""
        found = self._values_at.get((of, cell))
        if found is None:
            front = {of}
            for _ in range(self._level[of], self._place[cell]):
                front = {target for node in front for _, target in self._edges[node]}
            found = self._values_at[of, cell] = sorted({value for node in front for value, _ in self._edges[node]})
        return found

    def some(self, of: int) -> list[Value]:
        """A state of a set that is not empty."""
        state: list[Value] = [None] * self.cells
        while of != FULL:
            value, target = self._edges[of][0]
            cell = self.order[self._level[of]]
            state[cell] = self.values[cell][value]
            of = target
        return state

    def count(self, of: int) -> int:
        """How many states it has."""
        counts = {EMPTY: 0, FULL: 1}
        for node in sorted(self._reached([of])):  # a node is made after those that it leads to
            if node not in counts:
                counts[node] = sum(counts[target] for _, target in self._edges[node])
        return counts[of]

    def _reached(self, roots: Iterable[int]) -> set[int]:
        found = set(roots)
        waiting = list(found)
        while waiting:
            for _, target in self._edges[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return found

    def forget_all_but(self, roots: Sequence[int]) -> list[int]:
        """Forget the other sets and what was worked out; the new numbers of `roots`."""
        kept = sorted(self._reached(roots))
        old = [(node, self._level[node], self._edges[node]) for node in kept if node > FULL]
        self._clear()
        new = {EMPTY: EMPTY, FULL: FULL}
        for node, level, edges in old:
            new[node] = self.node(level, tuple([(value, new[target]) for value, target in edges]))
        return [new[root] for root in roots]
