"""The strongest verdict for a budget of seconds: what a search of half the time leaves open, Z3 looks for in sweeps and proofs try to settle.

A search comes first, for it is the quickest on small teams and the only one that decides endless runs. Then come proofs for every size that little
effort finds, for they take as long for fifty agents as for two; then violations at the size asked for, which are found in seconds where there are
any; then all other proofs. A proof counts only together with one that no step fails.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from time import perf_counter

from msgspec.structs import replace

from checker.elaborate.lower import needs_ghosts
from checker.model.model import Goal
from checker.properties.fairness import fairness_text
from checker.properties.native import decides
from checker.properties.plan import property_name
from checker.properties.result import Report, Result
from checker.properties.searches import Job, Limits, Told, model_of
from checker.properties.tolerance.subject import Subject
from checker.proving.attempt import Attempts
from checker.proving.lemma_sets import Effort
from checker.proving.result import Attempt
from checker.sorted.obligations import PROVABLE
from checker.sorted.ranks import OF_RUNS

SEARCH_SHARE = 0.5  # of the time, for the search
SOON_SHARE = 0.4  # of what is left then, for proofs that little effort finds
SWEEPS_SHARE = 0.5  # of what is left then, for violations
RUNS_SHARE = 0.4  # of what is left in the end, for what is about whole runs, where anything is
LAST_SHARE = 0.05  # of the time, for what ends after its limit
LEAST_S = 0.5  # for an attempt at a proof: with less none is begun
NO_ERROR = "no error"


def within(jobs: Sequence[Job], limits: Limits, told: Told | None = None) -> Report:
    """A check within a budget of seconds, for each search; as usual where there is none, or more was asked for than verdicts."""
    from checker.properties.running import run

    if not applies(limits):
        return run(jobs, limits, told)
    report = run(jobs, searching(limits), told)
    return strengthened(jobs, report, limits, told) if report.exit_code else report


def searching(limits: Limits) -> Limits:
    """The limits of the searches of a check that goes on with `strengthened`."""
    return limits if limits.time_s is None else replace(limits, time_s=limits.time_s * SEARCH_SHARE)


def applies(limits: Limits) -> bool:
    """Whether there is a budget, and nothing else was asked for than a verdict."""
    reduced = limits.symmetry or limits.partial_order or limits.store != "states" or limits.order != "breadth-first"
    return limits.engine == "auto" and limits.time_s is not None and not reduced and limits.checkpoints is None


def strengthened(jobs: Sequence[Job], report: Report, limits: Limits, told: Told | None = None) -> Report:
    """The report with verdicts in the place of what was unknown, as far as there are. `limits`: of the whole check."""
    began, results = perf_counter(), list(report.results)
    interrupted = report.interrupted
    if limits.time_s is None:
        return report
    at_an_end = report.seconds + limits.time_s * LAST_SHARE  # from here the seconds of the whole check are counted
    for number, job in enumerate(jobs, 1):
        places = [i for i, result in enumerate(results) if _is_open(job, result)]
        if not places or interrupted:
            continue
        left = len(jobs) * limits.time_s - at_an_end - (perf_counter() - began)
        if left < LEAST_S:
            break
        until = perf_counter() + min(left, limits.time_s * (1 - SEARCH_SHARE))
        try:
            found = _more(job, [results[i] for i in places], limits, until, _saying(told, job, number, len(jobs)))
        except KeyboardInterrupt:
            interrupted = True
            continue
        for i, result in zip(places, found, strict=True):
            results[i] = result
    seconds = report.seconds + perf_counter() - began
    return replace(report, results=tuple(results), seconds=seconds, interrupted=interrupted)


def _is_open(job: Job, result: Result) -> bool:
    here = (result.spec, result.instance, result.faults) == (job.target.path, job.instance, job.faults)
    names = {property_name(node) for node in job.properties} | ({NO_ERROR} if not job.ghost else set())
    return here and result.verdict == "unknown" and result.property in names


def _saying(told: Told | None, job: Job, number: int, searches: int) -> Callable[[int, float], None] | None:
    """Progress of the sweeps, as that of a search."""
    if told is None:
        return None
    from checker.engines.explicit import Progress

    return lambda sweeps, seconds: told(
        job,
        number,
        searches,
        Progress(states=0, transitions=0, depth=sweeps, queue=0, states_per_s=0.0, seconds=seconds),
    )


def _more(
    job: Job, unknown: list[Result], limits: Limits, until: float, told: Callable[[int, float], None] | None
) -> list[Result]:
    """Results in the place of these, which are those of one search."""
    by_name = {result.property: result for result in unknown}
    attempts = None if any(needs_ghosts(node) for node in job.properties) else Attempts(_subject(job, limits), job.faults, None)
    if attempts is not None:
        soon = perf_counter() + (until - perf_counter()) * SOON_SHARE
        by_name |= _proved_soon(job, attempts, _provable(by_name, PROVABLE), soon)
    left = {name: result for name, result in by_name.items() if result.verdict == "unknown"}
    if left:
        by_name |= _hunted(job, left, replace(limits, time_s=(until - perf_counter()) * SWEEPS_SHARE), told)
    if attempts is not None:
        single, runs = _provable(by_name, PROVABLE), _provable(by_name, OF_RUNS)
        by_name |= _proved(job, attempts, single, until - (until - perf_counter()) * RUNS_SHARE * bool(runs)) if single else {}
        by_name |= _proved_where_runs_end(job, attempts, runs, until) if runs else {}
        attempts.end()
    return [by_name[result.property] for result in unknown]


def _provable(by_name: dict[str, Result], kinds: Collection[str]) -> list[Result]:
    return [result for result in by_name.values() if result.verdict == "unknown" and result.kind in kinds]


# --- violations ------------------------------------------------------------------------------------------------------


def _hunted(job: Job, unknown: dict[str, Result], limits: Limits, told: Callable[[int, float], None] | None) -> dict[str, Result]:
    """Those that Z3 finds a violation (or a witness) of."""
    from checker.properties.symbolic import hunt_all, symbolic_verdicts

    model = model_of(job)
    goals = tuple([goal for goal in model.goals if goal.name in unknown and decides(goal)])
    if not goals:
        return {}
    hunted = hunt_all(replace(job, errors="always"), replace(model, goals=goals), limits, told)
    if hunted.interrupted:
        raise KeyboardInterrupt
    found = {result.property: result for result in symbolic_verdicts(replace(job, errors="always"), hunted)}
    return {name: result for name, result in found.items() if result.verdict != "unknown"}


# --- proofs ----------------------------------------------------------------------------------------------------------


def _proved_soon(job: Job, attempts: Attempts, unknown: list[Result], until: float) -> dict[str, Result]:
    """Those that little effort proves for every size: that takes as long for fifty agents as for two."""
    goals = {goal.name: goal for goal in model_of(job).goals}
    names = dict.fromkeys([NO_ERROR, *(result.property for result in unknown)])

    def attempt(name: str, effort: Effort, among: int) -> None:
        left = until - perf_counter()
        if left > LEAST_S:
            attempts.every_size(goals[name], left / among, effort)

    for place, name in enumerate(names):
        attempt(name, "at once", len(names) - place)
    left = [name for name in names if not attempts.proved(name)]
    rules = attempts.look_for_rules([goals[name] for name in left], until - perf_counter())
    for place, name in enumerate(rules if until - perf_counter() > LEAST_S else ()):
        attempt(name, "rules", len(left) - place)
    if not attempts.proved(NO_ERROR):
        return {}
    return {r.property: _result(job, r, attempts.of(r.property)) for r in unknown if attempts.proved(r.property)}


def _proved(job: Job, attempts: Attempts, unknown: list[Result], until: float) -> dict[str, Result]:
    """Those that are proved, where it is proved as well that no step fails: a run that ends there is no run that was looked at."""
    goals = {goal.name: goal for goal in model_of(job).goals}
    order = [NO_ERROR, *(result.property for result in unknown if result.property != NO_ERROR)]
    proofs: dict[str, Attempt] = {}
    for place, name in enumerate(order):
        share = (until - perf_counter()) / (len(order) - place)
        if not attempts.proved(name):
            attempts.every_size(goals[name], share / 2)
        left = until - perf_counter()
        if not attempts.proved(name) and left > LEAST_S:
            attempts.this_size(goals[name], min(left, max(LEAST_S, share / 2)))
        proofs[name] = attempts.of(name)
        if name == NO_ERROR and not _holds(proofs[name]):
            return {}
        if until - perf_counter() < LEAST_S:
            break
    return {
        r.property: _result(job, r, proofs[r.property]) for r in unknown if r.property in proofs and _holds(proofs[r.property])
    }


def _proved_where_runs_end(job: Job, attempts: Attempts, unknown: list[Result], until: float) -> dict[str, Result]:
    """Those about whole runs. They rest on what is known by then, and on that no step fails."""
    goals = {goal.name: goal for goal in model_of(job).goals}
    if not attempts.proved(NO_ERROR):
        attempts.every_size(goals[NO_ERROR], (until - perf_counter()) / 2)
    asked = [goals[result.property] for result in unknown]
    if not attempts.proved(NO_ERROR) or not attempts.may_end(asked, until - perf_counter()):
        return {}

    def attempt(goal: Goal, effort: Effort, among: int) -> None:
        if until - perf_counter() > LEAST_S:
            attempts.every_size(goal, (until - perf_counter()) / among, effort)

    for place, goal in enumerate(asked):
        attempt(goal, "at once", len(asked) - place)
    left = [goal for goal in asked if not attempts.proved(goal.name)]
    for place, name in enumerate(attempts.look_for_rules(left, until - perf_counter()) if left else ()):
        attempt(goals[name], "rules", len(left) - place)
    return {r.property: _result(job, r, attempts.of(r.property)) for r in unknown if attempts.proved(r.property)}


def _subject(job: Job, limits: Limits) -> Subject:
    return Subject(
        target=job.target,
        instance=job.instance,
        checked=job.checked,
        properties=job.properties,
        errors=True,
        overrides=job.overrides,
        limits=limits,
        said=None,
    )


def _holds(proof: Attempt) -> bool:
    return proof.every_size or proof.this_size


def _result(job: Job, unknown: Result, proof: Attempt) -> Result:
    ends = unknown.kind in OF_RUNS
    lemmas = [lemma.text for lemma in proof.lemmas]
    return replace(
        unknown,
        verdict="holds",
        basis="every size" if proof.every_size else "inductive",
        engine=f"inductive ({', checked by '.join(proof.solvers)})",
        met=unknown.expected == "holds",
        reason="",
        fairness=fairness_text(model_of(job)) if ends else "",
        why=_because_runs_end(lemmas) if ends else _because(lemmas),
        seconds=unknown.seconds + proof.seconds,
    )


def _because(lemmas: Iterable[str]) -> str:
    said = "; ".join(lemmas)
    known = f" where this is so, which no step ends either: {said}" if said else ""
    return f"It is so at the start, and no step ends it{known}."


def _because_runs_end(lemmas: Sequence[str]) -> str:
    """The first lemma is the rank (`checker.sorted.ranks`)."""
    said = "; ".join(lemmas[1:])
    known = f" This is used of it, which no step ends: {said}." if said else ""
    rank = lemmas[0].removeprefix("0 <= ")
    ends = f"Every run ends, for each step lowers what is still to come ({rank}), which is never below 0"
    return f"{ends}; and where it ends nothing is missing.{known}"
