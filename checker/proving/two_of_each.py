"""Candidates looked at where there are two of each sort: no quantifier is left there, so a no costs little."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter

from checker.elaborate import make
from checker.model.expr import Expr
from checker.model.model import Goal
from checker.sorted.finite import AtSize
from checker.sorted.logic import Term, negate
from checker.sorted.obligations import obligations
from checker.sorted.smtlib import script
from checker.sorted.solve import Script
from checker.sorted.standing import Standing
from checker.sorted.system import Sorted

TWO = 2
QUESTION_S = 1.0


class TwoOfEach:
    """Questions about lemmas and a goal over the model of `form`."""

    def __init__(self, form: Sorted, goal: Goal, solver: Standing) -> None:
        self.form, self.solver = form, solver
        self.here = AtSize(form.signature, dict.fromkeys(form.signature.free, TWO))
        self.goal = goal

    def inductive(self, lemmas: Sequence[Expr], until: float) -> list[Expr]:
        """As many of the lemmas as are inductive together, as far as is decided. Raises Refused."""
        nothing = Goal(name=self.goal.name, kind="always", text=None, conditions=(make.TRUE,), at=self.goal.at)
        return self._kept(lemmas, nothing, until)[0]

    def enough(self, lemmas: Sequence[Expr], until: float) -> list[Expr]:
        """As many of the lemmas as are inductive with the goal; none where the goal does not hold with all of them."""
        kept, safe = self._kept(lemmas, self.goal, until)
        return kept if safe else []

    def _kept(self, lemmas: Sequence[Expr], goal: Goal, until: float) -> tuple[list[Expr], bool]:
        """Those that are inductive, and whether nothing refutes the goal with them."""
        kept = list(lemmas)
        while perf_counter() < until:
            asked = obligations(self.form, kept, goal)
            wrong = [one for one, result in zip(asked, self._results(o.terms for o in asked), strict=True) if result == "sat"]
            bad = {one.lemma for one in wrong}
            if not all(place is not None and place < len(kept) for place in bad):
                return kept, False
            if not bad:
                return kept, True
            kept = [lemma for place, lemma in enumerate(kept) if place not in bad]
        return kept, False

    def without_implied(self, lemmas: Sequence[Expr]) -> list[Expr]:
        """Those that the ones before them do not say already."""
        said = [self.form.holds(lemma, self.form.state) for lemma in lemmas]
        bounds = list(self.form.bounds())
        asked = [(*bounds, *said[:place], negate(lemma)) for place, lemma in enumerate(said)]
        return [lemma for lemma, result in zip(lemmas, self._results(asked), strict=True) if result != "unsat"]

    def _results(self, asked: Iterable[Sequence[Term]]) -> Iterator[str]:
        scripts = (Script(script(self.here.vocabulary(), self.here.all(terms))) for terms in asked)
        return (answer.result for answer in self.solver.answers(scripts, QUESTION_S))
