"""The algorithms of `reachability` and `fair_cycles` in the native library (`reach.c`, `cycles.c`), for graphs of millions of states."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol

from checker.engines.native import library as lib
from checker.engines.native.packed import PackedEdges, memory
from checker.engines.native.search import address
from checker.graph.components import Part
from checker.graph.fair_cycles import Fairness, FairPart
from checker.graph.hunger import Hunger
from checker.graph.reachability import Distances
from checker.semantics.domains import watch

MOST_COUNTED = 1 << 61  # of what an edge, or a path, counts for
KINDS: dict[Fairness, int] = {"weak": 1, "strong": 2, "may": 4, "fault": 8}  # TC_WEAK, ...


class LibraryGraph(Protocol):
    """A graph whose edges are as the library reads them."""

    @property
    def packed(self) -> PackedEdges: ...

    @property
    def classes(self) -> Sequence[tuple[int, Any, tuple[Any, ...]]]: ...


class CutEdges(Collection[int]):
    """The edges whose byte is not 0."""

    def __init__(self, marks: memoryview | bytearray) -> None:
        self.marks = marks

    def __contains__(self, edge: object) -> bool:
        return isinstance(edge, int) and self.marks[edge] != 0

    def __iter__(self) -> Iterator[int]:
        return (edge for edge, mark in enumerate(self.marks) if mark)

    def __len__(self) -> int:
        return len(self.marks)  # so it is true even where no edge is cut: counting them takes long


class NativeCycles:
    """The algorithms on one graph. `fairness` tells of each class. What has a value for each state is a bytearray or an array."""

    def __init__(
        self,
        graph: LibraryGraph,
        fairness: Sequence[Fairness],
        edge_sets: memoryview | bytearray | None = None,
        sets: int = 0,
    ) -> None:
        """`edge_sets`: one byte for each edge, the mask of the sets that it is in; all are `sets`, and a fair cycle has an edge of each."""
        self._edge_sets, self._sets = edge_sets, sets
        self._library = lib.load()
        self._packed = graph.packed
        self._states = self._packed.states
        self._kinds = bytearray([*(KINDS[kind] for kind in fairness), 0])
        assert edge_sets is None or len(edge_sets) == self._packed.edges, "each edge has a byte for its sets"
        assert self._library.tc_graph_sound(self._graph(), self._packed.edges, len(fairness)), "the graph is within its bounds"

    def _graph(self, cut: CutEdges | None = None) -> lib.GraphStruct:
        assert cut is None or len(cut.marks) == self._packed.edges, "a cut has one byte for each edge"
        return self._packed.struct(None if cut is None else cut.marks, self._edge_sets, self._sets)

    def kinds(self) -> bytearray:
        """Of each state the kinds of its edges: the bits of `KINDS`."""
        found = bytearray(self._states)
        self._library.tc_graph_kinds(self._graph(), address(self._kinds), address(found))
        return found

    def forward(self, sources: Iterable[tuple[int, int]], inside: bytearray, cut: CutEdges | None = None) -> Distances:
        """As `reachability.forward`, from sources in the order of their levels."""
        assert len(inside) == self._states
        states, levels = array("i"), array("i")
        for state, level in sources:
            assert 0 <= state < self._states, "a source is a state"
            assert not levels or levels[-1] <= level, "sources are in the order of their levels"
            states.append(state)
            levels.append(level)
        n = self._states
        distance, edge, origin, order = (array(code, bytes(size * n)) for code, size in (("i", 4), ("q", 8), ("i", 4), ("i", 4)))
        given = (address(inside), len(states), address(states), address(levels))
        made = map(address, (distance, edge, origin, order))
        reached = self._library.tc_graph_forward(self._graph(cut), *given, *made)
        return Distances(distance=distance, edge=edge, origin=origin, order=order[:reached])

    def reaching(self, targets: Iterable[int]) -> bytearray:
        """As `Backward.reaching`. Raises MemoryError."""
        found = bytearray(self._states)
        for state in targets:
            found[state] = 1
        if self._library.tc_graph_backward(self._graph(), address(found)):
            raise MemoryError
        return found

    def longest(
        self, inside: bytearray, ends: bytearray, counted: Sequence[int], limit: int, gained: Sequence[int] | None = None
    ) -> array[int]:
        """As `longest.longest`."""
        most, of_class = array("q", bytes(8 * self._states)), array("q", [*counted, 0])
        of_state = None if gained is None else array("q", gained)
        assert len(of_class) == len(self._kinds), "each class counts for something"
        assert of_state is None or len(of_state) == self._states, "each state does"
        assert max(limit, max(of_class), max(of_state or (0,))) <= MOST_COUNTED, "sums of three fit"
        given = (address(inside), address(ends), address(of_class), None if of_state is None else address(of_state))
        while self._library.tc_graph_longest(self._graph(), *given, limit, address(most)):
            watch()
        return most

    def hunger(self, hunger: Hunger) -> tuple[memoryview, memoryview]:
        """As `hunger.marks`; the letters are an array of 16 bits each."""
        n = self._packed.edges
        sets, cut = memory(n), memory(n)
        serves, letters = array("H", hunger.serves), hunger.letters
        assert isinstance(letters, array), "letters of the library"
        assert (letters.itemsize, len(letters)) == (2, self._states), "a letter of 16 bits for each state"
        given = (address(letters), address(hunger.roles), address(serves), hunger.by_progress)
        self._library.tc_graph_hunger(self._graph(), *given, address(sets), address(cut))
        return sets, cut

    def fair_parts(self, inside: bytearray, cut: CutEdges | None = None) -> FairParts:
        """The fair components among the states with a true `inside`, without the edges in `cut`. Raises MemoryError."""
        assert len(inside) == self._states
        labels = array("I", bytes(4 * self._states))
        classes = len(self._kinds) - 1
        found = self._library.tc_graph_fair(self._graph(cut), address(inside), address(self._kinds), classes, address(labels))
        if found < 0:
            raise MemoryError
        return FairParts(found, Part.labelled(labels, frozenset() if cut is None else cut))


class FairParts:
    """Fair components: the states that carry the labels 1 .. count."""

    def __init__(self, count: int, part: Part) -> None:
        self.count, self.part = count, part

    def nearest(self, distances: Distances, most: int, among: bytearray | None = None) -> list[tuple[int, FairPart]]:
        """States in fair components (and `among` those with a true byte) that were reached, nearest first: at least `most` where there are so
        many.
        """
        labels, found = self.part.labels, list[tuple[int, int]]()
        for state in distances.order if self.count else ():
            if len(found) >= most and distances.distance[state] > found[-1][0]:
                break
            if labels[state] and (among is None or among[state]):
                found.append((distances.distance[state], state))
        return [(state, FairPart(part=self.part, label=labels[state])) for _, state in sorted(found)]
