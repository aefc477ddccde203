"""The ladder: what is the most that can be said of each property, for how many agents and things.

From below: violated at some size; searched through at the size asked for; searched through at others too; proved at the size asked
for; proved for every size. Small searches come first, for a property that is violated at two workers needs no proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from typing import final

from checker.engines.clock import AtMost
from checker.language.faults import with_text
from checker.language.types import show
from checker.model.model import Goal
from checker.properties.fairness import fairness_text
from checker.properties.plan import expects_violation
from checker.properties.result import Verdict
from checker.properties.searches import Limits, model_of
from checker.properties.tolerance.subject import Said, Subject, subject
from checker.proving.attempt import Attempts
from checker.proving.lemma_sets import Effort
from checker.proving.mining import LEAST_S, NO_TIME, without_fast_solver
from checker.proving.result import Attempt, Proof, Proofs, Rung, Sizes
from checker.proving.searched import EXISTENTIAL, Growth
from checker.proving.sizes import may_vary, size_parameters
from checker.sorted.obligations import PROVABLE
from checker.sorted.ranks import OF_RUNS

TIME_S = 60.0  # for everything, where no limit is given
SMALL_BOX = 2  # sizes that are searched before a proof is tried
GROW_S = 3.0  # for larger sizes after the proofs, where no limit is given
LARGER = f"larger sizes would take more than {GROW_S:g} s: `--time 60` searches on"
LATE = 1.05  # of the time: until then, what is about to be known is waited for
SEARCH_SHARE, KNOWN_SHARE, RULES_SHARE, PROOF_SHARE, STUCK_SHARE = 0.25, 0.4, 0.6, 0.85, 0.9  # of the time: until then


def prove(
    path: str,
    *,
    instance: str | None,
    faults: str,
    properties: Sequence[str] | None,
    overrides: Mapping[str, str],
    limits: Limits,
    certificates: str | None,
    only_proofs: bool,
    said: Said | None,
) -> Proofs:
    """The proofs of the properties of a spec or protocol. `limits.time_s`: of everything. `certificates`: a folder for them, None: none is
    kept. An interrupt ends it with what is known by then. Raises BadInput.
    """
    asked = subject(path, instance=instance, faults=faults, properties=properties, overrides=overrides, limits=limits, said=said)
    with_text(asked.checked, faults)
    return _Ladder(asked, faults, certificates, only_proofs).climb()


@final
class _Ladder:
    def __init__(self, base: Subject, faults: str, certificates: str | None, only_proofs: bool) -> None:
        self.base, self.faults, self.only_proofs = base, faults, only_proofs
        self.began = perf_counter()
        self.time_s = TIME_S if base.limits.time_s is None else base.limits.time_s
        sizes = size_parameters(base.checked)
        self.ranges = {name: type for name, type in sizes.items() if may_vary(base, name, type)}
        parameters = base.checked.parameters
        self.asked: Sizes = tuple((name, parameters[name].value) for name in self.ranges)
        self.growth = Growth(base, faults, self.ranges, self.asked)
        self.attempts = Attempts(base, faults, certificates)
        models = [model_of(job) for job in base.jobs(faults)]
        self.goals = {goal.name: goal for model in models for goal in model.goals}
        self.fairness = fairness_text(models[0]) if models else ""
        self.interrupted = False

    def climb(self) -> Proofs:
        names = [name for name in dict.fromkeys(self.base.names()) if name in self.goals]
        try:
            with AtMost(self.time_s * LATE):
                self._climb(names)
        except KeyboardInterrupt:
            self.interrupted = True
        self.attempts.end()
        fixed = [(n, show(c.type, c.value)) for n, c in self.base.checked.parameters.items()]
        varying = self.attempts.varying
        return Proofs(
            protocol=self.base.checked.protocol.name,
            spec=self.base.target.path,
            instance=self.base.instance,
            faults=self.faults,
            asked=self.asked,
            varying=varying,
            fixed=tuple(pair for pair in fixed if pair[0] not in {parameter for _, parameter in varying}),
            refused=self.attempts.refused,
            kept=self.attempts.kept,
            assumptions=self.attempts.assumptions,
            proofs=tuple(self._proof(self.goals[name]) for name in names),
            seconds=perf_counter() - self.began,
            searched=self.growth.summary() if self.ranges else None,
            note=without_fast_solver(),
            only_proofs=self.only_proofs,
            interrupted=self.interrupted or self.growth.interrupted,
        )

    def _until(self, share: float) -> float:
        return self.began + share * self.time_s

    def _climb(self, names: list[str]) -> None:
        grown = [name for name in names if self.goals[name].kind != EXISTENTIAL]
        if self.ranges:
            self.growth.grow(grown, SMALL_BOX, self._until(SEARCH_SHARE))
        self._at_the_size_asked_for(names)
        open_still = [name for name in grown if name not in self.growth.violated]
        self._for_every_size(open_still)
        if self.growth.interrupted:
            return
        unproved = self._unproved(open_still)
        self._show_where_induction_fails(unproved)
        self._at_this_size(unproved)
        if self.ranges:
            self._grow(unproved)

    def _grow(self, names: list[str]) -> None:
        """Larger sizes have no end: for as long as was asked for, or a little."""
        if self.base.limits.time_s is not None:
            self.growth.grow(names, 1 << 30, self._until(1.0))
        else:
            self.growth.grow(names, 1 << 30, min(perf_counter() + GROW_S, self._until(1.0)), LARGER)

    def _at_the_size_asked_for(self, names: list[str]) -> None:
        """What was violated at a smaller size may hold here; what shows only in some state has to be looked for here."""
        missing = [name for name in names if name not in self.growth.at_asked]
        if missing and not self.growth.interrupted:
            self.growth.look(self.asked, missing, max(1.0, self._until(SEARCH_SHARE) - perf_counter()))

    def _for_every_size(self, names: list[str]) -> None:
        """All with little effort first; rules are looked for for all at once. What is about whole runs rests on what is known by then."""
        runs = [name for name in names if self.goals[name].kind in OF_RUNS]
        single = [name for name in names if name not in runs]
        self._try_each(single, len(single), "at once", KNOWN_SHARE)
        self._by_rules(single)
        self._try_each(runs, len(runs), "at once", RULES_SHARE)
        if self.attempts.may_end([self.goals[name] for name in self._unproved(runs)], self._until(RULES_SHARE) - perf_counter()):
            self._by_rules(runs)
        left = [*self._unproved(single), *self._unproved(runs)]
        self._try_each(left, len(left), "all", PROOF_SHARE)

    def _by_rules(self, names: list[str]) -> None:
        left = self._unproved(names)
        if left:
            rules = self.attempts.look_for_rules([self.goals[name] for name in left], self._until(RULES_SHARE) - perf_counter())
            self._try_each(rules, len(left), "rules", RULES_SHARE)

    def _try_each(self, names: Iterable[str], most: int, effort: Effort, share: float) -> None:
        """`most`: of so many names."""
        for place, name in enumerate(names):
            time_s = self._until(share) - perf_counter()
            if not self.growth.interrupted and (time_s > LEAST_S or effort == "at once"):
                self.attempts.every_size(self.goals[name], max(1.0, time_s / (most - place)), effort)

    def _unproved(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if not self.attempts.proved(name)]

    def _show_where_induction_fails(self, names: list[str]) -> None:
        for place, name in enumerate(names):
            left = (self._until(STUCK_SHARE) - perf_counter()) / (len(names) - place)
            if left > LEAST_S:
                with AtMost(left):
                    self.attempts.show_where_induction_fails(name, left)

    def _at_this_size(self, names: list[str]) -> None:
        """What a search left open; then, where certificates are wanted, what it decided as well."""
        wanted = [name for name in names if not self._decided(name)]
        if self.attempts.certificates is not None:
            wanted += [name for name in names if name not in wanted]
        for place, name in enumerate(wanted):
            left = self._until(1.0) - perf_counter()
            if left > LEAST_S:
                self.attempts.this_size(self.goals[name], max(1.0, left / (len(wanted) - place)))

    def _decided(self, name: str) -> bool:
        result = self.growth.at_asked.get(name)
        return result is not None and result.verdict != "unknown"

    # --- what to say -------------------------------------------------------------------------------------------------

    def _proof(self, goal: Goal) -> Proof:
        expected: Verdict = "holds"
        if expects_violation(self.base.target, goal.name, self.base.instance, self.faults):
            expected = "violated"
        attempt = self.attempts.of(goal.name)
        rung, sizes = self._rung(goal, attempt)
        result = self.growth.at_asked.get(goal.name)
        below = 0
        if goal.name in self.growth.violated:
            below = self.growth.violated[goal.name].held_up_to
        if rung == "violated" and (result is None or result.verdict != "violated"):
            result = attempt.refuted or self.growth.violated[goal.name].result
        verdict = "violated" if rung == "violated" else "holds"
        return Proof(
            property=goal.name,
            kind=goal.kind,
            text=goal.text,
            place=str(goal.at),
            rung=rung,
            expected=expected,
            met=rung != "open" and verdict == expected,
            reason=self._reason(goal, rung, attempt),
            lemmas=attempt.lemmas,
            solvers=attempt.solvers,
            obligations=attempt.obligations,
            only_with=attempt.only_with,
            majorities=attempt.majorities,
            decided_at=attempt.decided_at,
            fairness=self.fairness if rung == "every size" and goal.kind in OF_RUNS else "",
            certificate=attempt.certificate,
            uncertified=attempt.uncertified,
            sizes=sizes,
            held_up_to=below,
            result=result,
            stuck=None if rung == "violated" else attempt.stuck,
            seconds=attempt.seconds,
        )

    def _rung(self, goal: Goal, attempt: Attempt) -> tuple[Rung, Sizes]:
        """How far it came, and at which size."""
        here = self.growth.at_asked.get(goal.name)
        if here is not None and here.verdict == "violated":
            return "violated", self.asked
        if goal.name in self.growth.violated:
            return "violated", self.growth.violated[goal.name].sizes
        if attempt.refuted is not None:
            return "violated", self.asked
        if attempt.every_size:
            return "every size", ()
        if here is None or here.verdict == "unknown":
            return ("this size" if attempt.this_size else "open"), self.asked
        beyond = any(complete and sizes != self.asked for sizes, complete in self.growth.done.items())
        return ("sizes" if beyond and goal.kind != EXISTENTIAL else "this size"), self.asked

    def _reason(self, goal: Goal, rung: Rung, attempt: Attempt) -> str:
        if rung in ("every size", "violated"):
            return ""
        if attempt == Attempt() and goal.kind in (*PROVABLE, *OF_RUNS):
            return NO_TIME
        if rung == "open":
            here = self.growth.at_asked.get(goal.name)
            searched = "" if here is None else here.reason
            not_here = attempt.not_here and f"at this size: {attempt.not_here}"
            return "; ".join(reason for reason in (attempt.reason, not_here, searched) if reason)
        return "" if attempt.reason == self.attempts.refused else attempt.reason
