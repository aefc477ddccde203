"""LangSmith runs (docs.langchain.com/langsmith/run-data-format), from `Client.list_runs` or a bulk export, nested `child_runs` included."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from checker.conformance.logs.formats.places import Within
from checker.conformance.logs.formats.spans import Found, TraceSpan, nanoseconds


def is_langsmith(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("runs"), list):
        return all(is_langsmith(one) for one in value["runs"])
    return "run_type" in value and "start_time" in value


def spans(value: Any, within: Within = ()) -> Iterator[Found]:
    """The runs of one document. Raises ValueError where it is not as it should be."""
    if not is_langsmith(value):
        raise ValueError("it has no `run_type` and `start_time`")
    if isinstance(value.get("runs"), list):
        for place, one in enumerate(value["runs"]):
            yield from spans(one, (*within, "runs", place))
        return
    yield within, partial(_span, value)
    for place, child in enumerate(value.get("child_runs") or []):
        yield from spans(child, (*within, "child_runs", place))


def _span(value: dict[str, Any]) -> TraceSpan:
    start = nanoseconds(value["start_time"])
    if start is None or not value.get("id"):
        raise ValueError("a run has no `id`, or its `start_time` is not a time")
    return TraceSpan(
        id=str(value["id"]),
        trace=str(value.get("trace_id") or value["id"]),
        parent=_parent(value),
        links=(),
        name=str(value.get("name", "")),
        start=start,
        end=nanoseconds(value.get("end_time")),
        lane=None,
        fields={
            "kind": value["run_type"],
            "status": value.get("status") or ("error" if value.get("error") else "success"),
            "error": value.get("error"),
            "inputs": value.get("inputs") or {},
            "outputs": value.get("outputs") or {},
            "metadata": (value.get("extra") or {}).get("metadata") or {},
            "tags": value.get("tags") or [],
            "session": value.get("session_id"),
        },
    )


def _parent(value: dict[str, Any]) -> str | None:
    """`dotted_order` is the path from the root, `TIMEZid` for each run on it."""
    if value.get("parent_run_id"):
        return str(value["parent_run_id"])
    path = str(value.get("dotted_order") or "").split(".")
    return path[-2].partition("Z")[2] if len(path) > 1 else None
