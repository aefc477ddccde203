"""`whenever P leads to Q within k steps`, or `rounds`: no path from a state with P goes on so long among states without Q.

Steps of agents and the barriers of rounds count as steps, faults do not; rounds are counted by their barriers. A run that ends without Q
breaks it, and so does one that goes on for ever without Q and without the rounds (temporal.py): within a bound is at least in the end.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.graph.longest import LongestPath
from checker.model.model import Goal, Step
from checker.properties.finding import Finding
from checker.properties.predicates import FALSE, TRUE, Truths
from checker.properties.search import Search
from checker.properties.why import bounded_why


def check_within(search: Search, goal: Goal, trigger: Truths, target: Truths) -> Finding | None:
    """The violation of the bound; None where no path breaks it."""
    assert goal.within is not None, "a bound"
    limit, unit = goal.within
    outside = target.values.translate(bytes(value == FALSE for value in range(256)))
    ends = search.resting()
    counted = bytearray(_counts(search.model.steps[step], unit) for step, _, _ in search.graph.classes)
    most = search.longest(outside, ends, counted, limit)
    first = next((state for state in _true(trigger) if outside[state] and most[state] >= limit), None)
    if first is None:
        return None
    edges, end = LongestPath(search.graph, outside, ends, counted, most).walk(first, limit)
    steps_only = unit == "steps" and all(counted) and not any(e and o for e, o in zip(ends, outside, strict=True))
    path = search.extended(search.path(first), edges, end, shortest=steps_only)
    return Finding(verdict="violated", path=path, shown=True, why=bounded_why(search, goal, path, len(edges)))


def _true(truths: Truths) -> Iterator[int]:
    """The states where it is true, nearest first: states are numbered breadth first."""
    state = truths.values.find(TRUE)
    while state >= 0:
        yield state
        state = truths.values.find(TRUE, state + 1)


def _counts(step: Step, unit: str) -> bool:
    return step.kind == "round" if unit == "rounds" else step.fault is None
