"""Attempts at proofs: for every size, and at one; what came of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import final

from msgspec.structs import replace

from checker.certificates.claims import assumptions_of
from checker.certificates.make import certificate_of, require_folder, write_certificate
from checker.certificates.questions import ASSUMED, answers, as_texts, decided_at, posed, questions, why_fixed, why_others_fixed
from checker.certificates.subject import Asked
from checker.engines.apart import SolverMissing
from checker.engines.clock import AtMost
from checker.engines.inductive.candidates import said_of_states
from checker.engines.inductive.events import Proved, Violated
from checker.model.expr import Expr
from checker.model.model import Goal, Model
from checker.model.resize import resized
from checker.properties.tolerance.subject import Subject
from checker.proving.every_size import EverySizeProofs, Settled
from checker.proving.known import Known
from checker.proving.lemma_sets import Effort, LemmaSets, words
from checker.proving.mining import LEAST_S, NO_TIME, proof_of
from checker.proving.numbers_here import proved_by_numbers
from checker.proving.ranks import Ranks
from checker.proving.refuted import violation
from checker.proving.result import Attempt
from checker.proving.rules import as_rule
from checker.proving.spending import meter_of, proved_here, told
from checker.proving.stuck import stuck_at
from checker.sorted.obligations import PROVABLE, Obligation
from checker.sorted.ranks import OF_RUNS
from checker.sorted.refusals import Refused
from checker.sorted.standing import Standing

LATE = 1.25  # of the time for a property: until then, a proof that was found is written down
SMALL_S = 5.0  # for each question without quantifiers
NO_LEMMAS = "it speaks of whole runs, and lemmas are of what single states and steps show"
NOT_PROVABLE = "it speaks of whole runs, and proofs for every size are of what single states and steps show"


@final
class Attempts:
    """The attempts for one subject under one fault model.

    `varying`: the sorts whose size is left open in its proofs; `refused`: why there are none; `kept`: why others are not; `assumptions`: what
    they rest on.
    Raises BadInput where the folder for certificates cannot be made.
    """

    def __init__(self, base: Subject, faults: str, certificates: str | None) -> None:
        self.base, self.faults, self.certificates = base, faults, certificates
        self.varying: tuple[tuple[str, str], ...] = ()
        self.refused = self.kept = ""
        self.assumptions: tuple[str, ...] = ASSUMED
        self._lemmas = LemmaSets(base, faults)
        self._of: dict[str, Attempt] = {}
        self._failing: dict[str, tuple[Asked, Obligation]] = {}  # of properties: a question about them whose answer is no
        self._proofs: dict[Asked, EverySizeProofs] = {}
        self._solver = Standing(base.limits.memory_mib)
        self._known: list[tuple[tuple[Model, frozenset[str]], Known]] = []
        self._refuted_with: dict[Asked, set[frozenset[str]]] = {}  # lemmas that are not enough
        self._subjects: dict[tuple[str, bool, bool], Asked] = {}
        self._ranks = Ranks(self._said, base.limits.memory_mib)
        if certificates is not None:
            require_folder(certificates)

    def end(self) -> None:
        """No more attempts are made."""
        self._solver.end()

    def of(self, name: str) -> Attempt:
        return self._of.get(name, Attempt())

    def proved(self, name: str) -> bool:
        """For every size."""
        return self.of(name).every_size

    # --- for every size ----------------------------------------------------------------------------------------------

    def look_for_rules(self, goals: Sequence[Goal], time_s: float) -> Iterator[str]:
        """For all goals at once, as far as the time goes. The names of those that small sizes show rules for, as they are found."""
        asked = self._lemmas.may_have_rules(goals)
        if asked and not self.refused:
            yield from self._lemmas.look_for_rules(self._subject(asked[0]), asked, time_s)

    def may_end(self, goals: Sequence[Goal], time_s: float) -> bool:
        """Whether something says that every run ends, which all properties of whole runs rest on."""
        if self.refused or not goals:
            return False
        with suppress(Refused, SolverMissing):
            self._ranks.of(self._subject(goals[0]), perf_counter() + time_s)
            return True
        return False

    def every_size(self, goal: Goal, time_s: float, effort: Effort = "all") -> None:
        began = perf_counter()
        self._of[goal.name] = Attempt(reason=NO_TIME)
        with AtMost(time_s * LATE):
            try:
                self._of[goal.name] = self._every_size(goal, began + time_s, effort)
            except (Refused, SolverMissing) as reason:
                self._of[goal.name] = Attempt(reason=str(reason))
        self._of[goal.name] = replace(self.of(goal.name), seconds=perf_counter() - began)

    def _every_size(self, goal: Goal, until: float, effort: Effort) -> Attempt:
        if goal.kind not in (*PROVABLE, *OF_RUNS):
            return Attempt(reason=NOT_PROVABLE)
        if self.refused:
            return Attempt(reason=self.refused)
        subject = self._subject(goal)
        if not subject.every_size.open:
            self.refused = why_fixed(subject)
            return Attempt(reason=self.refused)
        self.varying, self.kept = tuple(subject.every_size.open.items()), why_others_fixed(subject)
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
            rank = [self._ranks.of(subject, until)] if goal.kind in OF_RUNS else []
            self._proofs[subject] = EverySizeProofs(subject, self._solver, self._said, self._known_of(subject), rank)
        proofs, refuted = self._proofs[subject], self._refuted_with.setdefault(subject, set())
        settled = Settled(proved=False)
        for needed, lemmas in self._lemmas.of(subject, proofs, until, effort, at_small_sizes):
            said = frozenset(map(words, lemmas))
            if said in refuted:
                continue
            self._said(f"{goal.name}: every size, {len(lemmas)} lemma{'s' * (len(lemmas) != 1)}")
            settled = proofs.settle(lemmas, until)
            if settled.proved:
                few = proofs.trimmed(settled.lemmas, needed, (perf_counter() + until) / 2)
                return self._proof(subject, proofs, [*proofs.rank, *few])
            if settled.failing is not None:
                refuted.add(said)
            if perf_counter() > until:
                break
        if settled.failing is not None:
            self._failing[goal.name] = subject, settled.failing
        return Attempt(reason=settled.reason or "no lemmas were found that are enough")

    def _known_of(self, subject: Asked) -> Known:
        """What is known of all subjects with the same steps: they differ in their goals."""
        form = subject.every_size.form
        steps = replace(form.model, goals=()), form.signature.free
        known = next((known for other, known in self._known if other == steps), None)
        if known is None:
            known = Known()
            self._known.append((steps, known))
        return known

    def show_where_induction_fails(self, name: str, time_s: float) -> None:
        """For a property without a proof: the smallest state in which what is known of it says too little."""
        if name in self._failing:
            self._said(f"{name}: where the proof stops")
            self._of[name] = replace(self.of(name), stuck=stuck_at(*self._failing[name], time_s))

    def _subject(self, goal: Goal, *, one_size: bool = False, orders_fixed: bool = False) -> Asked:
        asked, base = (goal.name, one_size, orders_fixed), self.base
        if asked not in self._subjects:
            made = partial(Asked, base.target, base.instance, self.faults, goal.name, base.overrides)
            beside = next(iter(self._subjects.values()), None)
            self._subjects[asked] = made(one_size=one_size, orders_fixed=orders_fixed, beside=beside)
        return self._subjects[asked]

    def _proof(self, subject: Asked, proofs: EverySizeProofs, lemmas: Sequence[Expr]) -> Attempt:
        goal = subject.goal_of(subject.model)
        self._lemmas.learn(
            proofs, [*(lemma for lemma in lemmas if lemma not in proofs.rank), *proofs.over(list(said_of_states([goal])))]
        )
        here = [resized(lemma, subject.model) for lemma in lemmas]
        form, posed_here = posed(subject, here)
        asked = as_texts(posed_here)
        solved = list(answers(asked, "z3", memory_mib=self.base.limits.memory_mib))
        undecided = next((one for one in solved if one.verdict != "unsat"), None)
        if undecided is not None:
            return Attempt(reason=f"Z3 does not decide `{undecided.question.name}` a second time")
        self._of[subject.name] = proof = Attempt(  # it stands, should the time be up before all is told of it
            every_size=True,
            lemmas=told(here, subject),
            solvers=("Z3",),
            obligations=len(asked),
            only_with=self._only_with(subject),
            majorities=tuple(sorted({sort for question in asked for sort in question.majorities})),
        )
        if self.certificates is not None:
            path = write_certificate(certificate_of(subject, here, asked), self.certificates)
            self._of[subject.name] = proof = replace(proof, certificate=path)
        with suppress(Refused, SolverMissing):
            few = decided_at(form, posed_here, time_s=SMALL_S, memory_mib=self.base.limits.memory_mib)
            return replace(proof, decided_at=tuple(few.items()))
        return proof

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
            missing = why_not if self.certificates else ""
            seconds = before.seconds + perf_counter() - began
            found_here = replace(before, this_size=True, lemmas=told(few, subject), solvers=("Z3",), seconds=seconds)
            self._of[goal.name] = found_here if few else replace(before, not_here=why_not, uncertified=missing, seconds=seconds)
            if few and self.certificates is not None:
                self._certify(subject, few, self.certificates)
            return
        found = proof_of(subject.model, goal.name, time_s, self.base.limits.memory_mib)
        seconds = before.seconds + perf_counter() - began
        if isinstance(found, Proved):
            rules = [as_rule(lemma) for lemma in found.lemmas]
            lemmas = told(rules, subject)
            self._of[goal.name] = replace(before, this_size=True, lemmas=lemmas, solvers=(found.solver, "Z3"), seconds=seconds)
            if self.certificates is not None:
                self._certify(subject, rules, self.certificates)
        elif isinstance(found, Violated):
            self._of[goal.name] = replace(before, refuted=violation(self.base, self.faults, goal, found), seconds=seconds)
        else:
            self._by_numbers(subject, before, began, time_s, found.reason)

    def _by_numbers(self, subject: Asked, before: Attempt, began: float, time_s: float, reason: str) -> None:
        """What IC3 did not decide, for this `reason`."""
        memory, left = self.base.limits.memory_mib, began + time_s - perf_counter()
        few = None
        with suppress(Refused):
            proofs = EverySizeProofs(subject, self._solver, self._said, Known())
            few = proved_by_numbers(subject, proofs, left, memory) if left > LEAST_S else None
        seconds = before.seconds + perf_counter() - began
        if few is None:
            uncertified = f"no lemmas were found that are enough at this size ({reason})" if self.certificates else ""
            self._of[subject.name] = replace(before, not_here=reason, uncertified=uncertified, seconds=seconds)
            return
        here = replace(before, this_size=True, lemmas=told(few, subject), solvers=("Z3",), seconds=seconds)
        self._of[subject.name] = here
        if self.certificates is not None:
            self._certify(subject, few, self.certificates)

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
