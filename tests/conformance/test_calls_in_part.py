"""Calls in logs whose order is known in part: what comes after their beginning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.api import conform
from tests.conformance.boards import BOARD

BEGUN = """\
[log]
agent = "who"
order = "agent"

[steps]
never = ["Worker.work.planning", "Worker.work.working"]

[[record]]
where = { type = "begin" }
step = "Worker.work"
with = { t = "task" }
call = "begin"
id = "id"
after = { "status[{task}]" = "status" }

[[record]]
where = { type = "end" }
call = "end"
id = "id"
"""


@pytest.mark.parametrize("status", ["open", "done"])
def test_a_call_ends_after_all_that_was_told_with_its_beginning(tmp_path: Path, status: str) -> None:
    """The end names no agent, so that only its id tells what it comes after."""
    (tmp_path / "map.toml").write_text(BEGUN)
    records = [{"type": "begin", "who": "ann", "task": "T-1", "id": "1", "status": status}, {"type": "end", "id": "1"}]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    found = conform(BOARD, tmp_path / "log.jsonl", map=tmp_path / "map.toml")
    assert found.verdict == ("conforms" if status == "open" else "violates")
