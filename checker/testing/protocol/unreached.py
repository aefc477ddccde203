"""Why no run came through a step of the protocol, as far as that can be told, and what to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.model.model import Step
from checker.testing.protocol.faults import cannot_be_had
from checker.testing.protocol.follow import Call
from checker.testing.protocol.paths import Goal
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Program
from checker.testing.protocol.runs import Reached


def why_never(plan: Plan, reached: Reached, goals: Sequence[Goal], programs: Iterable[Program]) -> dict[str, str]:
    """For each step that no run came through, the reason. `goals`: the steps, and pairs of steps, that the protocol has;
    `programs`: that were run."""
    asked = {part.action for program in programs for part in program if isinstance(part, Call)}
    steps = [step for step in plan.model.steps if not reached.steps[step.name]]
    return {step.name: _why(plan, step, reached, goals, asked) for step in steps}


def _why(plan: Plan, step: Step, reached: Reached, goals: Sequence[Goal], asked: set[str]) -> str:
    if goals and (step.name,) not in goals:
        return "the protocol does not come to it"
    if step.fault is not None:
        return cannot_be_had(plan.adapter, step.fault) or "it struck in no run"
    if not plan.is_sure(step, None, ()):
        return "the code begins it by itself, and had no time or no cause to: `boundary(..., latency_s=(0, 60))` lets calls take longer"
    action = next((a for a in plan.actions.values() if a.name == step.name), None)
    if action is not None:
        return "in no run that asked for it was it done" if action.method in asked else "no path asks for it"
    before = [goal[0] for goal in goals if len(goal) == 2 and goal[1] == step.name]
    came = [name for name in before if reached.steps[name]]
    if not came:
        return f"it comes after {' or '.join(before)}, which never came" if before else ""
    cause = "the fake of a model or a tool may `pick` its answer or its error, and `observe` must show what comes of it"
    return f"it can come after {' or '.join(came)}, and never did: {cause}"
