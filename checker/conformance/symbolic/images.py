"""Steps and conditions applied to whole sets of states."""

from __future__ import annotations

from typing import Any, final

from checker.conformance.symbolic.cases import Case, Cases, Effect
from checker.conformance.symbolic.diagram import EMPTY, Diagrams


@final
class Images:
    """`cells`: how many of the diagram's cells are those of a state; those after them the interpreter does not see."""

    def __init__(self, sets: Diagrams, cells: int) -> None:
        self.sets, self.cells = sets, cells

    def written(self, of: int, effect: Effect) -> int:
        """The states of a set after what the effect writes."""
        return self.sets.written(of, self.sets.writes(effect.writes))

    def split(self, of: int, cases: Cases) -> list[tuple[int, Any]]:
        """The set in parts, with what `cases` gives in each."""
        found: list[tuple[int, Any]] = []
        waiting: list[tuple[int, Case | None]] = [(of, cases.root)] if of != EMPTY else []
        while waiting:
            part, case = waiting.pop()
            if case is None:  # a case that was not met before
                waiting.append((part, self._grown(part, cases)))
            elif case.cell is None:
                found.append((part, case.found))
            else:
                met = self.sets.values_at(part, case.cell)
                for value in met:
                    of_value = self.sets.part(part, case.cell, value) if len(met) > 1 else part
                    waiting.append((of_value, case.then.get(self.sets.values[case.cell][value])))
        return found

    def _grown(self, part: int, cases: Cases) -> Case:
        state = self.sets.some(part)[: self.cells]
        at = cases.grown(state)
        while at.cell is not None:  # the part agrees with the state wherever the tree looks on the way to the new case
            following = at.then[state[at.cell]]
            if len(self.sets.values_at(part, at.cell)) > 1:
                return at
            at = following
        return at

    def holding(self, of: int, cases: Cases, truth: bool) -> int:
        """The states in which a condition is true, or false."""
        found = EMPTY
        for part, holds in self.split(of, cases):
            if holds is truth:
                found = self.sets.union(found, part)
        return found
