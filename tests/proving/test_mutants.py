"""Soundness: nothing that a search refutes at a small size is ever proved for every size."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from time import perf_counter

import pytest

from checker.language.diagnostics import BadInput
from checker.model.model import Goal
from checker.properties.searches import Limits, model_of
from checker.properties.tolerance.subject import Subject, subject
from checker.proving.attempt import Attempts
from checker.proving.searched import Growth
from checker.proving.sizes import size_parameters
from checker.sorted.obligations import PROVABLE
from tests.proving.mutants import mutants

ROOT = Path(__file__).parents[2]
LARGEST = 5  # sizes that are searched
LIMITS = Limits(states_limit=30_000)
CORPUS = {  # stem -> instance, faults
    "lock": ("pair", "one_crash"),
    "two_phase_commit": ("three", "participant_crash"),
    "latte": ("repaired", "none"),
    "seed_leased": ("leased", "none"),
    "parts/leases": ("two", "one_crash"),
    "parts/heartbeat": ("exact", "one_crash"),
    "bugs/lease_expiry": ("repaired", "one_crash"),
    "bugs/two_effects": ("as_it_was", "one_crash"),
    "bugs/shutdown_hang": ("repaired", "one_stall"),
    "bugs/busy_check": ("repaired", "none"),
    "bugs/claim_race": ("repaired", "none"),
    "bugs/name_clash": ("repaired", "none"),
}


def mutant(stem: str, text: str, folder: Path) -> Subject | None:
    """The spec with a mutant in the place of its protocol; None where that does not pass the checks."""
    team, spec = (folder / kind / f"{stem}.{ending}" for kind, ending in (("protocols", "team"), ("specs", "spec")))
    for file in (team, spec):
        file.parent.mkdir(parents=True, exist_ok=True)
    team.write_text(text, encoding="utf-8")
    spec.write_text((ROOT / "specs" / f"{stem}.spec").read_text(encoding="utf-8"), encoding="utf-8")
    instance, _ = CORPUS[stem]
    try:
        return subject(str(spec), instance=instance, faults=None, properties=None, overrides={}, limits=LIMITS, said=None)
    except BadInput:
        return None


def goals_of(base: Subject, faults: str) -> dict[str, Goal]:
    return {goal.name: goal for job in base.jobs(faults) for goal in model_of(job).goals if goal.kind in PROVABLE}


def refuted(base: Subject, faults: str, time_s: float) -> dict[str, str]:
    """What a search finds violated, with the size."""
    ranges = size_parameters(base.checked)
    asked = tuple((name, base.checked.parameters[name].value) for name in ranges)
    growth = Growth(base, faults, ranges, asked)
    growth.grow(sorted(goals_of(base, faults)), LARGEST, perf_counter() + time_s)
    return {name: str(one.sizes) for name, one in growth.violated.items()}


def proved(base: Subject, faults: str, names: Collection[str], time_s: float) -> set[str]:
    """What of these is proved for every size, without a search before it."""
    attempts = Attempts(base, faults, None)
    for name, goal in goals_of(base, faults).items():
        if name in names:
            attempts.every_size(goal, time_s)
    return {name for name in names if attempts.proved(name)}


def test_mutants_of_a_lock_are_proved_only_where_they_hold(tmp_path: Path) -> None:
    told = []
    for what, text in list(mutants(ROOT / "protocols" / "lock.team"))[1::3]:
        base = mutant("lock", text, tmp_path)
        assert base is not None, what
        found = proved(base, "none", goals_of(base, "none"), 5.0)
        assert not found & refuted(base, "none", 5.0).keys(), what
        told.append(f"{what.partition(': ')[2]}  proved: {', '.join(sorted(found))}")
    assert told == [
        "`self in wanted and holder == none` -> `self in wanted`  proved: no deadlock, no error",
        "`holder == none` -> `holder != none`  proved: no error, together",
        "`holder = none` -> `pass`  proved: no error, together",
    ]


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("stem", CORPUS)
def test_mutants_of_the_corpus_are_proved_only_where_they_hold(stem: str, tmp_path: Path) -> None:
    """Some 30 of each, spread over the text. What a search refutes at a small size is attempted, and nothing else."""
    faults = CORPUS[stem][1]
    found = list(mutants(ROOT / "protocols" / f"{stem}.team"))
    assert len(found) >= 8
    looked_at = attempted = 0
    for what, text in found[:: max(1, len(found) // 30)]:
        base = mutant(stem, text, tmp_path)
        if base is None:
            continue
        wrong = refuted(base, faults, 10.0)
        assert proved(base, faults, wrong, 6.0) == set(), what
        looked_at += 1
        attempted += len(wrong)
    assert looked_at >= 5
    print(f"{stem}: {looked_at} mutants, {attempted} refuted properties, none of them proved")
