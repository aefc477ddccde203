"""Fair cycles of a part of a state graph: cycles that a run may follow for ever although every fair step gets its due.

A fairness class is one step with its agent and parameters (`StateGraph.classes`).
Weak fairness: infinitely often the class is disabled or taken. Strong fairness: if it is enabled infinitely often, it is
taken infinitely often. Faults are never fair and never required, and no run consists of faults for ever: a cycle holds a
step that is not a fault. A class is *enabled* in a state by any edge of it, also by one that leaves the part or fails; it
is *taken* by the edges of the cycle alone.

Edges may be in sets besides, each of which a cycle must take an edge of: what a generalised Büchi automaton accepts by. Such a set is as a weakly
fair class that every state enables.

Strong fairness is decided by the recursive decomposition for Streett conditions (Emerson and Lei, Sci. Comput. Program. 8,
1987): where a component takes no edge of a strongly fair class that some of its states enable, those states are on no fair
cycle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from checker.graph.components import Edges, Part, components, inner_edges

Fairness = Literal["weak", "strong", "may", "fault"]


class FairGraph:
    """Edges with the fairness of their classes: sets of classes are bit masks, bit c for `classes[c]`.

    `fairness` gives the fairness of each class. `enabled[i]` is the mask of classes with an edge out of state i; with `lazy`, made when it is
    asked for. `edge_sets` gives of each edge the mask of the sets that it is in; all the sets are `sets`. They have the bits after the classes.
    """

    __slots__ = ("_edge_sets", "_shift", "acting", "edges", "enabled", "strong", "weak")

    def __init__(
        self,
        edges: Edges,
        fairness: Sequence[Fairness],
        *,
        lazy: bool = False,
        edge_sets: Sequence[int] | None = None,
        sets: int = 0,
    ) -> None:
        self.edges = edges
        self._edge_sets, self._shift = edge_sets, len(fairness)
        self.weak = sets << self._shift
        self.strong = self.acting = 0
        for number, kind in enumerate(fairness):
            self.weak |= (kind == "weak") << number
            self.strong |= (kind == "strong") << number
            self.acting |= (kind != "fault") << number
        self.enabled: Sequence[int] | LazyMasks = (
            LazyMasks(edges, sets << self._shift) if lazy else self._enabled(sets << self._shift)
        )

    def taken(self, edge: int) -> int:
        """The mask of what `edge` takes: its class and its sets."""
        found = 1 << self.edges.edge_class[edge]
        return found if self._edge_sets is None else found | self._edge_sets[edge] << self._shift

    def _enabled(self, always: int) -> list[int]:
        """The masks, each with `always`; equal sets of classes share one number."""
        start, classes = self.edges.edge_start, self.edges.edge_class
        bits = [1 << number for number in range(len(self.edges.classes))]
        shared: dict[frozenset[int], int] = {}
        masks = []
        for state in range(len(start) - 1):
            here = frozenset(classes[start[state] : start[state + 1]])
            mask = shared.get(here)
            if mask is None:
                mask = shared[here] = sum(bits[c] for c in here) | always
            masks.append(mask)
        return masks


class LazyMasks:
    """The masks of `FairGraph.enabled`, each made when it is first asked for."""

    __slots__ = ("_always", "_edges", "_known")

    def __init__(self, edges: Edges, always: int = 0) -> None:
        self._edges, self._always = edges, always
        self._known: dict[int, int] = {}

    def __getitem__(self, state: int) -> int:
        mask = self._known.get(state)
        if mask is None:
            start, classes = self._edges.edge_start, self._edges.edge_class
            here = set(classes[start[state] : start[state + 1]])
            mask = self._known[state] = sum(1 << c for c in here) | self._always
        return mask


class FairPart(Struct, frozen=True, kw_only=True):
    """The states of `part` that carry `label`: all of them can one fair cycle visit over and over."""

    part: Part
    label: int


class FairComponent(FairPart, frozen=True, kw_only=True):
    """With its states, ascending."""

    states: list[int]


def fair_components(graph: FairGraph, inside: Sequence[int], cut: Collection[int] = frozenset()) -> Iterator[FairComponent]:
    """The maximal fair components of the states with a true `inside`, without the edges in `cut`.

    A cycle of the part is fair if and only if it is within one of them and gives each class its due; each of them has such
    a cycle.
    """
    part = Part(inside, cut)
    waiting: list[tuple[list[int], int]] = [([s for s, label in enumerate(part.labels) if label], 1)]
    while waiting:
        states, label = waiting.pop()
        for found in components(graph.edges, part, states, label):
            own = part.mark(found)
            always, ever, taken = _summary(graph, part, found, own)
            if not taken & graph.acting or always & graph.weak & ~taken:
                continue  # smaller parts of it take no more and disable no more
            starved = ever & graph.strong & ~taken
            if not starved:
                yield FairComponent(states=found, part=part, label=own)
                continue
            rest = [state for state in found if not graph.enabled[state] & starved]
            if rest:
                waiting.append((rest, part.mark(rest)))


def _summary(graph: FairGraph, part: Part, states: list[int], label: int) -> tuple[int, int, int]:
    """The classes that all of the states enable, those that any of them enables, and those of the edges between them."""
    always, ever, taken = -1, 0, 0
    for state in states:
        mask = graph.enabled[state]
        always &= mask
        ever |= mask
    for _, edge in inner_edges(graph.edges, part, states, label):
        taken |= graph.taken(edge)
    return always, ever, taken
