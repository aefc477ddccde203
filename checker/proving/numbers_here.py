"""Proofs at one size by formulas in which numbers are numbers: for what has too many values to look at each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from checker.certificates.questions import answers, questions
from checker.certificates.subject import Asked
from checker.model.expr import Expr
from checker.proving.every_size import EverySizeProofs
from checker.proving.facts import kept_at_awaits
from checker.proving.mining import lemmas_about_numbers
from checker.sorted.obligations import PROVABLE
from checker.sorted.refusals import Refused
from checker.sorted.solve import SolverMissing

QUESTION_S = 10.0
LEAST_S = 0.2
NUMBERS_SHARE = 0.4  # of the time, for lemmas about numbers


def proved_by_numbers(
    subject: Asked, proofs: EverySizeProofs, time_s: float, memory_mib: float | None
) -> tuple[Expr, ...] | None:
    """Lemmas by which the goal holds at the size of the subject; None where none are found. Raises KeyboardInterrupt."""
    until = perf_counter() + time_s
    if subject.goal.kind not in PROVABLE:
        return None
    try:
        for lemmas in _lemmas(subject, proofs, until, memory_mib):
            settled = proofs.settle(lemmas, until)
            if settled.proved:
                few = proofs.trimmed(settled.lemmas, (), until)
                each = max(LEAST_S, min(QUESTION_S, until - perf_counter()))
                solved = answers(questions(subject, few), "z3", time_s=each, memory_mib=memory_mib)
                return few if all(one.verdict == "unsat" for one in solved) else None
            if perf_counter() > until:
                break
    except (Refused, SolverMissing):
        pass
    return None


def _lemmas(subject: Asked, proofs: EverySizeProofs, until: float, memory_mib: float | None) -> Iterator[Sequence[Expr]]:
    """None, and those about numbers that random runs do not refute."""
    yield ()
    share = (until - perf_counter()) * NUMBERS_SHARE
    found = lemmas_about_numbers([subject.model], subject.name, share, memory_mib)
    offered = proofs.over([*kept_at_awaits(subject.checked, subject.model), *found])
    if offered:
        yield proofs.inductive(offered, until)
