"""Runs that an automaton accepts, in the product of a state graph with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.graph.fair_cycles import FairGraph, fair_components
from checker.graph.lassos import Lasso, find_lasso
from checker.graph.product import UNREAD, Product
from checker.graph.reachability import Distances, forward
from checker.properties.finding import Path
from checker.properties.ltl.automaton import Automaton

if TYPE_CHECKING:
    from checker.graph.native_product import NativeProduct
    from checker.properties.search import Search


class Accepted(Struct, frozen=True, kw_only=True):
    """A fair lasso, or a path to where a run may end; `decided`: whatever comes after the path, the run is accepted."""

    path: Path
    decided: bool


class ProductSearch:
    """Of one search with one automaton. `letters[s]` is what the automaton reads in state s, or UNREAD."""

    def __init__(self, search: Search, letters: Sequence[int], automaton: Automaton) -> None:
        self.search, self.letters, self.automaton = search, letters, automaton
        self.product: Product | NativeProduct = Product(search.graph, letters, automaton, search.initial)

    def run(self) -> Accepted | None:
        """A run that is accepted, the shortest of those that are looked at; None where there is none."""
        distances = self._distances()
        end = self._end(distances)
        lasso = self._lasso(distances)
        if end is not None and (lasso is None or lasso.steps >= distances.distance[end]):
            source, edges = distances.path(end)
            return Accepted(path=self._path(source, edges, self.product.node_state[end]), decided=self._is_decided(end))
        return None if lasso is None else Accepted(path=self._lasso_path(lasso), decided=False)

    # --- on the arrays of the product ---------------------------------------------------------------------------

    def _distances(self) -> Distances:
        product = self.product
        inside = bytearray(b"\1") * len(product.node_state)
        return forward(product, ((node, 0) for node in range(product.sources)), inside)

    def _end(self, distances: Distances) -> int | None:
        resting = self.search.resting()
        return next((node for node in distances.order if self._is_decided(node) or self._may_end(node, resting)), None)

    def _is_decided(self, node: int) -> bool:
        """Whether every run that comes to the node is accepted."""
        letter = self.letters[self.product.node_state[node]]
        return letter != UNREAD and self.automaton.decided(self.product.node_reader[node], letter)

    def _may_end(self, node: int, resting: bytearray) -> bool:
        """Whether a run that comes to the node may end there, and is accepted then."""
        state, read = self.product.node_state[node], self.product.node_reader[node]
        letter = self.letters[state]
        return bool(resting[state]) and letter != UNREAD and self.automaton.accepts_for_ever(read, letter)

    def _lasso(self, distances: Distances) -> Lasso | None:
        product = self.product
        fair = FairGraph(product, self.search.fairness(), edge_sets=product.edge_sets, sets=self.automaton.sets)
        return find_lasso(fair, fair_components(fair, bytearray(b"\1") * len(product.node_state)), distances)

    # --- paths of the state graph ---------------------------------------------------------------------------------

    def _lasso_path(self, lasso: Lasso) -> Path:
        entry = lasso.source
        for edge in lasso.stem:
            entry = self.product.edge_target[edge]
        cycle = self._edges(entry, lasso.cycle)
        stem = self._path(lasso.source, lasso.stem, None)
        state = self.product.node_state[entry]
        return self.search.extended(stem, cycle, state, cycle=len(stem.indices), shortest=False)

    def _path(self, source: int, edges: Sequence[int], end: int | None) -> Path:
        start = self.search.path(self.product.node_state[source])
        return self.search.extended(start, self._edges(source, edges), end, shortest=False)

    def _edges(self, node: int, edges: Iterable[int]) -> list[int]:
        """The edges of the state graph that the edges of the product from `node` on are."""
        found = []
        for edge in edges:
            found.append(self.product.edge_of(edge, node))
            node = self.product.edge_target[edge]
        return found
