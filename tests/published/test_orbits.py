"""With symmetry there is one state for each renaming: as many as a search written by hand finds, which renames in every way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import pytest

from checker import api
from tests.published.test_ewd998 import changed
from tests.published.test_published import spec_of

FADED = 3
Game = tuple[tuple[int, ...], tuple[int, ...], int | None, int]  # colours, how often each has met, who waits, meetings


def following(game: Game, most: int) -> Iterator[Game]:
    colour, met, waits, meetings = game
    for one in (x for x in range(len(colour)) if colour[x] != FADED):
        if waits is None and meetings < most:
            yield colour, met, one, meetings
        elif waits is None:
            yield changed(colour, one, FADED), met, None, meetings
        elif one != waits:
            both = colour[one] if colour[one] == colour[waits] else 3 - colour[one] - colour[waits]
            counted = changed(changed(met, one, met[one] + 1), waits, met[waits] + 1)
            yield changed(changed(colour, one, both), waits, both), counted, None, meetings + 1


def orbit(game: Game) -> frozenset[Game]:
    colour, met, waits, meetings = game
    return frozenset(
        (
            tuple(colour[x] for x in order),
            tuple(met[x] for x in order),
            None if waits is None else order.index(waits),
            meetings,
        )
        for order in permutations(range(len(colour)))
    )


@pytest.mark.parametrize(("creatures", "most"), [(2, 2), (3, 2), (3, 3), (4, 2)])
def test_the_orbits_are_those_that_were_counted_by_hand(creatures: int, most: int) -> None:
    waiting: list[Game] = [(colours, (0,) * creatures, None, 0) for colours in product(range(3), repeat=creatures)]
    seen = set(waiting)
    while waiting:
        for after in following(waiting.pop(), most):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    sizes = {"creatures": creatures, "most": most}
    properties = ["two_each", "no deadlock"]
    for symmetry, states in ((False, len(seen)), (True, len({orbit(game) for game in seen}))):
        report = api.check(spec_of("chameneos"), overrides=sizes, properties=properties, engine="native", symmetry=symmetry)
        assert {(r.verdict, r.distinct) for r in report.results} == {("holds", states)}
        assert {r.reduction for r in report.results} == {"symmetry of Creature" if symmetry else ""}
