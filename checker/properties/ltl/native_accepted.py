"""Runs that an automaton accepts, with the arrays and the algorithms of the native library."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import cast

from checker.engines.native.edges import NativeGraph
from checker.graph.fair_cycles import FairGraph
from checker.graph.lassos import ENTRIES, Lasso, lasso_from
from checker.graph.native_cycles import NativeCycles
from checker.graph.native_product import NativeProduct
from checker.graph.reachability import Distances
from checker.properties.ltl.accepted import ProductSearch
from checker.properties.ltl.automaton import Automaton
from checker.properties.search import Search


class NativeProductSearch(ProductSearch):
    """See `ProductSearch`. `letters` are those of `native_product.letters_of`, and `bits` tells of each of their bits the condition."""

    def __init__(
        self, search: Search, graph: NativeGraph, letters: array[int], bits: Mapping[int, int], automaton: Automaton
    ) -> None:
        """Raises GraphTooLarge."""
        self.search, self.automaton = search, automaton
        self.native = NativeProduct(graph, letters, bits, automaton, graph.memory_mib)
        self.product = self.native
        self._cycles = NativeCycles(self.native, search.fairness(), self.native.edge_sets, automaton.sets)

    def _distances(self) -> Distances:
        inside = bytearray(b"\1") * len(self.native.node_state)
        return self._cycles.forward(((node, 0) for node in range(self.native.sources)), inside)

    def _end(self, distances: Distances) -> int | None:
        return self.native.end(self.search.resting(), cast("array[int]", distances.order))

    def _is_decided(self, node: int) -> bool:
        return self.native.is_decided(node)

    def _lasso(self, distances: Distances) -> Lasso | None:
        native = self.native
        fair = FairGraph(native, self.search.fairness(), lazy=True, edge_sets=native.edge_sets, sets=self.automaton.sets)
        parts = self._cycles.fair_parts(bytearray(b"\1") * len(native.node_state))
        return lasso_from(fair, parts.nearest(distances, ENTRIES + 1), distances)
