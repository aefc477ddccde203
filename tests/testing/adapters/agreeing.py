"""What every adapter is held to: its framework runs unmodified and alike, a race of user code is found, its repair is not reported."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from checker.testing import Outcome, Settings, explore, run_once
from checker.testing.strategies import RandomWalk

Scenario = Callable[[], Coroutine[Any, Any, None]]


def runs_alike(scenario: Scenario, replays: int = 10) -> None:
    """A drawn schedule of a passing scenario is the same run each time it is replayed."""
    first = run_once(scenario)
    assert first.failure is None, first.failure
    drawn = run_once(scenario, Settings(mode="latency"), strategy=RandomWalk("alike", {}))
    assert drawn.deviations
    assert {run_once(scenario, token=drawn.token).fingerprint for _ in range(replays)} == {drawn.fingerprint}


def finds(race: Scenario, **options: Any) -> Outcome:
    """A failure in `latency` mode, which plain asyncio has too."""
    outcome = explore(race, **{"schedules": 100, "mode": "latency", **options})
    assert outcome.run is not None, f"no failure in {outcome.runs} runs"
    assert outcome.mode == "latency"
    return outcome


def never_reports(repaired: Scenario, **options: Any) -> None:
    outcome = explore(repaired, **{"schedules": 20, "mode": "latency", **options})
    assert outcome.passed, str(outcome)
    assert outcome.distinct > 1
