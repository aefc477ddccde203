"""When one agent wants to act, and when it is served: the marks of edges on which a fair cycle starves it.

An agent wants in a state where an activity of it waits, or a step of it is enabled that is no fault and not `may`. A step of it serves it that is
progress, where the code of its role has `progress`; else a step after which the activity that it belongs to does not wait. A fair cycle starves it
that serves it never, in some state of which it wants, and in which another agent takes a step that is no fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from msgspec import Struct

from checker.graph.components import Edges

OWN, WANTS, OTHER = 1, 2, 4  # TC_OWN, ...
WANTING, ACTED = 1, 2  # the sets of an edge: its source is a state where the agent wants; another agent acts
EVERY = WANTING | ACTED


@final
class Hunger(Struct, frozen=True, kw_only=True):
    """Of one agent. `letters[s]`: bit 0 where it is busy in state s, the other bits where an activity of it is at rest. Of each class `roles` has the
    bits OWN, WANTS and OTHER, and `serves` the bit of its activity, 0 where that never waits. `by_progress`: only progress serves."""

    letters: Sequence[int]
    roles: bytearray
    serves: Sequence[int]
    by_progress: bool


def marks(edges: Edges, hunger: Hunger, progress: Sequence[int]) -> tuple[bytearray, bytearray]:
    """Of each edge its sets, and 1 where it serves the agent. `progress`: of each edge, where that serves."""
    sets, cut = bytearray(len(edges.edge_target)), bytearray(len(edges.edge_target))
    letters, roles, label = hunger.letters, hunger.roles, edges.edge_class
    for state in range(len(edges.edge_start) - 1):
        here = range(edges.edge_start[state], edges.edge_start[state + 1])
        wants = WANTING if letters[state] & 1 or any(roles[label[e]] & WANTS for e in here) else 0
        for edge in here:
            sets[edge] = wants | (ACTED if roles[label[edge]] & OTHER else 0)
            if roles[label[edge]] & OWN:
                bit, to = hunger.serves[label[edge]], edges.edge_target[edge]
                served = progress[edge] if hunger.by_progress else not bit or (to >= 0 and letters[to] & bit)
                cut[edge] = bool(served)
    return sets, cut
