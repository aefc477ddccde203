"""The point of no return of a counterexample: the last state from which some run could still have gone well, and so the step that closed the way.

Of a goal that is not reached: a state from which it could still be. Of what must never happen: a state from which some run never lets it
happen, that is one with a way, past nothing bad, to where a run may rest for ever or to a fair cycle. Every finite path can go on to a fair run, so
the first asks for a path alone.
"""

from __future__ import annotations

from checker.properties.finding import Avoided, Finding
from checker.properties.run import Run
from checker.properties.search import Search


def no_return(search: Search, run: Run, found: Finding) -> int | None:
    """How many steps of the run had been taken when nothing could go well any more; None where something still could, or nobody knows.

    Nobody knows where the search is incomplete, or keeps no edges. After so many steps as the run has, the last one closed the way.
    """
    if not search.graph.complete:
        return None
    if found.returns_to is not None:
        return _unreachable(search, run, found.returns_to)
    if found.avoided is None or (search.fails() and not found.avoided.fails):
        return None
    return _unavoidable(search, run, found.avoided)


def _unreachable(search: Search, run: Run, returns_to: bytearray) -> int | None:
    reaching = search.reaching(state for state, good in enumerate(returns_to) if good)
    if not any(reaching):
        return None
    states = search.path_states(run.path)
    lost = next((place for place, state in enumerate(states) if not reaching[state]), None)
    return lost if lost is not None and not any(reaching[state] for state in states[lost:]) else None


def _unavoidable(search: Search, run: Run, avoided: Avoided) -> int:
    """Once lost, the way stays lost: so the first state of the path without one is found by halving."""
    states = search.path_states(run.path)
    inside = bytearray(not bad for bad in avoided.states or bytes(len(search.graph.states)))
    well = bytearray(map(max, search.resting(), search.fair_without(inside, avoided.edges)))

    def open_from(state: int) -> bool:
        reached = search.forward([(state, 0)], inside, avoided.edges).order
        return any(well[after] for after in reached)

    low, high = 0, len(run.taken)  # the last step ends in what is bad, or is bad itself
    while low < high:
        middle = (low + high) // 2
        if open_from(states[middle]):
            low = middle + 1
        else:
            high = middle
    return low
