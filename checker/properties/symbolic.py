"""Verdicts from the search with Z3: violations and witnesses, and of all else how far it looked.

A run that the solver gives is one of states; the reference interpreter takes it again, and the same checkers as always judge it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

from checker.engines.along import explore_along
from checker.engines.memory import default_limit_mib, used_mib
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
    from checker.engines.symbolic.hunt import Event, Found
    from checker.engines.symbolic.least import Counted, Fewest
    from checker.properties.searches import Job, Limits

MEMORY_SHARE = 2 / 3  # of what is free, where no limit is given


@dataclass(slots=True, kw_only=True)
class Hunted:
    """What came of the search for the goals of a model. `stopped`: why it ended before all sweeps were done, else ""."""

    model: Model
    found: dict[str, Found]
    sweeps: int
    stopped: str
    seconds: float
    interrupted: bool


def hunt_all(job: Job, model: Model, limits: Limits, told: Callable[[int, float], None] | None) -> Hunted:
    """Look for violations of all goals that the search decides. `told`: of the sweeps done and the seconds, now and then."""
    from checker.engines.symbolic.child import hunted
    from checker.engines.symbolic.hunt import Found, Stopped, Swept

    began = perf_counter()
    asked = replace(model, goals=tuple([goal for goal in model.goals if decides(goal) and _wanted(job, goal)]))
    result = Hunted(model=model, found={}, sweeps=0, stopped="", seconds=0.0, interrupted=False)
    memory = default_limit_mib(MEMORY_SHARE) if limits.memory_mib is None else limits.memory_mib
    left = None if memory is None else max(1.0, memory - used_mib())
    events: Iterator[Event | None] = iter(())
    if asked.goals:
        events = hunted(asked, sweeps=limits.sweeps, fewest=limits.fewest, time_s=limits.time_s, memory_mib=left)
    try:
        for event in events:
            match event:
                case Swept():
                    result.sweeps = event.sweeps
                case Found():
                    result.found[event.goal] = event
                case Stopped():
                    result.stopped = _stopped(event.reason, limits)
                    result.interrupted = event.reason == "interrupted"
            if told is not None:
                told(result.sweeps, perf_counter() - began)
    except Unsupported as refused:
        result.stopped = f"the Z3 engine does not take this model: {refused}"
    result.seconds = perf_counter() - began
    return result


def _wanted(job: Job, goal: Goal) -> bool:
    return goal.kind != "no error" or job.errors != "never"


def _stopped(reason: str, limits: Limits) -> str:
    match reason:
        case "time":
            return f"the limit of {limits.time_s:g} s was reached"
        case "memory":
            return "the limit of memory was reached"
    return reason


def symbolic_verdicts(job: Job, hunted: Hunted) -> Iterator[Result]:
    """A result for each goal, in order; on `no error` as `job.errors` says."""
    from checker.properties.verdicts import result_of

    for goal in hunted.model.goals:
        if not _wanted(job, goal):
            continue
        search, finding = _finding(hunted, goal)
        if goal.kind == "no error" and job.errors == "violated" and finding.verdict != "violated":
            continue
        made = result_of(job, search, goal, finding)
        yield replace(
            made,
            basis="bounded",
            engine="symbolic (Z3)",
            distinct=0,
            transitions=0,
            depth=hunted.sweeps,
            seconds=hunted.seconds + made.seconds,
        )


def _finding(hunted: Hunted, goal: Goal) -> tuple[Search, Finding]:
    """The finding, and the part of the state graph that its path lies in."""
    found = hunted.found.get(goal.name)
    if found is None:
        return _along(hunted.model, None), Finding(verdict="unknown", reason=_not_found(hunted, goal))
    search = _along(hunted.model, found)
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
    return Search(explore_along(model, states), interpreter)


def _not_found(hunted: Hunted, goal: Goal) -> str:
    if not decides(goal):
        return "the Z3 engine looks for what a state or a single step shows, not for runs without end: leave out `--engine z3`"
    what = "no witness" if goal.kind == "sometimes" else "no violation"
    sweeps = "1 sweep" if hunted.sweeps == 1 else f"{hunted.sweeps} sweeps"
    steps = "1 step" if hunted.sweeps == 1 else f"{hunted.sweeps} steps"
    said = f"{what} in {sweeps}, which hold every run of up to {steps} and many longer ones"
    if hunted.sweeps == 0:
        said = f"{what} in the initial states"
    return f"{said}; then {hunted.stopped}" if hunted.stopped else said


def _least(fewest: Fewest) -> str:
    """How few of what was asked for the trace has, and what is known of fewer."""
    count = f"{fewest.count} {_noun(fewest)}"
    if fewest.proven:
        return f"It has {count}, and no run has fewer." if fewest.count else f"It has no {NOUNS[fewest.what]}."
    if fewest.sweeps:
        return f"It has {count}, and none of the runs of up to {fewest.sweeps} steps has fewer; a longer one may."
    return f"It has {count}; whether a run has fewer was not found out in time."


NOUNS: dict[Counted, str] = {"steps": "step", "faults": "fault", "agents": "agent that acts"}


def _noun(fewest: Fewest) -> str:
    if fewest.what == "agents":
        return "agent that acts" if fewest.count == 1 else "agents that act"
    return fewest.what[:-1] if fewest.count == 1 else fewest.what
