"""Spans: what traces are made of, whoever wrote them. Each becomes a record where it starts, one for each of its events, one where it ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, final

from msgspec import Struct

from checker.conformance.logs.records import Record

NANOSECONDS = 1_000_000_000

_FINER = re.compile(r"(.*[.,][0-9]{6})([0-9]+)([^0-9].*|)")


@final
class Event(Struct, frozen=True, kw_only=True):
    """Something that happened within a span, at `time` (ns)."""

    name: str
    time: int
    attributes: dict[str, Any]


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


def records(path: str, spans: Iterable[tuple[int, TraceSpan]]) -> Iterator[Record]:
    """The records of (line, span) pairs, with the field `span` = "start", "event" or "end"."""
    for line, span in spans:
        yield _record(path, line, span, "start", span.start, _causes(span))
        for number, event in enumerate(span.events):
            more = {"name": event.name, "of": span.name, "attributes": event.attributes}
            yield _record(path, line, span, "event", event.time, (f"{span.id}:start",), f"event{number}", more)
        if span.end is not None:
            before = (f"{span.id}:start", *(f"{span.id}:event{number}" for number in range(len(span.events))))
            yield _record(path, line, span, "end", span.end, before)


def _causes(span: TraceSpan) -> tuple[str, ...]:
    """A span starts after its parent and what it links to have started."""
    causes = [*([span.parent] if span.parent else []), *span.links]
    return tuple(f"{cause}:start" for cause in causes)


def _record(
    path: str,
    line: int,
    span: TraceSpan,
    what: str,
    time: int,
    before: tuple[str, ...],
    part: str | None = None,
    more: dict[str, Any] | None = None,
) -> Record:
    fields = {"span": what, "name": span.name, "id": span.id, "trace": span.trace, "parent": span.parent}
    return Record(
        fields={**span.fields, **fields, "time": time / NANOSECONDS, **(more or {})},
        path=path,
        line=line,
        id=f"{span.id}:{part or what}",
        before=before,
        time=time,
        lane=span.lane,
    )


def nanoseconds(given: Any) -> int | None:
    """A moment as ns since 1970: ISO 8601 (UTC where no zone is said), or a number of ms. None: it is none."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return int(given * 1_000_000)
    if not isinstance(given, str):
        return None
    finer = _FINER.fullmatch(given)  # datetime knows no more than microseconds
    try:
        moment = datetime.fromisoformat(given if finer is None else finer[1] + finer[3])
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    below = 0 if finer is None else int(f"{finer[2]:0<3}"[:3])
    return (since.days * 86_400 + since.seconds) * NANOSECONDS + since.microseconds * 1_000 + below
