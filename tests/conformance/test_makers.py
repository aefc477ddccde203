"""Logs of makers that have no format of their own here: what the map to start from guesses, and what the verdict is then."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from checker.api import conform, starter_map
from checker.conformance.logs.messages import Messages
from tests.conformance.boards import BOARD
from tests.conformance.makers import MAKERS, Event

RIGHT: list[Event] = [
    (0, "Planner", "plan", "T-1"),
    (2, "Coder", "plan", "T-2"),
    (5, "Planner", "claim", "T-1"),
    (7, "Coder", "claim", "T-2"),
    (30, "Planner", "done", "T-1"),
    (40, "Coder", "done", "T-2"),
]
WRONG = [*RIGHT[:3], *RIGHT[4:]]  # Coder completes what it has not claimed
TAKEN = [RIGHT[0], RIGHT[2], (10, "Coder", "plan", "T-1")]  # it begins with what is claimed

TEMPORAL = """\
[log]
records = "events"
agent = "activityTaskScheduledEventAttributes.input.0.agent"

[[record]]
where = { "activityTaskScheduledEventAttributes.activityType.name" = "planTask" }
step = "Worker.work"
with = { t = "activityTaskScheduledEventAttributes.input.0.task" }
call = "begin"
id = "eventId"

[[record]]
where = { "activityTaskScheduledEventAttributes.activityType.name" = "claimTask" }
step = "Worker.work.planning"
call = "begin"
id = "eventId"

[[record]]
where = { "activityTaskScheduledEventAttributes.activityType.name" = "doneTask" }
step = "Worker.work.working"
call = "begin"
id = "eventId"

[[record]]
where = { eventType = "*ACTIVITY_TASK_COMPLETED" }
call = "end"
id = "activityTaskCompletedEventAttributes.scheduledEventId"

[[record]]
where = { eventType = ["*WORKFLOW*", "*ACTIVITY_TASK_STARTED"] }
ignore = true
"""
# by hand: what the log says in a text that is not the only one which says what records are
MENDED = {"autogen.log": ('"Planning task *" }', '"Planning task {task}" }\nwith = { t = "task" }')}


@pytest.mark.parametrize("name", MAKERS)
def test_a_map_is_guessed_and_decides(tmp_path: Path, name: str) -> None:
    log = tmp_path / name
    log.write_text(MAKERS[name](RIGHT))
    map = TEMPORAL if name == "temporal.json" else starter_map(BOARD, log).replace(*MENDED.get(name, ("", "")))
    (tmp_path / "map.toml").write_text(map)
    for events, verdict in ((RIGHT, "conforms"), (WRONG, "violates"), (TAKEN, "violates")):
        log.write_text(MAKERS[name](events))
        found = conform(BOARD, log, map=tmp_path / "map.toml", overrides={"tasks": 2})
        assert (found.verdict, len(found.runs)) == (verdict, 1), events
        if verdict == "conforms" and name != "temporal.json":
            assert [warning for warning in found.warnings if "GUESS" in warning]
            assert found.runs[0].states == 1


def test_what_is_guessed_of_temporal_is_marked(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text(MAKERS["temporal.json"](RIGHT))
    map = starter_map(BOARD, tmp_path / "log.json")
    assert tomllib.loads(map)["log"]["records"] == "events"
    assert "# HOLE: 2 rules show this step" in map


def test_templates_of_messages() -> None:
    texts = ["Ann claimed task T-1", "Bob claimed task T-2", "Ann gave T-1 back (after 3s)", "nothing to do", "Bob: idle"]
    messages = Messages(texts, ["Task"], lambda word: word == "claimed")
    assert [messages.template(text) for text in texts] == [
        "{who} claimed task {task}",
        "{who} claimed task {task}",
        "{who} gave {x} back (after {y})",
        "nothing to do",
        "{who}: idle",
    ]
    claims = Messages(["claimed task T-1", "freed task T-1"], [], lambda word: word in ("claimed", "freed"))
    assert claims.template("claimed task T-1") == "claimed task {x}"


def test_a_file_with_records_elsewhere_is_refused(tmp_path: Path) -> None:
    from checker.language.diagnostics import BadInput

    (tmp_path / "log.json").write_text('{"events": 3}')
    (tmp_path / "map.toml").write_text(TEMPORAL)
    with pytest.raises(BadInput) as refused:
        conform(BOARD, tmp_path / "log.json", map=tmp_path / "map.toml")
    reason = "there is no list of objects `events` in it, where `records` says that the records are"
    assert refused.value.diagnostics[0].title_text == f"the log cannot be read: {reason}"
