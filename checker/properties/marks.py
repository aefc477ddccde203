"""`no lost update`, `no stale write`, `no overwrite`: the steps themselves mark the transitions that do it."""

from __future__ import annotations

from checker.model.model import Goal
from checker.properties.finding import Avoided, Finding
from checker.properties.search import Search
from checker.properties.why import mark_why


def check_mark(search: Search, goal: Goal) -> Finding:
    """Violated by a transition that carries the goal's mark: one that leaves a state with a shortest path."""
    graph = search.graph
    wrong = [edge for edge, marks in graph.edge_marks.items() if goal.mark in marks]
    if not wrong:
        return Finding(verdict="holds")
    path = search.path_over(min(wrong, key=lambda edge: (graph.depth[search.source(edge)], edge)))
    why = mark_why(search, goal, path)
    return Finding(verdict="violated", path=path, shown=True, why=why, avoided=Avoided(edges=frozenset(wrong)))
