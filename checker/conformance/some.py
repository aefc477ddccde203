"""A run, followed with some of the states that can explain it: one explanation is enough where a run conforms.

Half of those that are kept are near to what is seen later of a state, the others are drawn at random. Where none of them explains what is
seen next, nothing is known: others might have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, final

from checker.conformance.beliefs import Beliefs
from checker.conformance.seen import Begun, DoneSeen, Seen, StateSeen
from checker.conformance.symbolic.cases import Watched
from checker.semantics.interpreter import EvaluationError

WIDTH = 100  # candidates that are kept after each observation
UNSEEN = 4  # candidates that hidden steps may add, for each that is kept


@final
class SomeStates:
    """Follows a run from a belief on, through the observations `seen`."""

    def __init__(self, beliefs: Beliefs, belief: int, seen: Sequence[Seen], *, width: int = WIDTH) -> None:
        self.beliefs, self.belief, self.seen, self.width = beliefs, belief, seen, width
        self.random = Random(0)
        self._near: dict[int, int] = {}  # by the number of a state
        self._goal: Seen | None = None
        beliefs.join(self)

    def explain(self) -> int:
        """How many observations, from the first on, some candidate explains. Raises CannotTell where the time is over."""
        goals: list[Seen | None] = [None]
        for one in reversed(self.seen):
            goals.append(one if isinstance(one, StateSeen) or one == DoneSeen(True) else goals[-1])
        goals.reverse()
        for number, one in enumerate(self.seen):
            self._aim(goals[number + 1])
            if not self._observe(one):
                return number
        return len(self.seen)

    def renewed(self, belief: int) -> None:
        self.belief = belief
        self._near.clear()

    def _observe(self, seen: Seen) -> bool:
        beliefs = self.beliefs
        beliefs.look()
        if beliefs.full:
            beliefs.renew()
        before = self._drawn(beliefs.members(self.belief))
        if not isinstance(seen, Begun):
            before = self._unseen(before)
        self.belief = beliefs.belief(self._drawn({target for candidate in before for target in beliefs.follow(candidate, seen)}))
        return bool(beliefs.members(self.belief))

    def _unseen(self, members: Iterable[int]) -> list[int]:
        """They, and what unseen steps lead to, the nearest first, not too many."""
        found = dict.fromkeys(members)
        waiting = list(found)
        for candidate in waiting:
            if len(found) > UNSEEN * self.width:
                break
            for target in self.beliefs.unseen(candidate):
                if target not in found:
                    found[target] = None
                    waiting.append(target)
        return waiting

    def _drawn(self, found: Iterable[int]) -> list[int]:
        some = sorted(found)
        if len(some) <= self.width:
            return some
        self.random.shuffle(some)
        if self._goal is not None:
            some.sort(key=self._nearness, reverse=True)
        half = self.width // 2
        return some[:half] + self.random.sample(some[half:], self.width - half)

    # --- what is seen later --------------------------------------------------------------------------------------------

    def _aim(self, goal: Seen | None) -> None:
        if goal != self._goal:
            self._goal = goal
            self._near.clear()

    def _nearness(self, candidate: int) -> int:
        """How near a candidate's state is to the goal: of a state, how many cells are as seen; of `done when`, how far it has to be read to
        find that it does not hold."""
        number = self.beliefs.state_of(candidate)
        known = self._near.get(number)
        if known is None:
            state = self.beliefs.automaton.state(number)
            if isinstance(self._goal, StateSeen):
                known = sum(state[cell] == value for cell, value in self._goal.cells)
            else:
                reads: dict[int, None] = {}
                known = len(state) + 1 if self._done(Watched(state, reads, set())) else len(reads)
            self._near[number] = known
        return known

    def _done(self, cells: Any) -> bool:
        done = self.beliefs.model.done
        try:
            return done is not None and bool(self.beliefs.automaton.interpreter.compiled(done)(cells, None))
        except EvaluationError:
            return False
