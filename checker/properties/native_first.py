"""A search by the native library, of the kind that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from checker.properties.result import Warning
from checker.properties.searches import Job, Limits
from checker.properties.warned import no_symmetry, not_native

if TYPE_CHECKING:
    from checker.engines.explicit import Progress as EngineProgress
    from checker.engines.native.explore import Explored
    from checker.model.model import Model


def native_first(
    job: Job,
    model: Model,
    limits: Limits,
    told: Callable[[Warning], None] | None,
    progress: Callable[[EngineProgress], None] | None,
) -> Explored | None:
    """What a native search finds; None where it cannot be used or has nothing to decide. `told` is warned where it cannot be used."""
    from checker.engines.native.explore import explore_native
    from checker.engines.native.library import NativeUnavailable
    from checker.ground.graph import Unsupported
    from checker.properties.native import decides

    if not model.goals:
        return None
    decided = [decides(goal) for goal in model.goals]
    symmetry, order = limits.symmetry and any(decided), limits.order if any(decided) else "breadth-first"
    partial_order = limits.partial_order if any(decided) else False
    usual = order == "breadth-first" and limits.store != "bitstate"
    if partial_order is True:
        from checker.engines.native.where_it_pays import explore_where_it_pays as search
    else:
        kept = None if limits.checkpoints is None else limits.checkpoints.of(job, model)
        search = partial(explore_native, symmetry=symmetry, partial_order=bool(partial_order), order=order, keep=kept)
    try:
        explored = search(
            model,
            states_limit=limits.states_limit,
            time_s=limits.time_s,
            memory_mib=limits.memory_mib,
            threads=limits.threads,
            store=limits.store,
            runs=usual and not (symmetry or partial_order == "always") and not all(decided),
            progress=progress,
        )
    except (Unsupported, NativeUnavailable) as reason:
        if told is not None:
            told(not_native(job.target, job.instance, job.faults, reason, everywhere=isinstance(reason, NativeUnavailable)))
        return None
    for sort, why in explored.compiled.ground.told_apart:
        if told is not None:
            told(no_symmetry(job.target, job.instance, job.faults, f"without symmetry of {sort}: {why}"))
    return explored
