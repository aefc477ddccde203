"""Spans in the forms of many makers, in one that a map describes, and spans that come twice."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from checker.api import conform
from checker.conformance.logs.formats.detect import read_log
from checker.conformance.result import Conformance
from checker.language.diagnostics import BadInput
from tests.conformance.boards import BOARD
from tests.conformance.test_formats import LATE, SPANS, TEAM, langfuse, langsmith, otlp

BEGAN = 1_772_359_200_000_000  # us


def jaeger(team: list[Any]) -> Any:
    """As its API answers (jaegertracing.io/docs, JSON of the query service)."""
    spans = [
        {
            "traceID": "t1",
            "spanID": f"s{number}",
            "operationName": name,
            "references": [{"refType": "CHILD_OF", "traceID": "t1", "spanID": "s0"}] if parent else [],
            "startTime": BEGAN + int(start * 1e6),
            "duration": int((end - start) * 1e6),
            "tags": [{"key": "agent", "type": "string", "value": who}, {"key": "task", "type": "string", "value": "T"}],
            "logs": [{"timestamp": BEGAN + int(start * 1e6), "fields": [{"key": "event", "type": "string", "value": "note"}]}],
            "processID": "p1",
        }
        for number, (name, who, parent, start, end) in enumerate(team)
    ]
    return {"data": [{"traceID": "t1", "spans": spans, "processes": {"p1": {"serviceName": "team", "tags": []}}}], "total": 0}


def zipkin(team: list[Any]) -> Any:
    """zipkin.io/zipkin-api, `ListOfSpans`, version 2."""
    return [
        {
            "traceId": "t1",
            "id": f"s{number}",
            **({"parentId": "s0"} if parent else {}),
            "name": name,
            "timestamp": BEGAN + int(start * 1e6),
            "duration": int((end - start) * 1e6),
            "localEndpoint": {"serviceName": "team"},
            "annotations": [{"timestamp": BEGAN + int(start * 1e6), "value": "note"}],
            "tags": {"agent": who, "task": "T"},
        }
        for number, (name, who, parent, start, end) in enumerate(team)
    ]


def phoenix(team: list[Any]) -> Any:
    """GET /v1/projects/{project}/spans of Arize Phoenix."""
    data = [
        {
            "id": f"U3Bhbjo{number}",
            "name": name,
            "context": {"trace_id": "t1", "span_id": f"s{number}"},
            "span_kind": "AGENT",
            "parent_id": "s0" if parent else None,
            "start_time": f"2026-03-01T10:00:{start:09.6f}+00:00",
            "end_time": f"2026-03-01T10:00:{end:09.6f}+00:00",
            "status_code": "OK",
            "status_message": "",
            "attributes": {"agent": who, "task": "T", "input.value": json.dumps({"task": "T"})},
            "events": [{"name": "note", "timestamp": f"2026-03-01T10:00:{start:09.6f}+00:00", "attributes": {}}],
        }
        for number, (name, who, parent, start, end) in enumerate(team)
    ]
    return {"data": data, "next_cursor": None}


def flat(team: list[Any]) -> Any:
    """One object for each span, as AgentOps and the tables of spans have them."""
    return [
        {
            "trace_id": "t1",
            "span_id": f"s{number}",
            "parent_span_id": "s0" if parent else "",
            "span_name": name,
            "span_kind": "SPAN_KIND_INTERNAL",
            "start_time": f"2026-03-01T10:00:{start:09.6f}Z",
            "end_time": f"2026-03-01T10:00:{end:09.6f}Z",
            "status_code": "STATUS_CODE_OK",
            "span_attributes": {"agent": who, "task": "T"},
        }
        for number, (name, who, parent, start, end) in enumerate(team)
    ]


def own(team: list[Any]) -> Any:
    """In nobody's form; `OWN` says what is what."""
    return [
        {"op": {"no": number, "in": 0 if parent else None}, "job": "t1", "what": name, "attributes": {"agent": who, "task": "T"}}
        | {"from": 1_772_359_200 + start, "secs": end - start}
        for number, (name, who, parent, start, end) in enumerate(team)
    ]


