"""The figures of the controlled loop on this machine: `python -m tests.testing.figures`.

Processor time, not wall clock, for the machine may be shared. Frameworks that are not installed are left out.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable, Coroutine
from importlib.util import find_spec
from typing import Any

from checker.testing import Settings, explore, run_once
from checker.testing.strategies import RandomWalk
from tests.testing import frameworks, teams

RUNS = 100
REPLAYS = 1_000


def main() -> None:
    logging.disable(logging.CRITICAL)
    print("the staggered claim: runs until it is found, and processor time with shrinking and the report")
    for strategy in ("auto", "random", "pct", "deviations"):
        print(f"  {strategy:<12}", *(_found(teams.staggered_claim, strategy, seed) for seed in range(4)), sep="  ")
    print("  no boundary ", *(_found(teams.staggered_claim_without_boundary, "auto", seed) for seed in range(4)), sep="  ")
    print("a hand-off that plain order makes right, 2,000 runs in mode latency:", "not reported" if _hand_off() else "REPORTED")
    print(f"frameworks: schedules/s, and as a share of plain asyncio; identical of {REPLAYS:,} replays of one drawn schedule")
    for packages, probe in frameworks.PROBES.items():
        if all(_is_there(package) for package in packages):
            run_once(probe)
            print(f"  {probe.__name__:<24}{_speed(probe)}  {_replays(probe):,} of {REPLAYS:,}", flush=True)


def _found(test: Callable[[], Coroutine[Any, Any, None]], strategy: Any, seed: int) -> str:
    start = time.process_time()
    outcome = explore(test, schedules=400, strategy=strategy, seed=seed)
    return f"{outcome.found_after} ({outcome.mode}, {time.process_time() - start:.2f} s)"


def _hand_off() -> bool:
    return all(explore(teams.plain_order_hand_off, schedules=500, mode="latency", seed=seed).passed for seed in range(4))


def _speed(probe: frameworks.Probe) -> str:
    """Schedules of a search beside runs of `asyncio.run`, where the probe does not need virtual time."""
    start = time.process_time()
    outcome = explore(probe, schedules=RUNS)
    ours = outcome.runs / (time.process_time() - start)
    gc.collect()
    start, runs = time.process_time(), 0
    while runs < 20:
        try:
            asyncio.run(probe())
        except AssertionError:  # it asserts virtual times
            return f"{ours:6.0f}/s        "
        runs += 1
    plain = runs / (time.process_time() - start)
    return f"{ours:6.0f}/s  {ours / plain:5.2f}"


def _replays(probe: frameworks.Probe) -> int:
    drawn = run_once(probe, Settings(mode="both"), strategy=RandomWalk("figures", {}))
    fingerprints = [run_once(probe, token=drawn.token).fingerprint for _ in range(REPLAYS)]
    return fingerprints.count(drawn.fingerprint)


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    main()
