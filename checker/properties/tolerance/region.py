"""One program that searches under any faults: how often which may happen is said by the state that a search begins in.

A search in which all faults are counted, up to a number in total, answers for every set of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.elaborate.budgets import Shared
from checker.model.model import Goal, Model
from checker.properties.judge import FAILS, judge
from checker.properties.search import Search
from checker.properties.tolerance.bad_states import Bad, bad_states, can_share, observed
from checker.properties.tolerance.fault_sets import FaultSet, minimal, within
from checker.properties.tolerance.known import Known

if TYPE_CHECKING:
    from checker.engines.explicit import Progress
    from checker.engines.native.compile import Compiled
    from checker.engines.native.explore import Explored
    from checker.properties.searches import Limits

MOST_ALONE = 5_000_000  # states of a search under one kind of fault, or under one set
MOST_TOGETHER = 2_000_000  # of a search for many sets at once: beyond that they are searched a few at a time
MOST_INTERPRETED = 200_000  # of any search, where the native library cannot be used
MOST_IN_ALL = 150_000_000  # states and edges that are made, of all searches of one model
NO_VALUE_THERE = "it has no value in some reachable state"

Progressing = Callable[["Progress"], None] | None


class Undecided(Exception):
    """The search answers nothing; the text says why. `interrupted`: the user ended it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.interrupted = reason == "interrupted"


class _Found(Struct, frozen=True, kw_only=True):
    """A complete search. `shared`: the goals of which its states say under which faults they break; `by_transitions`: those that transitions
    decide, and whether some transition breaks them. A goal that no transition breaks is among both.
    """

    search: Search
    states: int
    shared: Sequence[Goal]
    by_transitions: Sequence[tuple[Goal, bool]]


