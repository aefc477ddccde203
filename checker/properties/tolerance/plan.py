"""The searches of one model under many faults: each kind alone first, then many kinds together where that is not too large, then what is left.

What is known of a set says something of those within it and around it (`Known`), so each search is of what is still open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from checker.properties.judge import FAILS
from checker.properties.tolerance.fault_sets import (
    NOTHING,
    FaultSet,
    Unit,
    alone,
    units,
    unlimited_pairs,
    up_to,
    with_crashes,
    without_limit,
    written,
)
from checker.properties.tolerance.groups import Guess, covering
from checker.properties.tolerance.known import Known
from checker.properties.tolerance.region import MOST_ALONE, MOST_TOGETHER, Progressing, Regions, Undecided


class Asking(Protocol):
    """Who asks: what is known so far of each property, which faults the columns are, and how many in total."""

    known: dict[str, Known]
    columns: list[str]
    most: int

    def search(self, search: Callable[[], int]) -> int | Undecided:
        """How many states a search had, or why it answered nothing."""
        ...

    def saying(self, faults: str) -> Progressing: ...


class Plan:
    """The searches for some properties, which `regions` can decide."""

    def __init__(self, asking: Asking, regions: Regions, names: Sequence[str]) -> None:
        self._asking, self._regions = asking, regions
        self._known = {name: asking.known[name] for name in names}
        self._faults = with_crashes(asking.columns)
        self._units = units(self._faults)
        self._guess = Guess()

    def follow(self) -> None:
        found = self._asking.search(lambda: self._regions.states_without_faults(self._asking.saying("none")))
        if isinstance(found, Undecided):
            return
        self._guess.states = max(1, found)
        self._each_kind()
        self._blocks()
        self._counted()
        for faults in self._left():
            self._exactly(faults, last=True)

    def _left(self) -> list[FaultSet]:
        """Every set that is asked for: the columns first, and in them what is more, for what holds under more holds under less."""
        single = [faults for unit in self._units for faults in reversed(list(up_to(unit, self._asking.most)))]
        columns = [alone(fault, None) for fault in self._asking.columns]
        counted = sorted(up_to(self._faults, self._asking.most), key=self._small_first)
        return [*single, *columns, *counted, *reversed(list(unlimited_pairs(self._faults)))]

    def _small_first(self, faults: FaultSet) -> tuple[float, int]:
        """By the size of the search; of those that are as large, the one that allows more comes first."""
        units = [unit for unit in self._units if unit[0] in dict(faults)]
        return self._guess.of_counted(units), -sum(n or 0 for _, n in faults)

    # --- one search ----------------------------------------------------------------------------------------------------

    def _open(self, sets: Sequence[FaultSet]) -> Mapping[str, Known]:
        """The properties of which something is not known under one of these sets."""
        return {name: known for name, known in self._known.items() if any(known.is_open(faults) for faults in sets)}

    def _exactly(self, faults: FaultSet, *, last: bool = False) -> int | None:
        """How many states a search under these faults had; None where it answered nothing. `last`: it may be larger, and nothing else will."""
        known = self._open([faults])
        if not known:
            return None
        saying, most = self._asking.saying(written(faults)), MOST_ALONE if last else MOST_TOGETHER
        found = self._asking.search(lambda: self._regions.exactly(faults, known, saying, most))
        if not isinstance(found, Undecided):
            return found
        if last and str(found) != FAILS:
            for of in known.values():  # a check of its own would be as large
                of.add(faults, "unknown", str(found))
        return None

    def _counting(self, kinds: Sequence[str], each: int) -> int | None:
        sets = [faults for faults in up_to(kinds, self._asking.most) if all(n is not None and n <= each for _, n in faults)]
        known = self._open(sets)
        if not known:
            return None
        saying = self._asking.saying(f"up to {self._asking.most} of {', '.join(kinds)}")
        found = self._asking.search(lambda: self._regions.counting(kinds, known, sets, saying, MOST_TOGETHER, each))
        return None if isinstance(found, Undecided) else found

    # --- the steps of the plan -----------------------------------------------------------------------------------------

    def _each_kind(self) -> None:
        """Every kind by itself, counted and without limit; how many states that makes."""
        guess = self._guess
        for unit in self._units:
            found = self._counting(unit, self._asking.most)
            guess.counted[unit] = max(1, found / guess.states) if found else MOST_ALONE
            for faults in reversed(list(up_to(unit, self._asking.most))):  # what transitions decide is not told by counting
                self._exactly(faults)
        for unit in self._units:
            found = self._exactly(without_limit(unit))
            guess.unlimited[unit] = max(1, found / guess.states) if found else MOST_ALONE

    def _blocks(self) -> None:
        """Many kinds without limit: what they do not break together, no two of them do."""
        harmless: dict[tuple[Unit, ...], list[Known]] = {}
        for known in self._known.values():
            if not known.event(NOTHING):
                mine = tuple(unit for unit in self._units if known.event(without_limit(unit)) is False)
                harmless.setdefault(mine, []).append(known)
        for mine in sorted(harmless, key=len, reverse=True):

            def wanted(one: Unit, other: Unit, of: list[Known] = harmless[mine]) -> bool:
                return any(known.event(without_limit(self._of([one, other]))) is None for known in of)

            for group in covering(mine, wanted, self._guess.of_unlimited, MOST_TOGETHER):
                self._exactly(without_limit(self._of(group)))

    def _counted(self) -> None:
        def wanted(one: Unit, other: Unit) -> bool:
            return bool(self._open(list(up_to(self._of([one, other]), self._asking.most))))

        for group in covering(self._units, wanted, self._guess.of_counted, MOST_TOGETHER):
            self._counting(self._of(group), self._asking.most - 1)

    def _of(self, group: Sequence[Unit]) -> list[str]:
        return [fault for fault in self._faults if any(fault in unit for unit in group)]
