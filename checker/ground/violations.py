"""Where a state violates a goal, in the ground form. What transitions decide stands in their outcomes (`GroundOutcome.goals`)."""

from __future__ import annotations

from checker.ground.ends import acts, enabled, messages_wait, owes_a_step
from checker.ground.graph import Node
from checker.ground.program import GroundModel, Predicate
from checker.model.model import Goal

OF_STATES = ("always", "never", "sometimes")
OF_STEPS = ("step", "no lost update", "no stale write", "no overwrite", "no error")


def violated(form: GroundModel, goal: Goal) -> Node | None:
    """1 where a state violates the goal (witnesses it, for `sometimes`) and what it asks has a value; None for goals that single states do not
    decide.
    """
    graph = form.graph
    match goal.kind:
        case "always":
            asked = predicate(form, goal)
            return graph.negate(graph.either(asked.value, asked.undefined))
        case "never" | "sometimes":
            asked = predicate(form, goal)
            return graph.both(asked.value, graph.negate(asked.undefined))
        case "no deadlock":
            return graph.both(graph.negate(acts(form)), graph.negate(graph.either(form.done.value, form.done.undefined)))
        case "no unhandled message":
            return graph.both(graph.negate(acts(form)), messages_wait(form))
    return None


def undefined(form: GroundModel, goal: Goal) -> Node | None:
    """1 where what the goal asks of a state has no value; None where it asks nothing that could have none."""
    if goal.kind == "no deadlock":
        return form.graph.both(form.graph.negate(acts(form)), form.done.undefined)
    return predicate(form, goal).undefined if goal.kind in OF_STATES else None


def bad(form: GroundModel, goal: Goal) -> Node | None:
    """1 in states that violate the goal, where it has no value, or that a step starts from which shows one of these; None for goals that single
    states and steps do not decide.
    """
    if goal.kind not in ("always", "never", "no deadlock", "no unhandled message", *OF_STEPS):
        return None
    graph = form.graph
    found = [node for node in (violated(form, goal), undefined(form, goal)) if node is not None]
    for outcome, enters in zip(form.outcomes, enabled(form), strict=True):
        shown = [node for name, node in (*outcome.goals, *outcome.undefined) if name == goal.name]
        if goal.kind == "no error":
            shown.append(outcome.failed)
        found += [graph.both(enters, node) for node in shown]
    result = graph.const(0)
    for node in found:
        result = graph.either(result, node)
    return result


def bad_at_the_end(form: GroundModel, goal: Goal) -> Node | None:
    """1 in states where a run may rest for ever although the goal, of whole runs, is not met; None for goals of which the last state says nothing.
    A run that comes there need not violate the goal.
    """
    graph, asked = form.graph, [p for other, found in form.goals if other is goal for p in found]
    match goal.kind:
        case "eventually" | "eventually always" | "infinitely often":
            open_still = graph.negate(graph.both(asked[0].value, graph.negate(asked[0].undefined)))
        case "whenever":
            met = graph.both(asked[1].value, graph.negate(asked[1].undefined))
            open_still = graph.both(graph.either(asked[0].value, asked[0].undefined), graph.negate(met))
        case _:
            return None
    return graph.both(graph.negate(owes_a_step(form)), open_still)


def predicate(form: GroundModel, goal: Goal) -> Predicate:
    """The goal's first condition."""
    return next(predicates[0] for other, predicates in form.goals if other is goal)
