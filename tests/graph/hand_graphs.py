"""Graphs written by hand, with the arrays of a `StateGraph` that the algorithms read."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

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

    def fair(self) -> FairGraph:
        return FairGraph(self, self.fairness)

    def source_of(self, edge: int) -> int:
        return next(s for s in range(self.size) if self.edge_start[s] <= edge < self.edge_start[s + 1])

    def enabled(self, state: int) -> set[int]:
        return {self.edge_class[e] for e in range(self.edge_start[state], self.edge_start[state + 1])}
