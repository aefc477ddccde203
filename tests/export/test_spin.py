"""SPIN, which we did not write, finds the same distinct states and the same verdicts in exported programs.

Needs `spin` and a C compiler (`apt install spin gcc`); compiling SPIN's searcher takes about a second for each model.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.api import load
from checker.elaborate.lower import elaborate
from checker.language import tree
from checker.language.check import check
from checker.language.parse import parse_protocol, parse_spec, read_source
from checker.model.model import Model
from tests.export.spin import MISSING, disagreements

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent / "protocols"
SPECS = sorted((ROOT / "specs").rglob("*.spec"))
MOST_STATES = 55_000


@pytest.mark.parametrize(
    ("name", "faults"),
    [("drift", "none"), ("turnstile", "one_crash"), ("letters", "post"), ("letters", "heart")],
)
def test_by_hand(tmp_path: Path, name: str, faults: str) -> None:
    assert disagreements(load(str(HERE / f"{name}.spec"), faults=faults), tmp_path) == []


@pytest.mark.parametrize(
    ("spec", "instance", "faults"),
    [
        ("peterson", "swapped", "none"),  # several initial states
        ("two_phase_commit", "five", "none"),  # 8,832 states
        ("seed_leased", "leased", "one_stall"),
        ("task_board", "pair", "one_crash"),
        ("bugs/handoff_pingpong", "four", "none"),  # four initial states
        ("bugs/shutdown_hang", "repaired", "one_stall"),
        ("parts/leases", "three", "one_crash"),
        ("patterns/budgeted_retries", "plain", "copied"),
        ("patterns/planner_workers", "waits", "lost_context"),  # timeouts when stuck; values that SPIN knows to be dead
        ("patterns/quorum_vote", "two_of_three", "one_lie"),
    ],
)
def test_a_dozen_of_the_corpus(tmp_path: Path, spec: str, instance: str, faults: str) -> None:
    assert disagreements(load(str(ROOT / "specs" / f"{spec}.spec"), instance, faults), tmp_path) == []


def models(path: Path) -> Iterator[tuple[str, Model]]:
    """Each instance under each fault model, and each property that has a model of its own, in the first instance."""
    spec = parse_spec(read_source(str(path)))
    protocol = parse_protocol(read_source(str(path.parent / spec.path)))
    instances: list[str | None] = [i.name for i in spec.instances] or [None]
    for number, instance in enumerate(instances):
        checked = check(protocol, spec, instance)
        for faults in dict.fromkeys(("none", *checked.faults)):
            yield f"{instance}, {faults}", elaborate(checked, faults)
        for goal in checked.properties if number == 0 else ():
            if isinstance(goal, tree.Absence) and goal.on is not None:
                yield f"{instance}, {goal.kind} on {goal.on}", elaborate(checked, "none", [goal])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_whole_corpus(tmp_path: Path, path: Path) -> None:
    found = {name: disagreements(model, tmp_path, MOST_STATES) for name, model in models(path)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert [name for name, wrong in found.items() if wrong == []], "nothing of this spec is small enough to be compared"
