"""The report as SARIF 2.1.0: what is not as expected, located at the property's place in its spec, with the trace as a code flow.

Verdicts that are as expected are not findings and do not appear. `unknown` is a warning that says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from checker.properties.result import Report, Result, Trace
from checker.report.trace import actor, event_text, told, visible_changes
from checker.report.wording import count_text, outcome, split_place, verdict, where
from checker.version import VERSION

if TYPE_CHECKING:
    from checker.language.diagnostics import Diagnostic

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report, errors: Iterable[Diagnostic] = ()) -> str:
    """The SARIF text of a report, or, with `errors`, of a check that could not be made."""
    errors = list(errors)
    results = [_result(r) for r in report.results if outcome(r) != "ok"]
    results += [
        _finding("count", "error" if c.met is False else "warning", f"{where(c.instance, c.faults)}: {count_text(c)}", c.place)
        for c in report.counts
        if not c.met
    ]
    results += [_finding(f"warning-{_slug(w.kind)}", "note", w.text, w.place) for w in report.warnings]
    results += [_diagnostic(d) for d in errors]
    rules = {r["ruleId"]: None for r in results}
    for result in results:
        result["ruleIndex"] = list(rules).index(result["ruleId"])
    driver = {"name": "teamcheck", "version": VERSION, "rules": [_rule(rule, report, errors) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not errors and not report.interrupted}],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _slug(kind: str) -> str:
    return kind.replace(" ", "-")


def _rule(rule: str, report: Report, errors: Iterable[Diagnostic]) -> dict[str, Any]:
    for error in errors:
        if error.code == rule:
            page = (type(error).__doc__ or "").strip().split("\n")[0]
            return {"id": rule, "shortDescription": {"text": page or error.title_text}}
    if rule == "count":
        return {"id": rule, "shortDescription": {"text": "The counted states are those that the spec expects."}}
    for warning in report.warnings:
        if rule == f"warning-{_slug(warning.kind)}":
            return {"id": rule, "shortDescription": {"text": f"A warning on the verdicts: {warning.kind}."}}
    kind = next(r.kind for r in report.results if _slug(r.kind) == rule)
    return {"id": rule, "shortDescription": {"text": f"A property of the kind `{kind}` has the verdict that the spec expects."}}


def _result(result: Result) -> dict[str, Any]:
    text = f"{result.property}, {where(result.instance, result.faults)}: {verdict(result)}"
    text += f". {result.why}" if result.why else ""
    finding = _finding(_slug(result.kind), "error" if outcome(result) == "FAIL" else "warning", text, result.place or result.spec)
    key = "/".join((result.spec, result.instance, result.faults, result.property))
    finding["partialFingerprints"] = {"property/v1": key}
    if result.trace is not None and result.trace.steps:
        finding["codeFlows"] = [{"threadFlows": [{"locations": _flow(result.trace)}]}]
    return finding


def _flow(trace: Trace) -> list[dict[str, Any]]:
    locations = []
    for number, step in enumerate(trace.steps, 1):
        notes = [event_text(e) for e in step.events if e.kind in ("send", "take", "drop")]
        notes += [f"{c.cell}: {c.before} -> {c.after}" for c in visible_changes(step)]
        text = f"{number}. {actor(step)} {told(step)}" + (f" ({'; '.join(notes)})" if notes else "")
        location: dict[str, Any] = {"message": {"text": text}}
        physical = _physical(step.place)
        if physical is not None:
            location["physicalLocation"] = physical
        locations.append({"executionOrder": number, "location": location})
    return locations


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    text = diagnostic.title_text + (f": {diagnostic.label_text}" if diagnostic.label_text else "")
    text += f". {diagnostic.help_text}" if diagnostic.help_text else ""
    place = "" if diagnostic.span is None else str(diagnostic.span)
    finding = _finding(diagnostic.code, diagnostic.severity, text, place)
    if diagnostic.span is not None and finding["locations"]:
        region = finding["locations"][0]["physicalLocation"].get("region", {})
        region.update({"endLine": diagnostic.span.end_line, "endColumn": diagnostic.span.end_column})
    return finding


def _finding(rule: str, level: str, text: str, place: str) -> dict[str, Any]:
    physical = _physical(place)
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": [] if physical is None else [{"physicalLocation": physical}],
    }


def _physical(place: str) -> dict[str, Any] | None:
    """A place, or the whole file where it has no line."""
    parts = split_place(place)
    file = parts[0] if parts else place
    if not file:
        return None
    location: dict[str, Any] = {"artifactLocation": _artifact(file)}
    if parts:
        location["region"] = {"startLine": parts[1], "startColumn": parts[2]}
    return location


def _artifact(file: str) -> dict[str, str]:
    uri = quote(file.replace("\\", "/"), safe="/")
    if file.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri.removeprefix("./"), "uriBaseId": "%SRCROOT%"}
