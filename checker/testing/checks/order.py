"""Checks of what comes before and after what."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from enum import Enum
from typing import Any

from checker.testing.checks.seen import Check, Key, Seen, about, lines, named, part, seen, worked
from checker.testing.record import Call, Record, short


def one_terminal_state(
    write: str | Sequence[str], *, key: Key, value: int | str | Callable[[Any], Any], terminal: Container[Any]
) -> Check:
    """After a key has been given a value of `terminal` it is given no other value. `value`: what a write writes.

    A function `value` sees arguments as they are at the end of the run: where one object is written again and again, the boundary needs
    `snapshot=copy.deepcopy`, and the record is told so.
    """

    def check(record: Record) -> list[str]:
        writes = sorted((at, s) for s in seen(record, write, key) if worked(s.entry) for at in s.effects)
        ended: dict[Any, tuple[Any, Seen]] = {}
        found = []
        for number, (_, one) in enumerate(writes):
            new = part(one.entry, value)
            if callable(value) and any(one.key == before.key and _same_object(before, one) for _, before in writes[:number]):
                record.remarks.add(
                    f"what {_names(write)} wrote was one object each time: give its boundary `snapshot=copy.deepcopy`"
                )
            if one.key in ended and ended[one.key][0] != new:
                old, before = ended[one.key]
                found.append(lines(f"the end{about(one.key)} was {short(old)}, then it became {short(new)}", before, one))
            elif one.key not in ended and new in terminal:
                ended[one.key] = new, one
        return found

    return named("one_terminal_state", check)


def _same_object(one: Seen, other: Seen) -> bool:
    """True when both calls were given one object that can change."""
    if not (isinstance(one.entry, Call) and isinstance(other.entry, Call)):
        return False
    given = {id(value) for value in (*one.entry.args, *one.entry.kwargs.values()) if not isinstance(value, _UNCHANGING)}
    return any(id(value) in given for value in (*other.entry.args, *other.entry.kwargs.values()))


_UNCHANGING = (str, bytes, int, float, bool, type(None), frozenset, Enum)


def _names(names: str | Sequence[str]) -> str:
    return f"`{names}`" if isinstance(names, str) else " and ".join(f"`{name}`" for name in names)


def nothing_after(end: str, effects: str | Sequence[str], *, key: Key = None) -> Check:
    """What has ended has no effect any more: none of `effects` takes place after the (first) end of the same key took place."""

    def check(record: Record) -> list[str]:
        ends: dict[Any, Seen] = {}
        for one in seen(record, end, key):
            if worked(one.entry) and (one.key not in ends or one.effects[0] < ends[one.key].effects[0]):
                ends[one.key] = one
        return [
            lines(f"an effect after the end{about(one.key)}", ends[one.key], one)
            for one in seen(record, effects, key)
            if one.key in ends and any(at > ends[one.key].effects[0] for at in one.effects)
        ]

    return named("nothing_after", check)


def serial(turn: str | Sequence[str], *, key: Key = None) -> Check:
    """Turns of one key do not overlap: each begins after the one before has returned."""

    def check(record: Record) -> list[str]:
        last: dict[Any, Seen] = {}
        found = []
        for one in seen(record, turn, key):
            before = last.get(one.key)
            if before is not None and one.start < before.end:
                found.append(lines(f"two turns{about(one.key)} at once, by {before.agent} and by {one.agent}", before, one))
            if before is None or one.end >= before.end:
                last[one.key] = one
        return found

    return named("serial", check)
