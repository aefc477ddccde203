"""A search of one state for each orbit finds what the whole search finds, in generated protocols with interchangeable ids and agents."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from checker.engines.native.explore import explore_native
from checker.ground.graph import Unsupported
from checker.model.model import Model
from tests.elaborate.generator import Generated, protocols
from tests.native.orbits import reduces_rightly
from tests.native.test_generated import models, with_final_goals

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


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(protocols())
def test_generated_protocols(generated: Generated) -> None:
    for model in (*models(generated), *models(of_three(generated))):
        compared(with_final_goals(model))


@pytest.mark.slow
@pytest.mark.timeout(36000)
@settings(max_examples=20_000, deadline=None, suppress_health_check=QUIET)
@given(protocols())
def test_many_generated_protocols(generated: Generated) -> None:
    for model in (*models(generated), *models(of_three(generated))):
        compared(with_final_goals(model))
