"""Tables of the corpus: exact, and each cell as a check of its own says."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import api
from checker.properties.tolerance.result import Row, Tolerance
from checker.report.tolerance import render
from checker.report.tolerance_json import to_data
from tests.properties.tolerance.agreement import wrong_absences, wrong_cells, wrong_sets

ROOT = Path(__file__).resolve().parents[3]


def spec(name: str) -> str:
    return str(ROOT / "specs" / f"{name}.spec")


def cells(row: Row) -> list[str]:
    """Of each fault the first letters of the verdicts on one, two and any number of it."""
    return [cell.one[0] + cell.two[0] + cell.unlimited[0] for cell in row.cells]


def shown(table: Tolerance) -> dict[str, tuple[str, list[str], list[str]]]:
    return {row.name: (row.none, cells(row), [breaking.written for breaking in row.breaking]) for row in table.rows}


CASES = [
    ("lock", "pair", None),
    ("task_board", "pair", None),
    ("seed_leased", "unleased", "crash Agent, restart Agent, stall Agent, stale owner"),
    ("two_phase_commit", "three", "crash Manager, crash Participant, stall Manager"),
    ("patterns/supervisor_heartbeats", "exact", "crash Worker, stall Worker, forget Worker, crash Supervisor"),
    ("patterns/lease", "pair", "crash Agent, restart Agent, skip Agent"),
    ("patterns/handoff_swarm", "asked", "crash Agent, disobey Agent, lose Handoff"),
    ("patterns/human_approval", "asked", "disobey Agent, lose Ask, garble Answer, crash Human"),
]


@pytest.mark.parametrize("engine", ["auto", "reference"])
@pytest.mark.parametrize(("name", "instance", "faults"), CASES, ids=[case[0] for case in CASES])
def test_each_cell_is_what_a_check_says(name: str, instance: str, faults: str | None, engine: str) -> None:
    table = api.tolerate(spec(name), instance=instance, faults=faults, engine=engine)  # type: ignore[arg-type]
    assert table.exit_code == 0
    assert wrong_cells(table) == []
    if engine == "auto":
        assert wrong_sets(table) == []
        if len(table.faults) <= 4:
            assert wrong_absences(table) == []


def test_the_lock() -> None:
    table = api.tolerate(spec("lock"), faults="crash Client, repeat Client, stale holder")
    assert table.faults == ("crash Client", "repeat Client", "stale holder")
    assert shown(table) == {
        "together": ("holds", ["hhh", "vvv", "vvv"], ["repeat Client <= 1", "stale holder <= 1"]),
        "served": ("holds", ["vvv", "hhv", "hhh"], ["crash Client <= 1", "repeat Client unlimited"]),
        "contended": ("holds", ["hhh", "hhh", "hhh"], []),
        "no deadlock": ("holds", ["vvv", "hhh", "hhh"], ["crash Client <= 1"]),
        "no livelock": ("holds", ["hhh", "hhv", "hhh"], ["repeat Client unlimited"]),
        "no error": ("holds", ["hhh", "hhh", "hhh"], []),
    }


def test_leases_outlive_a_crash_and_claims_for_ever_do_not() -> None:
    """With a lease it takes both agents; without one, one agent and its claim are enough."""
    leased = shown(api.tolerate(spec("seed_leased"), instance="leased", faults="crash Agent, stall Agent"))
    assert leased["all_done"] == ("holds", ["hvv", "vvv"], ["stall Agent <= 1", "crash Agent <= 2"])
    assert leased["survives"] == ("violated", ["hhh", "vvv"], ["crash Agent <= 1"])
    unleased = shown(api.tolerate(spec("seed_leased"), instance="unleased", faults="crash Agent, stall Agent"))
    assert unleased["all_done"] == ("holds", ["vvv", "vvv"], ["crash Agent <= 1", "stall Agent <= 1"])
    assert unleased["no livelock"][2] == ["crash Agent <= 1"]


def test_two_faults_together() -> None:
    table = api.tolerate(spec("seed_leased"), instance="leased", faults="repeat Agent, stale owner", properties=["twice"])
    assert shown(table) == {
        "twice": ("holds", ["hhh", "hhh"], ["repeat Agent <= 1, stale owner <= 1"]),
    }


def test_every_set_has_a_shortest_trace_that_replays() -> None:
    table = api.tolerate(spec("lock"))
    for row in table.rows:
        for breaking in row.breaking:
            result = breaking.result
            assert result.trace is not None
            assert result.faults == breaking.written
            steps = ".".join(str(step.index) for step in result.trace.steps)
            cycle = "" if result.trace.cycle is None else f"@{result.trace.cycle}"
            again = api.replay(table.spec, f"0:{steps}{cycle}", instance="pair", faults=breaking.written, property=row.name)
            assert [s.changes for s in again.steps] == [s.changes for s in result.trace.steps]


def test_a_limit_leaves_cells_unknown_and_none_of_them_passes() -> None:
    table = api.tolerate(spec("task_board"), instance="pair", faults="crash Worker, restart Worker", states_limit=50)
    assert table.exit_code == 3
    rows = {row.name: row for row in table.rows}
    assert rows["finished"].none == "unknown"
    assert {cell.unlimited for row in table.rows for cell in row.cells} <= {"unknown", "violated", "holds"}
    assert all(cell.one != "holds" for cell in rows["finished"].cells)
    assert rows["parallel"].none == "holds"
    assert "?: not known; it is no pass" in render(table)


def test_what_is_larger_than_a_search_is_searched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.properties.tolerance import plan, region

    whole = shown(api.tolerate(spec("lock")))
    monkeypatch.setattr(plan, "MOST_TOGETHER", 100)
    monkeypatch.setattr(region, "MOST_INTERPRETED", 100)
    for engine in ("auto", "reference"):
        assert shown(api.tolerate(spec("lock"), engine=engine)) == whole  # type: ignore[arg-type]


def test_a_protocol_that_fails_under_a_fault(tmp_path: Path) -> None:
    (tmp_path / "p.team").write_text(
        """protocol p()
