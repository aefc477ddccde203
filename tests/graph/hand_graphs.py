"""Graphs written by hand, with the arrays of a `StateGraph` that the algorithms read, and fair cycles found by brute force."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from itertools import combinations

import networkx

from checker.engines.native.packed import PackedEdges
from checker.graph.fair_cycles import FairGraph, Fairness


class HandGraph:
    """`out[i]` lists the edges of state i as (target, class); `fairness` tells of each class."""

    def __init__(self, out: Sequence[Sequence[tuple[int, int]]], fairness: Sequence[Fairness]) -> None:
        self.edge_start, self.edge_target, self.edge_class = array("q", [0]), array("q"), array("q")
        for edges in out:
            for target, number in edges:
                self.edge_target.append(target)
                self.edge_class.append(number)
            self.edge_start.append(len(self.edge_target))
        self.classes = [(number, None, ()) for number in range(len(fairness))]
        self.fairness = list(fairness)

    @property
    def size(self) -> int:
        return len(self.edge_start) - 1

    @property
    def packed(self) -> PackedEdges:
        return packed(self)

    def fair(self) -> FairGraph:
        return FairGraph(self, self.fairness)

    def source_of(self, edge: int) -> int:
        return next(s for s in range(self.size) if self.edge_start[s] <= edge < self.edge_start[s + 1])

    def enabled(self, state: int) -> set[int]:
        return {self.edge_class[e] for e in range(self.edge_start[state], self.edge_start[state + 1])}


def packed(graph: HandGraph, progress: Sequence[int] | None = None) -> PackedEdges:
    """As `src/packed.h` says, written here once more: a long number, cut into words."""
    starts, target_bits = graph.edge_start, graph.size.bit_length()
    label_bits = max(0, max(graph.edge_class, default=0)).bit_length()
    edge_bits = target_bits + label_bits + (progress is not None)
    more = [starts[s] - starts[s // 64 * 64] for s in range(graph.size + 1)]
    more_bits = max(0, *more).bit_length() if len(more) > 1 else 0
    of_edges = [
        to + 1 | number << target_bits | (bool(progress[e]) << target_bits + label_bits if progress is not None else 0)
        for e, (to, number) in enumerate(zip(graph.edge_target, graph.edge_class, strict=True))
    ]
    return PackedEdges(
        states=graph.size,
        edges=len(of_edges),
        first=memoryview(array("Q", starts[::64])).cast("B").cast("Q"),
        more=_words(more, more_bits),
        edge=_words(of_edges, edge_bits),
        more_bits=more_bits,
        target_bits=target_bits,
        label_bits=label_bits,
        edge_bits=edge_bits,
    )


def _words(numbers: Sequence[int], bits: int) -> memoryview:
    """The first number in the lowest bits; one word more after the last."""
    length, per = len(numbers) * bits // 64 + 2, 1024  # numbers that are put together in one
    data = bytearray(8 * length)
    for first in range(0, len(numbers), per):
        long = sum(number << place * bits for place, number in enumerate(numbers[first : first + per]))
        at = first * bits // 8  # a multiple of 1,024 bits
        data[at : at + per * bits // 8] = long.to_bytes(per * bits // 8, "little")
    return memoryview(data[: 8 * length] + bytes(8)).cast("Q")


def is_fair(graph: HandGraph, edges: list[int]) -> bool:
    """By the definition, of a closed walk (or of the edges of a strongly connected graph)."""
    visited = {graph.source_of(e) for e in edges}
    taken = {graph.edge_class[e] for e in edges}
    if all(graph.fairness[c] == "fault" for c in taken):
        return False
    for number, kind in enumerate(graph.fairness):
        enabled = [number in graph.enabled(s) for s in visited]
        if kind == "weak" and all(enabled) and number not in taken:
            return False
        if kind == "strong" and any(enabled) and number not in taken:
            return False
    return True


def brute_force(graph: HandGraph, inside: Sequence[int], cut: Collection[int] = (), through: Sequence[int] | None = None) -> bool:
    """Whether some set of edges of the part is the edges of a closed walk, fair, and touches a state of `through` where that is given."""
    usable = [
        (graph.source_of(e), graph.edge_target[e], e)
        for e in range(len(graph.edge_target))
        if graph.edge_target[e] >= 0 and inside[graph.source_of(e)] and inside[graph.edge_target[e]] and e not in cut
    ]
    for size in range(1, len(usable) + 1):
        for chosen in combinations(usable, size):
            walk = networkx.MultiDiGraph()
            walk.add_edges_from(chosen)
            if through is not None and not any(through[state] for state in walk):
                continue
            if networkx.is_strongly_connected(walk) and is_fair(graph, [e for _, _, e in chosen]):
                return True
    return False
