"""Langfuse observations: a trace with its observations (public API, export from the UI) or observations by themselves (API, blob storage
export, with names in snake case: langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from checker.conformance.logs.formats.places import Within
from checker.conformance.logs.formats.spans import Found, TraceSpan, nanoseconds
from checker.conformance.logs.records import parsed


def is_langfuse(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("data"), list):
        return all(is_langfuse(one) for one in value["data"])
    if isinstance(value.get("observations"), list):
        return True
    return ("traceId" in value and "startTime" in value) or ("trace_id" in value and "start_time" in value and "type" in value)


def spans(value: Any, within: Within = ()) -> Iterator[Found]:
    """The observations of one document. Raises ValueError where it is not as it should be."""
    if not is_langfuse(value):
        raise ValueError("it is neither a trace with `observations` nor an observation with `traceId` and `startTime`")
    if isinstance(value.get("data"), list):
        for place, one in enumerate(value["data"]):
            yield from spans(one, (*within, "data", place))
    elif isinstance(value.get("observations"), list):
        trace = value.get("trace") if isinstance(value.get("trace"), dict) else value
        for place, one in enumerate(value["observations"]):
            if not isinstance(one, dict):
                raise ValueError("`observations` holds ids only; export the trace with its observations")
            yield (*within, "observations", place), partial(_span, one, trace)
    else:
        yield within, partial(_span, value, {})


def _span(value: dict[str, Any], trace: dict[str, Any]) -> TraceSpan:
    def field(camel: str, snake: str) -> Any:
        return value.get(camel, value.get(snake))

    start = nanoseconds(field("startTime", "start_time"))
    if start is None or not value.get("id"):
        raise ValueError("an observation has no `id`, or its `startTime` is not a time")
    end = nanoseconds(field("endTime", "end_time"))
    parent = field("parentObservationId", "parent_observation_id")
    kind = str(value.get("type", "")).lower()
    return TraceSpan(
        id=str(value["id"]),
        trace=str(field("traceId", "trace_id") or trace.get("id", "")),
        parent=str(parent) if parent else None,
        links=(),
        name=str(value.get("name") or ""),
        start=start,
        end=start if kind == "event" and end is None else end,
        lane=None,
        fields={
            "kind": kind,
            "status": str(value.get("level") or "DEFAULT").lower(),
            "message": field("statusMessage", "status_message"),
            "input": _parsed(value.get("input")),
            "output": _parsed(value.get("output")),
            "metadata": _parsed(value.get("metadata")) or {},
            "session": trace.get("sessionId") or field("sessionId", "session_id"),
        },
    )


def _parsed(given: Any) -> Any:
    """What the API gives as the text of a JSON object or list, as that."""
    return parsed(given) if isinstance(given, str) else given
