"""One search under all sets of some faults up to a number in total: it answers for each of these sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from checker.model.model import Model
from checker.properties.judge import FAILS
from checker.properties.search import Search
from checker.properties.tolerance.bad_states import bad_states
from checker.properties.tolerance.fault_sets import FaultSet, minimal, within
from checker.properties.tolerance.known import Known

if TYPE_CHECKING:
    from checker.engines.explicit import Progress
    from checker.properties.searches import Limits

MOST_STATES = 2_000_000  # of a search for many sets at once: beyond that the sets are searched a few at a time
MOST_INTERPRETED = 200_000  # the same, where the native library cannot be used
NO_VALUE_THERE = "it has no value in some reachable state"

Progressing = Callable[["Progress"], None] | None


class Undecided(Exception):
    """The search answers nothing; the text says why. `interrupted`: the user ended it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.interrupted = reason == "interrupted"


def answer(search: Search, known: Mapping[str, Known], sets: Sequence[FaultSet]) -> None:
    """Enter for each property of the search what it says of each of `sets`."""
    counters = [variable.name for variable in search.model.variables if variable.kind == "budget"]
    keys = search.graph.tails(len(counters))

    def used(marks: bytearray) -> list[FaultSet]:
        """What the states that are marked have used; the least of it is enough."""
        places = dict(zip(compress(keys, marks), compress(range(len(marks)), marks), strict=True))
        ends = (search.graph.states[place][-len(counters) :] for place in places.values())
        return minimal(tuple((f, n) for f, n in zip(counters, end, strict=True) if n) for end in ends)

    for goal in search.model.goals:
        of = known[goal.name]
        bad = bad_states(search, of.kind, goal)
        seen, unclear = used(bad.seen), used(bad.unclear)
        for faults in sets:
            if any(within(least, faults) for least in seen):
                of.add(faults, of.with_event)
            elif any(within(least, faults) for least in unclear):
                of.add(faults, "unknown", NO_VALUE_THERE)
            else:
                of.add(faults, of.without_event)


@contextmanager
def searched(model: Model, limits: Limits, progress: Progressing) -> Iterator[Search]:
    """A complete search of `model`, in which no step fails. Raises Undecided."""
    from checker.engines.native.library import NativeUnavailable
    from checker.ground.graph import Unsupported

    if limits.engine != "reference":
        try:
            with _natively(model, limits, progress) as search:
                yield search
            return
        except (Unsupported, NativeUnavailable):
            pass
    yield _interpreted(model, limits, progress)


@contextmanager
def _natively(model: Model, limits: Limits, progress: Progressing) -> Iterator[Search]:
    from checker.engines.native.edges import GraphTooLarge, NativeGraph
    from checker.engines.native.explore import explore_native
    from checker.properties.native_search import NativeSearch

    explored = explore_native(
        model,
        states_limit=min(limits.states_limit or MOST_STATES, MOST_STATES),
        time_s=limits.time_s,
        memory_mib=limits.memory_mib,
        threads=limits.threads,
        runs=True,
        progress=progress,
    )
    try:
        _require(explored.stopped, failed=explored.failed is not None)
        if explored.compiled.labels is None:
            raise Undecided(explored.compiled.unlabelled)
        try:
            graph = NativeGraph(explored, model, memory_mib=limits.memory_mib)
        except (GraphTooLarge, MemoryError) as reason:
            raise Undecided(str(reason) or "the memory does not suffice") from None
        yield NativeSearch(graph, graph.interpreter)
    finally:
        explored.search.close()


def _interpreted(model: Model, limits: Limits, progress: Progressing) -> Search:
    from checker.engines.explicit import explore
    from checker.semantics.interpreter import Interpreter

    limits = replace(limits, states_limit=min(limits.states_limit or MOST_INTERPRETED, MOST_INTERPRETED))
    graph = explore(
        model, states_limit=limits.states_limit, time_s=limits.time_s, memory_mib=limits.memory_mib, progress=progress
    )
    _require(graph.stopped, failed=bool(graph.failures))
    return Search(graph, Interpreter(model))


def _require(stopped: str, *, failed: bool) -> None:
    if stopped:
        raise Undecided(stopped)
    if failed:
        raise Undecided(FAILS)
