"""Logs of many makers and loggers, each read with a map of a few lines: a run that conforms, and one that does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.api import conform
from checker.conformance.result import Conformance
from checker.language.diagnostics import BadInput
from tests.conformance.boards import BOARD

EXPORTS = Path(__file__).parent / "exports"
FINE = [("plan", "ann", "T-1"), ("plan", "bob", "T-1"), ("claim", "ann", "T-1"), ("claim", "bob", "T-1"), ("done", "bob", "T-1")]
LATE = [FINE[0], FINE[2], FINE[1]]  # bob plans what ann has claimed

RULES = """\

[[record]]
where = {{ {plan} }}
step = "Worker.work"
with = {{ t = "{task}" }}

[[record]]
where = {{ {claim} }}
step = "Worker.work.planning"

[[record]]
where = {{ {done} }}
step = "Worker.work.working"
"""
STARTS = """\
{head}
[steps]
hidden = ["Worker.work.planning", "Worker.work.working"]

[[record]]
{rule}
"""


def told(folder: Path, name: str, text: str, map: str) -> Conformance:
    (folder / name).write_text(text)
    (folder / "map.toml").write_text(map)
    return conform(BOARD, folder / name, map=folder / "map.toml")


def refused(folder: Path, name: str, text: str, map: str) -> tuple[int, str]:
    with pytest.raises(BadInput) as caught:
        told(folder, name, text, map)
    (error,) = caught.value.diagnostics
    assert error.span is not None
    return error.span.line, error.title_text


def by_field(field: str, task: str) -> str:
    return RULES.format(task=task, **{what: f'"{field}" = "{what}"' for what in ("plan", "claim", "done")})


def lines(record: Any) -> Any:
    return lambda events: "".join(json.dumps(record(number, *event)) + "\n" for number, event in enumerate(events, 1_772_359_200))


# name of the file, how events are written, and the map
KINDS: dict[str, tuple[str, Any, str]] = {
    "a JSON text within a message": (
        "log.jsonl",
        lines(
            lambda n, what, who, task: {"severity": "INFO", "message": json.dumps({"op": what, "by": {"id": who}, "task": task})}
        ),
        '[log]\nagent = "message.by.id"\n' + by_field("message.op", "message.task"),
    ),
    "CloudEvents, twice and in no order": (
        "log.jsonl",
        lambda events: "".join(
            reversed(
                2
                * lines(
                    lambda n, what, who, task: {
                        "specversion": "1.0",
                        "id": str(n),
                        "source": f"/workers/{who}",
                        "type": what,
                        "time": f"2026-03-01T10:00:{n % 60:02}Z",
                        "data": {"task": task},
                    }
                )(events).splitlines(keepends=True)
            )
        ),
        '[log]\nagent = "source"\nonce = ["source", "id"]\norder = "time"\ntime = "time"\n' + by_field("type", "data.task"),
    ),
    "lines of a logger": (
        "team.log",
        lambda events: "".join(
            f"2026-03-01 10:00:{n:02},5 INFO team: {who} {what} {task}\n" for n, (what, who, task) in enumerate(events)
        ),
        '[log]\nagent = "who"\nline = "{time...} {level} {logger}: {message...}"\norder = "time"\ntime = "time"\n'
        + RULES.format(task="task", **{what: f'message = "{{who}} {what} {{task}}"' for what in ("plan", "claim", "done")}),
    ),
    "JSON behind the name of a container, and other lines": (
        "log",
        lambda events: (
            "starting\n"
            + "".join(f"worker-1   | {json.dumps({'op': what, 'by': who, 'task': task})}\n" for what, who, task in events)
            + "worker-1 exited with code 0\n"
        ),
        '[log]\nagent = "json.by"\nline = "{container} | {json...}"\nstrict = false\n' + by_field("json.op", "json.task"),
    ),
    "JSON lines with other lines between": (
        "log",
        lambda events: "Warning: retrying\n\n".join(
            json.dumps({"op": what, "by": who, "task": task}) + "\n" for what, who, task in events
        ),
        '[log]\nagent = "by"\nformat = "text"\n'
        + by_field("op", "task")
        + "\n[[record]]\nwhere = { text = true }\nignore = true\n",
    ),
    "CSV": (
        "log.csv",
        lambda events: (
            "op,by,task,note\r\n" + "".join(f'{what},{who},{task},"a note,\r\nof two lines"\r\n' for what, who, task in events)
        ),
        '[log]\nagent = "by"\n' + by_field("op", "task"),
    ),
    "microseconds as text": (
        "log.jsonl",
        lambda events: "".join(
            reversed(
                lines(lambda n, what, who, task: {"op": what, "by": who, "task": task, "ts": str(n * 1_000_000)})(
                    events
                ).splitlines(keepends=True)
            )
        ),
        '[log]\nagent = "by"\norder = "time"\ntime = "ts"\n' + by_field("op", "task"),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_log(tmp_path: Path, kind: str) -> None:
    name, written, map = KINDS[kind]
    (run,) = told(tmp_path, name, written(FINE), map).runs
    assert (run.verdict, run.events, len(run.names["Worker"])) == ("conforms", 5, 2)
    (run,) = told(tmp_path, name, written(LATE), map).runs
    assert run.violation is not None
    who = {element: name for name, element in run.names["Worker"].items()}[run.violation.seen.agent or ""]
    assert (run.verdict, run.violation.event, who.rsplit("/", 1)[-1]) == ("violates", 3, "bob")


LOGGERS = {
    "structlog.jsonl": ('agent = "agent"', "event", "task"),
    "loguru.jsonl": (
        'agent = "record.extra.agent"\norder = "time"\ntime = "record.time.timestamp"',
        "record.message",
        "record.extra.task",
    ),
    "json_logger.jsonl": ('agent = "agent"\norder = "time"\ntime = "asctime"\nstrict = false', "message", "task"),
}


@pytest.mark.parametrize("name", LOGGERS)
def test_a_logger(tmp_path: Path, name: str) -> None:
    head, field, task = LOGGERS[name]
    (run,) = told(tmp_path, name, (EXPORTS / name).read_text(), f"[log]\n{head}\n" + by_field(field, task)).runs
    assert (run.verdict, run.events, run.names["Worker"]) == ("conforms", 6, {"ann": "Worker0", "bob": "Worker1"})


def test_lines_of_pythons_logging(tmp_path: Path) -> None:
    map = KINDS["lines of a logger"][2].replace('order = "time"\ntime = "time"', "strict = false")
    found = told(tmp_path, "team.log", (EXPORTS / "logging.log").read_text(), map)
    assert (found.format, found.runs[0].verdict, found.runs[0].events, found.unread) == ("text", "conforms", 6, 5)


@pytest.mark.parametrize(
    ("name", "head", "rule"),
    [
        (
            "langgraph_events.jsonl",
            "[log]\nstrict = false",
            'where = { event = "on_chain_start", "metadata.langgraph_node" = true }\nstep = "Worker.work"\nagent = "name"',
        ),
        (
            "langgraph_debug.jsonl",
            '[log]\nstrict = false\norder = "time"\ntime = "timestamp"',
            'where = { type = "task" }\nstep = "Worker.work"\nagent = "payload.name"',
        ),
    ],
)
def test_streams_of_langgraph(tmp_path: Path, name: str, head: str, rule: str) -> None:
    (run,) = told(tmp_path, name, (EXPORTS / name).read_text(), STARTS.format(head=head, rule=rule)).runs
    assert (run.verdict, run.events, run.names["Worker"]) == ("conforms", 2, {"ann": "Worker0", "bob": "Worker1"})


def test_what_came_twice_and_says_something_else(tmp_path: Path) -> None:
    map = '[log]\nagent = "by"\nonce = "id"\n' + by_field("op", "task")
    text = '{"op": "plan", "by": "ann", "task": "T", "id": 1}\n{"op": "plan", "by": "bob", "task": "T", "id": 1}\n'
    assert refused(tmp_path, "log", text, map) == (2, "it is the same record as line 1, by `once`, and does not say the same")
    found = told(tmp_path, "log", text.replace("bob", "ann"), map)
    assert (found.runs[0].events, found.warnings[-1]) == (1, "1 record came again, as before, and was passed over")


@pytest.mark.parametrize(
    ("times", "line", "reason"),
    [
        (("2026-03-01T10:00:00Z", "2026-03-01T10:00:01"), 2, "`t` is a date without a zone here, and a date in line 1: "),
        (
            (1_772_359_200, 1_772_359_201_000),
            2,
            "`t` is a number of milliseconds since 1970 here, and a number of seconds since 1970 in line 1: ",
        ),
    ],
)
def test_times_that_cannot_be_compared(tmp_path: Path, times: tuple[Any, Any], line: int, reason: str) -> None:
    map = '[log]\nagent = "by"\norder = "time"\ntime = "t"\n' + by_field("op", "task")
    text = "".join(
        json.dumps({"op": "plan", "by": who, "task": "T", "t": t}) + "\n" for who, t in zip(("ann", "bob"), times, strict=True)
    )
    assert refused(tmp_path, "log", text, map) == (line, reason + "which comes first is not known")


def test_numbers_that_are_no_times_of_day(tmp_path: Path) -> None:
    """A clock that counts nanoseconds from the start of a process goes through all sizes."""
    map = '[log]\nagent = "by"\norder = "time"\ntime = "t"\n' + by_field("op", "task")
    text = "".join(
        json.dumps({"op": what, "by": who, "task": "T", "t": t}) + "\n"
        for what, who, t in (("plan", "ann", 5_000_000), ("plan", "bob", 2_000_000_000), ("claim", "ann", 2_000_000_000_000))
    )
    assert told(tmp_path, "log", text, map).verdict == "conforms"


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        ("log.csv", "op,by,task\nplan,ann\n", 2, "the log cannot be read: the row has 2 cells, and the first row has 3"),
        ("log.csv", "op,by,op\n", 1, "the log cannot be read: two columns are called `op`"),
        ("log.csv", "", 1, "the log cannot be read: there is nothing in it"),
        ("log.csv", 'op,by,task\nplan,"ann', 2, "the log cannot be read: the row is not CSV (unexpected end of data)"),
    ],
)
def test_what_is_no_table(tmp_path: Path, name: str, text: str, line: int, reason: str) -> None:
    assert refused(tmp_path, name, text, KINDS["CSV"][2]) == (line, reason)


@pytest.mark.parametrize(
    ("head", "line", "reason"),
    [
        ('line = "{level"', 2, "`line` has no holes, so it names nothing"),
        ('format = "csv"\nline = "{level}"', 3, "`line` is of lines of text, and the format is csv"),
        ('format = "otlp"\n[spans]\nid = "x"', 2, "`[spans]` says what spans are called, and the format is otlp"),
    ],
)
def test_a_map_that_contradicts_itself(tmp_path: Path, head: str, line: int, reason: str) -> None:
    assert refused(tmp_path, "log", "{}\n", f"[log]\n{head}\n" + by_field("op", "task")) == (line, reason)
