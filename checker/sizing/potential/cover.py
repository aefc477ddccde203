"""States that owe the same, in few lines: of each feature some values, or any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

State: TypeAlias = tuple[Any, ...]  # of each feature a value
Cube: TypeAlias = tuple[frozenset[Any] | None, ...]  # of each feature the values that it may have, None: any


def covers(amounts: Mapping[State, Any], amount: Any) -> list[Cube]:
    """Cubes that hold every state with this amount, and beside them only states of which `amounts` says nothing: few, not always fewest."""
    left = {state for state, here in amounts.items() if here == amount}
    others = [state for state, here in amounts.items() if here != amount]
    cubes = {cube: _inside(cube, left) for cube in dict.fromkeys(_widest(state, others) for state in sorted(left, key=repr))}
    found: list[Cube] = []
    while left:
        best = max(cubes, key=lambda cube: len(cubes[cube] & left))
        found.append(best)
        left -= cubes[best]
    return _merged(found)


def _widest(state: State, others: list[State]) -> Cube:
    """The state with as many features left open, from the last on, as keeps the others out."""
    cube: list[frozenset[Any] | None] = [frozenset({value}) for value in state]
    for place in reversed(range(len(cube))):
        kept, cube[place] = cube[place], None
        if any(_holds(tuple(cube), other) for other in others):
            cube[place] = kept
    return tuple(cube)


def _holds(cube: Cube, state: State) -> bool:
    return all(values is None or value in values for values, value in zip(cube, state, strict=True))


def _inside(cube: Cube, states: set[State]) -> set[State]:
    return {state for state in states if _holds(cube, state)}


def _merged(cubes: list[Cube]) -> list[Cube]:
    """Two cubes that differ in the values of one feature alone become one, again and again."""
    for i, one in enumerate(cubes):
        for other in cubes[i + 1 :]:
            apart = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
            if len(apart) == 1:
                a, b = one[apart[0]], other[apart[0]]
                joined = None if a is None or b is None else a | b
                rest = [cube for cube in cubes if cube not in (one, other)]
                return _merged([*rest, (*one[: apart[0]], joined, *one[apart[0] + 1 :])])
    return cubes
