"""What spans have from those around them: of a tool call, the agent whose span it is within."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from checker.conformance.logs.fitting import Fitting
from checker.conformance.logs.formats.spans import TraceSpan, own_fields
from checker.conformance.logs.map_file import AboveTable
from checker.conformance.logs.records import MISSING, Place, find


def with_above(spans: Iterable[tuple[Place, TraceSpan]], above: Mapping[str, AboveTable]) -> Iterator[tuple[Place, TraceSpan]]:
    """The (place, span) pairs, each span with the fields that the map calls so. All are read first: children are often written before parents."""
    every = list(spans)
    by_id = {(span.trace, span.id): span for _, span in every}
    wanted = {name: (Fitting(table.where), table.field) for name, table in above.items()}
    for place, span in every:
        found = {name: _nearest(span, by_id, fitting, path) for name, (fitting, path) in wanted.items()}
        known = {name: value for name, value in found.items() if value is not MISSING}
        yield place, replace(span, fields={**span.fields, **known})


def _nearest(span: TraceSpan, by_id: Mapping[tuple[str, str], TraceSpan], fitting: Fitting, path: str) -> Any:
    """The field at `path` of the nearest span, this one or around it, that has it and fits; MISSING: there is none."""
    at: TraceSpan | None = span
    met: set[str] = set()
    while at is not None and at.id not in met:
        met.add(at.id)
        fields = fitting.read(own_fields(at))
        value = MISSING if fields is None else find(fields, path)
        if value is not MISSING and value is not None:
            return value
        at = None if at.parent is None else by_id.get((at.trace, at.parent))
    return MISSING
