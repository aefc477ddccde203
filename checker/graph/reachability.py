"""What can be reached from where: breadth-first search over the arrays of a state graph, forward and backward."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from checker.graph.components import Edges


class Distances(Struct, frozen=True, kw_only=True):
    """Of each state its distance from the nearest source (-1: not reached) and the edge over which it was reached first
    (-1: a source).

    A source counts from the level that it was given. `order` holds the reached states, nearest first.
    """

    distance: Sequence[int]
    edge: Sequence[int]
    origin: Sequence[int]  # the state that `edge` leaves
    order: Sequence[int]

    def path(self, state: int) -> tuple[int, list[int]]:
        """The source that `state` was reached from, and the edges from there."""
        found = []
        while self.edge[state] >= 0:
            found.append(self.edge[state])
            state = self.origin[state]
        return state, found[::-1]


def forward(
    edges: Edges, sources: Iterable[tuple[int, int]], inside: Sequence[int], cut: Collection[int] = frozenset()
) -> Distances:
    """Shortest distances from `sources`, (state, level) pairs, over states with a true `inside` and edges that are not cut.

    Sources that are not inside are passed over. Among equals the source with the lower level, then the one named first, wins.
    """
    n = len(edges.edge_start) - 1
    distance, edge_to, origin = array("q", [-1]) * n, array("q", [-1]) * n, array("q", [-1]) * n
    start, target = edges.edge_start, edges.edge_target
    waiting = sorted((level, place, state) for place, (state, level) in enumerate(sources) if inside[state])
    order: list[int] = []
    layer: list[int] = []
    level = at = 0
    while layer or at < len(waiting):
        if not layer:
            level = max(level, waiting[at][0])
        while at < len(waiting) and waiting[at][0] <= level:
            state = waiting[at][2]
            at += 1
            if distance[state] < 0:
                distance[state] = level
                layer.append(state)
        order.extend(layer)
        following: list[int] = []
        for state in layer:
            for edge in range(start[state], start[state + 1]):
                to = target[edge]
                if to >= 0 and distance[to] < 0 and inside[to] and edge not in cut:
                    distance[to], edge_to[to], origin[to] = level + 1, edge, state
                    following.append(to)
        layer = following
        level += 1
    return Distances(distance=distance, edge=edge_to, origin=origin, order=order)


class Backward:
    """The predecessors of every state: built once, asked often."""

    def __init__(self, edges: Edges) -> None:
        start, target = edges.edge_start, edges.edge_target
        n = len(start) - 1
        self._n = n
        first = array("q", [0]) * (n + 1)
        for to in target:
            if to >= 0:
                first[to + 1] += 1
        for state in range(n):
            first[state + 1] += first[state]
        fill = array("q", first)
        before = array("q", [0]) * first[n]
        for state in range(n):
            for edge in range(start[state], start[state + 1]):
                to = target[edge]
                if to >= 0:
                    before[fill[to]] = state
                    fill[to] += 1
        self._first, self._before = first, before

    def reaching(self, targets: Iterable[int]) -> bytearray:
        """1 for each state from which some target can be reached, the targets included."""
        found = bytearray(self._n)
        stack = []
        for state in targets:
            if not found[state]:
                found[state] = 1
                stack.append(state)
        while stack:
            state = stack.pop()
            for place in range(self._first[state], self._first[state + 1]):
                before = self._before[place]
                if not found[before]:
                    found[before] = 1
                    stack.append(before)
        return found
