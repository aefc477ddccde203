"""Formats of traces: OTLP JSON, LangSmith runs, Langfuse observations, each as its makers document it, and what is no such thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.api import conform
from checker.conformance.logs.formats.detect import read_log
from checker.conformance.logs.formats.spans import nanoseconds
from checker.conformance.result import Conformance
from checker.language.diagnostics import BadInput
from tests.conformance.boards import BOARD

# a plan is the moment at which its span starts, the claim that at which it ends; the work ends with its span
SPANS = """\
[log]
run = "trace"
agent = "{agent}"
{order}

[[record]]
where = {{ name = "plan", span = "start" }}
step = "Worker.work"
with = {{ t = "{task}" }}

[[record]]
where = {{ name = "plan", span = "end" }}
step = "Worker.work.planning"

[[record]]
where = {{ name = "work", span = "end" }}
step = "Worker.work.working"

[[record]]
ignore = true
"""
# span, agent, parent, start, end in seconds: both plan task T at once, bob works on it while ann's work has ended
TEAM = [
    ("root", "lead", None, 0, 9),
    ("plan", "ann", "root", 1, 3),
    ("plan", "bob", "root", 2, 4),
    ("work", "ann", "root", 3, 5),
    ("work", "bob", "root", 4, 6),
]
LATE = [*TEAM[:2], ("plan", "bob", "root", 3.5, 4), *TEAM[3:]]  # bob plans after ann has claimed


def otlp(team: list[Any], *, lane: str = "one", links: dict[int, int] | None = None) -> str:
    def text(value: str) -> dict[str, str]:
        return {"stringValue": value}

    spans = []
    for number, (name, who, parent, start, end) in enumerate(team):
        link = [{"traceId": "t1", "spanId": f"s{links[number]}"}] if links and number in links else []
        spans.append(
            {
                "traceId": "t1",
                "spanId": f"s{number}",
                "parentSpanId": "s0" if parent else "",
                "name": name,
                "kind": 1,
                "startTimeUnixNano": str(int((start + 10) * 1_000_000_000)),
                "endTimeUnixNano": str(int((end + 10) * 1_000_000_000)),
                "attributes": [{"key": "gen_ai.agent.name", "value": text(who)}, {"key": "task", "value": text("T")}],
                "links": link,
                "events": [{"timeUnixNano": str(int((start + 10) * 1_000_000_000)), "name": "note", "attributes": []}],
                "status": {"code": 1},
            }
        )
    groups: dict[str, list[Any]] = {}
    for span, (_, who, *_) in zip(spans, team, strict=True):
        groups.setdefault(lane if lane == "one" else who, []).append(span)
    resources = [
        {
            "resource": {"attributes": [{"key": "service.name", "value": text(name)}]},
            "scopeSpans": [{"scope": {"name": "x"}, "spans": some}],
        }
        for name, some in groups.items()
    ]
    return "".join(json.dumps({"resourceSpans": [resource]}) + "\n" for resource in resources)


def langsmith(team: list[Any]) -> str:
    runs = []
    for number, (name, who, parent, start, end) in enumerate(team):
        runs.append(
            {
                "id": f"run-{number}",
                "trace_id": "t1",
                "name": name,
                "run_type": "chain",
                "start_time": f"2026-03-01T10:00:{start:09.6f}",
                "end_time": f"2026-03-01T10:00:{end:09.6f}+00:00",
                "dotted_order": "20260301T100000000000Zrun-0"
                + (f".20260301T10000{int(start)}000000Zrun-{number}" if parent else ""),
                "inputs": {"task": "T"},
                "outputs": {},
                "extra": {"metadata": {"agent": who}},
                "tags": [],
            }
        )
    return json.dumps(runs, indent=1)


def langfuse(team: list[Any]) -> str:
    observations = [
        {
            "id": f"o-{number}",
            "traceId": "t1",
            "type": "SPAN",
            "name": name,
            "startTime": f"2026-03-01T10:00:{start:06.3f}Z",
            "endTime": f"2026-03-01T10:00:{end:06.3f}Z",
            "parentObservationId": "o-0" if parent else None,
            "input": {"task": "T"},
            "metadata": {"agent": who},
            "level": "DEFAULT",
        }
        for number, (name, who, parent, start, end) in enumerate(team)
    ]
    return json.dumps({"id": "t1", "name": "team", "observations": observations}, indent=2)


def langfuse_rows(team: list[Any]) -> str:
    """As the export to blob storage writes them."""
    rows = []
    for number, (name, who, parent, start, end) in enumerate(team):
        row = {
            "id": f"o-{number}",
            "trace_id": "t1",
            "type": "SPAN",
            "name": name,
            "metadata": {"agent": who},
            "input": {"task": "T"},
        }
        row |= {"start_time": f"2026-03-01 10:00:{start:09.6f}", "end_time": f"2026-03-01 10:00:{end:09.6f}"}
        rows.append(json.dumps({**row, "parent_observation_id": "o-0" if parent else None}) + "\n")
    return "".join(rows)


FIELDS = {
    "otlp": ("attributes.gen_ai.agent.name", "attributes.task"),
    "langsmith": ("metadata.agent", "inputs.task"),
    "langfuse": ("metadata.agent", "input.task"),
}


def followed(folder: Path, text: str, format: str, order: str = "") -> Conformance:
    log, map = folder / "log.json", folder / "map.toml"
    agent, task = FIELDS[format]
    log.write_text(text)
    map.write_text(SPANS.format(agent=agent, task=task, order=f'order = "{order}"' if order else ""))
    found = conform(BOARD, log, map=map)
    assert found.format == format
    return found


@pytest.mark.parametrize(
    ("format", "written"), [("otlp", otlp), ("langsmith", langsmith), ("langfuse", langfuse), ("langfuse", langfuse_rows)]
)
def test_spans(tmp_path: Path, format: str, written: Any) -> None:
    (run,) = followed(tmp_path, written(TEAM), format).runs
    assert (run.run, run.verdict, run.events, run.names["Worker"]) == ("t1", "conforms", 6, {"ann": "Worker0", "bob": "Worker1"})
    (run,) = followed(tmp_path, written(LATE), format).runs
    assert run.violation is not None
    assert (run.verdict, run.violation.seen.agent, run.violation.seen.steps) == ("violates", "Worker1", ("Worker.work",))


def test_clocks_of_several_services_are_not_compared(tmp_path: Path) -> None:
    """With two services bob's clock may be wrong; a link from his plan to ann's claim says that it came later."""
    assert followed(tmp_path, otlp(LATE, lane="own"), "otlp").verdict == "violates"
    assert followed(tmp_path, otlp(LATE, lane="own"), "otlp", "links").verdict == "conforms"
    assert followed(tmp_path, otlp(LATE), "otlp", "links").verdict == "violates"
    claimed = [*LATE[:3], ("work", "ann", "root", 3.2, 5), *LATE[4:]]
    assert followed(tmp_path, otlp(claimed, lane="own", links={2: 3}), "otlp", "links").verdict == "violates"


def test_of_one_moment_any_order_is_possible(tmp_path: Path) -> None:
    """Ann's work begins at the moment at which her plan ends, so the link to it does not say that she had claimed."""
    assert followed(tmp_path, otlp(LATE, lane="own", links={2: 3}), "otlp", "links").verdict == "conforms"


