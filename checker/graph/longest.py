"""The most that a path can take within a part of a graph: steps of a kind, or what steps cost.

An edge counts for what its class does, and for what the state that it leads to does, where states count.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from checker.graph.components import Edges
from checker.semantics.domains import watch


def longest(
    edges: Edges,
    inside: Sequence[int],
    ends: Sequence[int],
    counted: Sequence[int],
    limit: int,
    gained: Sequence[int] | None = None,
) -> array[int]:
    """Of each state with a true `inside` how much a path from it within the part may take, at most `limit`; 0 of the others.

    `counted`: of each class; `gained`: of each state that an edge leads to. A path that comes to a state with a true `ends` counts for `limit`.
    """
    start, target, edge_class = edges.edge_start, edges.edge_target, edges.edge_class
    states = [state for state in range(len(start) - 1) if inside[state]]
    most = array("q", bytes(8 * (len(start) - 1)))
    changed = True
    while changed:
        changed = False
        watch()
        for state in reversed(states):
            best = limit if ends[state] else most[state]
            for edge in range(start[state], start[state + 1]):
                to = target[edge]
                if to >= 0 and inside[to]:
                    takes = counted[edge_class[edge]] + (gained[to] if gained else 0)
                    best = max(best, min(limit, most[to] + takes))
            if best > most[state]:
                most[state] = best
                changed = True
    return most


class LongestPath:
    """Follows what `longest` found, `most`, with the same arguments."""

    def __init__(
        self,
        edges: Edges,
        inside: Sequence[int],
        ends: Sequence[int],
        counted: Sequence[int],
        most: Sequence[int],
        gained: Sequence[int] | None = None,
    ) -> None:
        self._edges, self._inside, self._ends = edges, inside, ends
        self._counted, self._gained, self._most = counted, gained, most

    def walk(self, state: int, left: int) -> tuple[list[int], int]:
        """Edges of a path from `state` that takes `left`, or comes to where a run may end; and where it leads."""
        edges: list[int] = []
        while left > 0 and not self._ends[state]:
            more, state = self._to_next(state, left)
            edges += more
            left -= self._takes(more[-1])
        return edges, state

    def _takes(self, edge: int) -> int:
        edges = self._edges
        return self._counted[edges.edge_class[edge]] + (self._gained[edges.edge_target[edge]] if self._gained else 0)

    def _to_next(self, state: int, left: int) -> tuple[list[int], int]:
        """The shortest way on from which all that is left can be had: over the next edge that counts, or to where a run may end."""
        start, target = self._edges.edge_start, self._edges.edge_target
        came: dict[int, list[int]] = {state: []}
        waiting = [state]
        for here in waiting:
            for edge in range(start[here], start[here + 1]):
                to = target[edge]
                if to < 0 or not self._inside[to]:
                    continue
                takes = self._takes(edge)
                if self._most[to] < left - takes or (to in came and not takes):
                    continue
                if takes or self._ends[to]:
                    return [*came[here], edge], to
                came[to] = [*came[here], edge]
                waiting.append(to)
        raise AssertionError("a path takes all that is left")
