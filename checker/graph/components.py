"""Strongly connected components of a part of a state graph.

Tarjan's algorithm (SIAM J. Comput. 1, 1972), iterative, over the flat arrays of a `StateGraph`. A part is given by a label
for every state: only edges between two states of the label asked for count, and of those only the ones that are not cut.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, MutableSequence, Sequence
from typing import Any, Protocol


class Edges(Protocol):
    """What the algorithms of this folder read of a `StateGraph`: its edges, flat.

    The edges of state i are numbered edge_start[i] .. edge_start[i + 1] - 1; `edge_target` is -1 where the step failed;
    `edge_class` is the place in `classes` of the step, agent and values that were taken.
    """

    @property
    def edge_start(self) -> Sequence[int]: ...

    @property
    def edge_target(self) -> Sequence[int]: ...

    @property
    def edge_class(self) -> Sequence[int]: ...

    @property
    def classes(self) -> Sequence[tuple[int, Any, tuple[Any, ...]]]: ...


class Part:
    """The states whose label is not 0, without the edges in `cut`."""

    __slots__ = ("cut", "labels", "used")

    def __init__(self, labels: Sequence[int], cut: Collection[int] = frozenset()) -> None:
        self.labels: MutableSequence[int] = [1 if label else 0 for label in labels]
        self.cut: Collection[int] = cut
        self.used = 1

    @classmethod
    def labelled(cls, labels: MutableSequence[int], cut: Collection[int]) -> Part:
        """With labels that are there already; no more will be made."""
        part = cls.__new__(cls)
        part.labels, part.cut, part.used = labels, cut, -1
        return part

    def mark(self, states: Iterable[int]) -> int:
        """A fresh label, put on `states`: a part of the part."""
        self.used += 1
        for state in states:
            self.labels[state] = self.used
        return self.used


def components(edges: Edges, part: Part, states: Iterable[int], label: int = 1) -> Iterator[list[int]]:
    """The strongly connected components among `states` that hold at least one edge, with their states in ascending order.

    `states` are those of `part` that carry `label`. The labels are read while the iterator runs: change them between the
    components only for states of components that were given out.
    """
    start, target, labels, cut = edges.edge_start, edges.edge_target, part.labels, part.cut
    order: dict[int, int] = {}  # state -> when it was first met
    low: dict[int, int] = {}
    waiting: list[int] = []  # met, and not yet given to a component
    on_stack: set[int] = set()
    for root in states:
        if root in order:
            continue
        path: list[tuple[int, int]] = [(root, start[root])]
        order[root] = low[root] = len(order)
        waiting.append(root)
        on_stack.add(root)
        while path:
            state, edge = path.pop()
            end = start[state + 1]
            lowest = low[state]
            while edge < end:
                to = target[edge]
                edge += 1
                if to < 0 or labels[to] != label or (cut and edge - 1 in cut):
                    continue
                if to not in order:
                    low[state] = lowest
                    path.append((state, edge))
                    order[to] = low[to] = len(order)
                    waiting.append(to)
                    on_stack.add(to)
                    path.append((to, start[to]))
                    break
                if to in on_stack and order[to] < lowest:
                    lowest = order[to]
            else:
                low[state] = lowest
                if path:
                    before = path[-1][0]
                    if lowest < low[before]:
                        low[before] = lowest
                if lowest == order[state]:
                    found = _close(state, waiting, on_stack)
                    if len(found) > 1 or _has_loop(edges, part, state):
                        yield found


def _close(root: int, waiting: list[int], on_stack: set[int]) -> list[int]:
    found = []
    while True:
        state = waiting.pop()
        on_stack.discard(state)
        found.append(state)
        if state == root:
            return sorted(found)


def _has_loop(edges: Edges, part: Part, state: int) -> bool:
    outgoing = range(edges.edge_start[state], edges.edge_start[state + 1])
    return any(edges.edge_target[edge] == state and edge not in part.cut for edge in outgoing)


def inner_edges(edges: Edges, part: Part, states: Iterable[int], label: int) -> Iterator[tuple[int, int]]:
    """(state, edge) for every edge of the part from one of `states` to a state with `label`."""
    start, target, labels, cut = edges.edge_start, edges.edge_target, part.labels, part.cut
    for state in states:
        for edge in range(start[state], start[state + 1]):
            to = target[edge]
            if to >= 0 and labels[to] == label and edge not in cut:
                yield state, edge
