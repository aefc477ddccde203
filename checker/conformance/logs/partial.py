"""From entries and what comes before what to the observations of a search."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import final

from msgspec import Struct

from checker.conformance.logs.call_ids import each_call_its_own
from checker.conformance.logs.map_errors import UnreadableValue
from checker.conformance.logs.ordering import Entry
from checker.conformance.logs.records import listed
from checker.conformance.logs.rules import Call, Reading
from checker.conformance.orders import PartialOrder
from checker.conformance.seen import Begun, Dropped, Ended, Seen, StepSeen
from checker.language.diagnostics import BadInput


@final
class Arranged(Struct, frozen=True, kw_only=True):
    """`known`: the observations; `entries` and `readings`: where each comes from. `open`: calls that are not known to have ended."""

    known: PartialOrder
    entries: tuple[Entry, ...]
    readings: tuple[Reading, ...]
    open: int


def arranged(entries: Sequence[Entry], before: Sequence[set[int]]) -> Arranged:
    """Entries that say nothing drop out; the order that goes through them stays. Raises BadInput."""
    entries = each_call_its_own(entries, before)
    order = _sorted(entries, before)
    places: dict[int, int] = {}  # of an entry that says something: its last observation
    waits: dict[int, frozenset[int]] = {}  # of each entry: the observations that it comes after
    seen: list[Seen] = []
    sources: list[tuple[Entry, Reading]] = []
    predecessors: list[frozenset[int]] = []
    joined: set[int] = set()
    calls: dict[str, int] = {}
    begun: dict[str, int] = {}  # the entry with which a call began
    for entry in order:
        waits[entry] = frozenset().union(*(({places[b]} if b in places else waits[b]) for b in before[entry]))
        answers = (begun[r.id] for r in entries[entry].readings if isinstance(r, Call) and r.id in begun)
        first = waits[entry].union(places[b] for b in answers)  # what an entry tells stays together, so all of it waits
        for number, reading in enumerate(entries[entry].readings):
            place = len(seen)
            earlier = {place - 1} if number else set(first)
            if number:
                joined.add(place)
            if isinstance(reading, Call) and reading.kind == "begin":
                if reading.id in calls:
                    raise begins_again(entries[entry], reading.id)
                calls[reading.id], begun[reading.id] = len(begun), entry
            seen.append(_seen(entries[entry], reading, calls))
            sources.append((entries[entry], reading))
            predecessors.append(frozenset(earlier))
            places[entry] = place
    return Arranged(
        known=PartialOrder(seen=tuple(seen), before=tuple(predecessors), joined=frozenset(joined)),
        entries=tuple(entry for entry, _ in sources),
        readings=tuple(reading for _, reading in sources),
        open=len(calls),
    )


def is_total(known: PartialOrder) -> bool:
    """Whether each observation comes directly after the one before it."""
    return all(before == ({place - 1} if place else set()) for place, before in enumerate(known.before))


def _sorted(entries: Sequence[Entry], before: Sequence[set[int]]) -> list[int]:
    """Places of entries, each after those before it, otherwise as they stand; a begin before the end of its call."""
    edges = {place: set(earlier) for place, earlier in enumerate(before)}
    begins: dict[str, int] = {}
    for place, entry in enumerate(entries):
        for reading in entry.readings:
            if isinstance(reading, Call) and reading.kind == "begin":
                begins[reading.id] = place
    for place, entry in enumerate(entries):
        for reading in entry.readings:
            if isinstance(reading, Call) and reading.kind != "begin" and begins.get(reading.id, place) != place:
                edges[place].add(begins[reading.id])
    sorter = TopologicalSorter(edges)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = sorted(set(error.args[1]))
        places = listed([entries[place].record.place for place in circle])
        reason = f"the records of {places} would each have to come before the others"
        advice = "the times and links of the log contradict each other: choose another `order`"
        raise BadInput([UnreadableValue(span=entries[circle[0]].record.span, reason=reason, advice=advice)]) from None
    found: list[int] = []
    ready: list[int] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()])
        place = ready.pop(0)
        found.append(place)
        sorter.done(place)
    return found


def _seen(entry: Entry, reading: Reading, calls: dict[str, int]) -> Seen:
    """The observation; `calls`: the slots of those under way."""
    match reading:
        case Call("begin", id, step):
            assert isinstance(step, StepSeen)
            return Begun(calls[id], step)
        case Call(kind, id, step):
            slot = calls.pop(id, None)
            if slot is None:
                raise never_began(entry, id)
            return Ended(slot, step) if kind == "end" else Dropped(slot)
        case _:
            return reading


def begins_again(entry: Entry, id: str) -> BadInput:
    reason = f"the call `{id}` begins here, and it has begun before and not ended"
    advice = "name a field as `id` that differs from call to call"
    return BadInput([UnreadableValue(span=entry.record.span, reason=reason, advice=advice)])


def never_began(entry: Entry, id: str) -> BadInput:
    reason = f"the call `{id}` ends here, and no record before says that it began"
    advice = "a call needs both records; read a record that stands alone with a rule without `call`"
    return BadInput([UnreadableValue(span=entry.record.span, reason=reason, advice=advice)])
