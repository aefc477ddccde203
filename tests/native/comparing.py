"""Holds a search of the library to the plain evaluator."""

from __future__ import annotations

import ctypes
from bisect import bisect_right

from checker.engines.native.program import Program
from checker.engines.native.search import Search, Status, Witness
from tests.native.evaluator import Reached, State


def summary(search: Search) -> Reached:
    """What a search found, in the evaluator's form."""
    layers, stats = search.layers(), search.stats()

    def first(witness: Witness) -> tuple[int, int]:
        return witness.count, bisect_right(layers, witness.state) - 1 if witness.count else -1

    words = len(search.state(0)) if stats.distinct else 1
    flat, _ = search.states(0, stats.distinct)
    states = [tuple(flat[i : i + words]) for i in range(0, len(flat), words)]
    outcomes = search.outcomes()
    return Reached(
        depth_of={state: bisect_right(layers, number) - 1 for number, state in enumerate(states)},
        transitions=[found.transitions for found in outcomes],
        failures=[first(found.failures) for found in outcomes],
        watches=[first(found) for found in search.watches()],
        deadlocks=first(Witness(count=stats.deadlocks, state=stats.first_deadlock, outcome=-1)),
    )


def check_against(
    program: Program,
    initial: list[State],
    expected: Reached,
    *,
    threads: int = 1,
    tier: str = "best",
    library: ctypes.CDLL | None = None,
    slice_s: float = 60,
    fingerprints: bool = False,
) -> None:
    """Runs a search to its end, in slices, and compares all of it; paths too."""
    with Search(program, initial, threads=threads, tier=tier, library=library, fingerprints=fingerprints) as search:
        while (status := search.run(slice_s)) is Status.RUNNING:
            pass
        assert status is Status.COMPLETE
        stats, found = search.stats(), summary(search)
        assert len(found.depth_of) == stats.distinct == stats.expanded
        assert stats.transitions == sum(expected.transitions)
        assert stats.failures == sum(count for count, _ in expected.failures)
        assert stats.depth == max(expected.depth_of.values())
        assert found == expected
        for state in list(expected.depth_of)[:: max(1, stats.distinct // 50)]:
            number = search.find(state)
            assert number is not None
            path = search.path(number)
            assert [expected.depth_of[search.state(n)] for n in path] == list(range(len(path)))
            assert path[-1] == number
