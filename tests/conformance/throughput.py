"""How many events a second: `python -m tests.conformance.throughput [--events N]`.

Random runs of the task board as JSON lines, read with a map and followed: with agents and tasks, without, and with the order known for each agent
only. Events per second of processor time, reading and mapping included; the peak of memory, of all of them together.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from checker.api import conform
from tests.conformance.boards import BOARD, BY_NAME, logged_runs

SIZES = ({"workers": 2, "tasks": 2}, {"workers": 3, "tasks": 3})


def rate(records: list[dict[str, Any]], map: str, overrides: dict[str, int]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        log, path = Path(folder) / "log.jsonl", Path(folder) / "map.toml"
        log.write_text("".join(json.dumps(record) + "\n" for record in records))
        path.write_text(map)
        started = time.process_time()
        found = conform(BOARD, log, map=path, overrides=overrides)
        taken = time.process_time() - started
    assert found.verdict == "conforms", found.verdict
    return len(records) / taken


def repeated(runs: list[dict[str, Any]], events: int) -> list[dict[str, Any]]:
    """So many records, as runs of their own."""
    found: list[dict[str, Any]] = []
    turn = 0
    while len(found) < events:
        found += [{**record, "run": f"{record['run']}/{turn}"} for record in runs]
        turn += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    arguments = parser.parse_args()
    by_agent = BY_NAME.replace("[log]", '[log]\norder = "agent"')
    print(
        f"{'workers':>7} {'tasks':>5} {'events':>9}  {'all known':>11} {'no agent':>11} {'no task':>11} {'neither':>11} {'per agent':>11}"
    )
    for overrides in SIZES:
        runs = logged_runs(BOARD, 500, overrides=overrides)
        records = repeated(runs, arguments.events)
        without = [
            [{k: v for k, v in record.items() if k not in left} for record in records]
            for left in (("agent",), ("t",), ("agent", "t"))
        ]
        lanes = sorted(records[: len(records) // 10], key=lambda record: (record["run"], record["agent"]))
        rates = [rate(some, BY_NAME, overrides) for some in (records, *without)] + [rate(lanes, by_agent, overrides)]
        shown = " ".join(f"{round(one):>9,}/s" for one in rates)
        print(f"{overrides['workers']:>7} {overrides['tasks']:>5} {len(records):>9,}  {shown}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
