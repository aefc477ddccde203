"""Orbits by brute force, and a reduced search held to the whole one."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from msgspec.structs import replace

from checker.engines.native.explore import Explored, explore_native
from checker.ground.permute import permuted, renamed
from checker.language.types import Bool, Sort, Value
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, State


class Exchange:
    """`renamed` for many states: elements i and i + 1 of a sort are renamed into each other."""

    def __init__(self, model: Model, sort: Sort, i: int) -> None:
        self._values: list[dict[Value, Value]] = [{} for _ in range(model.size)]
        self._type = [variable.type for variable in model.variables for _ in range(variable.cells)]
        self._sort, self._i = sort, i
        plain = tuple(replace(variable, type=Bool()) for variable in model.variables)
        self._from = list(renamed(replace(model, variables=plain), tuple(range(model.size)), sort, i, i + 1))

    def __call__(self, state: State) -> State:
        made = []
        for place in self._from:
            known, value = self._values[place], state[place]
            if value not in known:
                known[value] = permuted(self._type[place], value, self._sort, self._i, self._i + 1)
            made.append(known[value])
        return tuple(made)


def orbit(state: State, exchanges: list[Exchange]) -> set[State]:
    """Every renaming of a state: exchanges of neighbours make all permutations."""
    found, waiting = {state}, [state]
    while waiting:
        one = waiting.pop()
        for exchange in exchanges:
            other = exchange(one)
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def orbits(model: Model, states: Collection[State], sorts: tuple[Sort, ...]) -> dict[State, int]:
    """The number of each state's orbit; fails where a renaming of a state is not among the states."""
    number: dict[State, int] = {}
    left = set(states)
    exchanges = [Exchange(model, sort, i) for sort in sorts for i in range(sort.size - 1)]
    while left:
        together = orbit(next(iter(left)), exchanges)
        assert together <= left, "renaming leads out of the reachable states: the sorts are not symmetric"
        number.update(dict.fromkeys(together, len(number)))
        left -= together
    return number


def states_of(found: Explored) -> list[State]:
    """The states of a native search, by their numbers."""
    form, compiled = found.compiled.ground, found.compiled
    return [form.decoded(compiled.unpacked(found.search.state(number))) for number in range(found.stats.distinct)]


def reduces_rightly(model: Model, whole: Explored) -> tuple[int, int]:
    """Hold the reduced search to the whole one. How many orbits there are, and how many states it keeps."""
    reduced, alone = (explore_native(model, symmetry=True, threads=threads) for threads in (2, 1))
    assert (reduced.stats.distinct, reduced.stats.transitions) == (alone.stats.distinct, alone.stats.transitions)
    sorts = reduced.compiled.ground.symmetric
    number, kept = orbits(model, states_of(whole), sorts), states_of(reduced)
    assert {number[state] for state in kept} == set(number.values()), "every orbit keeps a state, and no other state is kept"
    assert (reduced.failed is None, reduced.deadlocked is None) == (whole.failed is None, whole.deadlocked is None)
    exact = len(kept) == len(set(number.values()))
    assert not exact or reduced.stats.depth == whole.stats.depth  # of an orbit that keeps several states some may be deeper
    assert reduced.fired == whole.fired
    assert {w for w, found in reduced.seen.items() if found.count} == {w for w, found in whole.seen.items() if found.count}
    for at, first in ((reduced.failed, whole.failed), (reduced.deadlocked, whole.deadlocked), (len(kept) - 1, None)):
        if at is not None:
            is_a_path(model, reduced.path(at))
        if at is not None and first is not None:
            assert len(reduced.path(at)) == len(whole.path(first)), "what is found first is found on a shortest path"
    return len(set(number.values())), len(kept)


def is_a_path(model: Model, path: list[State]) -> None:
    """The interpreter goes from an initial state along these states."""
    interpreter = Interpreter(model)
    assert path[0] in set(interpreter.iterate_initial_states())
    for before, after in pairwise(path):
        assert after in {found.target for found in interpreter.transitions(before)}
