"""Bugs that teams of agents really have are found, in plain asyncio's own orders; their repairs pass the same search."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from checker.testing import explore
from tests.testing import bugs

CASES = [(bug, {}) for bug in bugs.PLAIN] + [(bug, {"crash": 1}) for bug in bugs.UNDER_CRASH]
each_bug = pytest.mark.parametrize(("bug", "faults"), CASES, ids=[bug.__name__ for bug, _ in CASES])


@each_bug
@pytest.mark.parametrize("seed", [0, 1])
def test_a_bug_is_found(bug: Callable[[bool], Any], faults: dict[str, int], seed: int) -> None:
    outcome = explore(functools.partial(bug, False), seed=seed, faults=faults)
    assert outcome.mode == "latency"
    assert outcome.found_after <= 60


@each_bug
def test_its_repair_passes(bug: Callable[[bool], Any], faults: dict[str, int]) -> None:
    explore(functools.partial(bug, True), schedules=120, mode="latency", faults=faults).check()
