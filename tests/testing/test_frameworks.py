"""Released frameworks run unmodified on the controlled loop, and a run is the same each time."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from checker.testing import Settings, explore, run_once
from checker.testing.strategies import RandomWalk
from tests.testing.frameworks import PROBES, Probe

each_probe = pytest.mark.parametrize(("packages", "probe"), PROBES.items(), ids=[probe.__name__ for probe in PROBES.values()])


def require(packages: tuple[str, ...]) -> None:
    for package in packages:
        try:
            found = find_spec(package)
        except ModuleNotFoundError:  # the parent of `google.adk`
            found = None
        if found is None:
            pytest.skip(f"{package} is not installed")


@each_probe
def test_a_framework_runs_and_runs_alike(packages: tuple[str, ...], probe: Probe) -> None:
    require(packages)
    run_once(probe)  # the first run imports and caches
    for mode in ("latency", "both"):
        runs = [run_once(probe, Settings(mode=mode)) for _ in range(3)]
        assert [run.failure for run in runs] == [None] * 3
        assert len({run.fingerprint for run in runs}) == 1


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_probe
def test_a_thousand_replays_are_identical(packages: tuple[str, ...], probe: Probe) -> None:
    require(packages)
    run_once(probe)
    drawn = run_once(probe, Settings(mode="both"), strategy=RandomWalk("a thousand", {}))
    assert drawn.deviations
    replayed = [run_once(probe, token=drawn.token) for _ in range(1_000)]
    assert {run.fingerprint for run in replayed} == {drawn.fingerprint}


@each_probe
def test_a_framework_holds_under_many_schedules(packages: tuple[str, ...], probe: Probe) -> None:
    require(packages)
    assert explore(probe, schedules=24).check().distinct > 1
