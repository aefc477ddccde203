"""Random runs: a seed gives the same run on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal, final

from checker.semantics.interpreter import Interpreter, State


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A run as its initial state's number and the index of each transition, with why it ended: no transition was left ("stuck"),
    the last one failed ("failed"), or it is as long as was asked ("length").
    """

    seed: int
    initial: int
    indices: tuple[int, ...]
    ended: Literal["stuck", "failed", "length"]


def simulate(interpreter: Interpreter, *, seed: int, steps: int) -> Simulation:
    """A run of at most `steps` steps, each chosen evenly among the transitions of its state."""
    random = Random(seed)
    initial, state = _start(interpreter, random)
    indices: list[int] = []
    for _ in range(steps):
        outcomes = interpreter.outcomes(state)
        if not outcomes:
            return Simulation(seed=seed, initial=initial, indices=tuple(indices), ended="stuck")
        index = _below(len(outcomes), random)
        indices.append(index)
        target = outcomes[index][2]
        if target is None:
            return Simulation(seed=seed, initial=initial, indices=tuple(indices), ended="failed")
        state = target
    return Simulation(seed=seed, initial=initial, indices=tuple(indices), ended="length")


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
