"""Proofs for every size: lemmas that are weeded out until what is left is inductive, at the level of quantified formulas.

A lemma that a solver refutes, or cannot decide, goes; with fewer lemmas fewer can be kept, so this ends with the largest inductive set (Houdini:
C. Flanagan, K. R. M. Leino, FME 2001). Where the goal itself fails with all of them there is no use in going on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import final

from msgspec import Struct
from msgspec.structs import replace

from checker.certificates.subject import Asked
from checker.elaborate import make
from checker.model.expr import Expr
from checker.model.model import Goal
from checker.model.resize import NotOfThisSize, resized
from checker.sorted.obligations import Obligation, names_an_element, obligations
from checker.sorted.refusals import Refused
from checker.sorted.solve import Script, solve_all
from checker.sorted.totals import without_sums

QUESTION_S = 4.0  # for each, where there is as much time
MOST_TRIMMED = 24  # lemmas that are tried to be left out one by one


class Settled(Struct, frozen=True, kw_only=True):
    """`proved` by `lemmas`; else `failing`: a question about the goal that a solver answers with no (None: only undecided), and `reason`."""

    proved: bool
    lemmas: tuple[Expr, ...] = ()
    failing: Obligation | None = None
    reason: str = ""


@final
class EverySizeProofs:
    """Questions about one property at every size. `said` is told what is done."""

    def __init__(self, subject: Asked, memory_mib: float | None, said: Callable[[str], None]) -> None:
        """Raises Refused where the protocol has no sorted form."""
        self.subject, self.memory_mib, self.said = subject, memory_mib, said
        self.form = subject.every_size.form

    @property
    def goal(self) -> Goal:
        return self.subject.goal_of(self.form.model)

    def over(self, lemmas: Sequence[Expr]) -> list[Expr]:
        """Those that say something at every size (and name no element), over the model of the formulas, each once."""
        found: dict[Expr, None] = {}
        for lemma in lemmas:
            if names_an_element(lemma, self.form.signature.free):
                continue
            try:
                here = resized(lemma, self.form.model)
                without_sums(self.form.signature, [self.form.holds(here, self.form.state)])
            except (NotOfThisSize, Refused):
                continue
            found[here] = None
        return list(found)

    def settle(self, lemmas: Sequence[Expr], until: float) -> Settled:
        """With as many of the lemmas as are inductive. Raises Refused where the goal, or a lemma, is of no form for a question."""
        kept = list(lemmas)
        while True:
            asked = obligations(self.form, kept, self.goal)
            bad, failing, reason = self._answers(asked, len(kept), until)
            if failing is not None or reason:
                return Settled(proved=False, lemmas=tuple(kept), failing=failing, reason=reason)
            if not bad:
                return Settled(proved=True, lemmas=tuple(kept))
            kept = [lemma for place, lemma in enumerate(kept) if place not in bad]

    def inductive(self, lemmas: Sequence[Expr], until: float) -> list[Expr]:
        """As many of the lemmas as hold whatever the goal is."""
        if not lemmas:
            return []
        nothing = replace(self.goal, kind="always", conditions=(make.TRUE,), mark=None)
        kept = list(lemmas)
        while kept and perf_counter() < until:
            bad, _, _ = self._answers(obligations(self.form, kept, nothing), len(kept), until)
            if not bad:
                return kept
            kept = [lemma for place, lemma in enumerate(kept) if place not in bad]
        return []

    def _answers(self, asked: Sequence[Obligation], lemmas: int, until: float) -> tuple[set[int], Obligation | None, str]:
        """The lemmas that do not hold; a question about the goal whose answer is no; why one about the goal is undecided."""
        bad: set[int] = set()
        undecided = ""
        scripts = [Script(one.smtlib) for one in asked]
        each = max(0.2, min(QUESTION_S, until - perf_counter()))
        for one, answer in zip(asked, solve_all(scripts, time_s=each, memory_mib=self.memory_mib), strict=True):
            if answer.result != "unsat":
                if one.lemma is not None and one.lemma < lemmas:
                    bad.add(one.lemma)
                elif answer.result == "sat":
                    return bad, one, ""
                else:
                    undecided = undecided or f"Z3 does not decide `{one.name}` ({answer.reason})"
            if perf_counter() > until and one is not asked[-1]:
                return bad, None, "the time was used up"
        return bad, None, "" if bad else undecided

    def trimmed(self, lemmas: Sequence[Expr], needed: Sequence[Expr], until: float) -> tuple[Expr, ...]:
        """Of lemmas that prove the goal few that do so too, as far as the time goes. `needed`: those that small sizes cannot do without."""
        kept, sure = list(lemmas), frozenset(needed)
        if len(kept) > MOST_TRIMMED:
            return tuple(kept)
        for lemma in [lemma for lemma in kept if lemma not in sure]:
            if perf_counter() > until or lemma not in kept:
                continue
            fewer = self.settle([other for other in kept if other is not lemma], until)
            if fewer.proved:
                kept = list(fewer.lemmas)
        return tuple(kept)
