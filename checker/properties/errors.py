"""`no error`, an implicit goal of every check: no step of the protocol itself fails.

A value out of its range, a failed `assert`, an overflow of a channel with `error`, a `for` whose result depends on its order.
"""

from __future__ import annotations

from checker.model.model import Goal
from checker.properties.finding import Avoided, Finding
from checker.properties.search import Search
from checker.semantics.failure import Failure


def check_errors(search: Search, goal: Goal) -> Finding:
    """Violated by the failing transition with a shortest path."""
    graph = search.graph
    if not graph.failures:
        return Finding(verdict="holds")
    state, index, failure = min(graph.failures, key=lambda found: (graph.depth[found[0]], found[0], found[1]))
    path = search.path_over(graph.edge_start[state] + index)
    why = f"The step itself fails{_place(failure)}: {failure.text}."
    failing = frozenset(graph.edge_start[source] + place for source, place, _ in graph.failures)
    return Finding(verdict="violated", path=path, shown=True, why=why, avoided=Avoided(edges=failing, fails=True))


def _place(failure: Failure) -> str:
    return "" if failure.at is None else f" at {failure.at}"
