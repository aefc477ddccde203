"""The hunt in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

from checker.engines.apart import Stopped, apart
from checker.engines.symbolic.events import Counted, Event
from checker.model.model import Model


def hunted(
    model: Model,
    *,
    sweeps: int,
    fewest: Counted | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    aside: frozenset[str] = frozenset(),
) -> Iterator[Event | Stopped | None]:
    """The events of `hunt`, as `apart` gives them. Raises Unsupported for what the ground form cannot say, SolverMissing where there is no Z3."""
    return apart(_hunt, time_s=time_s, memory_mib=memory_mib, model=model, sweeps=sweeps, fewest=fewest, aside=aside)


def _hunt(*, model: Model, sweeps: int, fewest: Counted | None, time_s: float | None, aside: frozenset[str]) -> Iterator[Event]:
    from checker.engines.symbolic.hunt import hunt

    return hunt(model, sweeps=sweeps, fewest=fewest, time_s=time_s, aside=aside)
