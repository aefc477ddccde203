"""Sets of faults with how often each may happen, and the order on them: a set is within another that allows as much of each fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import TypeAlias

FaultSet: TypeAlias = tuple[
    tuple[str, int | None], ...
]  # fault ("crash Worker") and how often, None: without limit; none is there 0 times

Unit: TypeAlias = tuple[str, ...]  # a fault that costs something, and the restart that goes with it

NOTHING: FaultSet = ()


def within(small: FaultSet, large: FaultSet) -> bool:
    """Whether every run with the faults of `small` is one with those of `large`."""
    allowed = dict(large)
    return all(fault in allowed and _at_most(count, allowed[fault]) for fault, count in small)


def _at_most(count: int | None, limit: int | None) -> bool:
    return limit is None or (count is not None and count <= limit)


def minimal(sets: Iterable[FaultSet]) -> list[FaultSet]:
    """Those that hold no other one, in the order given."""
    known = list(dict.fromkeys(sets))
    return [one for one in known if not any(other != one and within(other, one) for other in known)]


def written(faults: Iterable[tuple[str, int | None]]) -> str:
    """The fault model as `--faults` takes it: `crash Worker <= 1, lose Assign unlimited`; `none`."""
    return ", ".join(f"{fault} " + ("unlimited" if n is None else f"<= {n}") for fault, n in faults) or "none"


def is_free(fault: str) -> bool:
    """Whether the fault is not counted: what restarts has crashed, and that was counted."""
    return fault.startswith("restart ")


def crash_of(restart: str) -> str:
    return "crash " + restart.removeprefix("restart ")


def with_crashes(faults: Iterable[str]) -> list[str]:
    """With the crash that each restart needs, before it."""
    found: dict[str, None] = {}
    for fault in faults:
        if is_free(fault):
            found[crash_of(fault)] = None
        found[fault] = None
    return list(found)


def alone(fault: str, count: int | None) -> FaultSet:
    """So many of one fault, and of a restart as many crashes."""
    if count == 0:
        return NOTHING
    return ((crash_of(fault), count), (fault, count)) if is_free(fault) else ((fault, count),)


def unlimited_pairs(faults: Sequence[str]) -> Iterator[FaultSet]:
    """Every two kinds without limit, each with and without the restarts that go with its crashes."""
    for one, other in combinations([fault for fault in faults if not is_free(fault)], 2):
        for mine, others in product(_with_and_without_restart(faults, one), _with_and_without_restart(faults, other)):
            yield tuple((fault, None) for fault in faults if fault in (*mine, *others))


def _with_and_without_restart(faults: Sequence[str], fault: str) -> list[Unit]:
    unit = next(unit for unit in units(faults) if unit[0] == fault)
    return [(fault,)] if unit == (fault,) else [(fault,), unit]


def units(faults: Sequence[str]) -> list[Unit]:
    """The faults that cost something, each with the restart that goes with it."""
    free = [fault for fault in faults if is_free(fault)]
    return [(fault, *(f for f in free if crash_of(f) == fault)) for fault in faults if not is_free(fault)]


def without_limit(faults: Iterable[str]) -> FaultSet:
    return tuple((fault, None) for fault in faults)


def up_to(faults: Sequence[str], most: int) -> Iterator[FaultSet]:
    """Every set of at most `most` faults (restarts not counted, and never more of them than crashes), small ones first."""
    priced = [fault for fault in faults if not is_free(fault)]
    for total in range(most + 1):
        for kinds in range(min(total, len(priced)) + 1):
            for chosen in combinations(priced, kinds):
                for counts in _adding_up_to(total, kinds):
                    yield from _with_restarts(faults, dict(zip(chosen, counts, strict=True)))


def _adding_up_to(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to write `total` as a sum of so many numbers from 1."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(1, total - parts + 2):
        for rest in _adding_up_to(total - first, parts - 1):
            yield (first, *rest)


def _with_restarts(faults: Sequence[str], counts: dict[str, int]) -> Iterator[FaultSet]:
    restarts = [fault for fault in faults if is_free(fault) and crash_of(fault) in counts]
    for numbers in product(*(range(counts[crash_of(fault)] + 1) for fault in restarts)):
        every = counts | dict(zip(restarts, numbers, strict=True))
        yield tuple((fault, every[fault]) for fault in faults if every.get(fault))
