"""One behaviour of the model that explains a run: worked out backward from one of the states that can explain it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, final

from msgspec import Struct

from checker.conformance.beliefs import NOTHING, Beliefs
from checker.conformance.seen import Begun, Seen, StepSeen
from checker.semantics.interpreter import State

Chosen: TypeAlias = tuple[int, int]  # a step, and a place among its transitions


@final
class Taken(Struct, frozen=True, kw_only=True):
    """One step of the behaviour: its place among the transitions of `before`. `number`: of the observation that it is, None for a step
    that was not seen."""

    before: State
    index: int
    after: State
    number: int | None


@final
class Explained(Struct, frozen=True, kw_only=True):
    """A path of the model from `start`. `first`: the number of the first observation that it explains; where it is 1 the path begins in an
    initial state. `only`: it explains so many observations, where a path that explains more was not found."""

    start: State
    taken: tuple[Taken, ...]
    first: int
    only: int | None = None


def explained(beliefs: Beliefs, history: Sequence[tuple[int, Seen]], last: int, *, number: int) -> Explained:
    """A path that explains the observations of `history` (each with the belief before it), which ends in the belief `last`, after
    observation `number`. Raises CannotTell."""
    assert last != NOTHING
    goal = min(beliefs.members(last))
    taken: list[Taken] = []
    for place in range(len(history) - 1, -1, -1):
        before, seen = history[place]
        goal = _back(beliefs, before, seen, goal, number - (len(history) - 1 - place), taken)
    taken.reverse()
    return Explained(start=_state(beliefs, goal), taken=tuple(taken), first=number - len(history) + 1)


def _back(beliefs: Beliefs, before: int, seen: Seen, goal: int, number: int, taken: list[Taken]) -> int:
    """The candidate of `before` from which `seen` led to `goal`; the steps on the way are added to `taken`, the last one first."""
    came_from: dict[int, tuple[int, Chosen] | None] = dict.fromkeys(sorted(beliefs.members(before)))
    waiting = list(came_from)
    for candidate in waiting:  # breadth first: as few hidden steps as can be
        if goal in beliefs.follow(candidate, seen):
            return _along(beliefs, came_from, candidate, seen, goal, number, taken)
        if isinstance(seen, Begun):
            continue
        for move, target in beliefs.unseen_moves(candidate):
            if target not in came_from:
                came_from[target] = (candidate, move)
                waiting.append(target)
    raise AssertionError("a belief holds what nothing leads to")


def _along(
    beliefs: Beliefs,
    came_from: dict[int, tuple[int, Chosen] | None],
    candidate: int,
    seen: Seen,
    goal: int,
    number: int,
    taken: list[Taken],
) -> int:
    if isinstance(seen, StepSeen):
        taken.append(_taken(beliefs, candidate, next(beliefs.step_moves(candidate, seen, goal)), goal, number))
    while (step := came_from[candidate]) is not None:
        taken.append(_taken(beliefs, step[0], step[1], candidate, None))
        candidate = step[0]
    return candidate


def _taken(beliefs: Beliefs, before: int, move: Chosen, after: int, number: int | None) -> Taken:
    return Taken(before=_state(beliefs, before), index=beliefs.index(before, move), after=_state(beliefs, after), number=number)


def _state(beliefs: Beliefs, candidate: int) -> State:
    return beliefs.automaton.state(beliefs.state_of(candidate))
