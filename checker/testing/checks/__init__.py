"""Checks that need no protocol: functions that make a check, to be given to `explore(..., checks=[...])` or called with any `Record`.

    from checker.testing import checks, explore

    explore(scenario, checks=[checks.claimed_once("Board.claim", key=0), checks.no_waiter_left()])

| check | holds when |
|---|---|
| `claimed_once(claim, key=, released=)` | no two claims of one key are granted without a release between them |
| `at_most_once(done, key=)` | the effect takes place at most once for each key, an injected or real second delivery included |
| `answered_once(request, answer, key=)` | each request has exactly one answer, and no answer comes unasked |
| `joined_once(branch, join, key=, taken=)` | a join takes each branch that ended, each once |
| `resumed_exactly(step, key=, steps=)` | the steps took effect in this order, none twice, none left out, however often the work was resumed |
| `one_terminal_state(write, key=, value=, terminal=)` | after a key has a terminal state it gets no other |
| `nothing_after(end, effects, key=)` | nothing takes effect after the end |
| `serial(turn, key=)` | turns of one key do not overlap |
| `no_lost_update(read, write, key=)` | between an agent's read and its write that rests on it nobody else wrote |
| `no_waiter_left()` | at the end no task waits, no call is under way, no exception was lost, no coroutine never awaited |
| `bounded_handoffs(handoff, progress=, most=)` | never more than `most` handoffs in a row without progress |

What is looked at is named by its method (`"claim"`), by boundary and method (`"Board.claim"`), or by the name of a `mark`. `key` says what an
event is about: a number is the place of a positional argument, a name a keyword argument or a field of a mark, a function gets the `Call` or
`Mark`; without one all events are about one thing. A call counts from the moment of its effect, and not at all where it had none or raised an error
of its own; a claim counts where it also returned something other than False and None.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.testing.checks.once import answered_once, at_most_once, claimed_once, joined_once, resumed_exactly
    from checker.testing.checks.order import nothing_after, one_terminal_state, serial
    from checker.testing.checks.progress import bounded_handoffs, no_waiter_left
    from checker.testing.checks.seen import Check
    from checker.testing.checks.updates import no_lost_update

_HOME = {
    "once": "answered_once at_most_once claimed_once joined_once resumed_exactly",
    "order": "nothing_after one_terminal_state serial",
    "progress": "bounded_handoffs no_waiter_left",
    "seen": "Check",
    "updates": "no_lost_update",
}
_MODULE = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = [
    "Check",
    "answered_once",
    "at_most_once",
    "bounded_handoffs",
    "claimed_once",
    "joined_once",
    "no_lost_update",
    "no_waiter_left",
    "nothing_after",
    "one_terminal_state",
    "resumed_exactly",
    "serial",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE[name]}"), name)
