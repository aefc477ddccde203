"""The verdict on a goal: what its checker found, as far as the search allows it to be said."""

from __future__ import annotations

from msgspec.structs import replace

from checker.engines.explicit import LimitReached
from checker.engines.state_graph import counted_states
from checker.model.model import Goal
from checker.properties.finding import Finding
from checker.properties.search import Search
from checker.properties.table import CHECKERS

FAILS = "the protocol itself fails: see no error"


def judge(search: Search, goal: Goal) -> Finding:
    """The finding on `goal`.

    A verdict that a replayed path proves stands. One that rests on having seen everything needs a complete search of a model in which
    no step fails (behaviours end where a step fails); else it is `unknown`.
    """
    if not search.graph.states:
        return Finding(verdict="unknown", reason=_nothing_seen(search))
    if goal.mark is None and goal.kind in ("no lost update", "no stale write", "no overwrite"):
        raise AssertionError(f"{goal.name} is not watched in this model")
    try:
        found = CHECKERS[goal.kind](search, goal)
    except LimitReached as limit:
        return Finding(verdict="unknown", reason=f"{limit} while what was found was looked through")
    if found.shown or found.verdict == "unknown":
        return found
    if not search.graph.complete:
        return _unknown(found, _incomplete(search))
    if search.graph.failures and goal.kind != "no error":
        return _unknown(found, FAILS)
    return found


def _unknown(found: Finding, reason: str) -> Finding:
    return replace(found, verdict="unknown", reason=reason, why="", path=None, returns_to=None)


def _incomplete(search: Search) -> str:
    graph = search.graph
    return f"the search is incomplete: {graph.stopped} (after {counted_states(graph.distinct)})"


def _nothing_seen(search: Search) -> str:
    return "the protocol has no initial state" if search.graph.complete else f"the search is incomplete: {search.graph.stopped}"
