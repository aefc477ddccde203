"""The smallest potential, by linear programming: Z3 in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import final

from msgspec import Struct


@final
class Program(Struct, frozen=True, kw_only=True):
    """Numbers 0 .. `numbers` - 1, none below 0. Each constraint: the sum of its terms and its constant is not above 0, with a name. `zero`: the
    numbers that are 0. `goals`: sums to be made small, one after another."""

    numbers: int
    constraints: tuple[tuple[tuple[tuple[int, int], ...], int, str], ...]
    zero: tuple[int, ...]
    goals: tuple[tuple[int, ...], ...]


@final
class Solution(Struct, frozen=True, kw_only=True):
    """`values` of all numbers, or None and the names of constraints that contradict each other."""

    values: tuple[Fraction, ...] | None = None
    conflict: tuple[str, ...] = ()


def solve(program: Program) -> Solution:
    """By Z3, here. Raises Undecided."""
    import z3

    numbers = [z3.Real(f"x{i}") for i in range(program.numbers)]
    zero = set(program.zero)
    named: dict[str, list[object]] = {}
    for terms, constant, name in program.constraints:
        total = z3.Sum([count * numbers[i] for i, count in terms if i not in zero]) if terms else z3.RealVal(0)
        named.setdefault(name, []).append(total + constant <= 0)
    not_below = [number >= 0 for number in numbers]
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
        return Solution(conflict=_conflict(not_below, named))
    if answer != z3.sat:
        raise Undecided
    model = optimize.model()
    return Solution(values=tuple(_fraction(model.eval(number, model_completion=True)) for number in numbers))


class Undecided(Exception):
    """The solver has no answer."""


def _conflict(not_below: Sequence[object], named: Mapping[str, Sequence[object]]) -> tuple[str, ...]:
    """A smallest set of names whose constraints contradict each other."""
    import z3

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


def _fraction(value: object) -> Fraction:
    return Fraction(value.numerator_as_long(), value.denominator_as_long())  # type: ignore[attr-defined]
