"""OTLP JSON: `TracesData` objects (opentelemetry.io/docs/specs/otlp, JSON Protobuf encoding), as the file exporter writes them a line each,
with names in snake case as protobuf may write them too; and spans one by one, as the console exporter of the Python SDK writes them
(`ReadableSpan.to_json`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from checker.conformance.logs.formats.spans import Event, Found, TraceSpan, nanoseconds

STATUS = {0: "unset", 1: "ok", 2: "error", "STATUS_CODE_UNSET": "unset", "STATUS_CODE_OK": "ok", "STATUS_CODE_ERROR": "error"}
_UNDERSCORE = re.compile(r"_([a-z])")
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


def is_otlp(value: Any) -> bool:
    return isinstance(value, dict) and ("resourceSpans" in value or "resource_spans" in value or _is_console(value))


def _is_console(value: dict[str, Any]) -> bool:
    context = value.get("context")
    return isinstance(context, dict) and "span_id" in context and "start_time" in value and "status_code" not in value


def spans(value: Any) -> Iterator[Found]:
    """The spans of one document. Raises ValueError where it is not as it should be."""
    if not is_otlp(value):
        raise ValueError("it has no `resourceSpans`")
    if _is_console(value):
        yield (), partial(_console_span, value)
        return
    names = ("resourceSpans", "scopeSpans") if "resourceSpans" in value else ("resource_spans", "scope_spans")
    value = _camel(value) if "resource_spans" in value else value
    for i, resource in enumerate(value["resourceSpans"]):
        about = attributes(resource.get("resource", {}).get("attributes", []))
        for j, scope in enumerate(resource.get("scopeSpans", [])):
            for k, span in enumerate(scope.get("spans", [])):
                within = (names[0], i, names[1], j, "spans", k)
                yield within, partial(_span, span, about, scope.get("scope", {}).get("name"))


def _span(span: dict[str, Any], about: dict[str, Any], scope: str | None) -> TraceSpan:
    start = _time(span, "startTimeUnixNano")
    if start is None or not span.get("spanId"):
        raise ValueError("a span has no `startTimeUnixNano` or no `spanId`")
    events = [
        Event(name=e.get("name", ""), time=_time(e, "timeUnixNano") or start, attributes=attributes(e.get("attributes", [])))
        for e in span.get("events", [])
    ]
    return TraceSpan(
        id=span["spanId"],
        trace=span.get("traceId", ""),
        parent=span.get("parentSpanId") or None,
        links=tuple(link["spanId"] for link in span.get("links", []) if link.get("spanId")),
        name=span.get("name", ""),
        start=start,
        end=_time(span, "endTimeUnixNano"),
        lane=str(about.get("service.instance.id") or about.get("service.name") or "") or None,
        events=tuple(events),
        fields={
            "kind": _kind(span.get("kind", 0)),
            "status": STATUS.get(span.get("status", {}).get("code", 0), "unset"),
            "attributes": attributes(span.get("attributes", [])),
            "resource": about,
            "scope": scope,
        },
    )


def _time(of: dict[str, Any], key: str) -> int | None:
    """64-bit numbers are texts in this encoding; 0 is the same as missing."""
    given = of.get(key)
    try:
        return int(given) or None if given is not None else None
    except (TypeError, ValueError):
        raise ValueError(f"`{key}` is not a number") from None


def _kind(given: Any) -> str:
    if isinstance(given, int):
        return KINDS[given] if 0 <= given < len(KINDS) else KINDS[0]
    return str(given).removeprefix("SPAN_KIND_").lower()


def attributes(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    """`[{"key": ..., "value": {"stringValue": ...}}]` as a mapping."""
    return {pair["key"]: _value(pair.get("value", {})) for pair in pairs if "key" in pair}


def _value(any: dict[str, Any]) -> Any:
    for kind, given in any.items():
        match kind:
            case "intValue":
                return int(given)
            case "arrayValue":
                return [_value(one) for one in given.get("values", [])]
            case "kvlistValue":
                return attributes(given.get("values", []))
        return given
    return None


def _camel(value: Any) -> Any:
    """With the names of fields in camel case; what spans say of themselves stands in values, never in names."""
    if isinstance(value, dict):
        return {_UNDERSCORE.sub(lambda found: found[1].upper(), name): _camel(one) for name, one in value.items()}
    return [_camel(one) for one in value] if isinstance(value, list) else value


def _console_span(span: dict[str, Any]) -> TraceSpan:
    start, context = nanoseconds(span["start_time"]), span["context"]
    if start is None:
        raise ValueError("the `start_time` of a span is not a time")
    about = span.get("resource", {}).get("attributes", {})
    return TraceSpan(
        id=str(context["span_id"]),
        trace=str(context.get("trace_id", "")),
        parent=span.get("parent_id") or None,
        links=tuple(str(link["context"]["span_id"]) for link in span.get("links", [])),
        name=span.get("name", ""),
        start=start,
        end=nanoseconds(span.get("end_time")),
        lane=str(about.get("service.instance.id") or about.get("service.name") or "") or None,
        events=tuple(
            Event(name=e.get("name", ""), time=nanoseconds(e.get("timestamp")) or start, attributes=e.get("attributes", {}))
            for e in span.get("events", [])
        ),
        fields={
            "kind": str(span.get("kind", "")).removeprefix("SpanKind.").lower(),
            "status": str(span.get("status", {}).get("status_code", "unset")).lower(),
            "attributes": span.get("attributes", {}),
            "resource": about,
            "scope": None,
        },
    )
