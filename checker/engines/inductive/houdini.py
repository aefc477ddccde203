"""Of many conditions those that are inductive together (C. Flanagan, K. R. M. Leino, Houdini, an annotation assistant for ESC/Java, FME 2001)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.engines.inductive.gates import Literal
from checker.engines.inductive.solver import Solver, solver
from checker.engines.inductive.system import System
from checker.ground.graph import Node


class Houdini:
    """Conditions on the states of one system, by number. Questions may raise GaveUp."""

    def __init__(self, system: System, conditions: Sequence[Node], deadline: float | None = None) -> None:
        self.system = system
        self.now = [system.now.encoder.truth(node) for node in conditions]
        self.then = [system.then.encoder.truth(node) for node in conditions]
        first = system.gates.variables + 1
        self._assumed = range(first, first + len(conditions))
        self._broken = range(first + len(conditions), first + 2 * len(conditions))
        self._start: Solver = solver([*system.gates.clauses, *self._initial(first)], deadline)
        self._steps: Solver = solver([*system.gates.clauses, *system.steps, *self._selected()], deadline)

    def inductive(self, among: Iterable[int]) -> set[int]:
        """The largest set of these that hold at the start and that no step breaks."""
        left = set(among)
        while left and (broken := self._breaks_at_start(left) or self._breaks(left)):
            left -= broken
        return left

    def at_start(self, among: Iterable[int]) -> set[int]:
        """Those that hold in every initial state."""
        left = set(among)
        while left and (broken := self._breaks_at_start(left)):
            left -= broken
        return left

    def reasons(self, wanted: Iterable[int], among: Iterable[int]) -> set[int]:
        """Of an inductive set, a part with those that are wanted that is inductive too."""
        found, known = set(wanted), set(among)
        while True:
            answer = self._steps.solve(self._assumptions(known, found))
            assert not answer, "the set is not inductive"
            core = self._steps.core()
            needed = {number for number in known if self._assumed[number] in core}
            if needed <= found:
                return found
            found |= needed

    # --- questions ---------------------------------------------------------------------------------------------------

    def _breaks(self, left: set[int]) -> set[int]:
        """Some of them that a step breaks from a state that has them all; {} where none does."""
        if not self._steps.solve(self._assumptions(left, left)):
            return set()
        return {number for number in left if not self._holds(self._steps, self.then[number])}

    def _assumptions(self, known: set[int], asked: set[int]) -> list[Literal]:
        """That the known ones hold now; and that then one of those that are asked for does not."""
        aside = [-self._broken[number] for number in range(len(self.now)) if number not in asked]
        return [*(self._assumed[number] for number in sorted(known)), *aside]

    def _breaks_at_start(self, left: set[int]) -> set[int]:
        aside = [-self._broken[number] for number in range(len(self.now)) if number not in left]
        if not self._start.solve(aside):
            return set()
        return {number for number in left if not self._holds(self._start, self.now[number])}

    def _holds(self, asked: Solver, literal: Literal) -> bool:
        return asked.true(literal) if literal > 0 else not asked.true(-literal)

    # --- clauses -----------------------------------------------------------------------------------------------------

    def _selected(self) -> list[list[Literal]]:
        """An assumed condition holds now; one of the broken ones does not hold then."""
        assumed = [[-name, literal] for name, literal in zip(self._assumed, self.now, strict=True)]
        broken = [[-name, -literal] for name, literal in zip(self._broken, self.then, strict=True)]
        return [*assumed, *broken, list(self._broken)]

    def _initial(self, first: int) -> list[list[Literal]]:
        broken = [[-name, -literal] for name, literal in zip(self._broken, self.now, strict=True)]
        return [*broken, list(self._broken), *self.system.starts(first + 2 * len(self.now))]


def fewest(sizes: Sequence[Houdini], goal: int, among: Iterable[int] | None = None) -> set[int]:
    """Of conditions that are inductive in all sizes a set with the goal that is so too, and of which none can be left out."""
    left = set(range(len(sizes[0].now)) if among is None else among)
    while True:
        smaller = set[int]().union(*(houdini.reasons({goal}, left) for houdini in sizes))
        if smaller == left:
            break
        left = jointly(sizes, smaller)
    for number in sorted(left - {goal}, reverse=True):
        if number in left:
            without = jointly(sizes, left - {number})
            left = without if goal in without else left
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
