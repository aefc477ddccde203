"""Partial order where it pays: a search of all states that turns out to be long makes room for one of fewer states.

All states are searched first. The longer that takes, the more may be done to get by with fewer: a fixed part of the work so far goes into comparing
the steps of the model (`checker.ground.independence`) and into searches of fewer states. In between the search of all states goes on where it
paused. So whichever of the two ends first, it has not taken much longer than the search of all states alone. Where a limit ends that one, there is
no other way, and what is left is not bounded.

Work is counted, not timed: what is chosen depends neither on how fast the machine is nor on what else it does.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from checker.engines.explicit import Progress
from checker.engines.native.compile import Compiled, compile_model
from checker.engines.native.explore import INTERRUPTED, Explored, explore_native, go_on
from checker.engines.native.watches import predicates
from checker.engines.stores import Store
from checker.ground.graph import Unsupported
from checker.ground.program import GroundModel, ground
from checker.model.model import Model

if TYPE_CHECKING:
    from collections.abc import Generator

    from checker.engines.native.reduction import Compared

FEW_STATES = 300_000  # that are searched before anything else
PART = 10  # one in so many parts of the work of the search of all states may go into getting by with fewer
LEAST_STATES = 2_000  # of a search of fewer states: less tells nothing
TOO_LITTLE = "it leaves out too little"
ALL_NEEDED = "properties of runs need all states"

# Nanoseconds, more or less, on one machine; what counts is how a search in C and a comparison in Python stand to each other, much the same on all.
OF_A_STATE, OF_AN_INSTRUCTION = 30, 0.07  # of the search of all states, for each state
OF_A_TRANSITION, OF_A_WORD = 10, 4  # and for each transition
OF_THE_START, OF_A_NODE = 10_000_000, 40_000  # to make and to compile the model that steps are compared in
OF_A_REDUCED_STATE, OF_AN_OUTCOME = 300, 20  # of the search of fewer states


def explore_where_it_pays(
    model: Model,
    *,
    states_limit: int | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    threads: int = 0,
    store: Store = "states",
    runs: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Explored:
    """Search `model`, breadth first, with partial order where that is likely to take less time or to keep within a limit. `runs` is for a search
    of all states, which it needs in any case. Otherwise as `explore_native`; `unreduced` of what is found says why all states were searched, where
    that is known."""
    began = perf_counter()

    def searched(compiled: Compiled, partial_order: bool, most: int | None, pause: int = 0) -> Explored:
        return explore_native(
            model,
            states_limit=most,
            time_s=time_s,
            memory_mib=memory_mib,
            threads=threads,
            partial_order=partial_order,
            store=store,
            progress=progress,
            compiled=compiled,
            pause=pause,
            began=began,
        )

    def time_left() -> bool:
        return time_s is None or perf_counter() - began < time_s

    def further(whole: Explored, pause: int = 0) -> Explored:
        return go_on(whole, began=began, time_s=time_s, progress=progress, pause=pause) if whole.paused else whole

    def all_states(whole: Explored, why: str) -> Explored:
        found = further(whole)
        return replace(found, compiled=replace(found.compiled, unreduced=why))

    compiled = compile_model(ground(model), runs=runs)
    whole = searched(compiled, False, states_limit, 0 if runs else FEW_STATES)
    fewer = _Fewer(model, len(compiled.ground.graph.code))
    while whole.stopped not in ("", INTERRUPTED):
        if not time_left():  # what was paused is told to have reached the limit
            return further(whole)
        try:
            known = fewer.compared(_work(whole) if whole.paused else None, time_left)
        except Unsupported as reason:  # its branches make more steps than can be taken
            return all_states(whole, str(reason))
        if known is not None:
            if known.program.reduction is None:
                return all_states(whole, known.unreduced)
            if not whole.paused:  # a limit was reached, and what is reduced may keep within it
                whole.search.close()
                return searched(known, True, states_limit)
            most = fewer.states(known, _work(whole))
            if most >= LEAST_STATES:
                part = searched(known, True, most)
                if part.stopped in ("", INTERRUPTED):
                    whole.search.close()
                    return part
                promising = part.stats.reducing or part.stats.depth >= whole.stats.depth
                part.search.close()
                if not promising:
                    return all_states(whole, TOO_LITTLE)
        elif not whole.paused:  # no time is left
            return whole
        whole = further(whole, whole.stats.distinct * 3 // 2)
    return all_states(whole, ALL_NEEDED) if runs and whole.stats.distinct > FEW_STATES else whole


def _work(whole: Explored) -> int:
    """Of a search of all states so far."""
    program, stats = whole.compiled.program, whole.stats
    of_each = OF_A_STATE + int(len(program.code) * OF_AN_INSTRUCTION)
    return stats.distinct * of_each + stats.transitions * (OF_A_TRANSITION + OF_A_WORD * program.words)


class _Fewer(Struct):
    """What is done to get by with fewer states; `nodes` of the ground form of the model. `spent`: work, that of the comparison left out."""

    model: Model
    nodes: int
    spent: int = 0
    tried: int = 0
    done: int = 0
    form: GroundModel | None = None
    steps: Generator[int, None, Compared] | None = None
    known: Compiled | None = None

    def compared(self, work: int | None, time_left: Callable[[], bool]) -> Compiled | None:
        """The model with how its steps depend on each other, once that is known. `work`: of the search of all states so far; None: whatever
        it takes, while there is time."""
        if self.known is not None:
            return self.known
        if self.form is None or self.steps is None:
            from checker.engines.native.reduction import by_steps  # most searches are too short for it

            start = OF_THE_START + self.nodes * OF_A_NODE
            if not self._may(start, work):
                return None
            self.spent = start
            self.form = ground(self.model, split=True)
            self.steps = by_steps(self.form, predicates(self.form)[1])
        while self._may(self.spent + self.done, work) and time_left():
            try:
                self.done = next(self.steps)
            except StopIteration as end:
                self.known = compile_model(self.form, partial_order=True, compared=end.value)
                return self.known
        return None

    def states(self, known: Compiled, work: int) -> int:
        """How many may be searched now, 0 where that are not at least twice as many as the last time."""
        of_each = OF_A_REDUCED_STATE + OF_AN_OUTCOME * len(known.program.outcomes)
        most = max(0, work // PART - self.spent - self.done) // of_each
        if most < max(LEAST_STATES, 2 * self.tried):
            return 0
        self.tried = most
        self.spent += most * of_each
        return most

    @staticmethod
    def _may(all_of_it: int, work: int | None) -> bool:
        return work is None or all_of_it * PART <= work
