"""Logs and maps of the task board, for the tests of maps, formats and reports."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from checker.api import conform, load
from checker.conformance.result import Conformance
from checker.language.types import show
from checker.semantics.interpreter import Interpreter
from tests.conformance.oracle import random_run

ROOT = Path(__file__).resolve().parents[2]
BOARD = str(ROOT / "protocols" / "task_board.team")
SPEC = str(ROOT / "specs" / "task_board.spec")

MAP = """\
[log]
run = "run"
agent = "who"

[[record]]
where = { type = "plan" }
step = "Worker.work"
with = { t = "task" }

[[record]]
where = { type = "claim" }
step = "Worker.work.planning"

[[record]]
where = { type = "done" }
step = "Worker.work.working"

[[record]]
where = { type = "heartbeat" }
ignore = true
"""

CLAIMED_TWICE = [
    {"type": "plan", "who": "ann", "task": "T-1"},
    {"type": "plan", "who": "bob", "task": "T-1"},
    {"type": "claim", "who": "ann"},
    {"type": "heartbeat", "who": "bob"},
    {"type": "claim", "who": "bob"},
]
BY_NAME = """\
[log]
run = "run"
agent = "agent"

[[record]]
step = "{step}"
with = { t = "t" }
"""


def write(folder: Path, records: list[dict[str, Any]], map: str) -> tuple[str, str]:
    """The paths of a log and a map."""
    log, path = folder / "log.jsonl", folder / "map.toml"
    log.write_text("".join(json.dumps({"run": "a", **record}) + "\n" for record in records))
    path.write_text(map)
    return str(log), str(path)


def followed(folder: Path, records: list[dict[str, Any]], map: str = MAP, protocol: str = BOARD, **options: Any) -> Conformance:
    log, path = write(folder, records, map)
    return conform(protocol, log, map=path, **options)


def logged_runs(protocol: str, runs: int, *, steps: int = 100, seed: int = 0, **options: Any) -> list[dict[str, Any]]:
    """Random runs of a protocol as records that name their step, agent and parameters."""
    model = load(protocol, **options)
    interpreter, random = Interpreter(model), Random(seed)
    records = []
    for number in range(runs):
        for transition in random_run(interpreter, random, steps):
            step = model.steps[transition.step]
            record = {"run": f"run{number}", "step": step.name}
            if step.agent is not None:
                record["agent"] = show(step.agent.type, transition.agent)
            record |= {
                local.name: show(local.type, value) for local, value in zip(step.parameters, transition.values, strict=True)
            }
            records.append(record)
    return records
