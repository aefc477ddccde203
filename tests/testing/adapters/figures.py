"""How many schedules a second the adapters' scenarios run: `python -m tests.testing.adapters.figures`.

Processor time, not wall clock, for the machine may be shared; beside it the share of what `asyncio.run` does of the same code without a search, which
does not depend on the machine. Frameworks that are not installed are left out.
"""

from __future__ import annotations

import asyncio
import logging
import time

from checker.testing import explore, run_once
from tests.testing.adapters.agreeing import Scenario
from tests.testing.adapters.pairs import PAIRS

RUNS = 200


def main() -> None:
    logging.disable(logging.CRITICAL)
    for pair in PAIRS:
        if pair.installed:
            scenario = pair.repaired
            run_once(scenario)  # imports and caches
            ours, plain = _schedules_per_s(scenario), _plain_per_s(scenario)
            print(
                f"{pair.framework:<16}{scenario.__name__:<28}{ours:6.0f} schedules/s   {ours / plain:4.0%} of plain asyncio",
                flush=True,
            )


def _schedules_per_s(scenario: Scenario) -> float:
    start = time.process_time()
    outcome = explore(scenario, schedules=RUNS, mode="latency").check()
    return outcome.runs / (time.process_time() - start)


def _plain_per_s(scenario: Scenario, runs: int = 20) -> float:
    start = time.process_time()
    for _ in range(runs):
        asyncio.run(scenario())
    return runs / (time.process_time() - start)


if __name__ == "__main__":
    main()
