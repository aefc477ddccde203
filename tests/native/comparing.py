"""Holds a search of the library to the plain evaluator."""

from __future__ import annotations

import ctypes
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from checker.engines.native.packed import PackedEdges
from checker.engines.native.program import Program
from checker.engines.native.search import Search, Status, Witness
from checker.engines.stores import Store
from tests.native.evaluator import Reached, State

S = TypeVar("S")


def summary(search: Search, *, edges: bool = True) -> Reached:
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
        edges=edges_of(search, states) if edges else Counter(),
    )


def edges_of(search: Search, states: Sequence[S]) -> Counter[tuple[S, S, int, bool]]:
    """The edges of a complete search that do not fail, between what stands for its states."""
    degrees = array("I", [0]) * len(states)
    search.degrees(degrees)
    packed = PackedEdges.with_degrees(degrees, len(states), sum(degrees), classes=2**32, progress=True)
    search.edges(packed.struct())
    start, target, label, progress = list(packed.starts), list(packed.targets), list(packed.labels), packed.progress()
    return Counter(
        (states[s], states[target[e]], label[e], progress[e] != 0)
        for s in range(len(states))
        for e in range(start[s], start[s + 1])
        if target[e] >= 0
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
    store: Store = "states",
) -> None:
    """Runs a search to its end, in slices, and compares all of it; paths too."""
    with Search(program, initial, threads=threads, tier=tier, library=library, store=store) as search:
        while (status := search.run(slice_s)) is Status.RUNNING:
            pass
        assert status is Status.COMPLETE
        stats, found = search.stats(), summary(search, edges=store == "states" and not program.canonical_updates)
        if store == "fingerprint":  # the words of a state are gone before its edges could be asked for
            found.edges = expected.edges
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
