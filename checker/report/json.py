"""The report as one JSON object; `schema.json` beside this file says what every key means.

The keys and their meaning are stable: keys are added, never changed. The order of everything is that of the report, so the same
check gives the same text but for the seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from checker.properties.result import CountExpectation, Lap, Report, Result, Trace, TraceStep, Warning
from checker.report.wording import split_place
from checker.version import VERSION

if TYPE_CHECKING:
    from checker.language.diagnostics import Diagnostic
    from checker.language.source import Span

SCHEMA_VERSION = 1


def render(report: Report, errors: Iterable[Diagnostic] = (), exit_code: int | None = None) -> str:
    """The JSON text of a report, or, with `errors`, of a check that could not be made. Ends with a line end."""
    return json.dumps(to_data(report, errors, exit_code), indent=2, ensure_ascii=False) + "\n"


def to_data(report: Report, errors: Iterable[Diagnostic] = (), exit_code: int | None = None) -> dict[str, Any]:
    """The object that `render` writes, of plain dicts, lists, strings, numbers, booleans and None."""
    return {
        "tool": "teamcheck",
        "version": VERSION,
        "schema_version": SCHEMA_VERSION,
        "exit_code": report.exit_code if exit_code is None else exit_code,
        "interrupted": report.interrupted,
        "seconds": _seconds(report.seconds),
        "results": [result_data(r) for r in report.results],
        "counts": [_count(c) for c in report.counts],
        "warnings": [_warning(w) for w in report.warnings],
        "errors": [diagnostic_data(d) for d in errors],
    }


def diagnostic_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as data: what the text shows, without the excerpt."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "title": diagnostic.title_text,
        "label": diagnostic.label_text,
        "help": diagnostic.help_text,
        "span": _span(diagnostic.span),
        "related": [{"span": _span(span), "text": text} for span, text in diagnostic.related],
    }


def trace_of(data: Mapping[str, Any]) -> tuple[int, list[int], int | None]:
    """The initial state, the indices of the steps and the start of the cycle of a `trace` object: what a replay needs.

    Raises KeyError, TypeError or ValueError where the object is no trace.
    """
    cycle = data.get("cycle")
    steps = [int(step["index"]) for step in data["steps"]]
    return int(data["initial"]), steps, None if cycle is None else int(cycle)


def _seconds(seconds: float) -> float:
    return round(seconds, 3)


def result_data(result: Result) -> dict[str, Any]:
    return {
        "protocol": result.protocol,
        "spec": result.spec,
        "instance": result.instance,
        "faults": result.faults,
        "property": result.property,
        "kind": result.kind,
        "text": result.text,
        "place": place_data(result.place),
        "verdict": result.verdict,
        "expected": result.expected,
        "met": result.met,
        "basis": result.basis,
        "engine": result.engine,
        "reduction": result.reduction,
        "distinct": result.distinct,
        "transitions": result.transitions,
        "depth": result.depth,
        "seconds": _seconds(result.seconds),
        "reason": result.reason,
        "why": result.why,
        "fairness": result.fairness,
        "replay": result.replay,
        "trace": None if result.trace is None else trace_data(result.trace),
    }


def trace_data(trace: Trace) -> dict[str, Any]:
    """A trace as data, states included."""
    return {
        "initial": trace.initial,
        "shortest": trace.shortest,
        "cycle": trace.cycle,
        "no_return": trace.no_return,
        "lap": None if trace.lap is None else _lap(trace.lap),
        "start": dict(trace.start),
        "end": dict(trace.end),
        "steps": [step_data(s) for s in trace.steps],
    }


def _lap(lap: Lap) -> dict[str, Any]:
    return {
        "steps": lap.steps,
        "faults": lap.faults,
        "messages": lap.messages,
        "rounds": lap.rounds,
        "meters": dict(lap.meters),
    }


def step_data(step: TraceStep) -> dict[str, Any]:
    return {
        "index": step.index,
        "agent": step.agent,
        "action": step.action,
        "phrase": step.phrase,
        "parameters": [{"name": name, "value": value} for name, value in step.parameters],
        "fault": step.fault,
        "changes": [{"cell": c.cell, "before": c.before, "after": c.after, "kind": c.kind} for c in step.changes],
        "events": [{"kind": e.kind, "text": e.text, "other": e.other} for e in step.events],
        "marks": list(step.marks),
        "place": place_data(step.place),
        "failure": step.failure,
    }


def _count(count: CountExpectation) -> dict[str, Any]:
    return {
        "spec": count.spec,
        "instance": count.instance,
        "faults": count.faults,
        "place": place_data(count.place),
        "met": count.met,
        "expected": {"distinct": count.states, "transitions": count.transitions},
        "counted": {"distinct": count.counted_states, "transitions": count.counted_transitions},
    }


def _warning(warning: Warning) -> dict[str, Any]:
    return {
        "spec": warning.spec,
        "instance": warning.instance,
        "faults": warning.faults,
        "kind": warning.kind,
        "text": warning.text,
        "place": place_data(warning.place),
    }


def place_data(place: str) -> dict[str, Any] | None:
    parts = split_place(place)
    return None if parts is None else {"file": parts[0], "line": parts[1], "column": parts[2]}


def _span(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    keys = ("file", "line", "column", "end_line", "end_column")
    return {key: getattr(span, key) for key in keys}
