"""The states that by themselves break a property, of one search whose states count the faults.

In a model whose states say how often each fault was used, a run to a state with counts u uses no more than u anywhere on its way, and a cycle
uses nothing. So a property is violated under budgets b if and only if some state with counts within b is bad: it violates the
predicate, is a deadlock, or is one where a run that never got to its goal may rest, or go round a fair cycle, for ever. One
search answers for all budgets at once.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate import make
from checker.language.types import values
from checker.model.expr import Const, Expr, Read
from checker.model.model import Goal, GoalKind, Model
from checker.properties.predicates import FALSE, NO_VALUE, TRUE, Truths
from checker.properties.search import Search

_STATE_KINDS = ("always", "never", "sometimes")


class Bad(Struct, frozen=True, kw_only=True):
    """One byte for each state: 1 where the event of the property is seen there; 1 where the property has no value."""

    seen: bytearray
    unclear: bytearray


def can_share(kind: GoalKind) -> bool:
    """Whether states alone decide goals of the kind. `step` and what steps mark are told by transitions."""
    return kind in _FINDERS


def observed(model: Model) -> Model:
    """`model` with goals whose conditions any engine can tell of every state."""
    return replace(model, goals=tuple(_observed(model, goal) for goal in model.goals))


def _observed(model: Model, goal: Goal) -> Goal:
    if goal.kind in _STATE_KINDS:
        return replace(goal, kind="eventually", premises=())
    if goal.kind == "no unhandled message":
        return replace(goal, kind="eventually", conditions=(_waiting(model),))
    return replace(goal, premises=())


def _waiting(model: Model) -> Expr:
    """Whether a message waits in a channel that is not persistent."""
    found: list[Expr] = []
    for channel in model.channels:
        variable = channel.variable
        if channel.kind != "persistent":
            cells = product(*(values(type) for type in variable.index))
            indices = [tuple(Const(v, t) for v, t in zip(cell, variable.index, strict=True)) for cell in cells]
            found += [make.compare("ne", Read(variable, at), Const((), variable.type)) for at in indices]
    return make.either(*found)


def bad_states(search: Search, kind: GoalKind, goal: Goal) -> Bad:
    """`goal` as `observed` gives it, of a goal of that kind."""
    return _FINDERS.get(kind, _nowhere)(search, goal)


def _where(truths: Truths, value: int) -> bytearray:
    return truths.values.translate(bytes(found == value for found in range(256)))


def _false(search: Search, goal: Goal) -> Bad:
    truths = search.truths(goal.conditions[0])
    return Bad(seen=_where(truths, FALSE), unclear=_where(truths, NO_VALUE))


def _true(search: Search, goal: Goal) -> Bad:
    truths = search.truths(goal.conditions[0])
    return Bad(seen=_where(truths, TRUE), unclear=_where(truths, NO_VALUE))


def _deadlock(search: Search, goal: Goal) -> Bad:
    if not search.may_deadlock():
        return _nowhere(search, goal)
    quiet, done = search.quiet_marks(), search.model.done
    if done is None:
        return Bad(seen=quiet, unclear=bytearray(len(quiet)))
    truths = search.truths(done)
    return Bad(seen=both(quiet, _where(truths, FALSE)), unclear=both(quiet, _where(truths, NO_VALUE)))


def _unhandled(search: Search, goal: Goal) -> Bad:
    waiting = _where(search.truths(goal.conditions[0]), TRUE)
    return Bad(seen=both(search.quiet_marks(), waiting) if any(waiting) else waiting, unclear=bytearray(len(waiting)))


def _eventually(search: Search, goal: Goal) -> Bad:
    truths = search.truths(goal.conditions[0])
    bad = _stuck(search, truths, [(state, 0) for state in search.initial])
    return Bad(seen=bad, unclear=_where(truths, NO_VALUE))


def _whenever(search: Search, goal: Goal) -> Bad:
    trigger, truths = search.truths(goal.conditions[0]), search.truths(goal.conditions[1])
    depth = search.graph.depth
    bad = _stuck(search, truths, [(state, depth[state]) for state, value in enumerate(trigger.values) if value == TRUE])
    return Bad(seen=bad, unclear=either(_where(trigger, NO_VALUE), _where(truths, NO_VALUE)))


def _stuck(search: Search, target: Truths, sources: list[tuple[int, int]]) -> bytearray:
    """The states where a run from a source that has met no goal may stay without one for ever."""
    reached = bytearray(len(target.values))
    for state in search.forward(sources, _where(target, FALSE)).order:
        reached[state] = 1
    return either(both(reached, search.resting()), search.fair_states(reached))


def _livelock(search: Search, goal: Goal) -> Bad:
    """In a component that has a fair cycle, one goes through every state: so it is bad where it has a state that is not done."""
    model, n = search.model, len(search.graph.states)
    everywhere = bytearray(b"\1") * n
    if model.done is None:
        return Bad(seen=search.fair_states(everywhere, without_progress=model.has_progress), unclear=bytearray(n))
    truths = search.truths(model.done)
    undone, unclear = _where(truths, FALSE), _where(truths, NO_VALUE)
    if model.has_progress:
        return Bad(seen=both(search.fair_states(everywhere, without_progress=True), undone), unclear=unclear)
    return Bad(seen=search.fair_states(undone), unclear=unclear)


def _nowhere(search: Search, goal: Goal) -> Bad:
    """Of a search in which no transition fails, or breaks what transitions decide."""
    none = bytearray(len(search.graph.states))
    return Bad(seen=none, unclear=none)


# --- marks of states as numbers: Python's whole numbers take a million states at once -----------------------------------


def both(left: bytearray, right: bytearray) -> bytearray:
    return _bytes(_number(left) & _number(right), len(left))


def either(left: bytearray, right: bytearray) -> bytearray:
    return _bytes(_number(left) | _number(right), len(left))


def _number(marks: bytearray) -> int:
    return int.from_bytes(marks, "little")


def _bytes(number: int, length: int) -> bytearray:
    return bytearray(number.to_bytes(length, "little"))


_FINDERS: dict[GoalKind, Callable[[Search, Goal], Bad]] = {
    "always": _false,
    "never": _true,
    "sometimes": _true,
    "eventually": _eventually,
    "whenever": _whenever,
    "no deadlock": _deadlock,
    "no livelock": _livelock,
    "no unhandled message": _unhandled,
    "no error": _nowhere,
}
