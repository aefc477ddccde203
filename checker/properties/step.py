"""`step P`: on every transition, faults included; `old(x)` is the value before it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.model import Goal
from checker.properties.finding import Avoided, Finding
from checker.properties.predicates import FALSE, NO_VALUE, State, of_transitions
from checker.properties.search import Search, without_value
from checker.properties.why import step_why


def check_step(search: Search, goal: Goal) -> Finding:
    """Violated by a transition where P is false: the first one, in breadth-first order of the states that it leaves.

    A transition that fails has no state after it: `no error` tells of it.
    """
    edges = [edge for edge, target in enumerate(search.graph.edge_target) if target >= 0]
    truths = of_transitions(goal.conditions[0], pairs(search))
    wrong = truths.first(FALSE)
    if wrong is not None:
        path = search.path_over(edges[wrong])
        bad = frozenset(edge for edge, value in zip(edges, truths.values, strict=True) if value == FALSE)
        return Finding(verdict="violated", path=path, shown=True, why=step_why(search, goal, path), avoided=Avoided(edges=bad))
    unclear = truths.first(NO_VALUE)
    if unclear is not None:
        assert truths.failure is not None
        return Finding(verdict="unknown", path=search.path_over(edges[unclear]), reason=without_value(truths.failure))
    return Finding(verdict="holds")


def pairs(search: Search) -> Iterator[tuple[State, State]]:
    """The state before and the state after of every transition that does not fail, in the order of the edges."""
    graph = search.graph
    states, start, target = graph.states, graph.edge_start, graph.edge_target
    for number, state in enumerate(states):
        for edge in range(start[number], start[number + 1]):
            if target[edge] >= 0:
                yield state, states[target[edge]]
