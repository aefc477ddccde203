"""From what was found of each goal to results: with its trace, its reasons, and what the spec expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from checker.model.model import Goal
from checker.properties.finding import Finding, Path
from checker.properties.judge import judge
from checker.properties.plan import expects_violation
from checker.properties.result import Result, Trace, Verdict
from checker.properties.search import Search
from checker.properties.traces import replayed, trace_of

if TYPE_CHECKING:
    from checker.properties.plan import Target
    from checker.properties.searches import Job

ENGINE = "explicit (reference interpreter)"
_UNQUOTED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-")  # in a shell


def verdicts(job: Job, search: Search) -> Iterator[Result]:
    """A result for each goal of the search, in order; on `no error` as `job.errors` says."""
    for goal in search.model.goals:
        if goal.kind == "no error" and job.errors == "never":
            continue
        began = perf_counter()
        found = judge(search, goal)
        if goal.kind == "no error" and job.errors == "violated" and found.verdict == "holds":
            continue
        yield result_of(job, search, goal, found, began)


def result_of(job: Job, search: Search, goal: Goal, found: Finding, began: float | None = None) -> Result:
    """The finding as a result, with its trace; `began`: when the work on this goal began."""
    started = perf_counter() if began is None else began
    trace = None if found.path is None else _trace(search, found, found.path)
    return _result(job, search, goal, found, trace, perf_counter() - started)


def _trace(search: Search, found: Finding, path: Path) -> Trace:
    run = replayed(search, path)
    if found.verdict != "violated":
        return trace_of(run)
    from checker.properties.no_return import no_return

    return trace_of(run, no_return(search, run, found))


def _result(job: Job, search: Search, goal: Goal, found: Finding, trace: Trace | None, seconds: float) -> Result:
    graph = search.graph
    expected: Verdict = "violated" if expects_violation(job.target, goal.name, job.instance, job.faults) else "holds"
    return Result(
        protocol=search.model.protocol,
        spec=job.target.path,
        instance=job.instance,
        faults=job.faults,
        property=goal.name,
        kind=goal.kind,
        text=goal.text,
        verdict=found.verdict,
        basis="exhaustive" if graph.complete else "bounded",
        engine=ENGINE,
        expected=expected,
        met=found.verdict == expected,
        distinct=graph.distinct,
        transitions=graph.transitions,
        depth=graph.max_depth,
        seconds=graph.seconds + seconds,
        reason=found.reason,
        why=found.why,
        fairness=found.fairness,
        trace=trace,
        replay="" if found.path is None else replay_command(job, goal.name, found.path),
        place=str(goal.at),
    )


def replay_command(job: Job, property: str, path: Path) -> str:
    """The command that shows the trace again."""
    asked = property if job.target.spec is not None else None
    return replay_of(job.target, job.instance, job.faults, job.overrides, path, asked)


def replay_of(
    target: Target, instance: str, faults: str, overrides: Mapping[str, str], path: Path, property: str | None = None
) -> str:
    """The same of a trace of any model of `target`, as a violation of `property` where that is given."""
    words = ["teamcheck", "replay", target.path]
    if target.instance_name(instance) is not None:
        words += ["--instance", instance]
    if faults != "none":
        words += ["--faults", faults]
    for name, value in overrides.items():
        words += ["--set", f"{name}={value}"]
    words += ["--property", property] if property is not None else []
    if path.initial:
        words += ["--initial", str(path.initial)]
    words += ["--steps", ",".join(map(str, path.indices))]
    if path.cycle is not None:
        words += ["--cycle", str(path.cycle)]
    return _joined(words)


def _joined(words: Sequence[str]) -> str:
    """As `shlex.join`, which is loaded where something has to be quoted."""
    if all(word and _UNQUOTED.issuperset(word) for word in words):
        return " ".join(words)
    from shlex import join

    return join(words)
