"""Cubes, and what they become when elements of sorts that nothing tells apart are renamed.

A cube says of some atoms whether they hold: whole numbers, n for atom n - 1, -n for its opposite.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias, final

from msgspec import Struct

from checker.engines.inductive.system import System
from checker.language.types import Sort

Cube: TypeAlias = frozenset[int]

MOST_IMAGES = 800


@final
class Orbit(Struct, frozen=True, kw_only=True):
    """Cubes, the first of which was learnt. `complete`: all its images under renaming are among them."""

    cubes: tuple[Cube, ...]
    complete: bool


def images(cube: Cube, renamings: Iterable[Mapping[int, int]]) -> Orbit:
    """The cube and its images under all renamings that the exchanges make; only itself where one of them has none, or there are too many."""
    found, waiting = {cube: None}, [cube]
    while waiting:
        one = waiting.pop()
        for renaming in renamings:
            image = frozenset(renaming.get(literal, literal) for literal in one)
            if 0 in image or len(found) > MOST_IMAGES:
                return Orbit(cubes=(cube,), complete=False)
            if image not in found:
                found[image] = None
                waiting.append(image)
    return Orbit(cubes=tuple(found), complete=True)


def renamings_of(system: System, sorts: Iterable[Sort]) -> list[dict[int, int]]:
    """Of each exchange of two neighbours of these sorts: what it makes of the literals of a cube that it changes, 0 where that is no literal."""
    found = []
    for sort in sorts:
        for i in range(sort.size - 1):
            made: dict[int, int] = {}
            for atom in range(len(system.atoms.all)):
                image = system.atoms.image(atom, sort, i, i + 1)
                if image != atom:
                    made[atom + 1] = 0 if image is None else image + 1
                    made[-atom - 1] = -made[atom + 1]
            found.append(made)
    return found
