"""Spans: what traces are made of, whoever wrote them. Each becomes a record where it starts, one for each of its events, one where it ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias, final

from msgspec import Struct

from checker.conformance.logs.formats.lines import unreadable
from checker.conformance.logs.formats.places import Within
from checker.conformance.logs.records import Place, Record

NANOSECONDS = 1_000_000_000

_NUMERAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_ZONE_NAME = re.compile(r" ?(UTC|GMT|Z)$")
_ZONE = re.compile(r"(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})$")
_FINER = re.compile(r"(.*[.,][0-9]{6})([0-9]+)([^0-9].*|)")


@final
class Event(Struct, frozen=True, kw_only=True):
    """Something that happened within a span, at `time` (ns)."""

    name: str
    time: int
    attributes: dict[str, Any]


Found: TypeAlias = tuple[
    Within, Callable[[], "TraceSpan"]
]  # where a span stands in its document, and what reads it: it may raise ValueError


@final
class TraceSpan(Struct, frozen=True, kw_only=True):
    """`start` and `end` in ns since 1970; `end` None: it is not known to have ended. `links`: the ids of spans that caused it. `lane`: what
    wrote it, by one clock. `fields`: what else a rule may look at."""

    id: str
    trace: str
    parent: str | None
    links: tuple[str, ...]
    name: str
    start: int
    end: int | None
    lane: str | None
    fields: dict[str, Any]
    events: tuple[Event, ...] = ()


def records(spans: Iterable[tuple[Place, TraceSpan]], again: Callable[[], None] = lambda: None) -> Iterator[Record]:
    """The records of spans with their places, with the field `span` = "start", "event" or "end". A span may come again as it was, or with what was
    not yet known of it: its end and later events; `again` is called for each that tells nothing new. Raises BadInput where it is not the same."""
    met: dict[tuple[str, str], tuple[Place, TraceSpan]] = {}
    for place, span in spans:
        key = span.trace, span.id
        before = met.get(key)
        if before is None:
            yield _record(place, span, "start", span.start, _causes(span))
        elif not _goes_on(before[1], span):
            reason = f"the span `{span.id}` is there twice, and otherwise in {before[0]}"
            raise unreadable(place.log, place.line, reason, "leave out one of the two")
        told = 0 if before is None else len(before[1].events)
        for number, event in list(enumerate(span.events))[told:]:
            more = {"name": event.name, "of": span.name, "attributes": event.attributes}
            yield _record(place, span, "event", event.time, (f"{span.id}:start",), f"event{number}", more)
        if span.end is not None and (before is None or before[1].end is None):
            yield _ended(place, span)
        elif before is not None and told == len(span.events):
            again()
        if before is None or before[1].end is None:
            met[key] = place, span


def _goes_on(before: TraceSpan, span: TraceSpan) -> bool:
    """Whether the later form of a span says nothing else than the earlier, or the earlier was not its last."""
    same = (before.name, before.start, before.parent) == (span.name, span.start, span.parent)
    events = list(zip(before.events, span.events, strict=False))
    return same and all(one == other for one, other in events) and (before.end is None or span.end is None or before == span)


def _ended(place: Place, span: TraceSpan) -> Record:
    before = (f"{span.id}:start", *(f"{span.id}:event{number}" for number in range(len(span.events))))
    return _record(place, span, "end", span.end or span.start, before)


def _causes(span: TraceSpan) -> tuple[str, ...]:
    """A span starts after its parent and what it links to have started."""
    causes = [*([span.parent] if span.parent else []), *span.links]
    return tuple(f"{cause}:start" for cause in causes)


def own_fields(span: TraceSpan) -> dict[str, Any]:
    """The fields that all records of a span have."""
    return {**span.fields, "name": span.name, "id": span.id, "trace": span.trace, "parent": span.parent}


def _record(
    place: Place,
    span: TraceSpan,
    what: str,
    time: int,
    before: tuple[str, ...],
    part: str | None = None,
    more: dict[str, Any] | None = None,
) -> Record:
    return Record(
        fields={**own_fields(span), "span": what, "time": time / NANOSECONDS, **(more or {})},
        place=place,
        id=f"{span.id}:{part or what}",
        before=before,
        time=time,
        lane=span.lane,
    )


def unit_of(given: Any) -> int | None:
    """Of a number that is a moment since 1970, how many ns its unit has: s, ms, us or ns, by how large it is. None: it is no number."""
    if isinstance(given, str) and _NUMERAL.fullmatch(given):
        given = float(given)
    if not isinstance(given, int | float) or isinstance(given, bool):
        return None
    size = abs(given)
    return NANOSECONDS if size < 1e11 else 1_000_000 if size < 1e14 else 1_000 if size < 1e17 else 1


def nanoseconds(given: Any) -> int | None:
    """A moment as ns since 1970: ISO 8601 (UTC where no zone is said), RFC 2822, or a number of s, ms, us or ns (`unit_of`). None: it is none."""
    unit = unit_of(given)
    if unit is not None:
        number = given if not isinstance(given, str) else float(given) if "." in given else int(given)
        return int(number * unit)
    if not isinstance(given, str):
        return None
    finer = _FINER.fullmatch(given)  # datetime knows no more than microseconds
    moment = _date(given if finer is None else finer[1] + finer[3])
    if moment is None:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    below = 0 if finer is None else int(f"{finer[2]:0<3}"[:3])
    return (since.days * 86_400 + since.seconds) * NANOSECONDS + since.microseconds * 1_000 + below


def _date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(_ZONE_NAME.sub("+00:00", text))
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text) if "," in text or text[:1].isalpha() else None
    except ValueError:
        return None


def has_zone(text: str) -> bool:
    """Whether a date says how far it is from UTC."""
    return _ZONE.search(text) is not None
