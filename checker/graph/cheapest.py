"""The cheapest path to some states (Dijkstra, Numer. Math. 1, 1959)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from checker.graph.components import Edges
from checker.semantics.domains import watch

WATCHED = 4_096  # states between two looks at the clock


def cheapest(
    edges: Edges, sources: Iterable[int], goal: Sequence[int], counted: Sequence[int], gained: Sequence[int] | None = None
) -> int | None:
    """What the edges of a path from one of `sources` to a state with a true `goal` count for, at least; None where no path leads there.

    `counted` and `gained` as in `longest`.
    """
    start, target, edge_class = edges.edge_start, edges.edge_target, edges.edge_class
    known: dict[int, int] = dict.fromkeys(sources, 0)
    waiting = [(0, state) for state in known]
    closed: set[int] = set()
    while waiting:
        cost, state = heappop(waiting)
        if state in closed:
            continue
        if goal[state]:
            return cost
        closed.add(state)
        if len(closed) % WATCHED == 0:
            watch()
        for edge in range(start[state], start[state + 1]):
            to = target[edge]
            if to < 0 or to in closed:
                continue
            here = cost + counted[edge_class[edge]] + (gained[to] if gained else 0)
            if here < known.get(to, here + 1):
                known[to] = here
                heappush(waiting, (here, to))
    return None
