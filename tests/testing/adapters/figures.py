"""How many schedules a second the adapters' scenarios run: `python -m tests.testing.adapters.figures`.

Processor time, not wall clock, for the machine may be shared; beside it the share of what `asyncio.run` does of the same code without a search, which
does not depend on the machine. Frameworks that are not installed are left out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from importlib import import_module
from importlib.util import find_spec

from checker.testing import explore, run_once
from tests.testing.adapters.agreeing import Scenario

RUNS = 200
PASSING = {  # (the package, the test module): its scenario of two agents that holds
    ("langgraph", "test_langgraph"): "claims_under_a_lock",
    ("agents", "test_openai_agents"): "claims_by_one_operation",
    ("mcp", "test_mcp"): "claims_under_a_lock",
    ("taskiq", "test_taskiq"): "deposits_by_one_operation",
    ("arq", "test_arq"): "claims_by_one_command",
    ("a2a", "test_a2a"): "notes_with_a_lock",
    ("autogen_core", "test_autogen_core"): "claims_by_one_operation",
    ("pydantic_graph", "test_pydantic_graph"): "deposits_by_one_operation",
}


def main() -> None:
    logging.disable(logging.CRITICAL)
    for (package, module), name in PASSING.items():
        if find_spec(package) is not None:
            scenario: Scenario = getattr(import_module(f"tests.testing.adapters.{module}"), name)
            run_once(scenario)  # imports and caches
            ours, plain = _schedules_per_s(scenario), _plain_per_s(scenario)
            print(f"{package:<16}{name:<28}{ours:6.0f} schedules/s   {ours / plain:4.0%} of plain asyncio", flush=True)


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
