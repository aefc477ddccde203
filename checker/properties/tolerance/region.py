"""One search under all sets of some faults up to a number in total: it answers for each of these sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.model.model import Model
from checker.properties.judge import FAILS
from checker.properties.result import Verdict
from checker.properties.search import Search
from checker.properties.tolerance.bad_states import bad_states, used
from checker.properties.tolerance.fault_sets import FaultSet
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
    """Enter for each property of the search what it says of each of `sets`, which come small ones first."""
    everywhere = int.from_bytes(b"\1" * len(search.graph.states), "little")
    fewer = {key: everywhere ^ int.from_bytes(marks, "little") for key, marks in used(search).items()}
    inside: dict[FaultSet, int] = {}  # the states that need no more than a set has
    for goal in search.model.goals:
        of = known.get(goal.name)
        if of is None:
            continue
        bad = bad_states(search, of.kind, goal)
        seen, unclear = (int.from_bytes(marks, "little") for marks in (bad.seen, bad.unclear))
        for faults in sets:
            if of.event(faults) is None:
                within = inside.setdefault(faults, _inside(everywhere, fewer, dict(faults)))
                of.add(faults, _verdict(of, seen & within, unclear & within), NO_VALUE_THERE)


def _inside(everywhere: int, fewer: Mapping[tuple[str, int], int], allowed: Mapping[str, int | None]) -> int:
    for (fault, number), states in fewer.items():
        if number == (allowed.get(fault) or 0) + 1:
            everywhere &= states
    return everywhere


def _verdict(of: Known, seen: int, unclear: int) -> Verdict:
    return of.with_event if seen else "unknown" if unclear else of.without_event


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
