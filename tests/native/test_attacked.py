"""Corrupted programs are refused, or run without harm and alike with every tier (`attacked.py`)."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from checker.engines.native.build import BuildError, compiler
from tests.native.attacked import attack, evaluate, total


def attacked(count: int, first: int, sanitizer: str, evaluated: int) -> None:
    try:
        if not shutil.which(compiler()[0]):
            pytest.skip("no C compiler")
        tallies = []
        for tally, small in attack(count, first, sanitizer):
            tallies.append(tally)
            assert evaluate(small, evaluated) > 10
    except BuildError as reason:
        pytest.skip(str(reason))
    except subprocess.CalledProcessError as failed:
        pytest.skip(f"no {sanitizer} sanitizer: {failed.stderr[-500:]}")
    found = total(tallies)
    assert found.refused + found.accepted == count
    assert found.accepted > count / 5
    assert found.complete > count / 10
    assert found.broken > count / 200


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_addresses_and_undefined_behaviour() -> None:
    attacked(100_000, 0, "address,undefined", evaluated=20)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_data_races() -> None:
    attacked(10_000, 200_000, "thread", evaluated=100)
