"""Where things are said to stand: the true line within a JSON over several lines, the path within one that has it all on one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.api import conform
from checker.conformance.logs.formats.detect import read_log
from checker.language.diagnostics import BadInput
from checker.report.conformance import render
from checker.report.conformance_json import to_data
from tests.conformance.boards import BOARD

SPANS = [("plan", "ann", 1, 9), ("claim", "ann", 2, 3), ("claim", "bob", 4, 5)]
MAP = """\
[log]
agent = "attributes.who"

[steps]
hidden = ["Worker.work.working"]

[[record]]
where = { span = "end" }
ignore = true

[[record]]
where = { name = "plan" }
step = "Worker.work"

[[record]]
where = { name = "claim" }
step = "Worker.work.planning"
"""


def otlp(snake: bool = False) -> dict[str, Any]:
    spans = [
        {
            "spanId": f"s{number}",
            "name": name,
            "startTimeUnixNano": str(start),
            "endTimeUnixNano": str(end),
            "attributes": [{"key": "who", "value": {"stringValue": who}}],
        }
        for number, (name, who, start, end) in enumerate(SPANS)
    ]
    names = ("resource_spans", "scope_spans") if snake else ("resourceSpans", "scopeSpans")
    return {"a": [1], names[0]: [{names[1]: []}, {names[1]: [{"spans": spans}]}]}


def made(maker: str) -> Any:
    spans = [
        (f"s{number}", name, {"who": who}, f"2026-01-01T00:00:0{start}Z", f"2026-01-01T00:00:0{end}Z")
        for number, (name, who, start, end) in enumerate(SPANS)
    ]
    match maker:
        case "langfuse":
            return {
                "id": "t",
                "observations": [
                    {"id": id, "name": name, "attributes": of, "metadata": of, "startTime": start, "endTime": end}
                    for id, name, of, start, end in spans
                ],
            }
        case "langsmith":
            inner: dict[str, Any] = {}
            for id, name, of, start, end in reversed(spans):
                run = {
                    "id": id,
                    "trace_id": "t",
                    "run_type": "tool",
                    "name": name,
                    "start_time": start,
                    "end_time": end,
                    "inputs": of,
                }
                inner = {**run, "child_runs": [inner] if inner else []}
            return [inner]
        case "jaeger":
            return {
                "data": [
                    {
                        "traceID": "t",
                        "spans": [
                            {
                                "traceID": "t",
                                "spanID": id,
                                "operationName": name,
                                "startTime": 1_700_000_000_000_000 + int(start[-2:-1]),
                                "duration": 9,
                                "tags": [{"key": "who", "value": of["who"]}],
                            }
                            for id, name, of, start, _ in spans
                        ],
                    }
                ]
            }
    return otlp(maker == "snake")


PATHS = {
    "otlp": ".resourceSpans[1].scopeSpans[0].spans[{}]",
    "snake": ".resource_spans[1].scope_spans[0].spans[{}]",
    "langfuse": ".observations[{}]",
    "langsmith": "[0]",
    "jaeger": ".data[0].spans[{}]",
}


@pytest.mark.parametrize("maker", PATHS)
@pytest.mark.parametrize("indent", [None, 1, 4])
def test_each_span_has_its_place(tmp_path: Path, maker: str, indent: int | None) -> None:
    (tmp_path / "log").write_text(text := json.dumps(made(maker), indent=indent))
    found = {record.fields["id"]: record.place for record in read_log(str(tmp_path / "log"))[1]}
    for number in range(len(SPANS)):
        id = f"s{number}"
        if indent is not None:
            before = text[: text.index(f'"{id}"')].count("\n") + 1
            assert 1 <= before - found[id].line <= 2, "the span opens just before its id"
            assert text.splitlines()[found[id].line - 1].strip().endswith("{")
            assert found[id].within == ""
        else:
            deeper = ".child_runs[0]" * number if maker == "langsmith" else ""
            assert (found[id].line, found[id].within) == (1, PATHS[maker].format(number) + deeper)


def violating(tmp_path: Path, indent: int | None) -> tuple[str, dict[str, Any]]:
    (tmp_path / "log.json").write_text(json.dumps(otlp(), indent=indent))
    (tmp_path / "map.toml").write_text(MAP)
    found = conform(BOARD, tmp_path / "log.json", map=tmp_path / "map.toml")
    assert found.verdict == "violates"
    return render(found), to_data(found)["runs"][0]["violation"]


def test_a_report_says_where_in_the_json(tmp_path: Path) -> None:
    text, data = violating(tmp_path, None)
    assert "event 3, line 1 at .resourceSpans[1].scopeSpans[0].spans[2]: no behaviour explains it" in text
    assert "    line 1 at .resourceSpans[1].scopeSpans[0].spans[0]  Worker0  starts work" in text
    assert data["seen"]["within"] == ".resourceSpans[1].scopeSpans[0].spans[2]"
    text, data = violating(tmp_path, 1)
    assert "event 3, line 41: no behaviour explains it" in text
    assert (data["seen"]["line"], data["seen"]["within"]) == (41, None)
    assert [one["line"] for one in data["explanation"]] == [13, 27]


@pytest.mark.parametrize(("indent", "line", "at"), [(1, 27, ""), (None, 1, " (at .resourceSpans[1].scopeSpans[0].spans[1])")])
def test_a_span_that_cannot_be_read_is_shown(tmp_path: Path, indent: int | None, line: int, at: str) -> None:
    value = otlp()
    value["resourceSpans"][1]["scopeSpans"][0]["spans"][1]["startTimeUnixNano"] = "soon"
    (tmp_path / "log").write_text(json.dumps(value, indent=indent))
    with pytest.raises(BadInput) as caught:
        list(read_log(str(tmp_path / "log"))[1])
    (error,) = caught.value.diagnostics
    assert error.span is not None
    assert error.span.line == line
    assert error.title_text == f"the log cannot be read: this is not otlp: `startTimeUnixNano` is not a number{at}"


def test_elements_of_a_list_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('[{"a": 1}, {"a": 2}]\n')
    assert [str(record.place) for record in read_log(str(tmp_path / "log"))[1]] == ["line 1 at [0]", "line 1 at [1]"]


def test_a_text_that_looks_like_what_comes_after_it(tmp_path: Path) -> None:
    text = '[\n{"a": "{\\"b\\": 1}",\n "x": {"b": 1}}, \n{"b": 1}\n]'
    (tmp_path / "log").write_text(text)
    assert [record.place.line for record in read_log(str(tmp_path / "log"))[1]] == [2, 4]
