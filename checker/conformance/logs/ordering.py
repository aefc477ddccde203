"""What a map says of the order of a log's records, as a partial order.

log     as they stand in the log
time    by their times; those with the same time in any order
agent   those of one agent as they stand in the log, otherwise in any order; those without an agent are as if of one agent more
round   by rounds; within a round as for `agent`
links   after what a record names as its causes; those of one lane (or agent) by time, those of one moment in any order, or as they stand in the log
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeAlias, final

from msgspec import Struct

from checker.conformance.logs.formats.spans import has_zone, nanoseconds
from checker.conformance.logs.map_errors import UnreadableValue
from checker.conformance.logs.map_file import LogTable, Order
from checker.conformance.logs.records import MISSING, Place, Record, find, listed
from checker.conformance.logs.rules import Reading
from checker.language.diagnostics import BadInput

Lane: TypeAlias = Hashable

_NUMERAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


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
            return _groups(entries, _times(entries, log), lanes=False)
        case "round":
            return _groups(entries, [_round(entry.record, log) for entry in entries], lanes=True)
        case "agent":
            return list(entries), _lanes([entry.lane for entry in entries])
        case "links":
            return _links(entries, log)


def _chain(count: int) -> list[set[int]]:
    return [{place - 1} if place else set() for place in range(count)]


def _lanes(lanes: Iterable[Lane], moments: Sequence[Any] | None = None) -> list[set[int]]:
    """Those of one lane in a row; with `moments`, by which they are sorted, those of one lane and moment in any order."""
    last: dict[Lane, tuple[Any, set[int], set[int]]] = {}  # the moment, those before it, those of it
    found = []
    for place, lane in enumerate(lanes):
        moment = place if moments is None else moments[place]
        then, before, group = last.get(lane, (moment, set[int](), set[int]()))
        if then != moment:
            before, group = group, set()
        found.append(set(before))
        last[lane] = moment, before, {*group, place}
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
    moments = [entry.record.time for entry in ordered] if timed else None
    rows = _lanes([lanes[place] for place in places], moments)
    before = [set() if lanes[old] is None else earlier for old, earlier in zip(places, rows, strict=True)]
    ids: dict[str | None, list[int]] = {}
    for place, entry in enumerate(ordered):
        ids.setdefault(_id(entry.record, log), []).append(place)
    for place, entry in enumerate(ordered):
        for cause in _causes(entry.record, log):
            found = ids.get(cause, [place])
            if len(found) > 1:
                raise _ambiguous(entry.record, cause, [ordered[one].record.place for one in found])
            before[place] |= set(found) - {place}
    return ordered, before


def _ambiguous(record: Record, id: str, places: list[Place]) -> BadInput:
    reason = f"it comes after `{id}`, and so are {len(places)} records called: those of {listed(places)}"
    advice = "name a field as `id` that differs from record to record, or choose another `order`"
    return BadInput([UnreadableValue(span=record.span, reason=reason, advice=advice)])


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


def _times(entries: Sequence[Entry], log: LogTable) -> list[float]:
    """Of one kind all. Raises BadInput."""
    if log.time is None and all(entry.record.time is not None for entry in entries):
        return [entry.record.time for entry in entries if entry.record.time is not None]
    found: list[float] = []
    kinds: dict[str, Record] = {}
    for entry in entries:
        given = MISSING if log.time is None else find(entry.record.fields, log.time)
        number = _number(given)
        moment = nanoseconds(given) if number is None and isinstance(given, str) else None
        time = number if number is not None else moment
        if time is None:
            raise _without(entry.record, "time", log.time)
        found.append(time)
        kinds.setdefault(_kind(given) if number is None else _kind_of_number(number), entry.record)
    if "a number" in kinds and all(kind.startswith("a number") for kind in kinds):
        return found  # some are no times since 1970, so none needs to be
    if len(kinds) > 1:
        (one, first), (other, second), *_ = kinds.items()
        reason = f"`{log.time}` is {other} here, and {one} in {first.place}: which comes first is not known"
        raise BadInput([UnreadableValue(span=second.span, reason=reason, advice="write all times in one way")])
    return found


def _kind(date: Any) -> str:
    return "a date" if has_zone(str(date)) else "a date without a zone"


def _kind_of_number(number: float) -> str:
    """With its unit, where it is a time of the years from 2001 to 2096 in one."""
    units = {1: "seconds", 10**3: "milliseconds", 10**6: "microseconds", 10**9: "nanoseconds"}
    unit = next((name for factor, name in units.items() if 1e9 <= number / factor < 4e9), None)
    return "a number" if unit is None else f"a number of {unit} since 1970"


def _round(record: Record, log: LogTable) -> float:
    found = _number(MISSING if log.round is None else find(record.fields, log.round))
    if found is None:
        raise _without(record, "round", log.round)
    return found


def _number(given: Any) -> float | None:
    """A number, or a text that is one."""
    if isinstance(given, int | float):
        return None if isinstance(given, bool) else given
    if not isinstance(given, str) or not _NUMERAL.fullmatch(given):
        return None
    return float(given) if "." in given else int(given)


def _without(record: Record, what: str, path: str | None) -> BadInput:
    reason = (
        f"the record has no field `{path}` with its {what} as a number{' or a date' * (what == 'time')}"
        if path
        else f"the map does not say which field has the {what}"
    )
    advice = f'`order = "{what}"` needs it: name the field as `{what}` under `[log]`, or choose another order'
    return BadInput([UnreadableValue(span=record.span, reason=reason, advice=advice)])
