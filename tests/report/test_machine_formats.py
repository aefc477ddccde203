"""JSON, JUnit, SARIF and GitHub annotations: every output against its schema or its grammar, and the facts in it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from msgspec.structs import replace

from checker.cli.argument_errors import BadSetting, CannotWrite
from checker.language.source import Span
from checker.report import github, junit, sarif
from checker.report import json as json_report
from checker.version import VERSION
from tests.report import samples

SCHEMA = json.loads((files("checker.report") / "schema.json").read_text(encoding="utf-8"))
ERRORS = (
    CannotWrite(span=None, path="x", reason="it is a folder"),
    BadSetting(span=Span("a b.team", 3, 4, 3, 9), given="1", related=((Span("c.team", 1, 1, 1, 2), "here"),)),
)
each = pytest.mark.parametrize("name", samples.REPORTS)


def data(report: Any, *more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json_report.render(report, *more))
    return found


# --- JSON ------------------------------------------------------------------------------------------------


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@each
def test_every_json_fits_the_schema(name: str) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(data(samples.REPORTS[name]))


def test_bad_input_fits_the_schema() -> None:
    found = data(samples.EMPTY, ERRORS, 2)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert found["exit_code"] == 2
    assert [e["code"] for e in found["errors"]] == ["T681", "T682"]
    assert found["errors"][1]["span"] == {"file": "a b.team", "line": 3, "column": 4, "end_line": 3, "end_column": 9}


@pytest.mark.parametrize(
    "change",
    [{"verdict": "ok"}, {"met": True, "verdict": "unknown"}, {"distinct": -1}, {"extra": 1}, {"trace": {}}, {"place": "a:1:1"}],
)
def test_the_schema_refuses(change: dict[str, Any]) -> None:
    found = data(samples.GREEN)
    found["results"][0].update(change)
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(found)


def test_every_key_of_the_schema_is_required_and_described() -> None:
    def walk(schema: Any) -> None:
        if isinstance(schema, dict):
            if "properties" in schema and "if" not in schema and schema.get("additionalProperties") is False:
                assert schema["required"] == list(schema["properties"])
                assert schema["description"]
            for inner in schema.values():
                walk(inner)
        elif isinstance(schema, list):
            for inner in schema:
                walk(inner)

    walk(SCHEMA)


def test_the_keys_are_those_that_users_rely_on() -> None:
    found = data(samples.MIXED)
    assert list(found) == [
        "tool", "version", "schema_version", "exit_code", "interrupted", "seconds", "results", "counts", "warnings", "errors",
    ]  # fmt: skip
    assert (found["tool"], found["version"], found["schema_version"], found["exit_code"]) == ("teamcheck", VERSION, 1, 1)
    first = found["results"][0]
    assert list(first) == [
        "protocol", "spec", "instance", "faults", "property", "kind", "text", "place", "verdict", "expected", "met", "basis", "engine",
        "reduction", "distinct", "transitions", "depth", "seconds", "reason", "why", "fairness", "replay", "trace",
    ]  # fmt: skip
    step = first["trace"]["steps"][0]
    assert step["agent"] == "Worker0"
    assert step["action"] == "Worker.work"
    assert step["parameters"] == [{"name": "t", "value": "Task0"}]
    assert step["place"] == {"file": "p.team", "line": 15, "column": 5}
    assert found["results"][8]["trace"]["no_return"] == 3
    assert found["results"][6]["trace"]["cycle"] == 1
    assert found["counts"][0]["expected"] == {"distinct": 130, "transitions": None}


def test_a_saved_trace_can_be_found_again() -> None:
    found = data(samples.MIXED)["results"]
    assert json_report.trace_of(found[0]["trace"]) == (0, [0, 2, 0, 1], None)
    assert json_report.trace_of(found[6]["trace"]) == (0, [0, 1, 1], 1)
    for bad in ({}, {"initial": 0, "steps": [{}]}, {"initial": "x", "steps": []}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            json_report.trace_of(bad)


def test_the_same_report_gives_the_same_text() -> None:
    for render in (json_report.render, junit.render, sarif.render, github.render):
        assert render(samples.MIXED) == render(samples.MIXED)


# --- JUnit -----------------------------------------------------------------------------------------------


@each
def test_junit_is_xml_with_true_counts(name: str) -> None:
    report = samples.REPORTS[name]
    root = ElementTree.fromstring(junit.render(report))
    assert root.tag == "testsuites"
    cases = root.findall(".//testcase")
    assert int(root.get("tests", "")) == len(cases) == len(report.results) + len(report.counts) + report.interrupted
    assert int(root.get("failures", "")) == len(root.findall(".//failure"))
    assert int(root.get("errors", "")) == len(root.findall(".//error"))


def test_junit_tells_failures_from_unknowns() -> None:
    root = ElementTree.fromstring(junit.render(samples.MIXED))
    by_name = {case.get("name"): case for case in root.iter("testcase")}
    failure = by_name["one_owner [pair, none]"].find("failure")
    assert failure is not None
    assert failure.get("message") == "VIOLATED, expected to hold (after 4 steps)"
    assert "  > 4  Worker1  goes on with work after planning, then waits at working" in (failure.text or "")
    assert list(by_name["finished [pair, none]"]) == []
    unknown = by_name["no overwrite on owner [pair, none]"].find("error")
    assert unknown is not None
    assert unknown.get("message") == "unknown: stopped at 10,000 states (--states)"
    counts = by_name["counts [pair, none]"].find("failure")
    assert counts is not None
    assert counts.get("message") == "131 states, expected 130 states"


def test_junit_of_bad_input_is_an_error() -> None:
    root = ElementTree.fromstring(junit.render(samples.EMPTY, ERRORS))
    assert [case.get("name") for case in root.iter("testcase")] == ["T681 the command", "T682 a b.team:3:4"]
    assert root.get("errors") == "2"


def test_junit_holds_no_character_that_xml_cannot() -> None:
    bad = replace(samples.UNEXPECTED, why="\x00\x1b\ud800\ufffe<&>\U0001f600", property="a\x08b")
    root = ElementTree.fromstring(junit.render(samples.report(bad)).encode())
    assert next(root.iter("testcase")).get("name") == "a?b [pair, none]"


# --- SARIF -----------------------------------------------------------------------------------------------


def run_of(*arguments: Any) -> dict[str, Any]:
    found = json.loads(sarif.render(*arguments))
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        assert result["level"] in ("error", "warning", "note")
    return run  # type: ignore[no-any-return]


@each
def test_sarif_is_consistent(name: str) -> None:
    run_of(samples.REPORTS[name])


def test_sarif_has_what_is_not_as_expected_and_where() -> None:
    results = run_of(samples.MIXED)["results"]
    assert [(r["ruleId"], r["level"]) for r in results] == [
        ("always", "error"),
        ("sometimes", "error"),
        ("always", "error"),
        ("no-overwrite", "warning"),
        ("no-livelock", "error"),
        ("always", "error"),
        ("no-deadlock", "error"),
        ("count", "error"),
        ("warning-never-fires", "note"),
    ]
    place = results[0]["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "specs/task_board.spec", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 9, "startColumn": 1},
    }
    flow = results[0]["codeFlows"][0]["threadFlows"][0]["locations"]
    assert flow[3]["location"]["message"]["text"] == (
        "4. Worker1 goes on with work after planning, then waits at working (owner[Task0]: Worker0 -> Worker1)"
    )
    assert run_of(samples.GREEN)["results"] == []


def test_sarif_of_bad_input() -> None:
    run = run_of(samples.EMPTY, ERRORS)
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert run["results"][0]["locations"] == []
    assert run["results"][1]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b.team", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 4, "endLine": 3, "endColumn": 9},
    }


def test_sarif_locates_a_file_outside_and_a_file_without_a_line() -> None:
    outside = replace(samples.UNEXPECTED, place="/tmp/a.spec:1:2")
    whole = replace(samples.UNEXPECTED, place="", spec="./b.team")
    first, second = run_of(samples.report(outside, whole))["results"]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///tmp/a.spec"}
    assert second["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "b.team", "uriBaseId": "%SRCROOT%"}}


# --- GitHub ----------------------------------------------------------------------------------------------


def test_github_annotations() -> None:
    lines = github.render(samples.MIXED).splitlines()
    assert lines[0].startswith(
        "::error file=specs/task_board.spec,line=9,col=1,title=one_owner::instance pair, no faults: VIOLATED, expected to hold"
        " (after 4 steps)%0A"
    )
    assert [line.split(" ")[0] for line in lines] == ["::error"] * 3 + ["::warning"] + ["::error"] * 4 + ["::notice", "9"]
    assert lines[3].split("::")[2] == "instance pair, no faults: unknown: stopped at 10,000 states (--states)"
    assert github.render(samples.GREEN) == "3 verdicts in 1 spec: 2 hold, 1 violated, all as expected (0.05 s)\n"


def test_github_escapes() -> None:
    bad = replace(samples.UNEXPECTED, property="a:b,c", place="x,y.spec:1:2", why="100%\n::error::no", trace=None)
    lines = github.render(samples.report(bad)).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=x%2Cy.spec,line=1,col=2,title=a%3Ab%2Cc::")
    assert "100%25" in lines[0]


def test_github_of_bad_input() -> None:
    assert github.render(samples.EMPTY, ERRORS).splitlines() == [
        "::error title=T681::cannot write `x`: it is a folder%0Aname a file in a folder that exists and that you may write to",
        "::error file=a b.team,line=3,col=4,title=T682::`--set 1` is not NAME=VALUE%0Awrite it as in `--set workers=3`",
    ]
