"""One program that searches under any faults: how often which may happen is said by the state that a search begins in.

A search in which all faults are counted, up to a number in total, answers for every set of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import TYPE_CHECKING

from checker.elaborate.budgets import Shared
from checker.model.model import Goal, Model
from checker.properties.judge import FAILS, judge
from checker.properties.search import Search
from checker.properties.tolerance.bad_states import bad_states, can_share, observed
from checker.properties.tolerance.fault_sets import FaultSet, minimal, within
from checker.properties.tolerance.known import Known

if TYPE_CHECKING:
    from checker.engines.explicit import Progress
    from checker.engines.native.compile import Compiled
    from checker.engines.native.explore import Explored
    from checker.properties.searches import Limits

MOST_STATES = 2_000_000  # of a search for many sets at once: beyond that the sets are searched a few at a time
MOST_IN_ALL = 20_000_000  # states of all such searches
MOST_INTERPRETED = 200_000  # the same, where the native library cannot be used
NO_VALUE_THERE = "it has no value in some reachable state"

Progressing = Callable[["Progress"], None] | None


class Undecided(Exception):
    """The search answers nothing; the text says why. `interrupted`: the user ended it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.interrupted = reason == "interrupted"


class Regions:
    """Searches of one model under different faults."""

    def __init__(self, shared: Shared, limits: Limits) -> None:
        self.shared, self._limits = shared, limits
        self._model = observed(shared.model)
        self._compiled: Compiled | None = None
        self._native = limits.engine != "reference"
        self._spent = 0  # states

    def counting(self, kinds: Sequence[str], known: Mapping[str, Known], sets: Sequence[FaultSet], progress: Progressing) -> None:
        """Enter what a search under up to so many faults of these kinds says of each of `sets`. Raises Undecided."""
        start = {counter.name: self.shared.never for counter in self.shared.counters if counter.name not in kinds}
        with self._searched(start, known, progress) as (search, goals):
            keys = search.graph.tails(len(self.shared.counters) + 1)
            for goal in goals:
                self._enter(search, keys, goal, known[goal.name], sets)

    def without_limit(self, faults: FaultSet, known: Mapping[str, Known], progress: Progressing) -> None:
        """Enter what a search under these faults says, each as often as it likes. Raises Undecided."""
        start = {counter.name: self.shared.never for counter in self.shared.counters}
        start |= {fault: self.shared.without_limit for fault, _ in faults}
        with self._searched(start, known, progress) as (search, goals):
            keys = bytes(len(search.graph.states))  # nothing is counted
            for goal in goals:
                self._enter(search, keys, goal, known[goal.name], [faults])

    def _enter(self, search: Search, keys: Sequence[Hashable], goal: Goal, known: Known, sets: Sequence[FaultSet]) -> None:
        bad = bad_states(search, known.kind, goal)
        seen, unclear = (self._used(search, keys, marks) for marks in (bad.seen, bad.unclear))
        for faults in sets:
            if any(within(least, faults) for least in seen):
                known.add(faults, known.with_event)
            elif any(within(least, faults) for least in unclear):
                known.add(faults, "unknown", NO_VALUE_THERE)
            else:
                known.add(faults, known.without_event)

    def _used(self, search: Search, keys: Sequence[Hashable], marks: bytearray) -> list[FaultSet]:
        """What the states that are marked have used of the faults that are counted; the least of it is enough.

        States that have used the same have the same one of `keys`.
        """
        counters = self.shared.counters
        if not any(marks):
            return []
        places = dict(zip(compress(keys, marks), compress(range(len(marks)), marks), strict=True))
        found = []
        for place in places.values():
            state = search.graph.states[place]
            counts = ((counter.name, state[counter.offset]) for counter in counters)
            found.append(tuple((fault, n) for fault, n in counts if 0 < n <= self.shared.most))
        return minimal(found)

    # --- searching -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _searched(
        self, start: Mapping[str, int], known: Mapping[str, Known], progress: Progressing
    ) -> Iterator[tuple[Search, list[Goal]]]:
        """A complete search in which no step fails, and the goals that it decides of those in `known`. Raises Undecided."""
        from checker.engines.native.library import NativeUnavailable
        from checker.ground.graph import Unsupported

        if self._spent > MOST_IN_ALL:
            raise Undecided(f"{MOST_IN_ALL:,} states were searched already")
        model = Shared(model=self._model, counters=self.shared.counters, most=self.shared.most).starting(start)
        wanted = [goal for goal in model.goals if goal.name in known]
        if self._native:
            try:
                compiled = self._compile()
            except (Unsupported, NativeUnavailable):
                self._native = False
            else:
                with self._natively(model, compiled, progress) as (search, explored):
                    yield search, [goal for goal in wanted if can_share(known[goal.name].kind) or _nowhere(explored, goal)]
                return
        search = self._interpreted(model, progress)
        yield search, [g for g in wanted if can_share(known[g.name].kind) or judge(search, g).verdict == "holds"]

    def _compile(self) -> Compiled:
        from checker.engines.native import library
        from checker.engines.native.compile import compile_model
        from checker.ground.program import ground

        if self._compiled is None:
            library.load()
            self._compiled = compile_model(ground(self._model), runs=True)
        return self._compiled

    @contextmanager
    def _natively(self, model: Model, compiled: Compiled, progress: Progressing) -> Iterator[tuple[Search, Explored]]:
        from checker.engines.native.edges import GraphTooLarge, NativeGraph
        from checker.engines.native.explore import explore_native
        from checker.properties.native_search import NativeSearch

        limits = self._limits
        explored = explore_native(
            model,
            states_limit=min(limits.states_limit or MOST_STATES, MOST_STATES),
            time_s=limits.time_s,
            memory_mib=limits.memory_mib,
            threads=limits.threads,
            progress=progress,
            runs=True,
            compiled=compiled,
        )
        self._spent += explored.stats.distinct
        try:
            _require(explored.stopped, failed=explored.failed is not None)
            if compiled.labels is None:
                raise Undecided(compiled.unlabelled)
            try:
                graph = NativeGraph(explored, model, memory_mib=limits.memory_mib)
            except (GraphTooLarge, MemoryError) as reason:
                raise Undecided(str(reason) or "the memory does not suffice") from None
            yield NativeSearch(graph, graph.interpreter), explored
        finally:
            explored.search.close()

    def _interpreted(self, model: Model, progress: Progressing) -> Search:
        from checker.engines.explicit import explore
        from checker.semantics.interpreter import Interpreter

        limits = self._limits
        graph = explore(
            model,
            states_limit=min(limits.states_limit or MOST_INTERPRETED, MOST_INTERPRETED),
            time_s=limits.time_s,
            memory_mib=limits.memory_mib,
            progress=progress,
        )
        self._spent += graph.distinct
        _require(graph.stopped, failed=bool(graph.failures))
        return Search(graph, Interpreter(model))


def _require(stopped: str, *, failed: bool) -> None:
    if stopped:
        raise Undecided(stopped)
    if failed:
        raise Undecided(FAILS)


def _nowhere(explored: Explored, goal: Goal) -> bool:
    """Whether no transition at all breaks a goal that transitions decide: then none does under fewer faults."""
    from checker.engines.native.watches import Watched

    return not any(explored.seen[Watched(goal=goal.name, what=what)].count for what in ("wrong", "undefined"))
