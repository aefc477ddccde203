"""Three runs of the seed study: what conforms, what passes by the gate, what a livelock leaves claimed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.conformance.result import Conformance
from tests.conformance.seed_runs import ASSIGNED, BOARD, assigned, board, checked, left_open, never_completed, row

SEED = Path(__file__).parent / "seed"
CHAIN_OF_16: dict[str, list[str]] = {  # the third run's task graph
    **{f"task-{n}": [f"task-{n - 1}"] if n > 1 else [] for n in range(1, 17)},
    "task-5": ["task-3", "task-4"],
    "task-6": ["task-3", "task-5"],
    "task-12": ["task-11", "task-3"],
    "task-15": ["task-13", "task-14"],
    "task-16": ["task-15", "task-10", "task-14"],
}


def followed(tmp_path: Path, name: str, protocol: Path, instance: str) -> Conformance:
    log = tmp_path / f"{name}.jsonl"
    log.write_text((SEED / log.name).read_text())
    return checked(protocol, log, instance)


def events(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SEED / f"{name}.jsonl").read_text().splitlines()]


def test_a_decentralized_run_conforms(tmp_path: Path) -> None:
    found = followed(tmp_path, "decentralized", BOARD, board(2, "p09"))
    (run,) = found.runs
    assert (run.verdict, run.events, found.records, found.ignored) == ("conforms", 47, 49, 2)
    assert (run.end["done"], run.end["finished"], run.end["holder"]) == (("2",), ("18",), ("none",))
    assert sum(event["type"] == "claim_task" for event in events("decentralized")) == 20


def test_a_livelock_leaves_a_claim_that_was_never_completed(tmp_path: Path) -> None:
    (run,) = followed(tmp_path, "livelock", BOARD, board(1, "p09")).runs
    assert run.verdict == "conforms"
    told = never_completed({"mode": "decentralized", "p_label": "p09"}, run)
    assert told == (
        "0 to 8 claimed and not completed; the next of the chain (0 to 2 of 2 done) perhaps by Dev1; 0 to 8 free by Dev1; "
        "9 to 11 free never claimed"
    )
    assert left_open(run) == "perhaps"


@pytest.mark.parametrize(("gate", "verdict"), [("dependencies", "conforms"), ("claim", "violates")])
def test_the_preassigned_arm_completes_what_nobody_could_claim(tmp_path: Path, gate: str, verdict: str) -> None:
    (run,) = followed(tmp_path, "preassigned", ASSIGNED, assigned(3, "p02", CHAIN_OF_16, gate)).runs
    assert run.verdict == verdict
    if run.violation is not None:
        assert (run.violation.seen.line, run.violation.seen.kind, run.violation.seen.values) == (55, "done", (("done", "true"),))


def test_a_row_of_the_table(tmp_path: Path) -> None:
    (actual,) = followed(tmp_path, "preassigned", ASSIGNED, assigned(3, "p02", CHAIN_OF_16, "dependencies")).runs
    (gated,) = followed(tmp_path, "preassigned", ASSIGNED, assigned(3, "p02", CHAIN_OF_16, "claim")).runs
    run = {
        "run_dir": "runs/a/b",
        "mode": "preassign_nolead",
        "p_label": "p02",
        "n_teammates": 3,
        "total_rounds": 2,
        "success": True,
    }
    made = row(run, events("preassigned"), actual, gated)
    assert made == {
        "run": "a/b",
        "mode": "preassign_nolead",
        "agents": 3,
        "verdict": "conforms",
        "bypass": "yes",
        "bypass_shows_at": "run_end in round 2",
        "rounds": 2,
        "floor": "",
        "once": "",
        "finished": True,
        "last_claim": "",
        "claim_left_open": "",
        "never_completed": "",
    }


@pytest.mark.parametrize("number", [0, 7, 19])
def test_a_run_with_a_claim_too_many_violates(tmp_path: Path, number: int) -> None:
    """21 claims of 20 tasks."""
    lines = (SEED / "decentralized.jsonl").read_text().splitlines(keepends=True)
    at = [place for place, line in enumerate(lines) if "claim_task" in line][number]
    log = tmp_path / "log.jsonl"
    log.write_text("".join([*lines[:at], lines[at], *lines[at:]]))
    assert [run.verdict for run in checked(BOARD, log, board(2, "p09")).runs] == ["violates"]
