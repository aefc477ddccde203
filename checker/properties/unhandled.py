"""`no unhandled message`: in no final state, where nothing but a fault can happen, does a message wait.

What is `persistent` stays deliverable for ever by its nature and does not count.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.model.cells import message_cells
from checker.model.model import Goal
from checker.properties.finding import Avoided, Finding
from checker.properties.search import Search
from checker.properties.why import unhandled_why


def check_unhandled(search: Search, goal: Goal) -> Finding:
    """Violated by the first quiet state with a message in flight."""
    cells = message_cells(search.model)
    for state in search.quiet():
        values = search.graph.states[state]
        waiting = [cell for cell in cells if values[cell]]
        if waiting:
            path = search.path(state)
            why = unhandled_why(search, path, waiting)
            return Finding(verdict="violated", path=path, shown=True, why=why, avoided=Avoided(states=_lying(search, cells)))
    return Finding(verdict="holds")


def _lying(search: Search, cells: Sequence[int]) -> bytearray:
    """1 for each final state with a message in flight."""
    found = bytearray(len(search.graph.states))
    for state in search.quiet():
        values = search.graph.states[state]
        found[state] = any(values[cell] for cell in cells)
    return found
