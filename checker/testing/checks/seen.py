"""What a check looks at: calls and marks by name, with what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from msgspec import UNSET, Struct

from checker.testing.record import Call, Mark, Record, call_text, short

Entry: TypeAlias = Call | Mark
Key: TypeAlias = int | str | Callable[[Any], Any] | None
Check: TypeAlias = Callable[[Record], list[str]]


class Seen(Struct, frozen=True, kw_only=True):
    """A call or a mark, as an interval: of a mark both ends are its position.

    `effects`: the positions at which it took effect (of a mark its own). `end` is the position of its return, beyond all others where it never
    returned.
    """

    key: Any
    agent: str
    start: int
    end: int
    effects: tuple[int, ...]
    entry: Entry

    @property
    def text(self) -> str:
        """One line for a reader."""
        return told(self.entry)


def told(entry: Entry) -> str:
    if isinstance(entry, Call):
        return call_text(entry)
    fields = ", ".join(f"{name}={short(value)}" for name, value in entry.fields.items())
    return f"{entry.at_s * 1e3:.9g} ms  {entry.agent}: {entry.name}({fields})"


def seen(record: Record, names: str | Iterable[str], key: Key = None) -> Iterator[Seen]:
    """The calls and marks of these names, in order of their start. Where there are none the record is told so."""
    wanted = {names} if isinstance(names, str) else set(names)
    found = [_call(record, call, key) for call in record.calls if {call.op, f"{call.boundary}.{call.op}"} & wanted]
    found += [_mark(mark, key) for mark in record.marks if mark.name in wanted]
    if wanted and not found:
        record.remarks.add(f"there was no {' and no '.join(f'`{name}`' for name in sorted(wanted))}, neither a call nor a mark")
    return iter(sorted(found, key=lambda s: s.start))


def _call(record: Record, call: Call, key: Key) -> Seen:
    end = record.ended_at + 1 if call.returned_at is None else call.returned_at
    return Seen(
        key=_key(call, key), agent=call.agent, start=call.invoked_at, end=end, effects=tuple(sorted(call.effects)), entry=call
    )


def _mark(mark: Mark, key: Key) -> Seen:
    return Seen(key=_key(mark, key), agent=mark.agent, start=mark.at, end=mark.at, effects=(mark.at,), entry=mark)


def _key(entry: Entry, key: Key) -> Any:
    return None if key is None else hashable(part(entry, key))


def part(entry: Entry, key: int | str | Callable[[Any], Any]) -> Any:
    """A positional argument by its place, a keyword argument or a field of a mark by its name, or what a function makes of the entry.

    Raises ValueError, with the entry, where it has no such part.
    """
    if callable(key):
        return key(entry)
    arguments: Any = entry.fields if isinstance(entry, Mark) else entry.kwargs if isinstance(key, str) else entry.args
    try:
        return arguments[key]
    except (KeyError, IndexError):
        what = f"argument number {key}" if isinstance(key, int) else f"argument or field `{key}`"
        raise ValueError(f"no {what} to tell what this is about: {told(entry)}") from None


def hashable(value: Any) -> Any:
    """The value, or its text where it cannot be a key of a dictionary."""
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value


def granted(entry: Entry) -> bool:
    """A mark; or a call that had an effect, raised nothing and returned something other than False and None."""
    if isinstance(entry, Mark):
        return True
    return bool(entry.effects) and entry.error is None and entry.result not in (False, None, UNSET)


def worked(entry: Entry) -> bool:
    """A mark; or a call that had an effect and raised nothing of its own (an error injected after the effect is none of its own)."""
    if isinstance(entry, Mark):
        return True
    return bool(entry.effects) and (entry.error is None or entry.fault == "error_after")


def about(key: Any) -> str:
    """` of 'task-1'`, or nothing where all is about one thing."""
    return "" if key is None else f" of {short(key)}"


def lines(said: str, *evidence: Seen) -> str:
    """A finding: what is wrong, then the calls and marks that show it, in order."""
    shown = dict.fromkeys(s.text for s in sorted(evidence, key=lambda s: (s.start, s.end)))
    return "\n".join([said, *(f"    {text}" for text in shown)])


def named(name: str, check: Check) -> Check:
    """The check under the name that reports give it."""
    check.__name__ = name
    return check
