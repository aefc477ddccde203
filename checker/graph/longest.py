"""How many steps of a kind a path may take within a part of a graph."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from checker.graph.components import Edges
from checker.semantics.domains import watch


def longest(edges: Edges, inside: Sequence[int], ends: Sequence[int], counted: Sequence[int], limit: int) -> array[int]:
    """Of each state with a true `inside` how many counted edges a path from it within the part may take, at most `limit`; 0 of the others.

    `counted`: of each class. A path that comes to a state with a true `ends` counts for `limit`.
    """
    start, target, edge_class = edges.edge_start, edges.edge_target, edges.edge_class
    states = [state for state in range(len(start) - 1) if inside[state]]
    most = array("i", bytes(4 * (len(start) - 1)))
    changed = True
    while changed:
        changed = False
        watch()
        for state in reversed(states):
            best = limit if ends[state] else most[state]
            for edge in range(start[state], start[state + 1]):
                to = target[edge]
                if to >= 0 and inside[to]:
                    best = max(best, min(limit, most[to] + counted[edge_class[edge]]))
            if best > most[state]:
                most[state] = best
                changed = True
    return most
