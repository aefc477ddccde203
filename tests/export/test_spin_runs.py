"""SPIN decides random formulas on random machines under weak fairness as we do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.spin import MISSING
from tests.export.spin_runs import compare_with_spin

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


@pytest.mark.parametrize("block", range(4))
def test_formulas_under_weak_fairness(block: int, tmp_path: Path) -> None:
    assert {compare_with_spin(seed, tmp_path) for seed in range(block * 5, block * 5 + 5)} <= {"holds", "violated"}


@pytest.mark.slow
def test_many_formulas_under_weak_fairness(tmp_path: Path) -> None:
    found = [compare_with_spin(seed, tmp_path) for seed in range(100, 400)]
    assert min(found.count("holds"), found.count("violated")) > 75