def test_a_span_that_did_not_end_has_no_end(tmp_path: Path) -> None:
    data = json.loads(otlp(TEAM))
    for span in data["resourceSpans"][0]["scopeSpans"][0]["spans"][1:]:
        span["endTimeUnixNano"] = "0"
    (run,) = followed(tmp_path, json.dumps(data), "otlp").runs
    assert (run.verdict, run.events) == ("conforms", 2)


def test_what_a_span_becomes(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(otlp(TEAM[:2]))
    format, records = read_log(str(path))
    found = list(records)
    assert format == "otlp"
    assert [(r.id, r.before, r.time) for r in found[3:]] == [
        ("s1:start", ("s0:start",), 11_000_000_000),
        ("s1:event0", ("s1:start",), 11_000_000_000),
        ("s1:end", ("s1:start", "s1:event0"), 13_000_000_000),
    ]
    assert found[3].fields["attributes"] == {"gen_ai.agent.name": "ann", "task": "T"}
    assert found[3].fields["resource"] == {"service.name": "one"}
    assert (found[3].fields["status"], found[3].fields["kind"], found[4].fields["of"]) == ("ok", "internal", "plan")


def test_nested_runs_of_langsmith(tmp_path: Path) -> None:
    runs = json.loads(langsmith(TEAM))
    nested = {**runs[0], "child_runs": runs[1:]}
    assert followed(tmp_path, json.dumps(nested), "langsmith").runs[0].verdict == "conforms"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000_000),
        ("1970-01-01T01:00:01.5+01:00", 1_500_000_000),
        ("1970-01-01 00:00:00.000001", 1_000),
        ("1970-01-01T00:00:00.123456789Z", 123_456_789),
        ("1970-01-01T01:00:00,1234567+01:00", 123_456_700),
        (1_500, 1_500_000_000_000),
        (1_772_359_200, 1_772_359_200_000_000_000),
        (1_772_359_200.5, 1_772_359_200_500_000_000),
        (1_772_359_200_500, 1_772_359_200_500_000_000),
        (1_772_359_200_500_000, 1_772_359_200_500_000_000),
        ("1772359200500000000", 1_772_359_200_500_000_000),
        ("2026-03-01 10:00:00,500", 1_772_359_200_500_000_000),
        ("2026-03-01 10:00:00.5 UTC", 1_772_359_200_500_000_000),
        ("Sun, 01 Mar 2026 11:00:00 +0100", 1_772_359_200_000_000_000),
        ("soon", None),
        (None, None),
        (True, None),
    ],
)
def test_times(given: Any, expected: int | None) -> None:
    assert nanoseconds(given) == expected


