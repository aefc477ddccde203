"""From a failing schedule to one with as few deviations as can be found, each as small as can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from checker.testing.choices import Deviation
from checker.testing.run import Run

Attempt = Callable[[Sequence[Deviation]], Run | None]  # the run with these deviations where it fails alike, else None


def shrink(run: Run, attempt: Attempt) -> Run:
    """Leaves out what comes after the failure is sealed, groups of deviations, single ones, then makes the values plain-ward.

    `attempt` says None when tries are used up.
    """
    best = _sealed(run, attempt)
    size = len(best.deviations)
    while size >= 1:
        start, shrunk = 0, False
        while start < len(best.deviations):
            kept = (*best.deviations[:start], *best.deviations[start + size :])
            found = attempt(kept)
            if found is not None and len(found.deviations) < len(best.deviations):
                best, shrunk = found, True
            else:
                start += size
        size = size // 2 if size > 1 or not shrunk else 1
    return _smaller_values(best, attempt)


def _sealed(run: Run, attempt: Attempt) -> Run:
    """By halving: a long run may go on for thousands of choices after the ones that decide it."""
    best, low = run, 0
    while low < len(best.deviations):
        middle = (low + len(best.deviations)) // 2
        found = attempt(best.deviations[:middle])
        if found is not None and len(found.deviations) <= middle:
            best = found
        else:
            low = middle + 1
    return best


def _smaller_values(run: Run, attempt: Attempt) -> Run:
    best = run
    for i in range(len(best.deviations)):
        if i >= len(best.deviations):
            break
        for value in _simpler(best.deviations[i]):
            changed = (
                *best.deviations[:i],
                Deviation(best.deviations[i].kind, best.deviations[i].number, value),
                *best.deviations[i + 1 :],
            )
            found = attempt(changed)
            if found is not None and len(found.deviations) <= len(best.deviations):
                best = found
                break
    return best


def _simpler(deviation: Deviation) -> list[int]:
    """Simpler values of the same deviation: a nearer lane, a round latency of no more digits than it needs."""
    value = deviation.value
    if not isinstance(value, int) or value < 2:
        return []
    if deviation.kind != "l":
        return list(range(1, min(value, 8)))
    rounded = [round(value, -digits) for digits in range(len(str(value)) - 1, 1, -1)]
    return [simpler for simpler in dict.fromkeys(rounded) if simpler not in (0, value)]
