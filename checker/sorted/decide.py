"""Whether obligations are met: each by a solver, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias, final

from msgspec import Struct

from checker.sorted.counterexample import Counterexample, smallest
from checker.sorted.instances import Instances, instances
from checker.sorted.obligations import Obligation
from checker.sorted.solve import Script, Solver, solve_all
from checker.sorted.system import Sorted
from checker.sorted.uniform import EverySize


@final
class Shown(Struct, frozen=True, kw_only=True):
    """No structure of any size violates it, says the solver, after `seconds`."""

    seconds: float


@final
class Undecided(Struct, frozen=True, kw_only=True):
    reason: str
    seconds: float


Decision: TypeAlias = Shown | Counterexample | Undecided


def decide_all(
    every: EverySize,
    obligations: Sequence[Obligation],
    solver: Solver = "z3",
    *,
    time_s: float = 10.0,
    memory_mib: float | None = None,
    largest: int = 3,
) -> Iterator[Decision]:
    """The decision on each obligation, in order. `time_s`: for each.

    Where the solver finds a structure that violates one, or gives up, a counterexample is looked for in which each open sort has up to `largest`
    elements; where there is none, it is undecided. Raises SolverMissing.
    """
    scripts = [Script(obligation.smtlib) for obligation in obligations]
    answers = solve_all(scripts, solver, time_s=time_s, memory_mib=memory_mib)
    for obligation, answer in zip(obligations, answers, strict=True):
        if answer.result == "unsat":
            yield Shown(seconds=answer.seconds)
            continue
        found = smallest(every.form, obligation, every.model_at, most=largest, time_s=time_s, memory_mib=memory_mib)
        if found is not None:
            yield found
            continue
        reason = answer.reason or f"violated only where a sort has more than {largest} elements, or without end"
        yield Undecided(reason=reason, seconds=answer.seconds)


def deciding_sizes(
    form: Sorted, shown: Sequence[Obligation], solver: Solver = "z3", *, time_s: float = 10.0, memory_mib: float | None = None
) -> list[dict[str, int] | None]:
    """For each obligation that was shown: with how many elements of each open sort a violation would have to show already.

    That no team of that size violates it is checked once more, without quantifiers. None where there is no such number, or where it is
    not decided in time: then only the solver's word for the formula with quantifiers stands for it. Raises SolverMissing.
    """
    made = [instances(form.signature, obligation) for obligation in shown]
    complete = [one for one in made if one is not None and one.complete]
    scripts = [Script(one.smtlib) for one in complete]
    answers = zip(complete, solve_all(scripts, solver, time_s=time_s, memory_mib=memory_mib), strict=True)
    refuted = {id(one) for one, answer in answers if answer.result == "unsat"}
    return [one.sizes if one is not None and id(one) in refuted else None for one in made]


def sizes_that_decide(
    form: Sorted, shown: Sequence[Obligation], *, time_s: float = 10.0, memory_mib: float | None = None
) -> list[dict[str, int]] | None:
    """`deciding_sizes` of all of them; None where one has none: others are not looked at then. Raises SolverMissing."""
    made: list[Instances] = []
    for obligation in shown:
        one = instances(form.signature, obligation)
        if one is None or not one.complete:
            return None
        made.append(one)
    answers = solve_all([Script(one.smtlib) for one in made], time_s=time_s, memory_mib=memory_mib)
    return [one.sizes for one in made] if all(answer.result == "unsat" for answer in answers) else None


def decide(
    every: EverySize,
    obligation: Obligation,
    solver: Solver = "z3",
    *,
    time_s: float = 10.0,
    memory_mib: float | None = None,
    largest: int = 3,
) -> Decision:
    """The decision on one obligation."""
    return next(decide_all(every, [obligation], solver, time_s=time_s, memory_mib=memory_mib, largest=largest))
