"""Calls whose ids are used again: each gets an id of its own, where the order says which begin and which end belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from checker.conformance.logs.map_errors import UnreadableValue
from checker.conformance.logs.ordering import Entry
from checker.conformance.logs.records import Place
from checker.conformance.logs.rules import Call
from checker.language.diagnostics import BadInput


def each_call_its_own(entries: Sequence[Entry], before: Sequence[set[int]]) -> list[Entry]:
    """`before`: of each entry the places of those that it comes after. Raises BadInput where an id is used again and the order does not say
    that the first call had ended."""
    calls = [reading for entry in entries for reading in entry.readings if isinstance(reading, Call)]
    begun = Counter(call.id for call in calls if call.kind == "begin")
    found = list(entries)
    last: dict[str, tuple[int, str]] = {}  # of an id: where its call last began or ended, and which it was
    turns: dict[str, int] = {}
    for place, entry in enumerate(entries):
        readings = list(entry.readings)
        for number, reading in enumerate(readings):
            if not isinstance(reading, Call) or begun[reading.id] < 2:
                continue
            id = reading.id
            if reading.kind == "begin" and id in last and last[id][1] != "begin":
                if not _comes_after(place, last[id][0], before):
                    raise _unordered(entry, id, entries[last[id][0]].record.place)
                turns[id] = turns.get(id, 1) + 1
            last[id] = place, reading.kind
            if id in turns:
                readings[number] = Call(reading.kind, f"{id} ({turns[id]})", reading.step)
        if readings != list(entry.readings):
            found[place] = replace(entry, readings=tuple(readings))
    return found


def _comes_after(later: int, earlier: int, before: Sequence[set[int]]) -> bool:
    found, waiting = {later}, [later]
    while waiting:
        for place in before[waiting.pop()] - found:
            found.add(place)
            waiting.append(place)
    return earlier in found


def _unordered(entry: Entry, id: str, place: Place) -> BadInput:
    reason = f"a call `{id}` begins here and one ends in {place}, and which of the two comes first is not known"
    advice = "name a field as `id` that differs from call to call"
    return BadInput([UnreadableValue(span=entry.record.span, reason=reason, advice=advice)])
