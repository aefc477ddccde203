"""Of many conditions those that are inductive together (C. Flanagan, K. R. M. Leino, Houdini, an annotation assistant for ESC/Java, FME 2001)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.engines.inductive.gates import Literal
from checker.engines.inductive.solver import Solver
from checker.engines.inductive.system import System
from checker.ground.graph import Node

MOST_TRIED = 24  # conditions that are left out one by one, with what falls with them


class Houdini:
    """Conditions on the states of one system, by number, and the states that are wrong, for each of some goals. Questions may raise GaveUp."""

    def __init__(self, system: System, conditions: Sequence[Node], wrong: Sequence[Node], deadline: float | None = None) -> None:
        self._wrong = [system.now.encoder.truth(node) for node in wrong]
        self.system = system
        self.now = [system.now.encoder.truth(node) for node in conditions]
        self.then = [system.then.encoder.truth(node) for node in conditions]
        asked = system.questions
        named = [asked.named(now, then) for now, then in zip(self.now, self.then, strict=True)]
        self._assumed, self._broken = [one.assumed for one in named], [one.broken for one in named]
        self._these = asked.new()  # that one of these conditions is broken
        one_is = [(self._these, [[-self._these, *self._broken]])]
        assumed = [(one.assumed, [[-one.assumed, one.now]]) for one in named]
        broken_now = [(one.broken, [[-one.broken, -one.now]]) for one in named]
        broken_then = [(one.broken, [[-one.broken, -one.then]]) for one in named]
        self._start: Solver = asked.start.about([*broken_now, *one_is], deadline)
        self._steps: Solver = asked.steps.about([*assumed, *broken_then, *one_is], deadline)
        self._states: Solver = asked.states.about(assumed, deadline)

    def inductive(self, among: Iterable[int]) -> set[int]:
        """The largest set of these that hold at the start and that no step breaks."""
        left = set(among)
        while left and (broken := self._breaks_at_start(left) or self._breaks(left)):
            left -= broken
        return left

    def keeps(self, among: Iterable[int]) -> bool:
        """Whether each step from a state that has all of these leads to one that has them."""
        known = set(among)
        return not known or not self._steps.solve(self._assumptions(known, known))

    def safe(self, among: Iterable[int], goal: int = 0) -> bool:
        """Whether no state that has all of these is wrong."""
        return self._core(among, goal) is not None

    def needed(self, among: Iterable[int], goal: int = 0) -> set[int]:
        """Of an inductive set without wrong states a part that is so too."""
        known = set(among)
        found = self._core(known, goal)
        assert found is not None, "a state that has them all is wrong"
        while found:
            answer = self._steps.solve(self._assumptions(known, found))
            assert not answer, "the set is not inductive"
            core = self._steps.core()
            reasons = {number for number in known if self._assumed[number] in core}
            if reasons <= found:
                break
            found |= reasons
        return found

    def _core(self, among: Iterable[int], goal: int) -> set[int] | None:
        """Some of these that no wrong state has; None where one has them all."""
        assumed = {self._assumed[number]: number for number in among}
        if self._states.solve([*assumed, self._wrong[goal]]):
            return None
        core = self._states.core()
        return {number for literal, number in assumed.items() if literal in core}

    # --- questions ---------------------------------------------------------------------------------------------------

    def _breaks(self, left: set[int]) -> set[int]:
        """Some of them that a step breaks from a state that has them all; {} where none does."""
        if self.keeps(left):
            return set()
        return {number for number in left if not self._holds(self._steps, self.then[number])}

    def _assumptions(self, known: set[int], asked: set[int]) -> list[Literal]:
        """That the known ones hold now; and that then one of those that are asked for does not."""
        return [*self._one_broken(asked), *(self._assumed[number] for number in sorted(known))]

    def _one_broken(self, asked: set[int]) -> list[Literal]:
        """That of these one is broken. Equal conditions have one name."""
        wanted = {self._broken[number] for number in asked}
        return [self._these, *(-name for name in dict.fromkeys(self._broken) if name not in wanted)]

    def _breaks_at_start(self, left: set[int]) -> set[int]:
        if not self._start.solve(self._one_broken(left)):
            return set()
        return {number for number in left if not self._holds(self._start, self.now[number])}

    def _holds(self, asked: Solver, literal: Literal) -> bool:
        return asked.true(literal) if literal > 0 else not asked.true(-literal)


def fewest(sizes: Sequence[Houdini], among: Iterable[int], goal: int = 0) -> set[int]:
    """Of conditions that are inductive in all sizes, and that no wrong state has, few that are so too. Those of low numbers are preferred.

    Of the result none can be left out alone; where it is not large, none with all that then is not inductive any more.
    """
    every = set(among)
    left = every
    while (smaller := jointly(sizes, set[int]().union(*(houdini.needed(left, goal) for houdini in sizes)))) != left:
        left = smaller
    ways = [_thinned(sizes, left, sorted(left, reverse=True), goal), _thinned(sizes, every, sorted(every), goal)]
    return min(ways, key=lambda way: (len(way), sum(way)))


def _thinned(sizes: Sequence[Houdini], left: set[int], order: Sequence[int], goal: int) -> set[int]:
    """Without what can be left out, tried in this order."""
    for number in order:
        without = left - {number}
        if all(houdini.keeps(without) and houdini.safe(without, goal) for houdini in sizes):
            left = without
    for number in order if len(left) <= MOST_TRIED else ():
        if number in left:
            without = jointly(sizes, left - {number})
            left = without if all(houdini.safe(without, goal) for houdini in sizes) else left
    return left


def jointly(sizes: Sequence[Houdini], among: Iterable[int]) -> set[int]:
    """The largest set of these that is inductive in all sizes."""
    left = set(among)
    while True:
        before = len(left)
        for houdini in sizes:
            left = houdini.inductive(left)
        if len(left) == before:
            return left
