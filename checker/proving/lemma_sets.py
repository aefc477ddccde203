"""Lemmas to try for proofs for every size: from the protocol itself, from rules and numbers that small sizes show, from proofs there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Literal, TypeAlias, final

from checker.certificates.subject import Asked
from checker.engines.apart import SolverMissing
from checker.engines.inductive.candidates import said_of_states
from checker.engines.inductive.events import Lemmas, Proved, Violated
from checker.engines.inductive.lemmas import numbered
from checker.engines.inductive.written import COUNTS, quantifiers, what_was_counted
from checker.language import tree
from checker.language.diagnostics import BadInput
from checker.model.expr import Apply, Expr, Quantifier
from checker.model.model import Goal, Model
from checker.model.printing import print_expr
from checker.properties.searches import model_of
from checker.properties.tolerance.subject import Subject
from checker.proving.every_size import EverySizeProofs
from checker.proving.facts import kept_at_awaits
from checker.proving.mining import lemmas_about_numbers, lemmas_from, proof_of, rules_of
from checker.proving.rules import as_rule
from checker.proving.spending import meter_of, potential_lemmas
from checker.proving.two_of_each import TwoOfEach
from checker.sorted.obligations import PROVABLE
from checker.sorted.ranks import OF_ENDS, OF_RUNS
from checker.sorted.refusals import Refused

MINED_AT = (2, 3)  # sizes at which lemmas are looked for
MINING_SHARE = 0.45  # of the time that is left then: for lemmas that proofs show, and again for rules of a fixed form
NUMBERS_SHARE = 0.4  # of the time that is left then: for lemmas about numbers
WITH_GHOSTS = ("no lost update", "no stale write", "no overwrite")  # each has a model of its own
Effort: TypeAlias = Literal["at once", "rules", "all"]  # with the lemmas that are known; with rules; with what the goal needs


@final
class LemmaSets:
    """The lemmas to try for the properties of one subject under one fault model. What one of them shows serves the others too."""

    def __init__(self, base: Subject, faults: str) -> None:
        self.base, self.faults = base, faults
        self._known: list[Expr] = []  # those that hold at every size
        self._rules: dict[str, Lemmas] = {}  # of goals, as small sizes show them
        self._looked_through: dict[str, list[str]] = {}  # goals that all rules were looked at for; the parameters that were small
        self._counted: tuple[Expr, ...] | None = None  # those about numbers that random runs do not refute; None: not looked for
        self._numbers: list[Expr] | None = None  # of these those that may; kept apart, for time may be up in between
        self._facts: dict[Asked, list[Expr]] = {}  # those about awaits that hold at every size

    def learn(self, proofs: EverySizeProofs, proved: Sequence[Expr]) -> None:
        """Take in what holds at every size."""
        self._known = each_once([*proofs.over(self._known), *proved])

    def may_have_rules(self, goals: Sequence[Goal]) -> list[Goal]:
        """Those of the goals that rules over one model may be lemmas for."""
        meters = {node.name for node in self.base.target.properties if isinstance(node, tree.Spending)}
        return [g for g in goals if g.kind in (*PROVABLE, *OF_ENDS) and g.kind not in WITH_GHOSTS and g.name not in meters]

    def look_for_rules(self, subject: Asked, asked: Sequence[Goal], time_s: float) -> Iterator[str]:
        """For all goals at once, `subject` with one of them. The names of those that small sizes show rules for, as they are found."""
        self._said(f"rules that small sizes do not refute, for {len(asked)} properties")
        with suppress(SolverMissing, Refused):
            family = subject.family.about(None)
            models = [family.model(dict.fromkeys(subject.parameters, size)) for size in self._sizes(subject)]
            for found in rules_of(models, [goal.name for goal in asked], time_s, self.base.limits.memory_mib):
                if isinstance(found, Lemmas):
                    self._rules[found.goal] = found
                    yield found.goal
                else:
                    self._looked_through.update((goal.name, subject.parameters) for goal in asked)

    def of(
        self, subject: Asked, proofs: EverySizeProofs, until: float, effort: Effort, at_small_sizes: bool
    ) -> Iterator[tuple[Sequence[Expr], Sequence[Expr]]]:
        """Lemmas to try for one goal, few first: none, what holds of every protocol, what is known, rules, numbers, what steps counted, what
        proofs at small sizes need. Before each set those of it that small sizes cannot do without.
        """
        yield (), ()
        spent = meter_of(subject.model)
        if spent is not None:
            if effort != "at once":
                for lemma in potential_lemmas(subject, spent, until - perf_counter(), self.base.limits.memory_mib):
                    yield (), proofs.over([lemma])
            return
        if subject not in self._facts:
            self._facts[subject] = proofs.inductive(proofs.over(list(kept_at_awaits(subject.checked, subject.model))), until)
        facts, known = self._facts[subject], proofs.over(self._known)
        if facts or known:
            yield (), each_once([*facts, *known])
        if effort == "at once":
            return
        mined: list[Expr] = []
        if subject.name in self._rules:
            found = self._rules[subject.name]
            few, more = (proofs.over([as_rule(lemma) for lemma in lemmas]) for lemmas in (found.lemmas, found.more))
            mined = each_once([*few, *more])
            yield few, few
            yield few, each_once([*facts, *known, *mined])
        if effort == "rules" or subject.goal.kind in OF_RUNS:  # what else small sizes show is of single states and steps
            return
        for counting in self._about_numbers(subject, proofs, until):
            yield (), each_once([*facts, *known, *counting])
        counted = proofs.over(list(what_was_counted(subject.model)))
        if counted:
            yield (), each_once([*facts, *known, *counted])
        if not at_small_sizes:
            return
        for needed, lemmas in self._mined(subject, proofs, until, bool(counted)):
            mined = each_once([*mined, *lemmas])
            yield needed, each_once([*facts, *lemmas])
        if known or counted:
            yield (), each_once([*facts, *known, *counted, *mined])

    def _about_numbers(self, subject: Asked, proofs: EverySizeProofs, until: float) -> Iterator[Sequence[Expr]]:
        """Lemmas about numbers, and what other properties say: those with sums or counts, those without, and all; where they are enough with two of
        each sort.
        """
        two = TwoOfEach(proofs.form, proofs.goal, proofs.solver)
        if self._numbers is None:
            self._said(f"{subject.name}: numbers")
            others = said_of_states(goal for job in self.base.jobs(self.faults) for goal in model_of(job).goals)
            facts = kept_at_awaits(subject.checked, subject.model)
            share = (until - perf_counter()) * NUMBERS_SHARE
            if self._counted is None:
                self._counted = lemmas_about_numbers(self._small(subject), subject.name, share, self.base.limits.memory_mib)
            offered = each_once(proofs.over([*facts, *others, *self._counted]))
            self._numbers = two.without_implied(two.inductive(offered, perf_counter() + share)) if self._counted else []
        own = set(map(words, said_of_states([proofs.goal])))
        found = [lemma for lemma in proofs.over(self._numbers) if words(lemma) not in own]
        plain = [lemma for lemma in found if not any(one.kind in COUNTS for one in quantifiers(lemma))]
        summing = [lemma for lemma in found if lemma not in plain or _is_of_nobody(lemma)]
        for some in (summing, plain, found):
            enough = two.enough(some, until)
            if enough:
                yield enough

    def _mined(
        self, subject: Asked, proofs: EverySizeProofs, until: float, counts: bool
    ) -> Iterator[tuple[Sequence[Expr], Sequence[Expr]]]:
        """What small sizes show: lemmas that are inductive in all of them, from proofs, and rules of a fixed form; last what proofs of each by itself
        show. Where steps count, rules come first: proofs of majorities show what is of their size. Sets with more than small sizes need are many
        questions, so they come later.
        """
        models, memory = self._small(subject), self.base.limits.memory_mib
        larger: list[Sequence[Expr]] = []
        ways = (True, False) if counts else (False, True)
        ruled_out = self._looked_through.get(subject.name) == subject.parameters
        for of_a_form in ways:
            if of_a_form and ruled_out:
                continue
            if perf_counter() > until:
                return
            self._said(
                f"{subject.name}: {'rules that small sizes do not refute' if of_a_form else 'lemmas that small sizes show'}"
            )
            time_s = (until - perf_counter()) * MINING_SHARE
            found = lemmas_from(models, subject.name, time_s, memory, of_a_form=of_a_form)
            if isinstance(found, Violated):
                return
            if isinstance(found, Lemmas):
                few, more = (proofs.over([as_rule(lemma) for lemma in lemmas]) for lemmas in (found.lemmas, found.more))
                yield few, few
                larger += [[*few, *more]] if more else []
        for lemmas in larger:
            yield (), lemmas
        shown: list[Expr] = []
        for model in models:
            if perf_counter() > until:
                return
            at_size = proof_of(model, subject.name, (until - perf_counter()) / 2, memory)
            if isinstance(at_size, Proved):
                shown += proofs.over([as_rule(lemma) for lemma in at_size.lemmas])
                yield (), shown

    def _small(self, subject: Asked) -> list[Model]:
        """The models of the sizes at which lemmas are looked for."""
        return [subject.model_at(size) for size in self._sizes(subject)]

    def _sizes(self, subject: Asked) -> list[int]:
        found = []
        for size in MINED_AT:
            with suppress(BadInput):  # the protocol cannot be made so
                subject.model_at(size)
                found.append(size)
        return found

    def _said(self, text: str) -> None:
        if self.base.said is not None:
            self.base.said(text)


def each_once(lemmas: Sequence[Expr]) -> list[Expr]:
    found: dict[str, Expr] = {}
    for lemma in lemmas:
        found.setdefault(words(lemma), lemma)
    return list(found.values())


def _is_of_nobody(lemma: Expr) -> bool:
    """`all(w in Worker: not w at waiting)`."""
    return isinstance(lemma, Quantifier) and isinstance(lemma.body, Apply) and lemma.body.operator == "not"


def words(lemma: Expr) -> str:
    """What it says, wherever it was written."""
    return print_expr(numbered(lemma))
