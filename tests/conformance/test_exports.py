"""Exports that the makers of the formats wrote (`exports/README.md`), read with one map; and the maps to start from, for these and for logs of
many kinds."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from checker.api import conform, starter_map
from tests.conformance.boards import BOARD
from tests.conformance.test_formats import SPANS

EXPORTS = Path(__file__).parent / "exports"
FORMATS = {
    "otlp.jsonl": "otlp",
    "console.json": "otlp",
    "proto_snake.json": "otlp",
    "langsmith.json": "langsmith",
    "langsmith_nested.json": "langsmith",
    "langsmith_tree.jsonl": "langsmith",
    "langfuse.json": "langfuse",
    "openai_agents.jsonl": "spans",
    "mlflow.json": "spans",
}
LINES = {"structlog.jsonl", "loguru.jsonl", "json_logger.jsonl", "langgraph_events.jsonl", "langgraph_debug.jsonl"}
FIELDS = {
    "openai_agents.jsonl": ("who", "span_data.input.task"),
    "mlflow.json": ("attributes.agent", "attributes.mlflow.spanInputs.task"),
    "otlp": ("attributes.gen_ai.agent.name", "attributes.task.id"),
    "langsmith": ("metadata.agent", "inputs.task"),
    "langfuse": ("metadata.agent", "input.task"),
}
WITHIN = """
[spans.above.who]
field = "name"
where = { kind = "agent" }
"""
MAP = SPANS.replace('"work"', '"work*"')  # spans of work are called by their task too


def test_every_export_is_read() -> None:
    assert {path.name for path in EXPORTS.iterdir() if path.suffix in (".json", ".jsonl")} == {*FORMATS, *LINES}


@pytest.mark.parametrize("name", FORMATS)
def test_an_export(tmp_path: Path, name: str) -> None:
    agent, task = FIELDS.get(name) or FIELDS[FORMATS[name]]
    (tmp_path / "map.toml").write_text(MAP.format(agent=agent, task=task, order="") + (WITHIN if agent == "who" else ""))
    found = conform(BOARD, EXPORTS / name, map=tmp_path / "map.toml")
    (run,) = found.runs
    assert (found.format, run.verdict, run.events, found.warnings) == (FORMATS[name], "conforms", 6, ())
    assert run.names == {"Worker": {"ann": "Worker0", "bob": "Worker1"}, "Task": {"T-1": "Task0", "T-2": "Task1"}}
    one_task = (EXPORTS / name).read_text().replace("T-2", "T-1")  # then bob goes on with ann's, whose claim he did not see
    (tmp_path / "log").write_text(one_task)
    (run,) = conform(BOARD, tmp_path / "log", map=tmp_path / "map.toml").runs
    assert (run.verdict, run.names["Task"]) == ("conforms", {"T-1": "Task0"})
    (tmp_path / "log").write_text(one_task.replace("bob", "ann"))  # ann plans while she plans
    (run,) = conform(BOARD, tmp_path / "log", map=tmp_path / "map.toml").runs
    assert run.verdict == "violates"


@pytest.mark.parametrize("name", FORMATS)
def test_a_map_to_start_from(name: str) -> None:
    agent, task = FIELDS.get(name) or FIELDS[FORMATS[name]]
    map = tomllib.loads(starter_map(BOARD, EXPORTS / name))
    assert map["log"] == {"run": "trace", "agent": agent, "order": "time"}
    rules = {(rule["where"]["span"], rule["where"]["name"]): rule for rule in map["record"]}
    assert rules["start", "plan"] == {"where": {"span": "start", "name": "plan"}, "step": "Worker.work", "with": {"t": task}}
    assert rules["end", "plan"]["step"] == "Worker.work.planning"
    assert rules["start", "ann" if agent == "who" else "team run"]["ignore"]


def records(names: tuple[str, ...], *rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


LOGS: dict[str, tuple[list[dict[str, Any]], tuple[str | None, str | None, str | None], dict[str, str | None]]] = {
    "a run before the event": (
        records(
            ("run", "what", "actor", "item"),
            ("r", "starts work", "a", "T1"),
            ("r", "planning", "a", "T1"),
            ("r", "working", "b", "T1"),
        ),
        ("run", "actor", "what"),
        {"starts work": "Worker.work", "planning": "Worker.work.planning", "working": "Worker.work.working"},
    ),
    "a session and a host": (
        records(
            ("session_id", "host", "event_name", "agent_id", "task"),
            ("s", "h", "work", "a", "T1"),
            ("s", "h", "planning", "a", "T1"),
        ),
        ("session_id", "agent_id", "event_name"),
        {"work": "Worker.work", "planning": "Worker.work.planning"},
    ),
    "structlog": (
        records(
            ("event", "level", "logger", "timestamp", "worker"),
            ("worker planning", "info", "team", "2026-01-01T00:00:00Z", "a"),
            ("task claimed", "info", "team", "2026-01-01T00:00:01Z", "a"),
            ("working", "warning", "team", "2026-01-01T00:00:02Z", "b"),
        ),
        (None, "worker", "event"),
        {"worker planning": "Worker.work", "task claimed": "Worker.work.planning", "working": "Worker.work.working"},
    ),
    "messages with names in them": (
        records(("ts", "msg", "agent"), (1, "planning T1", "a"), (2, "planning T2", "b"), (3, "heartbeat", "b")),
        (None, "agent", "msg"),
        {"planning {x}": "Worker.work.planning", "heartbeat": None},
    ),
    "within a payload": (
        [
            {"run_id": f"r{n}", "payload": {"kind": kind, "agent": "a", "task": {"id": "T1"}}}
            for n in (1, 2)
            for kind in ("work", "planning")
        ],
        ("run_id", "payload.agent", "payload.kind"),
        {"work": "Worker.work", "planning": "Worker.work.planning"},
    ),
    "nothing but numbers": ([{"a": 1}, {"a": 2}], (None, None, None), {"": None}),
}


@pytest.mark.parametrize("name", LOGS)
def test_maps_to_start_from_for_lines(tmp_path: Path, name: str) -> None:
    lines, (run, agent, kind), steps = LOGS[name]
    (tmp_path / "log").write_text("".join(json.dumps(line) + "\n" for line in lines))
    map = tomllib.loads(starter_map(BOARD, tmp_path / "log"))
    assert map["log"] == {**({"run": run} if run else {}), **({"agent": agent} if agent else {}), "order": "log"}
    assert {rule.get("where", {}).get(kind, ""): rule.get("step") for rule in map["record"]} == steps
