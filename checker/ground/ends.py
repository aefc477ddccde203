"""Where a run may end: conditions of the ground form on what is enabled and on what lies in the channels."""

from __future__ import annotations

from collections.abc import Callable

from checker.ground.graph import Node
from checker.ground.program import GroundModel, GroundOutcome
from checker.ground.rules import node_of, parts_of
from checker.model.model import Model, Step


def acts(form: GroundModel) -> Node:
    """Whether a step that is not a fault is enabled."""
    return _any(form, lambda step: step.fault is None)


def acts_at_once(form: GroundModel) -> Node:
    """Whether a step is enabled that is neither a fault nor a timeout."""
    return _any(form, lambda step: step.fault is None and step.kind != "timeout")


def owes_a_step(form: GroundModel) -> Node:
    """Whether a step is enabled that fairness asks for: no run ends there."""
    return _any(form, lambda step: is_owed(step, form.model))


def is_owed(step: Step, model: Model) -> bool:
    """Whether no run ends where the step is enabled. A timeout that waits for all others may not happen where somebody only may act."""
    if step.fault is not None or step.fairness == "may":
        return False
    free = any(other.fault is None and other.fairness == "may" for other in model.steps)
    return not (step.kind == "timeout" and model.timeouts_only_when_stuck and free)


def waits_for_others(form: GroundModel, outcome: GroundOutcome) -> bool:
    """Whether the outcome is a timeout that happens only where nothing else does: its `enabled` does not say so."""
    step = form.model.steps[outcome.step]
    return form.model.timeouts_only_when_stuck and step.kind == "timeout" and step.fault is None


def enabled(form: GroundModel) -> list[Node]:
    """Of each outcome whether it is enabled, timeouts that wait for all others included."""
    graph, nothing_else = form.graph, form.graph.negate(acts_at_once(form))
    return [graph.both(o.enabled, nothing_else) if waits_for_others(form, o) else o.enabled for o in form.outcomes]


def messages_wait(form: GroundModel) -> Node:
    """Whether a message waits in a channel that is not persistent: the first node of a sequence or bag is its length."""
    graph = form.graph
    found = graph.const(0)
    for channel in form.model.channels:
        if channel.kind != "persistent":
            first = channel.variable.offset
            for cell in form.cells[first : first + channel.variable.cells]:
                length = node_of(parts_of(cell)[0])
                found = graph.either(found, graph.negate(graph.eq(length, graph.const(0))))
    return found


def _any(form: GroundModel, chosen: Callable[[Step], bool]) -> Node:
    found = form.graph.const(0)
    for node in dict.fromkeys(o.enabled for o in form.outcomes if chosen(form.model.steps[o.step])):
        found = form.graph.either(found, node)
    return found