@pytest.mark.parametrize(
    ("text", "format", "line", "reason"),
    [
        ("", None, 1, "there is nothing in it"),
        ('{"a": 1}\n{"a": \n', None, 2, "the line is not JSON (input data was truncated)"),
        ("hello\n", None, 1, "the line is not JSON (JSON is malformed: invalid character (byte 0))"),
        ('{"a": ' + "[" * 5_000 + "]" * 5_000 + "}\n", None, 1, "the line is not JSON (it is nested too deeply)"),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}\n", None, 1, "the line is not JSON (it is nested too deeply)"),
        ('{"a": 1}\n[1]\n', None, 2, "the line is no JSON object"),
        ('[{"a": 1},\n 7]', None, 2, "the line is no JSON object"),
        ('{"a": 1}\n', "otlp", 1, "this is not otlp: it has no `resourceSpans`"),
        (
            '{"run_type": "llm", "start_time": 3}',
            None,
            1,
            "this is not langsmith: a run has no `id`, or its `start_time` is not a time",
        ),
        (
            '{"observations": ["x"]}',
            None,
            1,
            "this is not langfuse: `observations` holds ids only; export the trace with its observations",
        ),
    ],
)
def test_what_is_no_log(tmp_path: Path, text: str, format: Any, line: int, reason: str) -> None:
    path = tmp_path / "log"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        list(read_log(str(path), format)[1])
    (error,) = caught.value.diagnostics
    assert error.span is not None
    assert (error.code, error.span.line, error.title_text) == ("T637", line, f"the log cannot be read: {reason}")


def test_the_lines_of_a_list(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text('[\n  {"a": 1},\n\n  {"a": 2}, {"a": 3}\n]\n')
    assert [record.place.line for record in read_log(str(path))[1]] == [2, 4, 4]
