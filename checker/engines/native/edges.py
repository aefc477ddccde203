"""The state graph of a complete native search: with the face of `StateGraph`, its edges filled in by the library.

Nothing is kept in Python for a state or an edge. States are decoded, and edges unpacked, when they are asked for; which transition of the
interpreter an edge is is found by asking the interpreter for the transitions of its source.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property
from itertools import compress, pairwise
from time import perf_counter
from typing import final, overload

from msgspec import Struct

from checker.engines.memory import default_limit_mib, used_mib
from checker.engines.native.explore import SHARE, Explored
from checker.engines.native.labels import Labels
from checker.engines.native.packed import GraphTooLarge, PackedEdges, memory
from checker.engines.native.watches import Watched
from checker.engines.state_graph import Instance
from checker.model.model import Model
from checker.semantics.interpreter import Failure, Interpreter, State, Transition

BEFORE_BYTES = 4  # for each edge: its source, where edges are followed backward
WORK_BYTES = 64  # for each state: what looking for cycles takes at most (cycles.c), and what is asked of every state


def _numbered(labels: Labels, used: bytearray) -> tuple[array[int], list[Instance]]:
    """The number of the instance of each label that is used, in the order of the first label of each; and the instances."""
    to, classes = array("I", bytes(4 * labels.size)), dict[Instance, int]()
    label = used.find(1)
    while label >= 0:
        to[label] = classes.setdefault(labels.instance(label), len(classes))
        label = used.find(1, label + 1)
    return to, list(classes)


class _Edges(Struct, frozen=True, kw_only=True):
    packed: PackedEdges
    classes: list[Instance]


@final
class NativeGraph:
    """See `StateGraph`. Of a transition that fails it says no more than that: its target is -1, and `failures` is empty. The edges out of a state
    are in the order of the outcomes of the ground form.

    `model` may have fewer goals than the model that was searched. `lazy`: the edges are made when they are first asked for, which then
    raises GraphTooLarge in the place of the constructor.
    """

    expanded: int
    complete = True
    stopped = ""

    def __init__(self, explored: Explored, model: Model, *, memory_mib: float | None = None, lazy: bool = False) -> None:
        """Of a complete search compiled for runs. Raises GraphTooLarge."""
        began = perf_counter()
        assert explored.complete, "the graph of a search that is complete"
        assert not explored.reduction, "fairness is not decided on orbits"
        self.model = model
        self.explored = explored
        self.memory_mib = memory_mib
        self.interpreter = Interpreter(model)
        self.failures: list[tuple[int, int, Failure]] = []
        self.expanded = explored.stats.distinct
        self.max_depth = explored.stats.depth
        self.transitions = explored.stats.transitions
        layers = explored.search.layers()
        self.depth: Sequence[int] = _Depths(layers, self.expanded)
        self.initial: Sequence[int] = range(layers[1] if len(layers) > 1 else self.expanded)
        self.states: Sequence[State] = _States(explored)
        if not lazy:
            assert self._edges is not None
        self.seconds = explored.seconds + perf_counter() - began

    @cached_property
    def _edges(self) -> _Edges:
        search, n, edges, labels = self.explored.search, self.expanded, self.transitions, self.explored.compiled.labels
        assert labels is not None, "the search was compiled for runs"
        self._require(n * WORK_BYTES, n.bit_length())
        degrees, used = memory(4 * n), bytearray(labels.size)
        search.degrees(degrees, used)
        to, classes = _numbered(labels, used)
        packed = PackedEdges.with_degrees(degrees, n, edges, classes=len(classes), progress=self.model.has_progress)
        del degrees
        assert packed.starts[n] == edges, "both passes see the same transitions"
        self._require(n * WORK_BYTES, packed.edge_bits)
        search.edges(packed.struct(), to)
        return _Edges(packed=packed, classes=classes)

    @property
    def packed(self) -> PackedEdges:
        """The edges as the library reads them."""
        return self._edges.packed

    @property
    def edges_made(self) -> int:
        """How many edges have been asked for so far: all or none."""
        return self.transitions if "_edges" in self.__dict__ else 0

    @cached_property
    def edge_start(self) -> Sequence[int]:
        return self.packed.starts

    @cached_property
    def edge_target(self) -> Sequence[int]:
        return self.packed.targets

    @cached_property
    def edge_class(self) -> Sequence[int]:
        return self.packed.labels

    @cached_property
    def edge_progress(self) -> memoryview | None:
        """One byte for each edge, where the model has progress. Raises GraphTooLarge."""
        return self.packed.progress() if self.model.has_progress else None

    @property
    def classes(self) -> list[Instance]:
        return self._edges.classes

    def _require(self, states_bytes: int, edge_bits: int) -> None:
        limit = default_limit_mib(SHARE) if self.memory_mib is None else self.memory_mib
        of_edge = edge_bits / 8 + BEFORE_BYTES + self.model.has_progress
        wanted = (states_bytes + self.transitions * of_edge) / 2**20
        if limit is not None and used_mib() + wanted > limit:
            raise GraphTooLarge(f"the graph takes {wanted:,.0f} MiB more, and the limit of memory is {limit:,.0f} MiB")

    # --- as StateGraph has them --------------------------------------------------------------------------------------

    @property
    def distinct(self) -> int:
        """The number of distinct states."""
        return self.expanded

    @property
    def edge_marks(self) -> dict[int, tuple[str, ...]]:
        """The edges that are progress; other marks are not kept."""
        progress = self.edge_progress
        return {} if progress is None else {edge: ("progress",) for edge in range(self.transitions) if progress[edge]}

    def edges(self, state: int) -> range:
        """The numbers of the edges out of `state`."""
        return range(self.edge_start[state], self.edge_start[state + 1])

    def source(self, edge: int) -> int:
        """The state that `edge` leaves."""
        return bisect_right(self.edge_start, edge) - 1

    def path(self, state: int) -> tuple[int, list[int]]:
        """A shortest path to `state`: the number of its initial state, and the indices of its transitions."""
        numbers = self.explored.search.path(state)
        states = [self.states[number] for number in numbers]
        indices = [self._index(self.interpreter.transitions(before), after, None, None) for before, after in pairwise(states)]
        return numbers[0], indices

    def index(self, edge: int) -> int:
        """The place of an edge among the interpreter's transitions of its source: one to the same state, of the same instance, and progress
        where the edge is."""
        transitions = self.interpreter.transitions(self.states[self.source(edge)])
        progress = self.packed.is_progress(edge) if self.model.has_progress else None
        return self._index(transitions, self.states[self.edge_target[edge]], self.classes[self.edge_class[edge]], progress)

    @staticmethod
    def _index(transitions: Sequence[Transition], target: State, instance: Instance | None, progress: bool | None) -> int:
        for index, found in enumerate(transitions):
            if (
                found.target == target
                and instance in (None, (found.step, found.agent, found.values))
                and progress in (None, "progress" in found.marks)
            ):
                return index
        raise AssertionError("the interpreter has no such transition")

    def number(self, state: State) -> int:
        """The number of a reachable state."""
        compiled = self.explored.compiled
        found = self.explored.search.find(compiled.packed(compiled.ground.encoded(state)))
        assert found is not None, "a state of a path was reached"
        return found

    def tails(self, cells: int, marks: bytearray) -> Iterator[Hashable]:
        """Of each marked state what its last cells, of one field each, hold: equal for two states where those are."""
        compiled, search = self.explored.compiled, self.explored.search
        first, masks = len(compiled.ground.fields) - cells, dict[int, int]()
        for place, at in zip(compiled.field_of, compiled.program.fields, strict=True):
            if place >= first:
                masks[at.word] = masks.get(at.word, 0) | (1 << at.width) - 1 << at.shift
        words, _ = search.states(0, self.expanded)
        columns = [map(mask.__and__, compress(words[word :: compiled.program.words], marks)) for word, mask in masks.items()]
        return columns[0] if len(columns) == 1 else zip(*columns, strict=True)

    def final_states(self) -> Iterator[int]:
        """The states without a transition."""
        return (state for state, (first, end) in enumerate(pairwise(self.edge_start)) if first == end)

    # --- of every state -----------------------------------------------------------------------------------------------

    def edges_where(self, goal: str) -> memoryview:
        """1 for each edge where a goal on transitions is broken. Raises GraphTooLarge."""
        marks = memory(self.transitions)
        watch = self.explored.compiled.watched.index(Watched(goal=goal, what="wrong"))
        self.explored.search.edges_where(self.packed.struct(), watch, 1, marks)
        return marks

    def final_where(self, goal: str) -> bytearray:
        """1 for each state where a goal on final states is broken."""
        marks = bytearray(self.expanded)
        self.explored.search.final(self.explored.compiled.watched.index(Watched(goal=goal, what="wrong")), 1, marks)
        return marks

    def where(self, goal: str, what: str, mark: int, marks: bytearray) -> None:
        """Put `mark` at each state where this watch on states fires; there is one byte for each state."""
        watched = Watched(goal=goal, what=what)
        fired = self.explored.seen[watched].count
        if fired == self.expanded:
            marks[:] = bytes([mark]) * self.expanded
        elif fired:
            self.explored.search.evaluate(self.explored.compiled.watched.index(watched), mark, marks)


@final
class _Depths(Sequence[int]):
    """The depth of each state: states are numbered layer by layer."""

    def __init__(self, layers: list[int], states: int) -> None:
        self._layers, self._states = layers, states

    def __len__(self) -> int:
        return self._states

    @overload
    def __getitem__(self, state: int) -> int: ...
    @overload
    def __getitem__(self, state: slice) -> list[int]: ...
    def __getitem__(self, state: int | slice) -> int | list[int]:
        if isinstance(state, slice):
            return [self[s] for s in range(*state.indices(self._states))]
        if not -self._states <= state < self._states:
            raise IndexError(state)
        return bisect_right(self._layers, state % self._states) - 1


@final
class _States(Sequence[State]):
    """The states, decoded when they are asked for."""

    def __init__(self, explored: Explored) -> None:
        self._explored = explored

    def __len__(self) -> int:
        return self._explored.stats.distinct

    @overload
    def __getitem__(self, number: int) -> State: ...
    @overload
    def __getitem__(self, number: slice) -> list[State]: ...
    def __getitem__(self, number: int | slice) -> State | list[State]:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        compiled = self._explored.compiled
        return compiled.ground.decoded(compiled.unpacked(self._explored.search.state(number % len(self))))
