"""Attempts at proofs: for every size, and at one; what came of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Literal, TypeAlias, final

from msgspec.structs import replace

from checker.certificates.claims import assumptions_of
from checker.certificates.make import certificate_of, require_folder, write_certificate
from checker.certificates.questions import ASSUMED, answers, by_small_sizes, questions, why_fixed
from checker.certificates.subject import Asked
from checker.engines.apart import SolverMissing
from checker.engines.clock import AtMost
from checker.engines.inductive.candidates import said_of_states
from checker.engines.inductive.events import Lemmas, Proved, Violated
from checker.engines.inductive.lemmas import numbered
from checker.engines.inductive.written import COUNTS, quantifiers, what_was_counted
from checker.language import tree
from checker.language.diagnostics import BadInput
from checker.model.expr import Apply, Expr, Quantifier
from checker.model.model import Goal, Model
from checker.model.printing import print_expr
from checker.model.resize import resized
from checker.properties.searches import model_of
from checker.properties.tolerance.subject import Subject
from checker.proving.every_size import EverySizeProofs, Settled
from checker.proving.facts import kept_at_awaits
from checker.proving.mining import NO_TIME, lemmas_about_numbers, lemmas_from, proof_of, rules_of
from checker.proving.refuted import violation
from checker.proving.result import Attempt
from checker.proving.rules import as_rule
from checker.proving.spending import meter_of, potential_lemmas, proved_here
from checker.proving.stuck import stuck_at
from checker.proving.two_of_each import TwoOfEach
from checker.sentences.sentence import sentence
from checker.sorted.obligations import PROVABLE, Obligation
from checker.sorted.refusals import Refused

MINED_AT = (2, 3)  # sizes at which lemmas are looked for
MINING_SHARE = 0.45  # of the time that is left then: for lemmas that proofs show, and again for rules of a fixed form
WITH_GHOSTS = ("no lost update", "no stale write", "no overwrite")  # each has a model of its own
LATE = 1.25  # of the time for a property: until then, a proof that was found is written down
NUMBERS_SHARE = 0.4  # of the time that is left then: for lemmas about numbers
SMALL_S = 5.0  # for each question without quantifiers
Effort: TypeAlias = Literal["at once", "rules", "all"]  # with the lemmas that are known; with rules; with what the goal needs
NO_LEMMAS = "it speaks of whole runs, and lemmas are of what single states and steps show"
NOT_PROVABLE = "it speaks of whole runs, and proofs for every size are of what single states and steps show"


@final
class Attempts:
    """The attempts for one subject under one fault model.

    `varying`: the sorts whose size is left open in its proofs; `refused`: why there are none; `assumptions`: what they rest on.
    Raises BadInput where the folder for certificates cannot be made.
    """

    def __init__(self, base: Subject, faults: str, certificates: str | None) -> None:
        self.base, self.faults, self.certificates = base, faults, certificates
        self.varying: tuple[tuple[str, str], ...] = ()
        self.refused = ""
        self.assumptions: tuple[str, ...] = ASSUMED
        self.known: list[Expr] = []  # lemmas that hold at every size
        self.rules: dict[str, Lemmas] = {}  # of goals, as small sizes show them
        self._looked_through: dict[
            str, list[str]
        ] = {}  # goals that all rules were looked at for, and the parameters that were small then
        self._numbers: list[Expr] | None = None  # those about numbers that may; None: not looked for
        self._of: dict[str, Attempt] = {}
        self._failing: dict[str, tuple[Asked, Obligation]] = {}  # of properties: a question about them whose answer is no
        self._proofs: dict[Asked, EverySizeProofs] = {}
        self._facts: dict[Asked, list[Expr]] = {}  # those about awaits that hold at every size
        self._refuted_with: dict[Asked, set[frozenset[str]]] = {}  # lemmas that are not enough
        self._subjects: dict[tuple[str, bool, bool], Asked] = {}
        if certificates is not None:
            require_folder(certificates)

    def of(self, name: str) -> Attempt:
        return self._of.get(name, Attempt())

    def proved(self, name: str) -> bool:
        """For every size."""
        return self.of(name).every_size

    # --- for every size ----------------------------------------------------------------------------------------------

    def look_for_rules(self, goals: Sequence[Goal], time_s: float) -> Iterator[str]:
        """For all goals at once, as far as the time goes. The names of those that small sizes show rules for, as they are found."""
        meters = {node.name for node in self.base.target.properties if isinstance(node, tree.Spending)}
        asked = [g for g in goals if g.kind in PROVABLE and g.kind not in WITH_GHOSTS and g.name not in meters]
        if not asked or self.refused:
            return
        subject = self._subject(asked[0])
        self._said(f"rules that small sizes do not refute, for {len(asked)} properties")
        with suppress(SolverMissing, Refused):
            family = replace(subject.family, goals=None)
            models = [family.model(dict.fromkeys(subject.parameters, size)) for size in self._sizes(subject)]
            for found in rules_of(models, [goal.name for goal in asked], time_s, self.base.limits.memory_mib):
                if isinstance(found, Lemmas):
                    self.rules[found.goal] = found
                    yield found.goal
                else:
                    self._looked_through.update((goal.name, subject.parameters) for goal in asked)

    def every_size(self, goal: Goal, time_s: float, effort: Effort = "all") -> None:
        began, found = perf_counter(), Attempt(reason=NO_TIME)
        with AtMost(time_s * LATE):
            try:
                found = self._every_size(goal, began + time_s, effort)
            except (Refused, SolverMissing) as reason:
                found = Attempt(reason=str(reason))
        self._of[goal.name] = replace(found, seconds=perf_counter() - began)

    def _every_size(self, goal: Goal, until: float, effort: Effort) -> Attempt:
        if goal.kind not in PROVABLE:
            return Attempt(reason=NOT_PROVABLE)
        if self.refused:
            return Attempt(reason=self.refused)
        subject = self._subject(goal)
        if not subject.every_size.open:
            self.refused = why_fixed(subject)
            return Attempt(reason=self.refused)
        self.varying = tuple(subject.every_size.open.items())
        self.assumptions = tuple(assumptions_of(subject))
        speaks = subject.every_size.goals.get(goal.name)
        if speaks is not None:
            return Attempt(reason=f"it speaks of a number of agents or things by itself ({speaks})")
        if not subject.varying_orders:
            return self._with_lemmas(goal, subject, until, effort)
        found = self._with_lemmas(goal, subject, (perf_counter() + until) / 2, effort, at_small_sizes=False)
        if found.every_size:
            return found
        kept = self._with_lemmas(goal, self._subject(goal, orders_fixed=True), until, effort)
        return kept if kept.every_size else found

    def _with_lemmas(self, goal: Goal, subject: Asked, until: float, effort: Effort, at_small_sizes: bool = True) -> Attempt:
        """`at_small_sizes`: proofs there are read as lemmas too; of an order they name elements."""
        if subject not in self._proofs:
            self._proofs[subject] = EverySizeProofs(subject, self.base.limits.memory_mib, self._said)
        proofs, refuted = self._proofs[subject], self._refuted_with.setdefault(subject, set())
        settled = Settled(proved=False)
        for needed, lemmas in self._lemma_sets(subject, proofs, until, effort, at_small_sizes):
            said = frozenset(map(_words, lemmas))
            if said in refuted:
                continue
            self._said(f"{goal.name}: every size, {len(lemmas)} lemmas")
            settled = proofs.settle(lemmas, until)
            if settled.proved:
                few = proofs.trimmed(settled.lemmas, needed, (perf_counter() + until) / 2)
                return self._proof(subject, proofs, few)
            if settled.failing is not None:
                refuted.add(said)
            if perf_counter() > until:
                break
        if settled.failing is not None:
            self._failing[goal.name] = subject, settled.failing
        return Attempt(reason=settled.reason or "no lemmas were found that are enough")

    def show_where_induction_fails(self, name: str, time_s: float) -> None:
        """For a property without a proof: the smallest state in which what is known of it says too little."""
        if name in self._failing:
            self._said(f"{name}: where induction fails")
            self._of[name] = replace(self.of(name), stuck=stuck_at(*self._failing[name], time_s))

    def _subject(self, goal: Goal, *, one_size: bool = False, orders_fixed: bool = False) -> Asked:
        asked, base = (goal.name, one_size, orders_fixed), self.base
        if asked not in self._subjects:
            made = partial(Asked, base.target, base.instance, self.faults, goal.name, base.overrides)
            self._subjects[asked] = made(one_size=one_size, orders_fixed=orders_fixed)
        return self._subjects[asked]

    def _lemma_sets(
        self, subject: Asked, proofs: EverySizeProofs, until: float, effort: Effort, at_small_sizes: bool
    ) -> Iterator[tuple[Sequence[Expr], Sequence[Expr]]]:
        """Lemmas to try, few first: none, what holds of every protocol, what is known, rules, numbers, what steps counted, what proofs at small sizes
        need. Before each set those of it that small sizes cannot do without.
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
        facts, known = self._facts[subject], proofs.over(self.known)
        if facts or known:
            yield (), _each_once([*facts, *known])
        if effort == "at once":
            return
        mined: list[Expr] = []
        if subject.name in self.rules:
            found = self.rules[subject.name]
            few, more = (proofs.over([as_rule(lemma) for lemma in lemmas]) for lemmas in (found.lemmas, found.more))
            mined = _each_once([*few, *more])
            yield few, few
            yield few, _each_once([*facts, *known, *mined])
        if effort == "rules":
            return
        for counting in self._about_numbers(subject, proofs, until):
            yield (), _each_once([*facts, *known, *counting])
        counted = proofs.over(list(what_was_counted(subject.model)))
        if counted:
            yield (), _each_once([*facts, *known, *counted])
        if not at_small_sizes:
            return
        for needed, lemmas in self._mined(subject, proofs, until, bool(counted)):
            mined = _each_once([*mined, *lemmas])
            yield needed, _each_once([*facts, *lemmas])
        if known or counted:
            yield (), _each_once([*facts, *known, *counted, *mined])

    def _about_numbers(self, subject: Asked, proofs: EverySizeProofs, until: float) -> Iterator[Sequence[Expr]]:
        """Lemmas about numbers, and what other properties say: those with sums or counts, those without, and all; where they are enough with two of
        each sort.
        """
        two = TwoOfEach(proofs.form, proofs.goal, self.base.limits.memory_mib)
        if self._numbers is None:
            self._said(f"{subject.name}: numbers")
            others = said_of_states(goal for job in self.base.jobs(self.faults) for goal in model_of(job).goals)
            facts = kept_at_awaits(subject.checked, subject.model)
            share = (until - perf_counter()) * NUMBERS_SHARE
            counted = lemmas_about_numbers(self._small(subject), subject.name, share, self.base.limits.memory_mib)
            offered = _each_once(proofs.over([*facts, *others, *counted]))
            self._numbers = two.without_implied(two.inductive(offered, perf_counter() + share)) if counted else []
        own = set(map(_words, said_of_states([proofs.goal])))
        found = [lemma for lemma in proofs.over(self._numbers) if _words(lemma) not in own]
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

    def _proof(self, subject: Asked, proofs: EverySizeProofs, lemmas: Sequence[Expr]) -> Attempt:
        goal = subject.goal_of(subject.model)
        self.known = _each_once([*proofs.over(self.known), *lemmas, *proofs.over(list(said_of_states([goal])))])
        here = [resized(lemma, subject.model) for lemma in lemmas]
        asked = questions(subject, here)
        solved = list(answers(asked, "z3", memory_mib=self.base.limits.memory_mib))
        undecided = next((one for one in solved if one.verdict != "unsat"), None)
        if undecided is not None:
            return Attempt(reason=f"Z3 does not decide `{undecided.question.name}` a second time")
        small = by_small_sizes(subject, here, time_s=SMALL_S, memory_mib=self.base.limits.memory_mib)
        path = ""
        if self.certificates is not None:
            path = write_certificate(certificate_of(subject, here, asked), self.certificates)
        return Attempt(
            every_size=True,
            lemmas=tuple(sentence(lemma, subject.checked, subject.model) for lemma in here),
            solvers=("Z3",),
            obligations=len(asked),
            only_with=self._only_with(subject),
            majorities=tuple(sorted({sort for question in asked for sort in question.majorities})),
            decided_at=tuple(small.sizes.items()) if small.shown == small.asked else (),
            certificate=path,
        )

    def _only_with(self, subject: Asked) -> tuple[tuple[str, int], ...]:
        """The sizes that vary in other proofs, and are fixed in this one."""
        open = subject.every_size.open
        kept = [(parameter, sort) for sort, parameter in self.varying if sort not in open]
        return tuple((parameter, subject.checked.sorts[sort].size) for parameter, sort in kept)

    # --- at one size -------------------------------------------------------------------------------------------------

    def this_size(self, goal: Goal, time_s: float) -> None:
        """By IC3, at the size asked for: what is too large for a search, or needs a certificate."""
        before = self.of(goal.name)
        if goal.kind not in PROVABLE:
            self._of[goal.name] = replace(before, uncertified=NO_LEMMAS if self.certificates else "")
            return
        began = perf_counter()
        subject = self._subject(goal, one_size=True)
        self._said(f"{goal.name}: a proof at this size")
        spent = meter_of(subject.model)
        if spent is not None:
            few, why_not = proved_here(subject, spent, time_s, self.base.limits.memory_mib)
            told = tuple(sentence(lemma, subject.checked, subject.model) for lemma in few)
            missing = why_not if self.certificates else ""
            seconds = before.seconds + perf_counter() - began
            found_here = replace(before, this_size=True, lemmas=told, solvers=("Z3",), seconds=seconds)
            self._of[goal.name] = found_here if few else replace(before, not_here=why_not, uncertified=missing, seconds=seconds)
            if few and self.certificates is not None:
                self._certify(subject, few, self.certificates)
            return
        found = proof_of(subject.model, goal.name, time_s, self.base.limits.memory_mib)
        seconds = before.seconds + perf_counter() - began
        if isinstance(found, Proved):
            rules = [as_rule(lemma) for lemma in found.lemmas]
            lemmas = tuple(sentence(rule, subject.checked, subject.model) for rule in rules)
            self._of[goal.name] = replace(before, this_size=True, lemmas=lemmas, solvers=(found.solver, "Z3"), seconds=seconds)
            if self.certificates is not None:
                self._certify(subject, rules, self.certificates)
        elif isinstance(found, Violated):
            self._of[goal.name] = replace(before, refuted=violation(self.base, self.faults, goal, found), seconds=seconds)
        else:
            uncertified = f"no lemmas were found that are enough at this size ({found.reason})" if self.certificates else ""
            self._of[goal.name] = replace(before, not_here=found.reason, uncertified=uncertified, seconds=seconds)

    def _certify(self, subject: Asked, lemmas: Sequence[Expr], folder: str) -> None:
        """Where Z3 says yes to the formulas too, which may allow more than the protocol."""
        why_not = path = ""
        try:
            asked = questions(subject, lemmas)
            solved = answers(asked, "z3", memory_mib=self.base.limits.memory_mib)
            undecided = next((one.question.name for one in solved if one.verdict != "unsat"), None)
            if undecided is None:
                path = write_certificate(certificate_of(subject, lemmas, asked), folder)
            else:
                why_not = " ".join([f"Z3 does not confirm `{undecided}` on formulas", *subject.form.approximations])
        except (Refused, SolverMissing) as refused:
            why_not = str(refused)
        self._of[subject.name] = replace(self.of(subject.name), certificate=path, uncertified=why_not)

    def _said(self, text: str) -> None:
        if self.base.said is not None:
            self.base.said(text)


def _each_once(lemmas: Sequence[Expr]) -> list[Expr]:
    found: dict[str, Expr] = {}
    for lemma in lemmas:
        found.setdefault(_words(lemma), lemma)
    return list(found.values())


def _is_of_nobody(lemma: Expr) -> bool:
    """`all(w in Worker: not w at waiting)`."""
    return isinstance(lemma, Quantifier) and isinstance(lemma.body, Apply) and lemma.body.operator == "not"


def _words(lemma: Expr) -> str:
    """What it says, wherever it was written."""
    return print_expr(numbered(lemma))
