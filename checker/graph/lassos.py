"""Lassos for people: a short stem into a fair component, then a short cycle that gives each fairness class its due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nsmallest
from operator import itemgetter
from typing import TypeAlias

from msgspec import Struct

from checker.graph.components import inner_edges
from checker.graph.fair_cycles import FairComponent, FairGraph, FairPart
from checker.graph.reachability import Distances

Node: TypeAlias = tuple[int, int, int, int, bool]  # state, weak classes due, strong ones enabled, strong ones taken, acted
PAIRS = 20_000  # of state and debt that one exact search looks at
ENTRIES = 50  # places where an exact search is begun
ALL_PAIRS = 100_000  # that the exact searches look at in all, before the last one is begun


class Lasso(Struct, frozen=True, kw_only=True):
    """Edges from the state `source` to the cycle, and the edges of the cycle. `shortest`: no fair lasso of the part is
    shorter."""

    source: int
    stem: list[int]
    cycle: list[int]
    shortest: bool

    @property
    def steps(self) -> int:
        return len(self.stem) + len(self.cycle)


def find_lasso(
    graph: FairGraph, found: Iterable[FairComponent], distances: Distances, through: bytearray | None = None
) -> Lasso | None:
    """A short fair lasso whose cycle is in one of the components (and goes `through` a state with a true byte), or None where no source
    reaches any of them.

    Entries are tried nearest first; what no entry could beat any more is not tried.
    """
    inner = ((state, component) for component in found for state in component.states if through is None or through[state])
    reached = ((distances.distance[state], state, component) for state, component in inner)
    nearest = nsmallest(ENTRIES + 1, (entry for entry in reached if entry[0] >= 0), key=itemgetter(0, 1))
    return lasso_from(graph, [(state, component) for _, state, component in nearest], distances)


def lasso_from(graph: FairGraph, entries: Iterable[tuple[int, FairPart]], distances: Distances) -> Lasso | None:
    """A short fair lasso whose cycle goes through one of `entries` within its part: the nearest ones of all, nearest first, and one more than
    `ENTRIES` where there are so many."""
    searches: dict[int, CycleSearch] = {}
    best: tuple[int, int, list[int]] | None = None
    exact, looked = True, 0
    for tried, (entry, component) in enumerate(entries):
        level = distances.distance[entry]
        if best is not None and level + 1 >= best[0]:
            break
        if tried >= ENTRIES or looked > ALL_PAIRS:
            exact = False
            break
        search = searches.setdefault(component.label, CycleSearch(graph, component))
        cycle, finished = search.shortest(entry, best[0] - level if best else None)
        exact, looked = exact and finished, looked + search.looked
        if cycle is None and best is None and not finished:
            cycle = search.walk(entry)
        if cycle is not None and (best is None or level + len(cycle) < best[0]):
            best = (level + len(cycle), entry, cycle)
    if best is None:
        return None
    source, stem = distances.path(best[1])
    return Lasso(source=source, stem=stem, cycle=best[2], shortest=exact)


class CycleSearch:
    """Fair cycles through states of one fair component."""

    def __init__(self, graph: FairGraph, component: FairPart) -> None:
        self._graph, self._component = graph, component
        self._known: dict[int, list[tuple[int, int, int]]] = {}
        self.looked = 0  # pairs, in the last exact search

    def _steps(self, state: int) -> list[tuple[int, int, int]]:
        """The edges of the component out of `state`: edge, target, what it takes. Found when asked for: components can be very large."""
        found = self._known.get(state)
        if found is None:
            edges, component = self._graph.edges, self._component
            inner = inner_edges(edges, component.part, [state], component.label)
            found = self._known[state] = [(edge, edges.edge_target[edge], self._graph.taken(edge)) for _, edge in inner]
        return found

    def _first(self, start: int) -> Node:
        enabled = self._graph.enabled[start]
        return start, enabled & self._graph.weak, enabled & self._graph.strong, 0, False

    def _after(self, node: Node, to: int, bit: int) -> Node:
        """The debts after a step that takes `bit` to `to`: what is disabled there or taken is no longer due."""
        _, due, wanted, taken, acted = node
        graph, here = self._graph, self._graph.enabled[to]
        acts = acted or bool(bit & graph.acting)
        return to, due & here & ~bit, wanted | (here & graph.strong), taken | (bit & graph.strong), acts

    @staticmethod
    def _paid(node: Node) -> bool:
        return not node[1] and not node[2] & ~node[3] and node[4]

    def shortest(self, start: int, shorter_than: int | None = None) -> tuple[list[int] | None, bool]:
        """The edges of a shortest fair cycle from `start` of fewer than `shorter_than` steps, or None; and whether the
        search was finished.

        Breadth first over pairs of state and debt, at most about `PAIRS` of them.
        """
        came: dict[Node, tuple[Node, int] | None] = {self._first(start): None}
        layer, length = list(came), 0
        while layer and (shorter_than is None or length + 1 < shorter_than):
            length += 1
            following = []
            for node in layer:
                for edge, to, bit in self._steps(node[0]):
                    after = self._after(node, to, bit)
                    if after in came:
                        continue
                    came[after] = (node, edge)
                    if to == start and self._paid(after):
                        self.looked = len(came)
                        return _unwind(came, after), True
                    following.append(after)
            self.looked = len(came)
            if len(came) > PAIRS:
                return None, False
            layer = following
        return None, True

    def walk(self, start: int) -> list[int]:
        """The edges of a fair cycle from `start`: the nearest edge or state that pays a debt, again and again, then back."""
        node, found = self._first(start), list[int]()
        while not (self._paid(node) and node[0] == start):
            way = self._nearest(node, start)
            for edge in way:
                node = self._after(node, self._graph.edges.edge_target[edge], self._graph.taken(edge))
            found.extend(way)
        return found

    def _nearest(self, node: Node, home: int) -> list[int]:
        """The shortest way from `node`, of one step or more, whose last step pays a debt, or comes home where none is
        left."""
        _, due, wanted, taken, acted = node
        owed, enabled, acting = wanted & ~taken, self._graph.enabled, self._graph.acting

        def pays(to: int, bit: int) -> bool:
            return bool(due & (bit | ~enabled[to])) or bool(owed & bit) or (not acted and bool(bit & acting))

        def comes_home(to: int, _bit: int) -> bool:
            return to == home

        return self._breadth_first(node[0], comes_home if self._paid(node) else pays)

    def _breadth_first(self, start: int, wanted: Callable[[int, int], bool]) -> list[int]:
        came: dict[int, tuple[int, int] | None] = {start: None}
        layer = [start]
        while layer:
            following = []
            for state in layer:
                for edge, to, bit in self._steps(state):
                    if wanted(to, bit):
                        return [*_unwind(came, state), edge]
                    if to not in came:
                        came[to] = (state, edge)
                        following.append(to)
            layer = following
        raise AssertionError("a fair component pays every debt within itself")


def _unwind(came: dict[Node, tuple[Node, int] | None] | dict[int, tuple[int, int] | None], node: Node | int) -> list[int]:
    """The edges that led to `node`."""
    found: list[int] = []
    while (link := came[node]) is not None:  # type: ignore[index]
        node, edge = link
        found.append(edge)
    return found[::-1]
