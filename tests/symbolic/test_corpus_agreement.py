"""The Z3 engine and the reference interpreter on every spec: what is violated within so many steps is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import api
from checker.properties.native import DECIDED
from checker.properties.result import Report, Result

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted(path for path in (ROOT / "specs").rglob("*.spec") if "bench" not in path.parts)
QUICK = ("claim_race", "dead_worker", "late_delivery", "lease", "lock", "peterson", "task_board", "two_effects", "inbox_rmw")


def keyed(report: Report) -> dict[tuple[str, str, str], Result]:
    return {(r.instance, r.faults, r.property): r for r in report.results if r.kind in DECIDED}


def agree(path: Path, sweeps: int, time_s: float | None) -> None:
    reference = keyed(api.check(str(path)))
    symbolic = keyed(api.check(str(path), engine="z3", sweeps=sweeps, time_s=time_s))
    for key, found in symbolic.items():
        expected = reference[key]
        if found.trace is not None:
            assert (found.verdict, found.basis) == (expected.verdict, "bounded"), key
            continue
        assert found.verdict == "unknown", key
        looked_at_all = f"in {sweeps} sweeps (" in found.reason and "; then" not in found.reason
        shown = None if expected.trace is None else len(expected.trace.steps)
        assert not looked_at_all or shown is None or shown > sweeps, key
        assert looked_at_all or time_s is not None, (key, found.reason)
    assert symbolic.keys() >= {key for key, result in reference.items() if result.kind != "no error"}


@pytest.mark.parametrize("path", [path for path in SPECS if path.stem in QUICK], ids=lambda p: p.stem)
def test_z3_finds_what_the_reference_finds_within_four_steps(path: Path) -> None:
    agree(path, sweeps=4, time_s=None)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_z3_finds_what_the_reference_finds_in_every_spec(path: Path) -> None:
    agree(path, sweeps=8, time_s=60)
