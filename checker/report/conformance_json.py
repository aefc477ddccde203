"""Whether the runs of logs conform, as one JSON object; `conform_schema.json` beside this file says what every key means."""

from __future__ import annotations

import json
from typing import Any

from checker.conformance.result import Conformance, Observed, Place, RunResult, Violation
from checker.report.json import step_data
from checker.report.tolerance_json import head


def render(found: Conformance) -> str:
    """The JSON text. Ends with a line end."""
    return json.dumps(to_data(found), indent=2, ensure_ascii=False) + "\n"


def to_data(found: Conformance) -> dict[str, Any]:
    return {
        **head(),
        "exit_code": found.exit_code,
        "interrupted": found.interrupted,
        "seconds": round(found.seconds, 3),
        "verdict": found.verdict,
        "protocol": found.protocol,
        "path": found.path,
        "instance": found.instance,
        "faults": found.faults,
        "map": found.map,
        "logs": list(found.logs),
        "format": found.format,
        "records": found.records,
        "ignored": found.ignored,
        "unread": found.unread,
        "hidden": list(found.hidden),
        "seen": dict(found.seen),
        "unseen": list(found.unseen),
        "warnings": list(found.warnings),
        "runs": [_run(run) for run in found.runs],
    }


def _run(run: RunResult) -> dict[str, Any]:
    return {
        "run": run.run,
        "verdict": run.verdict,
        "events": run.events,
        "explained": run.explained,
        "states": run.states,
        "at_least": run.at_least,
        "reason": run.reason,
        "unknown_outcomes": run.unknown_outcomes,
        "end": {cell: list(values) for cell, values in run.end.items()},
        "names": {sort: dict(names) for sort, names in run.names.items()},
        "violation": None if run.violation is None else _violation(run.violation),
    }


def _violation(violation: Violation) -> dict[str, Any]:
    return {
        "event": violation.event,
        "seen": _observed(violation.seen),
        "waiting": [_observed(one) for one in violation.waiting],
        "allowed": [step_data(step) for step in violation.allowed],
        "possible": list(violation.possible),
        "fails": violation.fails,
        "explanation": [{**_place(one.place), "step": step_data(one.step)} for one in violation.explanation],
        "assumed": violation.assumed,
        "only": violation.only,
        "replay": violation.replay,
    }


def _observed(seen: Observed) -> dict[str, Any]:
    return {
        "kind": seen.kind,
        "steps": list(seen.steps),
        "agent": seen.agent,
        "values": [{"name": name, "value": value} for name, value in seen.values],
        **_place(seen.place),
        "record": seen.record,
    }


def _place(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"log": None, "line": None, "within": None}
    return {"log": place.log, "line": place.line, "within": place.within or None}
