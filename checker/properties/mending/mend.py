"""What would mend a protocol: the smallest sets of assumptions under which a violated property holds.

A run that breaks the property under some assumptions breaks it under every set that has none of the assumptions which that run breaks. So
each counterexample rules out most sets without a search, and only sets that meet all counterexamples so far are checked (the
smallest ones are the minimal hitting sets of Reiter, Artificial Intelligence 32, 1987, found as counterexamples come).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from time import perf_counter

from msgspec.structs import replace

from checker.language.faults import written
from checker.model.model import Model
from checker.properties.mending.assumptions import (
    Assumption,
    assume,
    broken_by,
    of_fairness,
    of_faults,
    of_rules,
    redundant,
    weakened,
)
from checker.properties.mending.result import Mending, Mendings, Question
from checker.properties.plan import NO_FAULTS
from checker.properties.result import Result
from checker.properties.running import verdicts_on
from checker.properties.searches import Job
from checker.properties.tolerance.subject import Subject

MOST = 3  # assumptions in a set
MOST_CHECKS = 400  # of one property
RUNS = ("eventually", "whenever", "no livelock")


def mend(subject: Subject, faults: str = NO_FAULTS, most: int = MOST) -> Mendings:
    """Every property that is violated under the fault model, and every one that holds only as long as the agents obey.

    An interrupt ends it with what is known by then.
    """
    began = perf_counter()
    found: list[Mending] = []
    held: list[str] = []
    interrupted = False
    try:
        for one in _questions(subject, faults, held):
            found += [one.answer(most)]
    except KeyboardInterrupt:
        interrupted = True
    return Mendings(
        protocol=subject.target.protocol.name,
        spec=subject.target.path,
        instance=subject.instance,
        faults=faults,
        most=most,
        mendings=tuple(found),
        held=tuple(held),
        seconds=perf_counter() - began,
        interrupted=interrupted,
    )


def _questions(subject: Subject, faults: str, held: list[str]) -> Iterator[_Question]:
    """In the order of the properties; those about rules come last."""
    for job, result in _violated(subject, faults, subject.names(), held):
        model = subject.model(job)
        known = [*(of_fairness(model) if result.kind in RUNS else []), *of_faults(model), *of_rules(model)]
        yield _Question(subject, "assumptions", job, result, known)
    ignoring = _ignoring(subject, faults)
    if ignoring != faults:
        for job, result in _violated(subject, ignoring, held, []):
            yield _Question(subject, "rules", job, result, of_rules(subject.model(job)))


def _ignoring(subject: Subject, faults: str) -> str:
    """The fault model with every agent that is given advice free to ignore it, as often as it likes."""
    from checker.language.faults import applicable

    items = () if faults == NO_FAULTS else subject.checked.faults[faults]
    present = {(item.kind, item.target) for item in items}
    more = [i for i in applicable(subject.checked) if i.kind == "disobey" and (i.kind, i.target) not in present]
    return written((*items, *more)) if more else faults


def _violated(subject: Subject, faults: str, names: Sequence[str], held: list[str]) -> Iterator[tuple[Job, Result]]:
    """The properties that are violated or unknown, each with its search; `held` takes the names of those that hold.

    A `sometimes` is not asked about: assumptions take runs away.
    """
    for job in subject.jobs(faults, names):
        report = verdicts_on(job, subject.model(job), subject.checking, subject.progress(f"under {faults}"))
        for result in report.results:
            if result.property not in names or result.kind == "sometimes":
                continue
            if result.verdict == "holds":
                held.append(result.property)
            else:
                yield job, result
        if report.interrupted:
            raise KeyboardInterrupt


class _Question:
    """One property of one search, and what may be assumed for it."""

    def __init__(self, subject: Subject, question: Question, job: Job, result: Result, known: list[Assumption]) -> None:
        self.subject, self.question, self.job, self.result, self.known = subject, question, job, result, known
        model = subject.model(job)
        self.model = replace(model, goals=tuple(goal for goal in model.goals if goal.name == result.property))
        self.reasons: list[frozenset[Assumption]] = []  # of each counterexample, the assumptions that exclude it
        self.unknown = ""
        self.checks = 0

    def answer(self, most: int) -> Mending:
        found: list[frozenset[Assumption]] = []
        if self.result.verdict == "unknown":
            return self._mending(found, None, self.result.reason)
        self._learn(self.model, self.result)
        left = self._check(self._everything())
        if left.verdict == "holds":
            found = self._smallest(most)
            left_over = None if found else left
            reason = self.unknown or ("" if found else f"no {most} assumptions are enough: more together are")
            return self._mending(found, left_over, reason)
        return self._mending(found, left, left.reason if left.verdict == "unknown" else "")

    def _everything(self) -> frozenset[Assumption]:
        """All assumptions; of an activity the strongest one."""
        strong = {one.of for one in self.known if one.kind == "strongly fair"}
        return frozenset(one for one in self.known if one.kind != "fair" or one.of not in strong)

    def _smallest(self, most: int) -> list[frozenset[Assumption]]:
        found: list[frozenset[Assumption]] = []
        for size in range(1, most + 1):
            for chosen in map(frozenset, combinations(self.known, size)):
                if any(known <= chosen or known <= weakened(chosen) for known in found) or redundant(list(chosen)):
                    continue
                if any(not reason & chosen for reason in self.reasons):
                    continue
                if self.checks >= MOST_CHECKS:
                    self.unknown = f"after {MOST_CHECKS} checks: there may be more sets"
                    return found
                if self._check(chosen).verdict == "holds" and self._again(chosen):
                    found.append(chosen)
        return found

    def _check(self, chosen: frozenset[Assumption]) -> Result:
        self.checks += 1
        model = assume(self.model, chosen)
        doing = self.subject.progress(f"{self.result.property}, {len(chosen)} assumptions")
        report = verdicts_on(replace(self.job, errors="always"), model, self.subject.checking, doing)
        if report.interrupted:
            raise KeyboardInterrupt
        [result] = [result for result in report.results if result.property == self.result.property]
        if result.verdict == "violated":
            self._learn(model, result)
        elif result.verdict == "unknown":
            self.unknown = result.reason
        return result

    def _learn(self, model: Model, result: Result) -> None:
        assert result.trace is not None
        reason = broken_by(model, result.trace, self.known)
        if reason not in self.reasons:
            self.reasons.append(reason)

    def _again(self, chosen: frozenset[Assumption]) -> bool:
        """Check it once more, from a model that never had the faults which do not happen, by the reference interpreter where it is small."""
        out = {one.of for one in chosen if one.kind == "no fault"}
        out |= {fault.replace("crash ", "restart ", 1) for fault in out}
        items = self.subject.checked.faults.get(self.job.faults, ())
        left = written(tuple(item for item in items if f"{item.kind} {item.target}" not in out)) or NO_FAULTS
        [job] = [job for job in self.subject.jobs(left, [self.result.property]) if job.ghost == self.job.ghost]
        model = assume(self.subject.model(job), [one for one in chosen if one.kind != "no fault"])
        model = replace(model, goals=tuple(goal for goal in model.goals if goal.name == self.result.property))
        report = verdicts_on(replace(job, errors="always"), model, self.subject.limits)
        if report.interrupted:
            raise KeyboardInterrupt
        [result] = report.results
        assert result.verdict != "violated", f"{result.property} does not hold under {sorted(one.of for one in chosen)}"
        if result.verdict == "unknown":
            self.unknown = result.reason
        return result.verdict == "holds"

    def _mending(self, sets: list[frozenset[Assumption]], left: Result | None, reason: str) -> Mending:
        return Mending(
            question=self.question,
            faults=self.job.faults,
            result=self.result,
            sets=tuple(tuple(one for one in self.known if one in chosen) for chosen in sets),
            left=left,
            reason=reason,
        )
