"""SAT solvers that take clauses one by one and answer under assumptions: those of python-sat, or Z3 where it is not installed.

python-sat: A. Ignatiev, A. Morgado, J. Marques-Silva, PySAT: A Python toolkit for prototyping with SAT oracles, SAT 2018.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Any, Protocol

from checker.engines.apart import TIME
from checker.engines.inductive.events import GaveUp
from checker.engines.inductive.gates import Clause, Literal

FAST = "glucose4"
WITHOUT = "Z3 as the SAT solver, many times slower than python-sat: `pip install 'teamcheck[sat]'`"


class Solver(Protocol):
    """What a search asks of a solver. `deadline`: after which nothing is asked any more (of `perf_counter`); None: no end."""

    deadline: float | None

    def add(self, clause: Clause) -> None: ...

    def solve(self, assumptions: Sequence[Literal]) -> bool:
        """Whether there is a model under the assumptions. Raises GaveUp."""
        ...

    def true(self, literal: Literal) -> bool:
        """Whether the literal holds in the model that was found last."""
        ...

    def core(self) -> set[Literal]:
        """Assumptions of the last question that cannot hold together."""
        ...


def name() -> str:
    """What `solver` gives, in words."""
    try:
        import pysat.solvers  # noqa: F401
    except ImportError:
        return WITHOUT
    return f"{FAST} (python-sat)"


def solver(clauses: Iterable[Clause], deadline: float | None) -> Solver:
    """A solver that holds these clauses. `deadline`: after which nothing is asked any more (of `perf_counter`); None: no end.

    One question of python-sat ends when it ends: who wants a limit on it lets it run in a process of its own.
    """
    try:
        return PySat(clauses, deadline)
    except ImportError:
        return Z3Sat(clauses, deadline)


class PySat:
    def __init__(self, clauses: Iterable[Clause], deadline: float | None) -> None:
        from pysat.solvers import Solver

        self._solver = Solver(name=FAST, bootstrap_with=clauses)
        self.deadline = deadline
        self._model: list[int] = []

    def add(self, clause: Clause) -> None:
        self._solver.add_clause(clause)

    def solve(self, assumptions: Sequence[Literal]) -> bool:
        if self.deadline is not None and perf_counter() > self.deadline:
            raise GaveUp(TIME)
        answer = bool(self._solver.solve(assumptions=assumptions))
        if answer:
            self._model = self._solver.get_model()
        return answer

    def true(self, literal: Literal) -> bool:
        place = abs(literal) - 1  # of a variable that no clause has, anything may be said
        return place < len(self._model) and self._model[place] == literal

    def core(self) -> set[Literal]:
        return set(self._solver.get_core() or ())


class Z3Sat:
    def __init__(self, clauses: Iterable[Clause], deadline: float | None) -> None:
        import z3

        self._z3: Any = z3
        self._solver = z3.SolverFor("QF_FD")
        self._names: dict[int, Any] = {}
        self.deadline = deadline
        self._model: Any = None
        for clause in clauses:
            self.add(clause)

    def _literal(self, literal: Literal) -> Any:
        name = abs(literal)
        if name not in self._names:
            self._names[name] = self._z3.Bool(f"l{name}")
        return self._names[name] if literal > 0 else self._z3.Not(self._names[name])

    def add(self, clause: Clause) -> None:
        literals = [self._literal(literal) for literal in clause]
        self._solver.add(literals[0] if len(literals) == 1 else self._z3.Or(literals))

    def solve(self, assumptions: Sequence[Literal]) -> bool:
        if self.deadline is not None:
            left_ms = int((self.deadline - perf_counter()) * 1000)
            if left_ms <= 0:
                raise GaveUp(TIME)
            self._solver.set("timeout", left_ms)
        answer = self._solver.check(*map(self._literal, assumptions))
        if answer == self._z3.unknown:
            raise GaveUp(TIME)
        if answer == self._z3.sat:
            self._model = self._solver.model()
        return bool(answer == self._z3.sat)

    def true(self, literal: Literal) -> bool:
        return bool(self._z3.is_true(self._model.eval(self._literal(literal), model_completion=True)))

    def core(self) -> set[Literal]:
        def number(term: Any) -> Literal:
            negated = self._z3.is_not(term)
            return (-1 if negated else 1) * int(str(term.arg(0) if negated else term)[1:])

        return {number(term) for term in self._solver.unsat_core()}
