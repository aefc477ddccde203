"""Random runs: a seed gives the same run on every machine."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from random import Random
from typing import Any, Literal, TypeVar, final

from msgspec import Struct

from checker.model.model import Either
from checker.semantics.interpreter import Interpreter, Outcome, State

Key = TypeVar("Key", bound=Hashable)


@final
class Simulation(Struct, frozen=True, kw_only=True):
    """A run as its initial state's number and the index of each transition, with why it ended: no transition was left ("stuck"),
    the last one failed ("failed"), or it is as long as was asked ("length").
    """

    seed: int
    initial: int
    indices: tuple[int, ...]
    ended: Literal["stuck", "failed", "length"]


def simulate(interpreter: Interpreter, *, seed: int, steps: int) -> Simulation:
    """A run of at most `steps` steps, each drawn by `draw`."""
    random = Random(seed)
    initial, state = _start(interpreter, random)
    indices: list[int] = []
    for _ in range(steps):
        outcomes = interpreter.outcomes(state)
        if not outcomes:
            return Simulation(seed=seed, initial=initial, indices=tuple(indices), ended="stuck")
        index = draw(outcomes, random)
        indices.append(index)
        target = outcomes[index][2]
        if target is None:
            return Simulation(seed=seed, initial=initial, indices=tuple(indices), ended="failed")
        state = target
    return Simulation(seed=seed, initial=initial, indices=tuple(indices), ended="length")


def draw(outcomes: Sequence[Outcome], random: Random) -> int:
    """The place of one of `outcomes`, of which there are some: first who does what with which parameters, evenly, then how it comes out.

    That is evenly too, but for an `either` with probabilities, which is drawn by these among its branches that can be taken, each choice of
    the body then after the one before it.
    """
    places = random.choice(_grouped((outcome[0], outcome[1]) for outcome in outcomes))
    depth = 0
    while any(_probability(of, chosen) is not None for place in places for of, chosen in outcomes[place][5][depth:]):
        choices = [outcomes[place][5] for place in places]
        groups = _grouped((id(made[depth][0]), made[depth][1]) if depth < len(made) else None for made in choices)
        weights = [_weight(choices[group[0]], depth) for group in groups]
        places = [places[at] for at in groups[_weighted(weights, random)]]
        depth += 1
    return random.choice(places)


def _grouped(keys: Iterable[Key]) -> list[list[int]]:
    """The places of equal keys, in order of their first ones."""
    groups: dict[Key, list[int]] = {}
    for place, key in enumerate(keys):
        groups.setdefault(key, []).append(place)
    return list(groups.values())


def _weight(choices: tuple[tuple[Any, Any], ...], depth: int) -> float:
    probability = _probability(*choices[depth]) if depth < len(choices) else None
    return 1.0 if probability is None else probability


def _probability(of: object, chosen: int) -> float | None:
    """That of a branch of an `either` that has some."""
    if not isinstance(of, Either) or of.probabilities is None:
        return None
    part, whole = of.probabilities[chosen - 1]
    return part / whole


def _weighted(weights: Sequence[float], random: Random) -> int:
    """A place, by these weights."""
    left = random.random() * sum(weights)
    for place, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return place
    return len(weights) - 1


def _start(interpreter: Interpreter, random: Random) -> tuple[int, State]:
    """One of the initial states, chosen evenly among the first 1,000."""
    first: list[State] = []
    for state in interpreter.iterate_initial_states():
        first.append(state)
        if len(first) == 1_000:
            break
    initial = _below(len(first), random)
    return initial, first[initial]


def _below(count: int, random: Random) -> int:
    """One of 0 .. count - 1, by the one method whose values are the same in every version of Python."""
    return int(random.random() * count)
