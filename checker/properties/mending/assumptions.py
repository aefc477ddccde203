"""What may be assumed of a team so that more holds, each as a change of the model that takes runs away and adds none.

So what holds under some assumptions holds under more, and a run that breaks a property is a reason for every set of assumptions that
allows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from checker.model.model import Model, Step
from checker.properties.result import Trace
from checker.semantics.interpreter import Interpreter, State

AssumptionKind = Literal["no fault", "fair", "strongly fair", "enforced"]


class Assumption(Struct, frozen=True, kw_only=True):
    """`of`: the fault that does not happen ("crash Worker"), or the activity ("Worker.claim"); `place`: where the activity stands;
    `declared`: how its declaration begins ("action claim", "on Assign").

    "fair": it is no `may`; "strongly fair": it is; "enforced": its `should` is a `when`.
    """

    kind: AssumptionKind
    of: str
    place: str = ""
    declared: str = ""

    def changes(self, step: Step) -> bool:
        if self.kind == "no fault":
            return step.fault is not None and step.fault in (self.of, self.of.replace("crash ", "restart ", 1))
        if self.kind == "enforced":
            return (step.fault or "").startswith("disobey ") and activity_of(step) == self.of
        return step.fault is None and activity_of(step) == self.of and step.fairness in self._weaker

    @property
    def _weaker(self) -> tuple[str, ...]:
        return ("may",) if self.kind == "fair" else ("may", "weak")


def activity_of(step: Step) -> str:
    return f"{step.role}.{step.activity}"


def assume(model: Model, assumptions: Iterable[Assumption]) -> Model:
    """The model without the runs that the assumptions exclude."""
    steps = list(model.steps)
    for one in assumptions:
        if one.kind in ("no fault", "enforced"):
            steps = [step for step in steps if not one.changes(step)]
        else:
            fairness: Literal["weak", "strong"] = "weak" if one.kind == "fair" else "strong"
            steps = [replace(step, fairness=fairness) if one.changes(step) else step for step in steps]
    return replace(model, steps=tuple(steps))


# --- what there is to assume -----------------------------------------------------------------------------------------


def of_faults(model: Model) -> list[Assumption]:
    """Each fault of the model that can happen. Without crashes there are no restarts."""
    found = dict.fromkeys(step.fault for step in model.steps if step.fault is not None)
    names = [fault for fault in found if not (fault.startswith("restart ") and fault.replace("restart ", "crash ", 1) in found)]
    return [Assumption(kind="no fault", of=fault) for fault in names]


def of_rules(model: Model) -> list[Assumption]:
    """Each action whose `should` the model lets its agents ignore."""
    steps = [step for step in model.steps if (step.fault or "").startswith("disobey ")]
    return [_of_activity("enforced", step) for step in steps]


def of_fairness(model: Model) -> list[Assumption]:
    """Each action and handler that is `may` or weakly fair. A `run` cannot be declared strongly fair."""
    found: dict[tuple[AssumptionKind, str], Assumption] = {}
    for step in model.steps:
        if step.fault is not None or step.activity in (None, "run"):
            continue
        kinds: tuple[AssumptionKind, ...] = ("fair", "strongly fair") if step.fairness == "may" else ("strongly fair",)
        for kind in kinds if step.fairness != "strong" else ():
            found.setdefault((kind, activity_of(step)), _of_activity(kind, step))
    return list(found.values())


def _of_activity(kind: AssumptionKind, step: Step) -> Assumption:
    """`step` is one that starts the activity."""
    word = "on" if step.name.startswith(f"{step.role}.on ") else "action"
    return Assumption(kind=kind, of=activity_of(step), place=str(step.at), declared=f"{word} {step.activity}")


def redundant(chosen: Sequence[Assumption]) -> bool:
    """Whether one assumption of an activity says what another one does: strong fairness is fairness."""
    of = [one.of for one in chosen if one.kind in ("fair", "strongly fair")]
    return len(of) != len(set(of))


def weakened(chosen: Iterable[Assumption]) -> frozenset[Assumption]:
    """With mere fairness where that was strong."""
    return frozenset(replace(one, kind="fair") if one.kind == "strongly fair" else one for one in chosen)


# --- which of them a run breaks ------------------------------------------------------------------------------------------


def broken_by(model: Model, trace: Trace, known: Sequence[Assumption]) -> frozenset[Assumption]:
    """The assumptions under which the trace, of this model, would be no run."""
    interpreter = Interpreter(model)
    taken = interpreter.replay(trace.initial, [step.index for step in trace.steps])
    steps = [model.steps[transition.step] for _, transition in taken]
    found = {one for one in known if one.kind in ("no fault", "enforced") and any(one.changes(step) for step in steps)}
    fair = [one for one in known if one.kind in ("fair", "strongly fair")]
    if trace.cycle is not None:
        states = [state for state, _ in taken[trace.cycle :]]
        went: set[object] = {(t.step, t.agent, t.values) for _, t in taken[trace.cycle :]}
        found |= {one for one in fair if _starved(interpreter, states, went, one)}
    elif taken:
        last = taken[-1][1].target
        found |= {one for one in fair if last is not None and _starved(interpreter, [last], set(), one)}
    else:
        start = next(state for place, state in enumerate(interpreter.iterate_initial_states()) if place == trace.initial)
        found |= {one for one in fair if _starved(interpreter, [start], set(), one)}
    return frozenset(found)


def _starved(interpreter: Interpreter, states: Sequence[State], taken: set[object], one: Assumption) -> bool:
    """Whether some instance of a step that the assumption is about does not get its due in a cycle through these states."""
    enabled = []
    for state in states:
        here = interpreter.transitions(state)
        enabled.append({(t.step, t.agent, t.values) for t in here if one.changes(interpreter.model.steps[t.step])})
    owed = set.intersection(*enabled) if one.kind == "fair" else set[object]().union(*enabled)
    return bool(owed - taken)
