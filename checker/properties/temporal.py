"""`eventually P`, `infinitely often P` and `whenever P leads to Q`: what every fair run does.

A run that never gets to its goal stays, from some state on, in states where the goal is false. So it ends in a state where it
may rest for ever (no step there is owed fairness), or it goes round a fair cycle among such states.
"""

from __future__ import annotations

from collections.abc import Iterable

from checker.graph.reachability import Distances
from checker.model.model import Goal
from checker.properties.fairness import fairness_text
from checker.properties.finding import Finding, Path
from checker.properties.lasso import lasso_path
from checker.properties.predicates import FALSE, TRUE, Truths
from checker.properties.search import Search, no_value
from checker.properties.why import liveness_why


def check_eventually(search: Search, goal: Goal) -> Finding:
    """Violated by a run from an initial state that stays among states without P."""
    truths = search.truths(goal.conditions[0])
    return _check(search, goal, truths, [(state, 0) for state in search.initial], (truths,))


def check_infinitely_often(search: Search, goal: Goal) -> Finding:
    """Violated by a run that stays among states without P from some state on."""
    truths = search.truths(goal.conditions[0])
    depth = search.graph.depth
    sources = ((state, depth[state]) for state in range(len(search.graph.states)))
    return _check(search, goal, truths, sources, (truths,))


def check_whenever(search: Search, goal: Goal) -> Finding:
    """Violated by a run that stays among states without Q from a reachable state with P on, for ever or for longer than the bound."""
    trigger, target = search.truths(goal.conditions[0]), search.truths(goal.conditions[1])
    if goal.within is not None:
        from checker.properties.bounded import check_within

        found = check_within(search, goal, trigger, target)
        if found is not None:
            return found
    depth = search.graph.depth
    sources = ((state, depth[state]) for state, value in enumerate(trigger.values) if value == TRUE)
    return _check(search, goal, target, sources, (trigger, target))


def _check(search: Search, goal: Goal, target: Truths, sources: Iterable[tuple[int, int]], asked: tuple[Truths, ...]) -> Finding:
    outside = target.values.translate(bytes(value == FALSE for value in range(256)))
    assumed = fairness_text(search.model)
    path = _stuck(search, outside, search.forward(sources, outside))
    if path is not None:
        returns = target.values.translate(bytes(value == TRUE for value in range(256)))
        why = liveness_why(search, goal, path)
        return Finding(verdict="violated", path=path, shown=True, why=why, fairness=assumed, returns_to=returns)
    return no_value(search, *asked) or Finding(verdict="holds", fairness=assumed)


def _stuck(search: Search, outside: bytearray, distances: Distances) -> Path | None:
    """The shorter of a path to a state where a run may rest and of a fair lasso, among the states that `distances` reached."""
    resting = search.resting()
    end = next((state for state in distances.order if resting[state]), None)
    inside = bytearray(len(outside))
    for state in distances.order:
        inside[state] = state < search.expanded
    lasso = lasso_path(search, inside, distances)
    if end is None:
        return lasso
    if lasso is not None and len(lasso.indices) < distances.distance[end]:
        return lasso
    source, edges = distances.path(end)
    return search.extended(search.path(source), edges, end, shortest=lasso is None or lasso.shortest)
