"""Verdicts from the search with Z3: violations and witnesses, and of all else how far it looked.

A run that the solver gives is one of states; the reference interpreter takes it again, and the same checkers as always judge it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from checker.engines.along import explore_along
from checker.engines.apart import INTERRUPTED, SolverMissing, Stopped
from checker.engines.memory import default_limit_mib, used_mib
from checker.engines.symbolic.child import hunted
from checker.engines.symbolic.events import Event, Fewest, Found, LeftOpen, Swept
from checker.ground.graph import Unsupported
from checker.ground.program import decoder
from checker.model.model import Goal, Model
from checker.properties.finding import Finding
from checker.properties.judge import judge
from checker.properties.native import decides
from checker.properties.result import Result
from checker.properties.search import Search
from checker.semantics.interpreter import Interpreter

if TYPE_CHECKING:
    from checker.properties.searches import Job, Limits

MEMORY_SHARE = 2 / 3  # of what is free, where no limit is given
TIME_S = 60.0  # where no limit is given: one more sweep may take any time


class Hunted(Struct, kw_only=True):
    """What came of the search for the goals of a model: of each that was found the run, of the others how many sweeps were looked at and why no
    more, where that was not all.
    """

    model: Model
    found: dict[str, Found] = {}
    sweeps: dict[str, int] = {}
    stopped: dict[str, str] = {}
    seconds: float = 0.0
    interrupted: bool = False


def hunt_all(job: Job, model: Model, limits: Limits, told: Callable[[int, float], None] | None) -> Hunted:
    """Look for violations of all goals that the search decides. `told`: of the sweeps done and the seconds, now and then."""
    began = perf_counter()
    asked = replace(model, goals=tuple([goal for goal in model.goals if decides(goal) and _wanted(job, goal)]))
    result = Hunted(model=model)
    memory = default_limit_mib(MEMORY_SHARE) if limits.memory_mib is None else limits.memory_mib
    left = None if memory is None else max(1.0, memory - used_mib())
    aside = frozenset(() if job.errors == "always" else ("no error",))
    events: Iterator[Event | Stopped | None] = iter(())
    if asked.goals:
        time_s = TIME_S if limits.time_s is None else limits.time_s
        events = hunted(asked, sweeps=limits.sweeps, fewest=limits.fewest, time_s=time_s, memory_mib=left, aside=aside)
    try:
        for event in events:
            _take_in(result, event, limits)
            if told is not None and not isinstance(event, Stopped):
                told(max(result.sweeps.values(), default=0), perf_counter() - began)
    except (Unsupported, SolverMissing) as refused:
        _end(result, str(refused))
    result.seconds = perf_counter() - began
    return result


def _take_in(result: Hunted, event: Event | Stopped | None, limits: Limits) -> None:
    match event:
        case Swept():
            result.sweeps[event.goal] = event.sweeps
        case Found():
            result.found[event.goal] = event
        case LeftOpen():
            result.stopped[event.goal] = _stopped(event.reason, limits)
        case Stopped() if event.reason:
            _end(result, _stopped(event.reason, limits))
            result.interrupted = event.reason == INTERRUPTED


def _end(result: Hunted, reason: str) -> None:
    for goal in result.model.goals:
        if goal.name not in result.found:
            result.stopped.setdefault(goal.name, reason)


def _wanted(job: Job, goal: Goal) -> bool:
    return goal.kind != "no error" or job.errors != "never"


def _stopped(reason: str, limits: Limits) -> str:
    match reason:
        case "time" if limits.time_s is None:
            return f"{TIME_S:g} s were over, its limit where none is given: `--time 600` looks further"
        case "time":
            return f"the limit of {limits.time_s:g} s was reached"
        case "memory":
            return "the limit of memory was reached"
    return reason


def symbolic_verdicts(job: Job, result: Hunted) -> Iterator[Result]:
    """A result for each goal, in order; on `no error` as `job.errors` says."""
    from checker.properties.verdicts import result_of

    for goal in result.model.goals:
        if not _wanted(job, goal):
            continue
        search, finding = _finding(result, goal)
        if goal.kind == "no error" and job.errors == "violated" and finding.verdict != "violated":
            continue
        made = result_of(job, search, goal, finding)
        yield replace(
            made,
            basis="bounded",
            engine="symbolic (Z3)",
            distinct=0,
            transitions=0,
            depth=result.found[goal.name].sweeps if goal.name in result.found else result.sweeps.get(goal.name, 0),
            seconds=result.seconds + made.seconds,
        )


def _finding(result: Hunted, goal: Goal) -> tuple[Search, Finding]:
    """The finding, and the part of the state graph that its path lies in."""
    found = result.found.get(goal.name)
    if found is None:
        return _along(result.model, None), Finding(verdict="unknown", reason=_not_found(result, goal))
    search = _along(result.model, found)
    finding = judge(search, goal)
    assert finding.path is not None, f"the interpreter does not find {goal.name} where the solver saw it"
    shortest = found.fewest is not None and found.fewest.what == "steps" and found.fewest.proven
    path = replace(finding.path, shortest=shortest or not finding.path.indices)
    said = [finding.why] if finding.why else []
    said += [_least(found.fewest)] if found.fewest is not None else []
    return search, replace(finding, path=path, why=" ".join(said))


def _along(model: Model, found: Found | None) -> Search:
    decoded = decoder(model)
    interpreter = Interpreter(model)
    states = [next(interpreter.iterate_initial_states())] if found is None else [decoded(fields) for fields in found.states]
    return Search(explore_along(model, states, interpreter), interpreter)


def _not_found(result: Hunted, goal: Goal) -> str:
    if not decides(goal):
        return "the Z3 engine looks for what a state or a single step shows, not for runs without end: leave out `--engine z3`"
    what = "no witness" if goal.kind == "sometimes" else "no violation"
    stopped, sweeps = result.stopped.get(goal.name), result.sweeps.get(goal.name)
    if sweeps is None:
        return stopped or "nothing was looked at"
    looked_at = "the initial states"
    if sweeps:
        up_to = "1 step" if sweeps == 1 else f"up to {sweeps} steps"
        looked_at = f"{counted(sweeps, 'sweep')} (every run of {up_to}, and many longer ones)"
    return f"{what} in {looked_at}; then {stopped}" if stopped else f"{what} in {looked_at}"


def counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _least(fewest: Fewest) -> str:
    """How few of what was asked for the trace has, and what is known of fewer."""
    if fewest.what == "agents":
        has = f"{counted(fewest.count, 'agent')} act{'s' if fewest.count == 1 else ''}"
    else:
        has = f"It has {counted(fewest.count, fewest.what[:-1])}" if fewest.count else f"It has no {fewest.what[:-1]}"
    if fewest.proven:
        return f"{has}, and no run has fewer." if fewest.count else f"{has}."
    if fewest.sweeps:
        return f"{has}, and no run of up to {counted(fewest.sweeps, 'step')} has fewer; a longer one may."
    return f"{has}; whether a run has fewer was not found out in time."
