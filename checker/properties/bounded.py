"""`whenever P leads to Q within k steps`, or `rounds`: no path from a state with P goes on so long among states without Q.

Steps of agents and the barriers of rounds count as steps, faults do not; rounds are counted by their barriers. A run that ends without Q
breaks it, and so does one that goes on for ever without Q and without the rounds (temporal.py): within a bound is at least in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    edges, end = _walk(search, first, outside, ends, counted, most, limit)
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


def _walk(
    search: Search, state: int, outside: bytearray, ends: bytearray, counted: Sequence[int], most: Sequence[int], left: int
) -> tuple[list[int], int]:
    """Edges of a path from `state` that takes `left` counted ones, or comes to where a run may end; and where it leads."""
    edges: list[int] = []
    while left and not ends[state]:
        more, state = _to_next(search, state, outside, ends, counted, most, left)
        edges += more
        left -= counted[search.graph.edge_class[more[-1]]]
    return edges, state


def _to_next(
    search: Search, state: int, outside: bytearray, ends: bytearray, counted: Sequence[int], most: Sequence[int], left: int
) -> tuple[list[int], int]:
    """The shortest way on from which all that is left can be had: over the next counted edge, or to where a run may end."""
    graph = search.graph
    came: dict[int, list[int]] = {state: []}
    waiting = [state]
    for here in waiting:
        for edge in graph.edges(here):
            to, counts = graph.edge_target[edge], counted[graph.edge_class[edge]]
            if to < 0 or not outside[to] or most[to] < left - counts or (to in came and not counts):
                continue
            if counts or ends[to]:
                return [*came[here], edge], to
            came[to] = [*came[here], edge]
            waiting.append(to)
    raise AssertionError("a path takes all that is left")
