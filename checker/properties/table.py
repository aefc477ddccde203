"""Kind of property -> its checker. A kind of property is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from checker.model.model import Goal, GoalKind
from checker.properties.deadlock import check_deadlock
from checker.properties.errors import check_errors
from checker.properties.finding import Finding
from checker.properties.livelock import check_livelock
from checker.properties.marks import check_mark
from checker.properties.search import Search
from checker.properties.state import check_always, check_never, check_sometimes
from checker.properties.step import check_step
from checker.properties.temporal import check_eventually, check_infinitely_often, check_whenever
from checker.properties.unhandled import check_unhandled


def _eventually_always(search: Search, goal: Goal) -> Finding:
    from checker.properties.ltl.check import check_eventually_always

    return check_eventually_always(search, goal)


def _ltl(search: Search, goal: Goal) -> Finding:
    from checker.properties.ltl.check import check_ltl

    return check_ltl(search, goal)


def _starvation(search: Search, goal: Goal) -> Finding:
    from checker.properties.starvation import check_starvation

    return check_starvation(search, goal)


CHECKERS: dict[GoalKind, Callable[[Search, Goal], Finding]] = {
    "always": check_always,
    "never": check_never,
    "step": check_step,
    "sometimes": check_sometimes,
    "eventually": check_eventually,
    "eventually always": _eventually_always,
    "infinitely often": check_infinitely_often,
    "ltl": _ltl,
    "whenever": check_whenever,
    "no deadlock": check_deadlock,
    "no livelock": check_livelock,
    "no starvation": _starvation,
    "no unhandled message": check_unhandled,
    "no lost update": check_mark,
    "no stale write": check_mark,
    "no overwrite": check_mark,
    "no error": check_errors,
}