OWN = """
[spans]
id = "op.no"
trace = "job"
parent = "op.in"
name = "what"
start = "from"
duration = "secs"
"""
MAKERS = {"jaeger": (jaeger, ""), "zipkin": (zipkin, ""), "phoenix": (phoenix, ""), "flat": (flat, ""), "own": (own, OWN)}


def followed(folder: Path, text: str, more: str = "", name: str = "log", fields: tuple[str, str] | None = None) -> Conformance:
    agent, task = fields or ("attributes.agent", "attributes.task")
    (folder / name).write_text(text)
    (folder / "map.toml").write_text(SPANS.format(agent=agent, task=task, order="") + more)
    return conform(BOARD, folder / name, map=folder / "map.toml")


@pytest.mark.parametrize("one_a_line", [False, True])
@pytest.mark.parametrize("maker", MAKERS)
def test_spans_of_a_maker(tmp_path: Path, maker: str, one_a_line: bool) -> None:
    written, more = MAKERS[maker]

    def text(team: list[Any]) -> str:
        whole = written(team)
        each = [{**whole, "data": [one]} for one in whole["data"]] if isinstance(whole, dict) else whole
        return "".join(json.dumps(one) + "\n" for one in each) if one_a_line else json.dumps(whole, indent=1)

    found = followed(tmp_path, text(TEAM), more)
    (run,) = found.runs
    assert (found.format, run.run, run.verdict, run.events) == ("spans", "t1", "conforms", 6)
    assert run.names["Worker"] == {"ann": "Worker0", "bob": "Worker1"}
    (run,) = followed(tmp_path, text(LATE), more).runs
    assert run.violation is not None
    assert (run.verdict, run.violation.seen.agent, run.violation.seen.steps) == ("violates", "Worker1", ("Worker.work",))


def test_what_such_a_span_becomes(tmp_path: Path) -> None:
    for maker, status in (("jaeger", "unset"), ("phoenix", "ok"), ("flat", "ok")):
        (tmp_path / maker).write_text(json.dumps(MAKERS[maker][0](TEAM)))
        found = [r for r in read_log(str(tmp_path / maker))[1] if r.fields["id"] == "s1"]
        assert [r.fields["span"] for r in found] == ["start", *(["event"] if maker != "flat" else []), "end"]
        assert [r.time for r in (found[0], found[-1])] == [BEGAN * 1000 + 1_000_000_000, BEGAN * 1000 + 3_000_000_000]
        assert (found[0].before, found[0].fields["parent"], found[0].fields["status"]) == (("s0:start",), "s0", status)
        assert found[-2].fields["name"] == ("note" if maker != "flat" else "plan")


def test_langfuse_as_csv(tmp_path: Path) -> None:
    observations = json.loads(langfuse(TEAM))["observations"]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(observations[0]))
    writer.writeheader()
    for one in observations:
        writer.writerow({name: json.dumps(value) if isinstance(value, dict) else value for name, value in one.items()})
    found = followed(tmp_path, file.getvalue(), name="log.csv", fields=("metadata.agent", "input.task"))
    assert (found.format, found.runs[0].verdict, found.runs[0].events) == ("langfuse", "conforms", 6)


def test_a_query_of_langsmith(tmp_path: Path) -> None:
    text = json.dumps({"runs": json.loads(langsmith(TEAM)), "cursors": {"next": None}})
    found = followed(tmp_path, text, fields=("metadata.agent", "inputs.task"))
    assert (found.format, found.runs[0].verdict, found.runs[0].events) == ("langsmith", "conforms", 6)


def test_lines_that_name_their_span_are_no_spans(tmp_path: Path) -> None:
    line = {"event": "plan", "trace_id": "t", "span_id": "s", "timestamp": "2026-03-01T10:00:00Z"}
    (tmp_path / "log").write_text(json.dumps(line) + "\n")
    assert read_log(str(tmp_path / "log"))[0] == "jsonl"


