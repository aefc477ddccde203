"""Candidates looked at where there are two of each sort: no quantifier is left there, so a no costs little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from checker.elaborate import make
from checker.model.expr import Expr
from checker.model.model import Goal
from checker.sorted.finite import AtSize
from checker.sorted.logic import Term, negate
from checker.sorted.obligations import obligations
from checker.sorted.smtlib import script
from checker.sorted.solve import Script, solve_all
from checker.sorted.system import Sorted

TWO = 2
QUESTION_S = 1.0


class TwoOfEach:
    """Questions about lemmas over the model of `form`. `goal`: any one, for its place in the text."""

    def __init__(self, form: Sorted, goal: Goal, memory_mib: float | None) -> None:
        self.form, self.memory_mib = form, memory_mib
        self.here = AtSize(form.signature, dict.fromkeys(form.signature.free, TWO))
        self.goal = Goal(name=goal.name, kind="always", text=None, conditions=(make.TRUE,), at=goal.at)

    def inductive(self, lemmas: Sequence[Expr], until: float) -> list[Expr]:
        """As many of the lemmas as are inductive together, as far as is decided. Raises Refused."""
        kept = list(lemmas)
        while kept and perf_counter() < until:
            asked = obligations(self.form, kept, self.goal)
            bad = {
                one.lemma for one, result in zip(asked, self._results([o.terms for o in asked]), strict=True) if result == "sat"
            }
            if not bad:
                break
            kept = [lemma for place, lemma in enumerate(kept) if place not in bad]
        return kept

    def without_implied(self, lemmas: Sequence[Expr]) -> list[Expr]:
        """Those that the ones before them do not say already."""
        said = [self.form.holds(lemma, self.form.state) for lemma in lemmas]
        bounds = list(self.form.bounds())
        asked = [(*bounds, *said[:place], negate(lemma)) for place, lemma in enumerate(said)]
        return [lemma for lemma, result in zip(lemmas, self._results(asked), strict=True) if result != "unsat"]

    def _results(self, asked: Sequence[Sequence[Term]]) -> Iterator[str]:
        scripts = [Script(script(self.here.vocabulary(), self.here.all(terms))) for terms in asked]
        return (answer.result for answer in solve_all(scripts, time_s=QUESTION_S, memory_mib=self.memory_mib))