class Regions:
    """Searches of one model under different faults. `spent`: how many states they have seen and edges they have made, all together."""

    def __init__(self, shared: Shared, limits: Limits) -> None:
        self.shared, self._limits = shared, limits
        self._model = observed(shared.model)
        self._compiled: Compiled | None = None
        self._native = limits.engine != "reference"
        self.spent = 0

    def states_without_faults(self, progress: Progressing) -> int:
        """Raises Undecided."""
        start = {counter.name: self.shared.never for counter in self.shared.counters}
        with self._searched(start, {}, progress, MOST_ALONE) as found:
            return found.states

    def counting(
        self,
        kinds: Sequence[str],
        known: Mapping[str, Known],
        sets: Sequence[FaultSet],
        progress: Progressing,
        most: int,
        each: int,
    ) -> int:
        """Enter what a search under up to so many faults in total, and `each` of every kind, says of each of `sets`; how many states it had.

        Raises Undecided.
        """
        begun = self.shared.most - each
        start = {counter.name: begun if counter.name in kinds else self.shared.never for counter in self.shared.counters}
        with self._searched(start, known, progress, most) as found:
            for goal in found.shared:
                self._enter(found, goal, known[goal.name], sets, begun)
            return found.states

    def exactly(self, faults: FaultSet, known: Mapping[str, Known], progress: Progressing, most: int) -> int:
        """Enter what a search under these faults says, each as often as is said there; how many states it had. Raises Undecided."""
        start = {counter.name: self.shared.never for counter in self.shared.counters}
        start |= {fault: self.shared.without_limit if n is None else self.shared.most - n for fault, n in faults}
        with self._searched(start, known, progress, most) as found:
            for goal in found.shared:
                _add(known[goal.name], faults, bad_states(found.search, known[goal.name].kind, goal))
            for goal, event in found.by_transitions:
                known[goal.name].add(faults, known[goal.name].with_event if event else known[goal.name].without_event)
            return found.states

    def _enter(self, found: _Found, goal: Goal, known: Known, sets: Sequence[FaultSet], begun: int) -> None:
        bad = bad_states(found.search, known.kind, goal)
        seen, unclear = (self._used(found.search, marks, begun) for marks in (bad.seen, bad.unclear))
        for faults in sets:
            if any(within(least, faults) for least in seen):
                known.add(faults, known.with_event)
            elif any(within(least, faults) for least in unclear):
                known.add(faults, "unknown", NO_VALUE_THERE)
            else:
                known.add(faults, known.without_event)

    def _used(self, search: Search, marks: bytearray, begun: int) -> list[FaultSet]:
        """What the states that are marked have used of the faults that are counted, from `begun` on; the least of it is enough."""
        counters = self.shared.counters
        if not any(marks):
            return []
        keys = search.graph.tails(len(counters) + 1, marks)
        places = dict(zip(keys, compress(range(len(marks)), marks), strict=True))
        found = []
        for place in places.values():
            state = search.graph.states[place]
            counts = ((counter.name, state[counter.offset]) for counter in counters)
            found.append(tuple((fault, n - begun) for fault, n in counts if begun < n <= self.shared.most))
        return minimal(found)

    # --- searching -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _searched(
        self, start: Mapping[str, int], known: Mapping[str, Known], progress: Progressing, most: int
    ) -> Iterator[_Found]:
        """A complete search of at most so many states in which no step fails, with the goals in `known`. Raises Undecided."""
        from checker.engines.native.library import NativeUnavailable
        from checker.ground.graph import Unsupported

        if self.spent > MOST_IN_ALL:
            raise Undecided(f"{MOST_IN_ALL:,} states and edges were looked through already")
        model = Shared(model=self._model, counters=self.shared.counters, most=self.shared.most).starting(start)
        wanted = [goal for goal in model.goals if goal.name in known]
        if self._native:
            try:
                compiled = self._compile()
            except (Unsupported, NativeUnavailable):
                self._native = False
            else:
                with self._natively(model, compiled, progress, most) as (search, explored):
                    yield _found(search, wanted, known, lambda goal: _event(explored, goal))
                return
        search = self._interpreted(model, progress, most)
        yield _found(search, wanted, known, lambda goal: _judged(search, goal))

    def _compile(self) -> Compiled:
        from checker.engines.native import library
        from checker.engines.native.compile import compile_model
        from checker.ground.program import ground

        if self._compiled is None:
            library.load()
            self._compiled = compile_model(ground(self._model), runs=True)
        return self._compiled

    @contextmanager
    def _natively(self, model: Model, compiled: Compiled, progress: Progressing, most: int) -> Iterator[tuple[Search, Explored]]:
        from checker.engines.native.edges import NativeGraph
        from checker.engines.native.explore import explore_native
        from checker.engines.native.packed import GraphTooLarge
        from checker.properties.native_search import NativeSearch

        limits = self._limits
        explored = explore_native(
            model,
            states_limit=min(limits.states_limit or most, most),
            time_s=limits.time_s,
            memory_mib=limits.memory_mib,
            threads=limits.threads,
            progress=progress,
            runs=True,
            compiled=compiled,
        )
        self.spent += explored.stats.distinct
        try:
            _require(explored.stopped, failed=explored.failed is not None)
            if compiled.labels is None:
                raise Undecided(compiled.unlabelled)
            graph = NativeGraph(explored, model, memory_mib=limits.memory_mib, lazy=True)
            try:
                yield NativeSearch(graph, graph.interpreter), explored
            except (GraphTooLarge, MemoryError) as reason:
                raise Undecided(str(reason) or "the memory does not suffice") from None
            finally:
                self.spent += graph.edges_made
        finally:
            explored.search.close()

    def _interpreted(self, model: Model, progress: Progressing, most: int) -> Search:
        from checker.engines.explicit import explore
        from checker.semantics.interpreter import Interpreter

        limits = self._limits
        graph = explore(
            model,
            states_limit=min(limits.states_limit or most, most, MOST_INTERPRETED),
            time_s=limits.time_s,
            memory_mib=limits.memory_mib,
            progress=progress,
        )
        self.spent += graph.distinct
        _require(graph.stopped, failed=bool(graph.failures))
        return Search(graph, Interpreter(model))


def _require(stopped: str, *, failed: bool) -> None:
    if stopped:
        raise Undecided(stopped)
    if failed:
        raise Undecided(FAILS)


def _found(search: Search, wanted: Sequence[Goal], known: Mapping[str, Known], event: Callable[[Goal], bool | None]) -> _Found:
    by_states = [goal for goal in wanted if can_share(known[goal.name].kind)]
    told = [(goal, event(goal)) for goal in wanted if not can_share(known[goal.name].kind)]
    return _Found(
        search=search,
        states=len(search.graph.states),
        shared=[
            *by_states,
            *(goal for goal, seen in told if seen is False),
        ],  # what no transition breaks, none does under fewer faults
        by_transitions=[(goal, seen) for goal, seen in told if seen is not None],
    )


def _event(explored: Explored, goal: Goal) -> bool | None:
    """Whether some transition breaks a goal that transitions decide; None where none does and some have no value."""
    from checker.engines.native.watches import Watched

    wrong, unclear = (explored.seen[Watched(goal=goal.name, what=what)].count for what in ("wrong", "undefined"))
    return True if wrong else None if unclear else False


def _judged(search: Search, goal: Goal) -> bool | None:
    verdict = judge(search, goal).verdict
    return None if verdict == "unknown" else verdict == "violated"


def _add(known: Known, faults: FaultSet, bad: Bad) -> None:
    if any(bad.seen):
        known.add(faults, known.with_event)
    elif any(bad.unclear):
        known.add(faults, "unknown", NO_VALUE_THERE)
    else:
        known.add(faults, known.without_event)