def test_numbers_for_kinds_and_statuses(tmp_path: Path) -> None:
    span = {"spanId": "s", "traceId": "t", "startTimeUnixNano": 1, "kind": 3, "status": {"code": 2}}
    (tmp_path / "log").write_text(json.dumps(span))
    format, records = read_log(str(tmp_path / "log"))
    fields = next(records).fields
    assert (format, fields["kind"], fields["status"]) == ("spans", "client", "error")


# --- twice -------------------------------------------------------------------------------------------------------------


def test_exports_that_come_twice(tmp_path: Path) -> None:
    """Exporters send again what they are not sure of; spans that are under way are sent again when they have ended."""
    fields = ("attributes.gen_ai.agent.name", "attributes.task")
    text = otlp(TEAM)
    found = followed(tmp_path, text * 2, fields=fields)
    assert (found.verdict, found.runs[0].events) == ("conforms", 6)
    assert found.warnings == ("5 records came again, as before, and were passed over",)
    under_way = json.loads(text)
    for span in under_way["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        del span["endTimeUnixNano"]
    for both in (json.dumps(under_way) + "\n" + text, text + json.dumps(under_way)):
        found = followed(tmp_path, both, fields=fields)
        assert (found.verdict, found.runs[0].events) == ("conforms", 6)


def test_a_span_that_is_there_twice_and_differs(tmp_path: Path) -> None:
    for old, new in (("ann", "eve"), ('"11000000000"', '"11000000001"'), ('"plan"', '"work"')):
        with pytest.raises(BadInput) as caught:
            followed(tmp_path, otlp(TEAM) + otlp(TEAM).replace(old, new))
        (error,) = caught.value.diagnostics
        assert error.span is not None
        assert error.span.line == 2
        assert error.title_text.startswith(
            "the log cannot be read: the span `s1` is there twice, and otherwise in line 1 at .resourceSpans[0]"
        )


# --- around ------------------------------------------------------------------------------------------------------------


def test_what_spans_have_from_those_around_them(tmp_path: Path) -> None:
    """The task stands in the span around the work of ann alone, and in that of the team for all; no circle is gone round."""
    spans = [
        {"trace_id": "t", "span_id": str(n), "parent_span_id": of, "start_time": n, "name": name, "attributes": about}
        for n, (name, of, about) in enumerate(
            [
                ("tool", "1", {}),
                ("ann", "2", {"task": "A"}),
                ("team", "", {"task": "T"}),
                ("tool", "2", {}),
                ("lost", "nowhere", {}),
                ("round", "5", {}),
            ]
        )
    ]
    (tmp_path / "log").write_text(json.dumps(spans))
    (tmp_path / "map.toml").write_text(
        """
        [spans.above.task]
        field = "attributes.task"
        [spans.above.who]
        field = "name"
        where = { "attributes.task" = "A" }
        """
    )
    from checker.conformance.logs.map_file import read_map

    map = read_map("map.toml", (tmp_path / "map.toml").read_text()).map
    found = [record.fields for record in read_log(str(tmp_path / "log"), map=map)[1]]
    assert [fields.get("task") for fields in found] == ["A", "A", "T", "T", None, None]
    assert [fields.get("who") for fields in found] == ["ann", "ann", None, None, None, None]


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        ({"trace_id": "t", "span_id": "1", "start_time": "soon"}, "the start of a span, `soon`, is not a time"),
        ({"trace_id": "t", "span_id": "1", "start_time": 5, "end_time": "x"}, "the end of a span, `x`, is not a time"),
        (
            {"trace_id": "t", "span_id": "1", "start_time": "2026-03-01T10:00:00Z", "duration": 5},
            "a span has no end, and of which unit its `duration` is cannot be told from its start",
        ),
        (
            {"trace_id": "t", "start_time": 5},
            "a span has no id: none of the fields `span_id`, `spanId`, `spanID`, `context.span_id`, `id`",
        ),
    ],
)
def test_spans_that_are_not_as_they_should_be(tmp_path: Path, span: dict[str, Any], reason: str) -> None:
    (tmp_path / "log").write_text(json.dumps(span))
    with pytest.raises(BadInput) as caught:
        list(read_log(str(tmp_path / "log"), "spans")[1])
    assert caught.value.diagnostics[0].title_text == f"the log cannot be read: this is not spans: {reason}"
