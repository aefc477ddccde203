"""`no deadlock`: in every reachable state a step that is not a fault is enabled, or `done when` holds."""

from __future__ import annotations

from checker.model.model import Goal
from checker.properties.finding import Avoided, Finding
from checker.properties.predicates import FALSE, NO_VALUE, TRUE, of_states
from checker.properties.search import Search, without_value
from checker.properties.why import deadlock_why


def check_deadlock(search: Search, goal: Goal) -> Finding:
    """Violated by the first quiet state that is not done. Only fully expanded states are known to be quiet."""
    done = search.model.done
    quiet = list(search.quiet())
    if done is None:
        values, failure = bytearray(len(quiet)), None
    else:
        truths = of_states(done, [search.graph.states[state] for state in quiet])
        values, failure = truths.values, truths.failure
    wrong = values.find(FALSE)
    if wrong >= 0:
        path = search.path(quiet[wrong])
        stuck = bytearray(len(search.graph.states))
        for state in quiet:
            stuck[state] = 1
        avoided = Avoided(states=stuck) if done is None else None  # else the run should have come to where it is done
        why = deadlock_why(search, path)
        return Finding(verdict="violated", path=path, shown=True, why=why, returns_to=done_states(search), avoided=avoided)
    unclear = values.find(NO_VALUE)
    if unclear >= 0:
        assert failure is not None
        return Finding(verdict="unknown", path=search.path(quiet[unclear]), reason=f"`done when`: {without_value(failure)}")
    return Finding(verdict="holds")


def done_states(search: Search) -> bytearray | None:
    """1 for each state that is done, or None where nothing says what is done."""
    if search.model.done is None:
        return None
    return bytearray(value == TRUE for value in search.truths(search.model.done).values)
