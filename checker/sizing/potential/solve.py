"""The smallest potential, by linear programming: Z3 in a process of its own."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, final

from msgspec import Struct


@final
class Program(Struct, frozen=True, kw_only=True):
    """Numbers 0 .. `numbers` - 1, none below 0. Each constraint: the sum of its terms and its constant is not above 0, with a name. `zero`: the
    numbers that are 0. `goals`: sums to be made small, one after another."""

    numbers: int
    constraints: tuple[tuple[tuple[tuple[int, int], ...], int, str], ...]
    zero: tuple[int, ...]
    goals: tuple[tuple[int, ...], ...]


class Undecided(Exception):
    """The solver has no answer."""

    def __str__(self) -> str:
        return "the solver gives no answer"


def solve(program: Program) -> tuple[Fraction, ...] | None:
    """The smallest values of all numbers, by Z3; None where no values satisfy the constraints. Raises Undecided."""
    import z3

    numbers, not_below, named = _terms(program)
    optimize = z3.Optimize()
    optimize.set("priority", "lex")
    optimize.add(not_below)
    for constraints in named.values():
        optimize.add(constraints)
    for goal in program.goals:
        if goal:
            optimize.minimize(z3.Sum([numbers[i] for i in goal]))
    answer = optimize.check()
    if answer == z3.unsat:
        return None
    if answer != z3.sat:
        raise Undecided
    model = optimize.model()
    return tuple(_fraction(model.eval(number, model_completion=True)) for number in numbers)


def conflict(program: Program) -> tuple[str, ...]:
    """A smallest set of names whose constraints contradict each other. Raises Undecided."""
    import z3

    _, not_below, named = _terms(program)
    solver = z3.Solver()
    solver.set("core.minimize", True)
    solver.add(not_below)
    names = {name: z3.Bool(name) for name in named}
    for name, constraints in named.items():
        solver.add(z3.Implies(names[name], z3.And(constraints)))
    if solver.check(list(names.values())) != z3.unsat:
        raise Undecided
    core = {str(name) for name in solver.unsat_core()}
    return tuple(name for name in named if name in core)


def _terms(program: Program) -> tuple[list[Any], list[Any], dict[str, list[Any]]]:
    """The numbers, that none is below 0, and the constraints by their names, as Z3 has them."""
    import z3

    numbers = [z3.Real(f"x{i}") for i in range(program.numbers)]
    zero = set(program.zero)
    named: dict[str, list[Any]] = {}
    for terms, constant, name in program.constraints:
        total = z3.Sum([z3.RealVal(constant), *(count * numbers[i] for i, count in terms if i not in zero)])
        named.setdefault(name, []).append(total <= 0)
    return numbers, [number >= 0 for number in numbers], named


def _fraction(value: Any) -> Fraction:
    return Fraction(value.numerator_as_long(), value.denominator_as_long())
