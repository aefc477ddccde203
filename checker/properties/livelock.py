"""`no livelock`: no fair cycle acts for ever without progress before the team is done.

Progress is what `progress` statements mark. Where the protocol has none, it is reaching `done when`: then a fair cycle within the states that
are not done is a livelock (any fair cycle where nothing says what is done). With `progress` statements a fair cycle that takes none of them is
one, unless all of its states are done: a team that has finished may idle in a loop.
"""

from __future__ import annotations

from checker.model.model import Goal
from checker.properties.deadlock import done_states
from checker.properties.fairness import fairness_text
from checker.properties.finding import Finding
from checker.properties.lasso import lasso_path
from checker.properties.predicates import FALSE
from checker.properties.search import Search, no_value
from checker.properties.why import livelock_why


def check_livelock(search: Search, goal: Goal) -> Finding:
    """Violated by a fair cycle without progress. Only states whose edges are all known can be on it."""
    model, graph = search.model, search.graph
    inside = bytearray(b"\1") * search.expanded + bytearray(len(graph.states) - search.expanded)
    undone = None
    if model.done is not None:
        undone = search.truths(model.done).values.translate(bytes(value == FALSE for value in range(256)))
    if undone is not None and not model.has_progress:
        inside[: search.expanded] = undone[: search.expanded]
    assumed = fairness_text(search.model)
    path = lasso_path(search, inside, search.everywhere(), without_progress=model.has_progress, through=undone)
    if path is not None:
        why = livelock_why(search, path)
        return Finding(verdict="violated", path=path, shown=True, why=why, fairness=assumed, returns_to=_well(search))
    unclear = None if model.done is None else no_value(search, search.truths(model.done))
    return unclear or Finding(verdict="holds", fairness=assumed)


def _well(search: Search) -> bytearray | None:
    """1 for each state with a step that is progress, or that is done."""
    done = done_states(search)
    if not search.model.has_progress:
        return done
    found = search.progressing()
    return found if done is None or found is None else bytearray(map(max, found, done))