role W * 2
shared n: 0..2 = 0
role W:
    var did: bool = false
    action go when not did:
        n += 1
        did = true
done when n == 2
""",
        encoding="utf-8",
    )
    table = api.tolerate(str(tmp_path / "p.team"), faults="crash W, restart W, forget W")
    assert wrong_cells(table) == []
    rows = {row.name: row for row in table.rows}
    assert cells(rows["no error"]) == ["hhh", "vvv", "vvv"]
    assert rows["no deadlock"].cells[2].one == "unknown"
    assert rows["no deadlock"].cells[2].reason == "the protocol itself fails: see no error"


def test_an_interrupt_leaves_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.properties.tolerance.table import _Work

    def interrupted(self: _Work) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_Work, "_together", interrupted)
    table = api.tolerate(spec("lock"), faults="crash Client")
    assert (table.interrupted, table.exit_code) == (True, 3)
    assert {row.none for row in table.rows} == {"holds"}
    assert {cell.one for row in table.rows if row.name != "contended" for cell in row.cells} == {"unknown"}
    assert "interrupted before the end" in render(table)


def test_the_data() -> None:
    data = to_data(api.tolerate(spec("lock"), faults="crash Client", properties=["served"]))
    assert {key: data[key] for key in ("exit_code", "interrupted", "protocol", "instance", "faults", "most")} == {
        "exit_code": 0,
        "interrupted": False,
        "protocol": "lock",
        "instance": "pair",
        "faults": ["crash Client"],
        "most": 2,
    }
    [row] = data["properties"]
    assert row["cells"] == [
        {"fault": "crash Client", "one": "violated", "two": "violated", "unlimited": "violated", "reason": ""}
    ]
    assert row["breaking"][0]["faults"] == [{"fault": "crash Client", "most": 1}]
    assert [step["index"] for step in row["breaking"][0]["result"]["trace"]["steps"]] == [0, 1]


def test_two_kinds_without_limit_break_what_one_of_each_does_not(tmp_path: Path) -> None:
    (tmp_path / "p.team").write_text(
        """protocol p()
role A * 2
role B * 2
shared n: 0..4 = 0
role A:
    action go when n < 4:
        n += 1
role B:
    var seen: bool = false
    action look when not seen:
        seen = true
done when n == 4
""",
        encoding="utf-8",
    )
    (tmp_path / "p.spec").write_text(
        """spec p for "p.team"
never all_down: all(a in A: a is down) and all(b in B: b is down)
step counts: n >= old(n)
""",
        encoding="utf-8",
    )
    for engine in ("auto", "reference"):
        table = api.tolerate(str(tmp_path / "p.spec"), faults="crash A, crash B", engine=engine)  # type: ignore[arg-type]
        assert table.exit_code == 0
        assert shown(table)["all_down"] == ("holds", ["hhh", "hhh"], ["crash A unlimited, crash B unlimited"])
        assert wrong_absences(table) == []
        assert wrong_sets(table) == []
