"""Which faults are searched together: as many as make no search that is too large.

How large it will be is told from the searches under each kind of fault alone. Kinds without limit multiply the states; kinds that are counted
add theirs, and those of every two. Both are guesses: a search that grows beyond its limit answers nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import prod, sqrt

from msgspec import Struct, field

from checker.properties.tolerance.fault_sets import Unit

Sizes = dict[Unit, float]


class Guess(Struct):
    """`states`: how many there are without faults. `counted`, `unlimited`: how many times as many with one kind alone, where that is known."""

    states: int = 1
    counted: Sizes = field(default_factory=dict)
    unlimited: Sizes = field(default_factory=dict)

    def of_counted(self, units: Sequence[Unit]) -> float:
        """Of a search with one of each kind, two in total: n ways for one fault are n^2 / 2 for two."""
        one = [min(times, sqrt(2 * times)) for times in (self.counted[unit] - 1 for unit in units)]
        return self.states * (1 + sum(one) + sum(a * b for a, b in combinations(one, 2)))

    def of_unlimited(self, units: Sequence[Unit]) -> float:
        return self.states * prod(self.unlimited[unit] for unit in units)


def covering(
    units: Sequence[Unit], wanted: Callable[[Unit, Unit], bool], guess: Callable[[Sequence[Unit]], float], most: float
) -> Iterator[list[Unit]]:
    """Groups in which every wanted pair lies, each with a guess of at most `most` states; pairs of which that is guessed to be more are left out.

    `wanted` is asked anew before each group: what a search says of one may decide others.
    """
    light_first = sorted(units, key=lambda unit: guess([unit]))
    tried = set[tuple[Unit, Unit]]()
    for pair in combinations(light_first, 2):
        if pair in tried or not wanted(*pair) or guess(pair) > most:
            continue
        group = list(pair)
        for unit in light_first:
            if unit not in group and guess([*group, unit]) <= most and any(_asked(wanted, unit, other, tried) for other in group):
                group.append(unit)
        tried.update(combinations(sorted(group, key=light_first.index), 2))
        yield [unit for unit in units if unit in group]


def _asked(wanted: Callable[[Unit, Unit], bool], one: Unit, other: Unit, tried: set[tuple[Unit, Unit]]) -> bool:
    return (one, other) not in tried and (other, one) not in tried and wanted(one, other)
