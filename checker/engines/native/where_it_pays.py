"""Partial order where it pays: a search of all states that turns out to be long makes room for one of fewer states.

To compare the steps of a model (`checker.ground.accord`) takes as long as to search half a million of its states. So all are searched first, and
where they are not many more than that, the answer is one about all of them. What is chosen does not depend on how fast the machine is.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from msgspec.structs import replace

from checker.engines.explicit import Progress
from checker.engines.native.compile import Compiled, compile_model
from checker.engines.native.explore import INTERRUPTED, Explored, explore_native, go_on
from checker.engines.stores import Store
from checker.ground.graph import Unsupported
from checker.ground.program import ground
from checker.model.model import Model

FEW_STATES = 3_000_000  # that are searched before steps are compared: comparing takes a fifth of the time at most
JUDGED_STATES = 20_000  # of a reduced search, after which it has ended where it leaves out too little


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
    of all states. Otherwise as `explore_native`; `unreduced` of what is found says why all states were searched, unless they are few."""
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

    def all_states(why: str) -> Explored:
        found = go_on(whole, began=began, time_s=time_s, progress=progress) if whole.paused else whole
        return replace(found, compiled=replace(found.compiled, unreduced=why))

    compiled = compile_model(ground(model), runs=runs)
    whole = searched(compiled, False, states_limit, FEW_STATES)
    if whole.stopped in ("", INTERRUPTED):
        return whole
    if not time_left():  # what was paused is told to have reached the limit
        return go_on(whole, began=began, time_s=time_s, progress=progress) if whole.paused else whole
    try:
        comparing = compile_model(ground(model, split=True), partial_order=True)
    except Unsupported as reason:  # its branches make more steps than can be taken
        return all_states(str(reason))
    if comparing.program.reduction is None or not time_left():
        return all_states(comparing.unreduced)
    if whole.paused:  # else a limit was reached, and what is reduced may keep within it
        part = searched(comparing, True, JUDGED_STATES)
        if part.stopped in ("", INTERRUPTED):
            whole.search.close()
            return part
        part.search.close()
        if not part.stats.reducing or not time_left():
            return all_states("it leaves out too little")
    whole.search.close()
    return searched(comparing, True, states_limit)
