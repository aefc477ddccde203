"""Spans as objects with names of their own for their parts: as Phoenix, MLflow, the OpenAI Agents SDK, AgentOps, Logfire, Jaeger and Zipkin write
them, or as a map says.

Sources: arize.com/docs/phoenix (REST API, `Span`), mlflow.org/docs (`Span.to_dict`, versions 2 and 3), openai.github.io/openai-agents-python
(`Span.export`), jaegertracing.io/docs (JSON of its API), zipkin.io/zipkin-api (v2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from checker.conformance.logs.formats.otlp import KINDS
from checker.conformance.logs.formats.places import Within
from checker.conformance.logs.formats.spans import Event, Found, TraceSpan, nanoseconds, unit_of
from checker.conformance.logs.map_file import SpansTable
from checker.conformance.logs.records import MISSING, find

# What the parts are called, by paths: the first that is there
_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("span_id", "spanId", "spanID", "context.span_id", "id"),
    "trace": ("trace_id", "traceId", "traceID", "context.trace_id"),
    "parent": ("parent_span_id", "parentSpanId", "parent_id", "parentId"),
    "name": ("name", "span_name", "operationName", "span_data.name", "span_data.type"),
    "start": (
        "start_time_unix_nano",
        "startTimeUnixNano",
        "start_time",
        "startTime",
        "started_at",
        "start_timestamp",
        "timestamp",
    ),
    "end": ("end_time_unix_nano", "endTimeUnixNano", "end_time", "endTime", "ended_at", "end_timestamp"),
    "duration": ("duration",),
}
_KINDS = (
    "attributes.openinference.span.kind",
    "attributes.mlflow.spanType",
    "span_data.type",
    "span_kind",
    "kind",
)
_STATUS = ("status_code", "status.code", "status.status_code", "status")
_SERVICES = ("service_name", "serviceName", "localEndpoint.serviceName", "resource.attributes.service.name")
_EVENTS = ("events", "annotations", "logs")
_ATTRIBUTES = ("attributes", "tags", "span_attributes")
_AROUND = ("data", "spans", "traces", "items")  # what holds spans, or what holds these

_OPENAI = ("trace", "trace.span")


def is_named(value: Any) -> bool:
    """Whether it is such a span, or holds some."""
    if not isinstance(value, dict):
        return False
    if _is_span(value):
        return True
    inner = next((value[name] for name in _AROUND if isinstance(value.get(name), list | dict)), None)
    return is_named(inner[0]) if isinstance(inner, list) and inner else is_named(inner)


def _is_span(value: dict[str, Any]) -> bool:
    if value.get("object") in _OPENAI:
        return True
    *usual, id = _NAMES["id"]
    *starts, moment = _NAMES["start"]  # lines of a log may name their span, with a time stamp: only what lasts is a span
    lasts = "duration" in value
    called = _first(value, tuple(usual)) is not None or (lasts and id in value)
    started = _first(value, tuple(starts)) is not None or (lasts and moment in value)
    return called and started and _first(value, _NAMES["trace"]) is not None


def spans(value: Any) -> Iterator[Found]:
    """The spans of one document. Raises ValueError where it is not as it should be."""
    yield from _within(value, _NAMES, "", {})


def reader(table: SpansTable) -> Callable[[Any], Iterator[Found]]:
    """`spans`, where the map says what the parts are called."""
    given = {part: path for part in _NAMES if (path := getattr(table, part)) is not None}
    names = {part: (given[part],) if part in given else paths for part, paths in _NAMES.items()}
    if "duration" in given and "end" not in given:
        names["end"] = ()
    return lambda value: _within(value, names, "", {})


def _within(
    value: Any, names: Mapping[str, tuple[str, ...]], trace: str, processes: Mapping[str, Any], within: Within = ()
) -> Iterator[Found]:
    """`trace`, `processes`: what the objects around say."""
    if not isinstance(value, dict):
        raise ValueError("it is no object with the fields of a span")
    if value.get("object") == "trace":
        return
    if _first(value, names["id"]) is not None and _first(value, names["start"]) is not None:
        yield within, partial(_span, value, names, trace, processes)
        return
    around = next((name for name in _AROUND if isinstance(value.get(name), list | dict)), None)
    if around is None:
        missing = next(part for part in ("start", "id") if _first(value, names[part]) is None)
        raise ValueError(f"a span has no {missing}: none of the fields {', '.join(f'`{path}`' for path in names[missing])}")
    trace = str(_first(value, names["trace"]) or trace)
    inner, processes = value[around], value.get("processes") or processes
    if isinstance(inner, dict):
        yield from _within(inner, names, trace, processes, (*within, around))
        return
    for place, one in enumerate(inner):
        yield from _within(one, names, trace, processes, (*within, around, place))


def _span(value: dict[str, Any], names: Mapping[str, tuple[str, ...]], trace: str, processes: Mapping[str, Any]) -> TraceSpan:
    given = {part: _first(value, paths) for part, paths in names.items()}
    start = nanoseconds(given["start"])
    if start is None:
        raise ValueError(f"the start of a span, `{given['start']}`, is not a time")
    end = _end(given, start)
    parent, links = _references(value, given)
    attributes = next((_pairs(value[name]) for name in _ATTRIBUTES if name in value), {})
    process = processes.get(str(value.get("processID")), {})
    resource = _pairs(process.get("tags")) if isinstance(process, dict) else {}
    lane = _first(value, _SERVICES) or (process.get("serviceName") if isinstance(process, dict) else None)
    events = [_event(one, start) for name in _EVENTS for one in _listed(value.get(name))]
    known = {**value, "attributes": attributes, **({"resource": resource} if resource else {})}
    return TraceSpan(
        id=str(given["id"]),
        trace=str(given["trace"] or trace),
        parent=parent,
        links=links,
        name=str(given["name"] or ""),
        start=start,
        end=end,
        lane=None if lane is None else str(lane),
        events=tuple(events),
        fields={
            **known,
            "kind": _word(_first(known, _KINDS), KINDS),
            "status": _word(_first(known, _STATUS), ("unset", "ok", "error")) or "unset",
        },
    )


def _end(given: Mapping[str, Any], start: int) -> int | None:
    if given["end"] is not None:
        end = nanoseconds(given["end"])
        if end is None:
            raise ValueError(f"the end of a span, `{given['end']}`, is not a time")
        return end or None
    lasted, unit = given["duration"], unit_of(given["start"])
    if isinstance(lasted, int | float) and not isinstance(lasted, bool):
        if unit is None:
            raise ValueError("a span has no end, and of which unit its `duration` is cannot be told from its start")
        return start + int(lasted * unit)
    return None


def _references(value: dict[str, Any], given: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The parent, and other spans that caused it."""
    parent = None if given["parent"] in (None, "") else str(given["parent"])
    links = []
    for one in _listed(value.get("references")) + _listed(value.get("links")):
        id = _first(one, _NAMES["id"][:-1])
        if id is not None and one.get("refType") == "CHILD_OF" and parent is None:
            parent = str(id)
        elif id is not None:
            links.append(str(id))
    return parent, tuple(links)


