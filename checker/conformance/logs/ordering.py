"""What a map says of the order of a log's records, as a partial order.

log     as they stand in the log
time    by their times; those with the same time in any order
agent   those of one agent as they stand in the log, otherwise in any order; those without an agent are as if of one agent more
round   by rounds; within a round as for `agent`
links   after what a record names as its causes; those of one lane (or agent) by time, or as they stand in the log
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeAlias, final

from msgspec import Struct

from checker.conformance.logs.formats.spans import nanoseconds
from checker.conformance.logs.map_errors import UnreadableValue
from checker.conformance.logs.map_file import LogTable, Order
from checker.conformance.logs.records import MISSING, Record, find
from checker.conformance.logs.rules import Reading
from checker.language.diagnostics import BadInput

Lane: TypeAlias = Hashable


@final
class Entry(Struct, frozen=True, kw_only=True):
    """A record that says something, what it says, and whose it is."""

    record: Record
    readings: tuple[Reading, ...]
    lane: Lane


def predecessors(order: Order, entries: Sequence[Entry], log: LogTable) -> tuple[list[Entry], list[set[int]]]:
    """The entries in an order to try first, and of each the places of those that it comes after, at least those directly before it. Raises
    BadInput where a record does not say what the order needs."""
    match order:
        case "log":
            return list(entries), _chain(len(entries))
        case "time":
            return _groups(entries, [_time(entry.record, log) for entry in entries], lanes=False)
        case "round":
            return _groups(entries, [_round(entry.record, log) for entry in entries], lanes=True)
        case "agent":
            return list(entries), _lanes([entry.lane for entry in entries])
        case "links":
            return _links(entries, log)


def _chain(count: int) -> list[set[int]]:
    return [{place - 1} if place else set() for place in range(count)]


def _lanes(lanes: Iterable[Lane]) -> list[set[int]]:
    last: dict[Lane, int] = {}
    found = []
    for place, lane in enumerate(lanes):
        found.append({last[lane]} if lane in last else set())
        last[lane] = place
    return found


def _groups(entries: Sequence[Entry], keys: Sequence[Any], *, lanes: bool) -> tuple[list[Entry], list[set[int]]]:
    """Sorted by key; those of one key in any order, or with `lanes` each lane in its own."""
    places = sorted(range(len(entries)), key=lambda place: keys[place])
    ordered = [entries[place] for place in places]
    before: list[set[int]] = []
    previous: set[int] = set()
    group: set[int] = set()
    last: dict[Lane, int] = {}
    for place, old in enumerate(places):
        if place and keys[old] != keys[places[place - 1]]:
            previous, group, last = group, set(), {}
        lane = ordered[place].lane
        before.append({last[lane]} if lanes and lane in last else set(previous))
        group.add(place)
        last[lane] = place
    return ordered, before


def _links(entries: Sequence[Entry], log: LogTable) -> tuple[list[Entry], list[set[int]]]:
    lanes = [entry.record.lane if entry.record.lane is not None else entry.lane for entry in entries]
    timed = all(entry.record.time is not None for entry in entries)
    places = (
        sorted(range(len(entries)), key=lambda place: entries[place].record.time or 0) if timed else list(range(len(entries)))
    )
    ordered = [entries[place] for place in places]
    before = [
        set() if lanes[old] is None else earlier
        for old, earlier in zip(places, _lanes(map(lanes.__getitem__, places)), strict=True)
    ]
    ids = {_id(entry.record, log): place for place, entry in enumerate(ordered)}
    for place, entry in enumerate(ordered):
        before[place] |= {ids[cause] for cause in _causes(entry.record, log) if cause in ids and ids[cause] != place}
    return ordered, before


def _id(record: Record, log: LogTable) -> str | None:
    if record.id is not None or log.id is None:
        return record.id
    given = find(record.fields, log.id)
    return None if given is MISSING or given is None else str(given)


def _causes(record: Record, log: LogTable) -> list[str]:
    given = MISSING if log.after is None else find(record.fields, log.after)
    if given is MISSING or given is None:
        return list(record.before)
    return [*record.before, *(str(one) for one in (given if isinstance(given, list) else [given]))]


def _time(record: Record, log: LogTable) -> float:
    if record.time is not None and log.time is None:
        return record.time
    given = MISSING if log.time is None else find(record.fields, log.time)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return given
    found = nanoseconds(given) if isinstance(given, str) else None
    if found is None:
        raise _without(record, "time", log.time)
    return found


def _round(record: Record, log: LogTable) -> float:
    given = MISSING if log.round is None else find(record.fields, log.round)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return given
    raise _without(record, "round", log.round)


def _without(record: Record, what: str, path: str | None) -> BadInput:
    reason = f"the record has no field `{path}` with its {what}" if path else f"the map does not say which field has the {what}"
    advice = f'`order = "{what}"` needs it: name the field as `{what}` under `[log]`, or choose another order'
    return BadInput([UnreadableValue(span=record.span, reason=reason, advice=advice)])
