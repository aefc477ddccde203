"""From paths and names to models, and from models to a report: one search for each instance and fault model, and one more for each
property that needs ghosts (their ghosts are part of its states, so it has a model of its own).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from checker.language import tree
from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.source import Span
from checker.properties.plan import Filters, Target, expected_counts, find_files, property_name, read_target
from checker.properties.result import CountExpectation, Report, Result, Warning

if TYPE_CHECKING:
    from checker.engines.explicit import Progress as EngineProgress
    from checker.language.checked import Checked
    from checker.model.model import Model
    from checker.properties.coverage import Coverage
    from checker.properties.search import Search

Told = Callable[["Job", int, int, "EngineProgress"], None]  # which search, its number from 1, how many there are, how far it is
Errors = Literal["always", "violated", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of each search; None: none."""

    time_s: float | None = None
    memory_mib: float | None = None
    states_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One search: a model with the properties that it decides. `ghost`: the property that it is for, "" for the main search.

    `errors`: when to report on `no error`, which every search decides: "always", "violated" (unless it holds), "never".
    """

    target: Target
    instance: str
    faults: str
    checked: Checked
    properties: tuple[tree.PropertyDecl, ...]
    ghost: str
    overrides: Mapping[str, str]
    errors: Errors = "always"


# --- what is to be done --------------------------------------------------------------------------------------------


def plan(paths: Sequence[str], filters: Filters, overrides: Mapping[str, str]) -> list[Job]:
    """Every search of the check, in order: specs, then their checks, the main search of each first. Raises BadInput with all that is wrong."""
    targets, errors = [], list[Diagnostic]()
    for path in find_files(paths):
        try:
            targets.append(read_target(path))
        except BadInput as bad:
            errors += bad.diagnostics
    if not errors:
        filters.require_known(targets)
    jobs: list[Job] = []
    for target in targets:
        try:
            jobs += _jobs(target, filters, overrides)
        except BadInput as bad:
            errors += bad.diagnostics
    if any(error.severity == "error" for error in errors):
        raise BadInput(dict.fromkeys(errors))
    return jobs


def _jobs(target: Target, filters: Filters, overrides: Mapping[str, str]) -> list[Job]:
    from checker.elaborate.lower import needs_ghosts

    chosen = filters.pairs(target)
    checked = _checked(target, [instance for instance, _ in chosen], overrides)
    jobs = []
    for instance, faults in chosen:
        wanted = filters.properties_of(target)
        reported: Errors = "always" if filters.asks_for_errors else "violated"
        main = tuple(node for node in wanted if not needs_ghosts(node))
        groups = [("", main)] if main or filters.asks_for_errors else []
        groups += [(property_name(node), (node,)) for node in wanted if needs_ghosts(node)]
        for ghost, properties in groups:
            jobs.append(
                Job(
                    target=target,
                    instance=instance,
                    faults=faults,
                    checked=checked[instance],
                    properties=properties,
                    ghost=ghost,
                    overrides=overrides,
                    errors="never" if ghost and groups[0][0] == "" else reported,
                )
            )
    return jobs


def _checked(target: Target, instances: Sequence[str], overrides: Mapping[str, str]) -> dict[str, Checked]:
    """The protocol and spec under each of the instances. Raises BadInput with the errors of all of them, each once."""
    from checker.language.check import check

    found, errors = {}, dict[Diagnostic, None]()
    for name in dict.fromkeys(instances):
        try:
            found[name] = check(target.protocol, target.spec, target.instance_name(name), dict(overrides))
        except BadInput as bad:
            errors.update(dict.fromkeys(bad.diagnostics))
    if errors:
        raise BadInput(errors)
    return found


def model_of(job: Job) -> Model:
    from checker.elaborate.lower import elaborate

    model = elaborate(job.checked, job.faults, job.properties)
    return model if model.instance == job.instance else replace(model, instance=job.instance)


# --- doing it --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Findings:
    """The report under construction."""

    results: list[Result] = field(default_factory=list)
    counts: list[CountExpectation] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    interrupted: bool = False

    def report(self, seconds: float) -> Report:
        warnings = [*self.warnings, *(warning for found in self.coverage.values() for warning in found.warnings())]
        return Report(
            results=tuple(self.results),
            counts=tuple(self.counts),
            warnings=tuple(warnings),
            seconds=seconds,
            interrupted=self.interrupted,
        )


def run(jobs: Sequence[Job], limits: Limits, told: Told | None = None) -> Report:
    """Search after search; an interrupt ends it with what is known by then."""
    began = perf_counter()
    found = Findings()
    try:
        for number, job in enumerate(jobs, 1):
            _run_one(job, limits, found, None if told is None else _bound(told, job, number, len(jobs)))
            if found.interrupted:
                break
    except KeyboardInterrupt:
        found.interrupted = True
    return found.report(perf_counter() - began)


def _bound(told: Told, job: Job, number: int, searches: int) -> Callable[[EngineProgress], None]:
    return lambda progress: told(job, number, searches, progress)


def _run_one(job: Job, limits: Limits, found: Findings, progress: Callable[[EngineProgress], None] | None) -> None:
    from checker.engines.explicit import explore
    from checker.properties.coverage import Coverage
    from checker.properties.search import Search
    from checker.properties.verdicts import verdicts
    from checker.semantics.interpreter import Interpreter

    model = model_of(job)
    graph = explore(
        model,
        states_limit=limits.states_limit,
        time_s=limits.time_s,
        memory_mib=limits.memory_mib,
        progress=progress,
    )
    found.interrupted = graph.stopped == "interrupted"
    search = Search(graph, Interpreter(model))
    for result in verdicts(job, search):
        found.results.append(result)
    if job.ghost:
        return
    found.counts += _counts(job, search)
    first = job.target.path not in found.coverage
    coverage = found.coverage.setdefault(job.target.path, Coverage(job.target.path))
    coverage.add(search, model.goals)
    coverage.add_activities(search, job.checked)
    coverage.add_full_channels(search, _default_capacities(job.checked))
    if first:
        found.warnings += _no_witness(job)


def _counts(job: Job, search: Search) -> list[CountExpectation]:
    graph = search.graph
    return [
        CountExpectation(
            spec=job.target.path,
            instance=job.instance,
            faults=job.faults,
            states=line.states,
            transitions=line.transitions,
            counted_states=graph.distinct,
            counted_transitions=graph.transitions,
            met=_met(line, graph.distinct, graph.transitions) if graph.complete else None,
            place=str(line.span),
        )
        for line in expected_counts(job.target, job.instance, job.faults)
        if not job.overrides  # the counts are of the instance as it is declared
    ]


def _met(line: tree.ExpectCounts, states: int, transitions: int) -> bool:
    return line.states == states and line.transitions in (None, transitions)


def _default_capacities(checked: Checked) -> list[tuple[str, Span]]:
    """The messages whose declaration gives no capacity, with its place."""
    return [
        (name, info.declaration.span)
        for name, info in checked.messages.items()
        if info.declaration.capacity is None and info.declaration.channel != "persistent"
    ]


def _no_witness(job: Job) -> list[Warning]:
    spec = job.target.spec
    if spec is None or any(isinstance(p, tree.StateProperty) and p.kind == "sometimes" for p in spec.properties):
        return []
    return [
        Warning(
            spec=job.target.path,
            instance=job.instance,
            faults=job.faults,
            kind="no witness asked",
            text="the spec has no `sometimes`: nothing shows that the model can do what it should, so the rest may hold of a model that does nothing",
            place=str(spec.span),
        )
    ]
