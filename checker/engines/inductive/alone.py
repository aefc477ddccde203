"""Lemmas that are inductive by themselves: of goals about steps and deadlocks, which are no conditions that lemmas could be helped by."""

from __future__ import annotations

from collections.abc import Iterable

from checker.engines.inductive.gates import Literal
from checker.engines.inductive.houdini import Houdini
from checker.engines.inductive.solver import Solver, solver


def fewest_alone(houdini: Houdini, lemmas: int, bad: Literal, deadline: float | None) -> set[int] | None:
    """Of the first `lemmas` conditions few that are inductive without any other, and exclude the bad states; None where all of them do not.

    Questions may raise GaveUp.
    """
    apart = _Excluding(houdini, bad, deadline)
    left = houdini.inductive(range(lemmas))
    core = apart.core(left)
    if core is None:
        return None
    found = houdini.reasons(core, left)
    for number in sorted(found, reverse=True):
        if number not in found:
            continue
        without = houdini.inductive(found - {number})
        core = apart.core(without)
        if core is not None:
            found = houdini.reasons(core, without)
    return found


class _Excluding:
    """Which conditions exclude the bad states."""

    def __init__(self, houdini: Houdini, bad: Literal, deadline: float | None) -> None:
        gates = houdini.system.gates
        first = gates.variables + 1
        self._names = range(first, first + len(houdini.now))
        said = [[-name, literal] for name, literal in zip(self._names, houdini.now, strict=True)]
        self._solver: Solver = solver([*gates.clauses, *said], deadline)
        self._bad = bad

    def core(self, among: Iterable[int]) -> set[int] | None:
        """Some of these that exclude the bad states; None where all together do not."""
        asked = {self._names[number]: number for number in among}
        if self._solver.solve([self._bad, *asked]):
            return None
        core = self._solver.core()
        return {number for name, number in asked.items() if name in core}
