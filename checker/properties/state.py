"""`always P`, `never P`, `sometimes P`: what single states say. `never P` is `always not P`."""

from __future__ import annotations

from checker.model.model import Goal
from checker.properties.finding import Avoided, Finding
from checker.properties.predicates import FALSE, TRUE
from checker.properties.search import Search, no_value
from checker.properties.why import state_why, witness_why


def check_always(search: Search, goal: Goal) -> Finding:
    """Violated by a state where P is false; the first in breadth-first order is one with a shortest path."""
    return _everywhere(search, goal, wrong=FALSE)


def check_never(search: Search, goal: Goal) -> Finding:
    """Violated by a state where P is true."""
    return _everywhere(search, goal, wrong=TRUE)


def _everywhere(search: Search, goal: Goal, wrong: int) -> Finding:
    truths = search.truths(goal.conditions[0])
    state = truths.first(wrong)
    if state is not None:
        path = search.path(state)
        bad = truths.values.translate(bytes(value == wrong for value in range(256)))
        why = state_why(search, goal, path)
        return Finding(verdict="violated", path=path, shown=True, why=why, avoided=Avoided(states=bad))
    return no_value(search, truths) or Finding(verdict="holds")


def check_sometimes(search: Search, goal: Goal) -> Finding:
    """Holds where some state satisfies P: the first in breadth-first order is the witness."""
    truths = search.truths(goal.conditions[0])
    state = truths.first(TRUE)
    if state is not None:
        path = search.path(state)
        return Finding(verdict="holds", path=path, shown=True, why=witness_why(search, goal, path))
    return no_value(search, truths) or Finding(verdict="violated", why="No reachable state satisfies it.")
