"""Explicit search: every reachable state, breadth first, by the reference interpreter."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from time import perf_counter
from typing import final

from msgspec import Struct

from checker.engines.memory import default_limit_mib, used_mib
from checker.engines.state_graph import StateGraph, counted_states
from checker.language.types import Value
from checker.model.model import Model
from checker.semantics.domains import watched
from checker.semantics.interpreter import Interpreter, State

REPORT_S = 0.2  # between two calls of the progress function
CHECK_STATES = 256  # states between two looks at the clock and the memory
CHECK_EDGES = 16_384  # edges
CHECK_S = 0.2  # seconds
CHECK_MEMORY_S = 0.01  # between two looks at the memory, which take longer than those at the clock


@final
class Progress(Struct, frozen=True, kw_only=True):
    """How far a search is: `queue` states are reached and not yet expanded; `states_per_s` have been expanded since the start.

    `instead`: what searches, where that is not what was asked for or would have been faster.
    """

    states: int
    transitions: int
    depth: int
    queue: int
    states_per_s: float
    seconds: float
    instead: str = ""


@final
class LimitReached(Exception):
    """The search must end; the text says why."""


def explore(
    model: Model,
    *,
    states_limit: int | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> StateGraph:
    """The state graph of `model`, breadth first.

    A limit that is reached, or Ctrl-C, ends the search with what was found: `complete` is then False and `stopped` says why. `progress` is
    called about every 0.2 s. `memory_mib` is of the whole process; None: what `default_limit_mib` says.
    """
    graph = StateGraph(model=model)
    search = _Search(
        graph, Interpreter(model), states_limit, time_s, default_limit_mib() if memory_mib is None else memory_mib, progress
    )
    collects = gc.isenabled()
    gc.disable()  # a search makes no cycles of references, and going through its many states for some again and again takes time
    try:
        with watched(search.look):
            search.run()
        graph.complete = True
    except LimitReached as limit:
        graph.stopped = str(limit)
    except KeyboardInterrupt:
        graph.stopped = "interrupted"
    except MemoryError:
        graph.stopped = "the memory of the machine is used up"
    finally:
        if collects:
            gc.enable()
    search.settle()
    return graph


@final
class _Search:
    """One breadth-first search into `graph`."""

    def __init__(
        self,
        graph: StateGraph,
        interpreter: Interpreter,
        states_limit: int | None,
        time_s: float | None,
        memory_mib: float | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.graph = graph
        self.interpreter = interpreter
        self.states_limit = sys.maxsize if states_limit is None else states_limit
        self.time_s = time_s
        self.memory_mib = memory_mib
        self.progress = progress
        self.started = self.reported = self.memory_look = perf_counter()
        self.numbers: dict[State, int] = {}
        self.source = 0  # the state that is expanded

    def run(self) -> None:
        """Fills the graph. Raises LimitReached."""
        self._start()
        graph, states, outcomes = self.graph, self.graph.states, self.interpreter.outcomes
        classes: list[dict[tuple[Value, ...], int]] = [{} for _ in graph.model.steps]
        numbers, targets, edge_class = self.numbers, graph.edge_target, graph.edge_class
        source, look_at, look_after = 0, 0, 0.0
        while source < len(states):
            if source % CHECK_STATES == 0 or len(targets) > look_at or perf_counter() > look_after:
                self.source, look_at, look_after = source, len(targets) + CHECK_EDGES, perf_counter() + CHECK_S
                self.look()
            below = graph.depth[source] + 1
            for index, (step, instance, target, failure, marks, _, _) in enumerate(outcomes(states[source])):
                if target is None:
                    assert failure is not None
                    number = -1
                    graph.failures.append((source, index, failure))
                else:
                    number = numbers.setdefault(target, len(states))
                    if number == len(states):
                        self._add(target, source, index, below)
                if marks:
                    graph.edge_marks[len(targets)] = marks
                of_class = classes[step].get(instance)
                if of_class is None:
                    of_class = classes[step][instance] = self._new_class(step, instance)
                targets.append(number)
                edge_class.append(of_class)
            graph.edge_start.append(len(targets))
            source += 1

    def _start(self) -> None:
        for state in self.interpreter.iterate_initial_states():
            number = len(self.graph.states)
            self._add(state, -1, -1, 0)
            self.graph.initial.append(number)
            self.numbers[state] = number
            if len(self.graph.states) % CHECK_STATES == 0:
                self.look()

    def _add(self, state: State, parent: int, parent_edge: int, depth: int) -> None:
        graph = self.graph
        if len(graph.states) >= self.states_limit:
            raise LimitReached(f"the limit of {counted_states(self.states_limit)} was reached")
        graph.parent.append(parent)
        graph.parent_edge.append(parent_edge)
        graph.depth.append(depth)
        graph.states.append(state)

    def _new_class(self, step: int, instance: tuple[Value, ...]) -> int:
        agent = self.graph.model.steps[step].agent
        self.graph.classes.append((step, None, instance) if agent is None else (step, instance[0], instance[1:]))
        return len(self.graph.classes) - 1

    def look(self) -> None:
        """Reports progress, and raises LimitReached where the time or the memory is used up."""
        now = perf_counter()
        if self.time_s is not None and now - self.started > self.time_s:
            raise LimitReached(f"the limit of {self.time_s:g} s was reached")
        if self.memory_mib is not None and now >= self.memory_look:
            self.memory_look = now + CHECK_MEMORY_S
            if used_mib() > self.memory_mib:
                raise LimitReached(f"the limit of {self.memory_mib:,.0f} MiB of memory was reached")
        if self.progress is not None and now - self.reported >= REPORT_S:
            self.reported = now
            graph, expanded, seconds = self.graph, self.source, now - self.started
            self.progress(
                Progress(
                    states=graph.distinct,
                    transitions=graph.transitions,
                    depth=graph.depth[expanded],
                    queue=graph.distinct - expanded,
                    states_per_s=expanded / max(seconds, 1e-9),
                    seconds=seconds,
                )
            )

    def settle(self) -> None:
        """Takes back what a search that was cut short had half done: the edges of the state that it was expanding."""
        graph = self.graph
        graph.expanded = len(graph.edge_start) - 1
        edges = graph.edge_start[-1]
        del graph.edge_target[edges:]
        del graph.edge_class[edges:]
        for edge in [edge for edge in graph.edge_marks if edge >= edges]:
            del graph.edge_marks[edge]
        while graph.failures and graph.failures[-1][0] >= graph.expanded:
            graph.failures.pop()
        known = min(len(graph.states), len(graph.parent), len(graph.parent_edge), len(graph.depth))
        for column in (graph.states, graph.parent, graph.parent_edge, graph.depth):
            del column[known:]
        graph.edge_start.extend([edges] * (known - graph.expanded))
        graph.seconds = perf_counter() - self.started
