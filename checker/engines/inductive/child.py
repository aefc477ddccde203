"""Proofs in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.engines.apart import Stopped, apart
from checker.engines.inductive.events import Event
from checker.model.model import Model


def prove_at_size(
    model: Model, goals: Sequence[str], *, time_s: float | None = None, memory_mib: float | None = None
) -> Iterator[Event | Stopped | None]:
    """The events of `prove` for these goals of the model, as `apart` gives them: the last is Stopped.

    Raises Unsupported for what the ground form cannot say, SolverMissing where there is no Z3, which checks each proof.
    """
    return apart(_prove, time_s=time_s, memory_mib=memory_mib, model=model, goals=tuple(goals))


def _prove(*, model: Model, goals: tuple[str, ...], time_s: float | None) -> Iterator[Event]:
    from checker.engines.inductive.prove import prove

    return prove(model, goals=goals, time_s=time_s)
