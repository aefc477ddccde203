"""`no livelock`: no fair cycle acts for ever without progress.

Progress is what `progress` statements mark. Where the protocol has none, it is reaching `done when`: then a fair cycle within the states that
are not done is a livelock (any fair cycle where nothing says what is done).
"""

from __future__ import annotations

from checker.model.model import Goal
from checker.properties.deadlock import done_states
from checker.properties.finding import Finding
from checker.properties.lasso import fairness_text, lasso_path
from checker.properties.predicates import FALSE
from checker.properties.search import Search, no_value
from checker.properties.why import livelock_why


def check_livelock(search: Search, goal: Goal) -> Finding:
    """Violated by a fair cycle without progress. Only states whose edges are all known can be on it."""
    model, graph = search.model, search.graph
    inside = bytearray(b"\1") * search.expanded + bytearray(len(graph.states) - search.expanded)
    if not model.has_progress and model.done is not None:
        undone = search.truths(model.done).values.translate(bytes(value == FALSE for value in range(256)))
        inside[: search.expanded] = undone[: search.expanded]
    assumed = fairness_text(search)
    path = lasso_path(search, inside, search.everywhere(), without_progress=model.has_progress)
    if path is not None:
        returns = search.progressing() if model.has_progress else done_states(search)
        why = livelock_why(search, path)
        return Finding(verdict="violated", path=path, shown=True, why=why, fairness=assumed, returns_to=returns)
    unclear = no_value(search, search.truths(model.done)) if model.done is not None and not model.has_progress else None
    return unclear or Finding(verdict="holds", fairness=assumed)
