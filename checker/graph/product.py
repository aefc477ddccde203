"""A state graph in step with an automaton that reads its states: the runs that the automaton accepts are the fair cycles of the product.

A node is a state of the graph with a state of the automaton that is about to read it. In each node that has edges the classes are enabled that
its state enables: what the automaton does depends on the state alone, not on the edge. Where every word that goes on from there is accepted, the
product ends.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from checker.graph.components import Edges
from checker.semantics.domains import watch

UNREAD = -1  # the letter of a state that the automaton cannot read
_WATCHED = 1_024  # nodes between two looks at the clock


class Reader(Protocol):
    """What the product asks of an automaton; see `checker.properties.ltl.automaton`."""

    sets: int

    def decided(self, state: int, letter: int) -> bool: ...
    def after(self, state: int, letter: int) -> tuple[tuple[int, int], ...]: ...


class Product:
    """Has the arrays of `Edges`, and of each node its state (`node_state`) and that of the automaton (`node_reader`), of each edge the mask of the
    automaton's sets that it is in (`edge_sets`). `sources` are the nodes 0 .. sources - 1.

    `letters[s]` is what the automaton reads in state s: UNREAD, and no run goes on there.
    """

    def __init__(self, edges: Edges, letters: Sequence[int], reader: Reader, initial: Iterable[int]) -> None:
        self._edges = edges
        self.classes: Sequence[tuple[int, Any, tuple[Any, ...]]] = edges.classes
        self.node_state, self.node_reader = array("i"), array("i")
        self.edge_start, self.edge_target, self.edge_class = array("q", [0]), array("i"), array("i")
        self.edge_sets: list[int] = []
        self._numbers: dict[tuple[int, int], int] = {}
        for state in initial:
            self._number(state, 0)
        self.sources = len(self.node_state)
        self._fill(letters, reader)

    def _number(self, state: int, read: int) -> int:
        found = self._numbers.setdefault((state, read), len(self.node_state))
        if found == len(self.node_state):
            self.node_state.append(state)
            self.node_reader.append(read)
        return found

    def _fill(self, letters: Sequence[int], reader: Reader) -> None:
        start, target, edge_class = self._edges.edge_start, self._edges.edge_target, self._edges.edge_class
        node = 0
        while node < len(self.node_state):
            if node % _WATCHED == 0:
                watch()
            state, read = self.node_state[node], self.node_reader[node]
            ends = letters[state] == UNREAD or reader.decided(read, letters[state])
            for after, sets in () if ends else reader.after(read, letters[state]):
                for edge in range(start[state], start[state + 1]):
                    to = target[edge]
                    self.edge_target.append(-1 if to < 0 else self._number(to, after))
                    self.edge_class.append(edge_class[edge])
                    self.edge_sets.append(sets)
            self.edge_start.append(len(self.edge_target))
            node += 1

    def edge_of(self, edge: int, node: int) -> int:
        """The edge of the graph that an edge out of `node` is."""
        state = self.node_state[node]
        first = self._edges.edge_start[state]
        return first + (edge - self.edge_start[node]) % (self._edges.edge_start[state + 1] - first)
