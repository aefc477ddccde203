"""The states that a search reached and the transitions between them, in arrays."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator
from itertools import compress
from typing import final

from msgspec import Struct, field

from checker.language.types import Value
from checker.model.model import Model
from checker.semantics.interpreter import Failure, State

Instance = tuple[int, Value | None, tuple[Value, ...]]  # step, agent, values of the parameters


@final
class StateGraph(Struct, kw_only=True):
    """States are numbers, in the order in which a breadth-first search reached them.

    `parent[s]` is the state from which s was first reached (-1 for an initial state), by its transition number `parent_edge[s]`.
    The edges out of s are `edge_start[s] .. edge_start[s + 1] - 1`, in the order of `Interpreter.transitions`. `edge_target` is -1 where the
    transition fails. `edge_class` is a place in `classes`: one instance of a step for fairness. `failures` holds state, transition index, failure.

    When the search did not end, `complete` is False and `stopped` says why; the states from number `expanded` on then have no edges yet,
    which says nothing about their transitions.
    """

    model: Model
    states: list[State] = field(default_factory=list)
    initial: list[int] = field(default_factory=list)
    parent: array[int] = field(default_factory=lambda: array("i"))
    parent_edge: array[int] = field(default_factory=lambda: array("i"))
    depth: array[int] = field(default_factory=lambda: array("i"))
    edge_start: array[int] = field(default_factory=lambda: array("q", [0]))
    edge_target: array[int] = field(default_factory=lambda: array("i"))
    edge_class: array[int] = field(default_factory=lambda: array("i"))
    edge_marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    classes: list[Instance] = field(default_factory=list)
    failures: list[tuple[int, int, Failure]] = field(default_factory=list)
    expanded: int = 0
    complete: bool = False
    stopped: str = ""
    seconds: float = 0.0

    @property
    def distinct(self) -> int:
        """The number of distinct states."""
        return len(self.states)

    @property
    def transitions(self) -> int:
        """The number of transitions, those that fail included."""
        return len(self.edge_target)

    @property
    def max_depth(self) -> int:
        """The number of steps to the states that are farthest from the initial ones."""
        return self.depth[-1] if self.depth else 0

    def edges(self, state: int) -> range:
        """The numbers of the edges out of `state`."""
        return range(self.edge_start[state], self.edge_start[state + 1])

    def source(self, edge: int) -> int:
        """The state that `edge` leaves."""
        from bisect import bisect_right

        return bisect_right(self.edge_start, edge) - 1

    def index(self, edge: int) -> int:
        """The place of `edge` among the interpreter's transitions of the state that it leaves."""
        return edge - self.edge_start[self.source(edge)]

    def path(self, state: int) -> tuple[int, list[int]]:
        """A shortest path to `state`: the number of its initial state, and the indices of its transitions."""
        indices: list[int] = []
        while self.parent[state] >= 0:
            indices.append(self.parent_edge[state])
            state = self.parent[state]
        indices.reverse()
        return self.initial.index(state), indices

    def tails(self, cells: int, marks: bytearray) -> Iterator[Hashable]:
        """Of each marked state what its last cells hold: equal for two states where those are."""
        return (state[len(state) - cells :] for state in compress(self.states, marks))

    def final_states(self) -> Iterator[int]:
        """The expanded states without a transition."""
        return (s for s in range(self.expanded) if self.edge_start[s] == self.edge_start[s + 1])


def counted_states(n: int) -> str:
    """`1 state`, `2,000 states`."""
    return f"{n:,} state{'' if n == 1 else 's'}"
