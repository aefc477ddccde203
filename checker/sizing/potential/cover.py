"""States that owe the same, in few lines: cubes of values in which a feature may be left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Cube: TypeAlias = tuple[Any, ...]  # of each feature a value, or ... for any


def covers(domains: Sequence[Sequence[Any]], amounts: Mapping[tuple[Any, ...], Any], amount: Any) -> list[Cube]:
    """Cubes that hold every state with this amount, and beside them only states of which nothing is said in `amounts`: few, not always fewest."""
    left = {state for state, here in amounts.items() if here == amount}
    others = {state for state, here in amounts.items() if here != amount}
    found: list[Cube] = []
    while left:
        best = max((_widest(state, others) for state in sorted(left, key=repr)), key=lambda cube: len(_inside(cube, left)))
        found.append(best)
        left -= _inside(best, left)
    return found


def _widest(state: tuple[Any, ...], others: set[tuple[Any, ...]]) -> Cube:
    """The state with as many features left open, from the last on, as keeps the others out."""
    cube = list(state)
    for place in reversed(range(len(cube))):
        kept, cube[place] = cube[place], ...
        if any(_holds(cube, other) for other in others):
            cube[place] = kept
    return tuple(cube)


def _holds(cube: Sequence[Any], state: Sequence[Any]) -> bool:
    return all(c is ... or c == s for c, s in zip(cube, state, strict=True))


def _inside(cube: Cube, states: set[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    return {state for state in states if _holds(cube, state)}