def _event(one: dict[str, Any], start: int) -> Event:
    attributes = _pairs(one.get("attributes", one.get("fields")))
    name = _first(one, ("name", "event_name", "value")) or attributes.get("event") or attributes.get("message") or ""
    time = nanoseconds(_first(one, ("time_unix_nano", "timeUnixNano", "timestamp", "time")))
    return Event(name=str(name), time=start if time is None else time, attributes=attributes)


def _listed(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _pairs(given: Any) -> dict[str, Any]:
    """Attributes as a mapping, whether they are one or a list of keys with values; a value that is the JSON of a text is that text."""
    if isinstance(given, list):
        given = {one["key"]: one.get("value") for one in _listed(given) if "key" in one}
    return {name: _unquoted(value) for name, value in given.items()} if isinstance(given, dict) else {}


def _unquoted(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value


def _first(value: Any, paths: tuple[str, ...]) -> Any:
    """The first field that is there; None: none is, or it is null."""
    return next((found for path in paths if (found := find(value, path)) is not MISSING and found is not None), None)


def _word(given: Any, numbered: Sequence[str]) -> str:
    if isinstance(given, int) and not isinstance(given, bool):
        return numbered[given] if 0 <= given < len(numbered) else str(given)
    text = given if isinstance(given, str) else ""
    return text.removeprefix("STATUS_CODE_").removeprefix("SPAN_KIND_").removeprefix("SpanKind.").lower()
