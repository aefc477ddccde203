"""The native engine and the reference interpreter say the same of every spec: verdicts, counts, depths, lengths of shortest traces."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import api
from checker.engines.native.library import NativeUnavailable, load
from checker.properties.native import DECIDED
from checker.properties.result import Report, Result

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.spec"))


def _available() -> bool:
    try:
        load()
    except NativeUnavailable:
        return False
    return True


pytestmark = pytest.mark.skipif(not _available(), reason="the native library is not there")


def said(report: Report) -> list[tuple[object, ...]]:
    """What must agree; traces may differ where there are several shortest ones."""
    return [_said(result) for result in report.results]


def _said(result: Result) -> tuple[object, ...]:
    counts = (result.distinct, result.transitions, result.depth)
    verdict = (result.verdict, result.basis, result.reason, result.fairness)
    return (result.instance, result.faults, result.property, *verdict, counts, _shape(result))


def _shape(result: Result) -> tuple[object, ...] | None:
    """What two shortest traces that show the same have in common."""
    trace = result.trace
    if trace is None:
        return None
    closing = None if result.kind in DECIDED else trace.no_return is None
    return (len(trace.steps) if trace.shortest else 0, trace.shortest, trace.cycle is None, closing)


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_native_says_what_the_reference_says(path: Path) -> None:
    native = api.check(str(path), engine="native")
    reference = api.check(str(path), engine="reference")
    assert said(native) == said(reference)
    assert [c.met for c in native.counts] == [c.met for c in reference.counts]
    fails = {(r.instance, r.faults) for r in native.results if r.kind == "no error" and r.verdict == "violated"}
    by_library = [
        r for r in native.results if r.kind in DECIDED or (r.instance, r.faults) not in fails
    ]  # else: runs up to a failure
    assert {r.engine.split(",")[0] for r in by_library} == {"explicit (native"}


FINAL = """\
protocol final()

enum Level: low, high
role Agent
message Hello() to Agent

shared x: Level? = none
shared told: bool = false

role Agent:
    action begin when x == none and not told:
        choose y: Level
        told = true
        x = {value}
        send Hello to self

done when x! == high
"""


@pytest.mark.parametrize(
    ("value", "deadlock"),
    [("high", "holds"), ("none", "unknown"), ("low", "violated"), ("if y == low then none else low", "violated")],
)
def test_final_states(tmp_path: Path, value: str, deadlock: str) -> None:
    """`done when` has no value in the initial state, which is not final: that does not matter. Elsewhere it may."""
    path = tmp_path / "final.team"
    path.write_text(FINAL.format(value=value))
    native, reference = (api.check(str(path), engine=engine) for engine in ("native", "reference"))
    assert said(native) == said(reference)
    verdicts = {result.property: result.verdict for result in native.results if result.kind in DECIDED}
    assert verdicts == {"no deadlock": deadlock, "no unhandled message": "violated", "no error": "holds"}
    assert [r.reason for r in native.results if r.kind in DECIDED] == [r.reason for r in reference.results if r.kind in DECIDED]


def test_the_engine_is_named_in_every_result() -> None:
    report = api.check(str(ROOT / "specs" / "two_phase_commit.spec"), instances=["three"], engine="native", threads=1)
    assert {r.engine for r in report.results if r.kind == "always"} <= {
        f"explicit (native, {tier}, 1 thread)" for tier in ("portable", "avx2", "avx512")
    }
