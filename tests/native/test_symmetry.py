"""A search of one state for each orbit finds what the whole search finds, in generated protocols with interchangeable ids and agents."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from checker import api
from checker.engines.native.explore import explore_native
from checker.ground.graph import Unsupported
from checker.model.model import Model
from tests.elaborate.generator import Generated, protocols
from tests.native.agreeing import models, with_final_goals
from tests.native.orbits import is_a_path, reduces_rightly

ROOT = Path(__file__).resolve().parents[2]
MOST_STATES = 2_000
QUIET = list(HealthCheck)


def of_three(generated: Generated) -> Generated:
    """The same protocol with three ids and agents where it has two: there are more renamings than one."""
    return replace(generated, protocol=generated.protocol.replace(" * 2", " * 3"))


def compared(model: Model) -> tuple[int, int]:
    try:
        whole = explore_native(model, states_limit=MOST_STATES)
        return reduces_rightly(model, whole) if whole.complete else (0, 0)
    except Unsupported:
        return 0, 0


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(protocols())
def test_generated_protocols(generated: Generated) -> None:
    for model in (*models(generated), *models(of_three(generated))):
        compared(with_final_goals(model))


def test_threads_change_nothing() -> None:
    """In layers that are large enough for two."""
    sizes = {"clients": "2", "leases": "4"}
    model = api.load(str(ROOT / "specs" / "bench" / "lossy_lease.spec"), "small", "rough", overrides=sizes)
    found = [explore_native(model, symmetry=True, threads=threads) for threads in (1, 2, 3)]
    assert {(one.stats.distinct, one.stats.transitions, one.stats.depth) for one in found} == {(445_880, 4_865_680, 23)}
    assert len({tuple(one.transitions for one in each.search.outcomes()) for each in found}) == 1


def test_with_fingerprints_paths_are_found_again_too() -> None:
    model = api.load(str(ROOT / "specs" / "paxos.spec"), "small", "one_crash")
    found = explore_native(model, symmetry=True, store="fingerprint")
    assert (found.stats.distinct, found.complete) == (3_402, False)
    for number in (0, 100, found.stats.distinct - 1):
        is_a_path(model, found.path(number))


@pytest.mark.slow
@pytest.mark.timeout(36000)
@settings(max_examples=20_000, deadline=None, suppress_health_check=QUIET)
@given(protocols())
def test_many_generated_protocols(generated: Generated) -> None:
    for model in (*models(generated), *models(of_three(generated))):
        compared(with_final_goals(model))
