"""Solvers about one system that stay: its clauses are many, and what is asked of sets of conditions adds few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, final

from checker.engines.inductive.gates import Clause, Gates, Literal
from checker.engines.inductive.solver import Solver, solver

if TYPE_CHECKING:
    from checker.engines.inductive.system import System


class Named(NamedTuple):
    """Literals of a condition: that it holds now and, in questions of steps, then; names for that it is `assumed` to hold now, and that it is
    `broken`: in questions of steps then, of the start now.
    """

    now: Literal
    then: Literal
    assumed: Literal
    broken: Literal


@final
class Growing:
    """A solver that has the clauses of gates, and of conditions, as there come to be more of them."""

    def __init__(self, gates: Gates, clauses: Iterable[Clause]) -> None:
        self._gates, self._clauses, self._given = gates, list(clauses), 0
        self._solver: Solver | None = None
        self._named: set[Literal] = set()

    def about(self, conditions: Iterable[tuple[Literal, Sequence[Clause]]], deadline: float | None) -> Solver:
        """The solver, with the clauses of conditions by their names."""
        if self._solver is None:
            self._given = len(self._gates.clauses)
            self._solver = solver([*self._gates.clauses, *self._clauses], deadline)
        self._solver.deadline = deadline
        for clause in self._gates.clauses[self._given :]:
            self._solver.add(clause)
        self._given = len(self._gates.clauses)
        for name, clauses in conditions:
            if name not in self._named:
                self._named.add(name)
                for clause in clauses:
                    self._solver.add(clause)
        return self._solver


@final
class Questions:
    """About initial states (`start`), steps and single states of a system."""

    def __init__(self, system: System) -> None:
        gates = system.gates
        first = gates.variables + 1
        starts = system.starts(first)
        while gates.variables < max((abs(literal) for clause in starts for literal in clause), default=first):
            gates.new()
        self._gates = gates
        self.start, self.steps, self.states = (Growing(gates, clauses) for clauses in (starts, system.steps, ()))
        self._names: dict[tuple[Literal, Literal], Named] = {}

    def named(self, now: Literal, then: Literal) -> Named:
        """The same for the same condition."""
        if (now, then) not in self._names:
            self._names[now, then] = Named(now, then, self._gates.new(), self._gates.new())
        return self._names[now, then]

    def new(self) -> Literal:
        return self._gates.new()
