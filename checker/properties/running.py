"""Doing the searches of a check: which engine runs, and what becomes of what it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from checker.language import tree
from checker.language.diagnostics import BadInput
from checker.language.source import Span
from checker.properties.plan import expected_counts
from checker.properties.result import CountExpectation, Report, Result, Warning
from checker.properties.searches import Job, Limits, Told, model_of
from checker.properties.warned import about_spec, few_states, no_symmetry, not_kept, not_native, not_reduced

if TYPE_CHECKING:
    from checker.engines.explicit import Progress as EngineProgress
    from checker.engines.native.explore import Explored
    from checker.engines.state_graph import StateGraph
    from checker.language.checked import Checked
    from checker.model.model import Model
    from checker.properties.coverage import Coverage


class Findings(Struct):
    """The report under construction."""

    results: list[Result] = field(default_factory=list)
    counts: list[CountExpectation] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    interrupted: bool = False

    def warn(self, warning: Warning) -> None:
        """Take in a warning, once."""
        if warning not in self.warnings:
            self.warnings.append(warning)

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
            try:
                _run_one(job, limits, found, None if told is None else _bound(told, job, number, len(jobs)))
            except Exception as fault:
                fault.add_note(_where(job))
                raise
            if found.interrupted:
                break
    except KeyboardInterrupt:
        found.interrupted = True
    return found.report(perf_counter() - began)


def _where(job: Job) -> str:
    of = f", for `{job.ghost}`" if job.ghost else ""
    settings = "".join(f", {name} = {value}" for name, value in job.overrides.items())
    return f"It happened with {job.target.path}, instance {job.instance}{settings}, fault model {job.faults}{of}."


def _bound(told: Told, job: Job, number: int, searches: int) -> Callable[[EngineProgress], None]:
    return lambda progress: told(job, number, searches, progress)


def verdicts_on(job: Job, model: Model, limits: Limits, progress: Callable[[EngineProgress], None] | None = None) -> Report:
    """The verdicts on the goals of `model`, which was made from that of `job`."""
    began, found = perf_counter(), Findings()
    try:
        _run_model(job, model, limits, found, progress)
    except KeyboardInterrupt:
        found.interrupted = True
    return found.report(perf_counter() - began)


def _run_one(job: Job, limits: Limits, found: Findings, progress: Callable[[EngineProgress], None] | None) -> None:
    from checker.properties.unmade import is_too_large, unmade

    try:
        model = model_of(job)
    except BadInput as bad:
        if not is_too_large(bad):
            raise
        found.results += unmade(job, bad)
        return
    _run_model(job, model, limits, found, progress)


def _run_model(
    job: Job, model: Model, limits: Limits, found: Findings, progress: Callable[[EngineProgress], None] | None
) -> None:
    first = len(found.results)
    if limits.engine == "z3":
        _hunt(job, model, limits, found, progress)
    else:
        _run_engines(job, model, limits, found, progress)
    order = {goal.name: place for place, goal in enumerate(model.goals)}
    found.results[first:] = sorted(found.results[first:], key=lambda result: order[result.property])


def _hunt(job: Job, model: Model, limits: Limits, found: Findings, progress: Callable[[EngineProgress], None] | None) -> None:
    """By Z3: it looks at no states, so there are no counts, and nothing is known of what never fires."""
    from checker.engines.explicit import Progress
    from checker.properties.symbolic import hunt_all, symbolic_verdicts

    def told(sweeps: int, seconds: float) -> None:
        if progress is not None:
            progress(Progress(states=0, transitions=0, depth=sweeps, queue=0, states_per_s=0.0, seconds=seconds))

    outcome = hunt_all(job, model, limits, told)
    found.interrupted = found.interrupted or outcome.interrupted
    found.results += symbolic_verdicts(job, outcome)


def _run_engines(
    job: Job, model: Model, limits: Limits, found: Findings, progress: Callable[[EngineProgress], None] | None
) -> None:
    began = perf_counter()
    wanted = limits.engine == "native" or limits.symmetry or limits.checkpoints is not None or _unusual(limits)
    explored = None
    if wanted:
        from checker.properties.native_first import native_first

        explored = native_first(job, model, limits, found.warn, progress)
        if explored is None:
            progress = _by_the_reference(progress)
    if explored is None:
        explored = _after_a_small_search(job, model, limits, found, progress)
        if explored is None:
            return
    from checker.properties.native import decides

    _add_native(job, explored, found)
    if limits.partial_order is True and explored.complete and not (explored.reduction or explored.unreduced):
        found.warn(few_states(job.target))
    left = replace(model, goals=tuple([goal for goal in model.goals if not decides(goal)]))
    if explored.store == "bitstate":  # has told of all goals
        explored.search.close()
        return
    if left.goals and not found.interrupted and not _judge_runs(job, left, explored, limits, found, progress):
        explored.search.close()  # its memory is for the search of what is left
        _search(job, left, limits.after(perf_counter() - began), found, progress, counted=False)
    explored.search.close()


def _unusual(limits: Limits) -> bool:
    reduced = limits.partial_order == "always" or (limits.partial_order and limits.states_limit is not None)
    return limits.store != "states" or limits.order != "breadth-first" or reduced


def _judge_runs(
    job: Job,
    model: Model,
    explored: Explored,
    limits: Limits,
    found: Findings,
    progress: Callable[[EngineProgress], None] | None,
) -> bool:
    """The verdicts on what needs the edges, on the graph of a native search. False where that cannot be: a reference search has to follow."""
    from checker.engines.native.edges import NativeGraph
    from checker.engines.native.packed import GraphTooLarge
    from checker.properties.native import run_verdicts
    from checker.properties.native_first import native_first
    from checker.semantics.domains import watched

    if explored.compiled.labels is None and not explored.compiled.unlabelled:  # with a reduction, or depth first
        explored.search.close()
        if explored.reduction:
            found.warn(_all_states_for(job, model, explored.reduction))
        usual = replace(limits, symmetry=False, partial_order=False, order="breadth-first", checkpoints=None)
        again = native_first(job, model, usual, found.warn, progress)
        if again is None:
            return False
        explored = again
    try:
        if not explored.complete or explored.failed is not None:
            return False
        if explored.compiled.labels is None:
            raise GraphTooLarge(explored.compiled.unlabelled)
        with explored.judging():
            graph = NativeGraph(explored, model, memory_mib=limits.memory_mib)
        with watched(clock(limits.time_s)), explored.judging():
            results = list(run_verdicts(job, graph))
    except (GraphTooLarge, MemoryError) as reason:
        found.warn(not_native(job.target, job.instance, job.faults, _without_edges(model, reason), everywhere=False))
        return False
    finally:
        explored.search.close()
    found.results += results
    return True


def _all_states_for(job: Job, model: Model, reduction: str) -> Warning:
    from checker.engines.native.explore import PARTIAL_ORDER

    names = " and ".join(f"`{goal.name}`" for goal in model.goals)
    if reduction == PARTIAL_ORDER:
        what = f"without partial order for {names}: fairness is not decided on a part of the states"
        return not_reduced(job.target, job.instance, job.faults, what)
    what = f"without symmetry for {names}: fairness is not decided on one state of each orbit"
    return no_symmetry(job.target, job.instance, job.faults, what)


def _without_edges(model: Model, reason: Exception) -> Exception:
    names = ", ".join(goal.name for goal in model.goals)
    return type(reason)(f"{reason or 'the memory does not suffice'} (for {names})")


def _after_a_small_search(
    job: Job, model: Model, limits: Limits, found: Findings, progress: Callable[[EngineProgress], None] | None
) -> Explored | None:
    """Search by the reference interpreter; where that grows beyond `limits.small` states, a native search takes over what it decides."""
    if limits.engine != "auto" or (limits.states_limit is not None and limits.states_limit <= limits.small):
        _search(job, model, limits, found, progress)
        return None
    graph = _explored(model, replace(limits, states_limit=limits.small), progress)
    if graph.complete or graph.distinct < limits.small:
        _judge(job, graph, limits, found)
        if limits.partial_order:
            found.warn(few_states(job.target))
        return None
    from checker.properties.native_first import native_first

    def told(warning: Warning) -> None:
        if warning.instance:  # of this model; a library that is not there was not asked for
            found.warn(warning)

    explored = native_first(job, model, limits, told, progress)
    if explored is None:
        _search(job, model, limits, found, _by_the_reference(progress))
    return explored


def _by_the_reference(progress: Callable[[EngineProgress], None] | None) -> Callable[[EngineProgress], None] | None:
    """Says so while it searches: the warning comes at the end only, and that may be long."""
    if progress is None:
        return None
    return lambda now: progress(replace(now, instead="reference interpreter"))


def _explored(model: Model, limits: Limits, progress: Callable[[EngineProgress], None] | None) -> StateGraph:
    from checker.engines.explicit import explore

    return explore(
        model,
        states_limit=limits.states_limit,
        time_s=limits.time_s,
        memory_mib=limits.memory_mib,
        progress=progress,
    )


def _search(
    job: Job,
    model: Model,
    limits: Limits,
    found: Findings,
    progress: Callable[[EngineProgress], None] | None,
    *,
    counted: bool = True,
) -> None:
    _judge(job, _explored(model, limits, progress), limits, found, counted=counted)


def _judge(job: Job, graph: StateGraph, limits: Limits, found: Findings, *, counted: bool = True) -> None:
    """The verdicts on a state graph. `counted` False: another search has counted the states and seen what fires.

    The limit on time holds for this once more: a predicate over many states may take longer than to find them.
    """
    from checker.semantics.domains import watched

    with watched(clock(limits.time_s)):
        _judge_watched(job, graph, found, counted=counted)


def clock(time_s: float | None) -> Callable[[], None]:
    """Raises LimitReached once so many seconds have passed from now."""
    from checker.engines.explicit import LimitReached

    began = perf_counter()

    def look() -> None:
        if time_s is not None and perf_counter() - began > time_s:
            raise LimitReached(f"the limit of {time_s:g} s was reached")

    return look


def _judge_watched(job: Job, graph: StateGraph, found: Findings, *, counted: bool) -> None:
    from checker.properties.search import Search
    from checker.properties.verdicts import verdicts
    from checker.semantics.interpreter import Interpreter

    found.interrupted = found.interrupted or graph.stopped == "interrupted"
    search = Search(graph, Interpreter(graph.model))
    found.results += verdicts(job, search)
    if job.ghost or not counted:
        return
    found.counts += _counts(job, graph.distinct, graph.transitions, graph.complete)
    coverage = _coverage(job, graph.model, found)
    coverage.add(search, graph.model.goals)
    coverage.add_full_channels(search, _default_capacities(job.checked))


def _add_native(job: Job, explored: Explored, found: Findings) -> None:
    from checker.properties.native import native_verdicts

    found.interrupted = found.interrupted or explored.stopped == "interrupted"
    with explored.judging():
        found.results += native_verdicts(job, explored)
    if explored.unsaved:
        found.warn(not_kept(job.target, job.instance, job.faults, explored.unsaved))
    if explored.unreduced:
        found.warn(not_reduced(job.target, job.instance, job.faults, f"partial order leaves nothing out: {explored.unreduced}"))
    if job.ghost:
        return
    if not explored.reduction and explored.store == "states":  # the counts that a spec expects are of all states
        found.counts += _counts(job, explored.stats.distinct, explored.stats.transitions, explored.complete)
    _coverage(job, explored.model, found).add_native(explored)


def _coverage(job: Job, model: Model, found: Findings) -> Coverage:
    """What the searches of this spec have seen so far, with this one begun."""
    from checker.properties.coverage import Coverage

    if job.target.path not in found.coverage:
        found.warnings += about_spec(job.target, job.instance, job.faults)
    coverage = found.coverage.setdefault(job.target.path, Coverage(job.target.path))
    coverage.add_activities(model, job.checked)
    return coverage


def _counts(job: Job, states: int, transitions: int, complete: bool) -> list[CountExpectation]:
    return [
        CountExpectation(
            spec=job.target.path,
            instance=job.instance,
            faults=job.faults,
            states=line.states,
            transitions=line.transitions,
            counted_states=states,
            counted_transitions=transitions,
            met=_met(line, states, transitions) if complete else None,
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
