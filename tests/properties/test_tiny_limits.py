"""Limits from absurd to just enough, with every option of the engines: the answer is a verdict that is right, or `unknown` with what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checker import api
from checker.engines.memory import used_mib
from checker.properties.result import Report

ROOT = Path(__file__).resolve().parents[2]
OPTIONS: dict[str, dict[str, Any]] = {
    "auto": {},
    "reference": {"engine": "reference"},
    "native": {"engine": "native"},
    "one thread": {"engine": "native", "threads": 1},
    "three threads": {"engine": "native", "threads": 3},
    "symmetry": {"symmetry": True},
    "partial order": {"partial_order": True},
    "partial order always": {"partial_order": "always"},
    "partial order with fingerprints": {"partial_order": "always", "store": "fingerprint"},
    "fingerprints": {"store": "fingerprint"},
    "bits": {"store": "bitstate"},
    "depth first": {"order": "depth-first"},
    "checkpoints": {"checkpoint": ""},
}
LIMITS: list[dict[str, Any]] = [
    *({"states_limit": states} for states in (1, 2, 20)),
    *({"time_s": seconds} for seconds in (1e-9, 0.02)),
    {"memory_mib": 1},
    {"memory_mib": 20, "states_limit": 1, "time_s": 0.001},
]
WIDE: list[dict[str, Any]] = [
    *LIMITS,
    *({"states_limit": states} for states in (3, 5, 50, 100, 255, 256, 257, 500, 1_000, 5_000)),
    *({"time_s": seconds} for seconds in (0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.3)),
]
MORE_MIB = (-10, 0, 1, 2, 4, 8, 16, 64)  # than the process has
SMALL = "specs/patterns/permits.spec"
SPECS = (
    SMALL,
    "specs/lock.spec",
    "specs/patterns/toy_consensus.spec",
    "specs/dining.spec",
    "specs/two_phase_commit.spec",
    "specs/seed_leased.spec",
    "specs/bugs/claim_race.spec",
    "specs/patterns/review_pipeline.spec",
    "specs/bench/spin_leader.spec",
)


def told(report: Report) -> dict[tuple[str, str, str], str]:
    return {(r.instance, r.faults, r.property): r.verdict for r in report.results}


def sound(
    spec: str, truth: dict[tuple[str, str, str], str], tmp_path: Path, option: dict[str, Any], limits: dict[str, Any]
) -> int:
    """How many verdicts were unknown."""
    if option.get("checkpoint") == "":
        option = {**option, "checkpoint": str(tmp_path / f"kept{len(list(tmp_path.iterdir()))}")}
    report = api.check(str(ROOT / spec), **option, **limits)
    assert told(report).keys() - {key for key in told(report) if key[2] == "no error"} <= truth.keys()
    unknown = [r for r in report.results if r.verdict == "unknown"]
    for result in report.results:
        right = truth.get((result.instance, result.faults, result.property))
        assert result.verdict in ("unknown", right), (spec, option, limits, result.property, result.verdict, right)
        assert result.distinct >= 0
    assert all(r.reason for r in unknown)
    assert all(line.met in (True, None) for line in report.counts), (spec, option, limits)
    return len(unknown)


@pytest.mark.parametrize("option", OPTIONS)
def test_absurd_limits(option: str, tmp_path: Path) -> None:
    truth = told(api.check(str(ROOT / SMALL)))
    unknown = [sound(SMALL, truth, tmp_path, OPTIONS[option], limits) for limits in LIMITS]
    assert unknown[0] > 0
    assert unknown[3] > 0


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("spec", SPECS)
def test_limits_from_absurd_to_just_enough(spec: str, option: str, tmp_path: Path) -> None:
    truth = told(api.check(str(ROOT / spec)))
    unknown = [sound(spec, truth, tmp_path, OPTIONS[option], limits) for limits in WIDE]
    unknown += [sound(spec, truth, tmp_path, OPTIONS[option], {"memory_mib": max(1, used_mib() + more)}) for more in MORE_MIB]
    assert unknown[0] > 0
