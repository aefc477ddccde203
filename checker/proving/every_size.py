"""Proofs for every size: lemmas that are weeded out until what is left is inductive, at the level of quantified formulas.

A lemma that a solver refutes, or cannot decide, goes; with fewer lemmas fewer can be kept, so this ends with an inductive set (Houdini:
C. Flanagan, K. R. M. Leino, FME 2001). Where the goal itself fails with all of them there is no use in going on. It goes from the goal to the lemmas
that its questions needed, and from these to theirs: others are not asked about.
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
from checker.proving.known import Known
from checker.proving.mining import NO_TIME
from checker.sorted.obligations import Obligation, names_an_element, obligations
from checker.sorted.ranks import with_rank
from checker.sorted.refusals import Refused
from checker.sorted.solve import Script
from checker.sorted.standing import Standing
from checker.sorted.totals import without_sums

QUESTION_S = 4.0  # for each, where there is as much time
MOST_TRIMMED = 24  # lemmas that are tried to be left out one by one


class Settled(Struct, frozen=True, kw_only=True):
    """`proved` by `lemmas`; else `failing`: a question about the goal that a solver answers with no (None: only undecided), and `reason`."""

    proved: bool
    lemmas: tuple[Expr, ...] = ()
    failing: Obligation | None = None
    reason: str = ""


class _Found(Struct, kw_only=True):
    """`bad`: the lemmas that do not hold; `needed`: those that the answers needed; `failing`: a question about the goal whose answer is no;
    `undecided`: why one about the goal is undecided; `late`: the time is over.
    """

    bad: set[int] = set()
    needed: set[int] = set()
    failing: Obligation | None = None
    undecided: str = ""
    late: bool = False

    def refutes(self, one: Obligation, lemmas: int) -> bool:
        """Take in a no; whether it is about the goal."""
        if one.lemma is not None and one.lemma < lemmas:
            self.bad.add(one.lemma)
            return False
        self.failing = one
        return True


@final
class EverySizeProofs:
    """Questions about one property at every size, or where the subject is about one size, there. `said` is told what is done."""

    def __init__(
        self, subject: Asked, solver: Standing, said: Callable[[str], None], known: Known, rank: Sequence[Expr] = ()
    ) -> None:
        """`known`: of all proofs with the same steps; `rank`: of a goal of whole runs (`ranks.with_rank`). Raises Refused where the protocol has no
        sorted form.
        """
        self.subject, self.solver, self.said, self.known = subject, solver, said, known
        self.form = subject.form
        self.rank = rank

    @property
    def goal(self) -> Goal:
        return with_rank(self.subject.goal_of(self.form.model), self.rank)[0]

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
        """With few of the lemmas that are inductive. Raises Refused where the goal, or a lemma, is of no form for a question."""
        kept = list(lemmas)
        while True:
            found = self._reached(obligations(self.form, kept, self.goal), len(kept), until)
            if found.failing is not None or found.late or (found.undecided and not found.bad):
                return Settled(proved=False, lemmas=tuple(kept), failing=found.failing, reason=found.undecided)
            if not found.bad:
                return Settled(proved=True, lemmas=tuple(kept[place] for place in sorted(found.needed)))
            kept = [lemma for place, lemma in enumerate(kept) if place not in found.bad]

    def inductive(self, lemmas: Sequence[Expr], until: float) -> list[Expr]:
        """As many of the lemmas as hold whatever the goal is."""
        if not lemmas:
            return []
        nothing = replace(self.goal, kind="always", conditions=(make.TRUE,), mark=None)
        kept = list(lemmas)
        while kept and perf_counter() < until:
            bad = self._answers(obligations(self.form, kept, nothing), len(kept), until).bad
            if not bad:
                return kept
            kept = [lemma for place, lemma in enumerate(kept) if place not in bad]
        return []

    def _reached(self, asked: Sequence[Obligation], lemmas: int, until: float) -> _Found:
        """What comes of the questions about the goal and about the lemmas that these need; about all, where the goal is undecided with all."""
        of: dict[int, list[Obligation]] = {}
        for one in asked:
            of.setdefault(lemmas if one.lemma is None else one.lemma, []).append(one)
        whole, waiting = _Found(), [lemmas]
        while waiting:
            found = self._answers([one for place in waiting for one in of.get(place, ())], lemmas, until)
            if found.failing is not None or found.late:
                return found
            new = (found.needed if not found.undecided else set(range(lemmas))) - whole.needed - whole.bad - found.bad
            whole.bad |= found.bad
            whole.needed |= new
            whole.undecided = whole.undecided or found.undecided
            waiting = sorted(new)
        return whole

    def _answers(self, asked: Sequence[Obligation], lemmas: int, until: float) -> _Found:
        found, unknown = _Found(), list[Obligation]()
        for one in asked:
            needed = self.known.needed(one)
            if needed is not None:
                found.needed |= needed
            elif self.known.is_refuted(one):
                if found.refutes(one, lemmas):
                    return found
            else:
                unknown.append(one)
        scripts = (Script(one.smtlib, core=True) for one in unknown)
        each = max(0.2, min(QUESTION_S, until - perf_counter()))
        for one, answer in zip(unknown, self.solver.answers(scripts, each), strict=True):
            if answer.result == "unsat":
                found.needed |= self.known.shown(one, answer.core)
            elif answer.result == "sat":
                self.known.refuted(one)
                if found.refutes(one, lemmas):
                    return found
            elif one.lemma is not None and one.lemma < lemmas:
                found.bad.add(one.lemma)
            else:
                found.undecided = found.undecided or f"Z3 does not decide `{one.name}` ({answer.reason})"
            if perf_counter() > until and one is not unknown[-1]:
                found.late, found.undecided = True, NO_TIME
                break
        found.needed.discard(lemmas)
        return found

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
