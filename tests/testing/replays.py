"""Whether a failing run of each framework is the same each time its token is replayed.

    python -m tests.testing.replays                           # 1,000 times each, half of them in one process
    python -m tests.testing.replays --count 200 --only mcp --load 4
    python -m tests.testing.replays --processes 50            # the other half in 50 fresh processes, each with a hash seed of its own

For each framework a search finds a failure, and its token is replayed in this process, then in fresh ones, which begin with nothing imported and
nothing cached. Meanwhile `--load` other processes do nothing but use the processor. Replays are identical where lanes, calls, their times, the
failure and the whole report are. A line that is not as it must be begins with `!`, and the command then ends with 1. Frameworks that are not
installed are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from checker.testing import Outcome, explore, replay
from tests.testing.adapters.pairs import PAIRS, Pair

BUSY = "while True: pass"


def failing(pair: Pair) -> Outcome:
    """The failure that the replays are of; one that needs a deviation, where there is one."""
    outcome = explore(pair.race, schedules=100, mode="latency", checks=pair.checks)
    assert outcome.run is not None, f"{pair.framework}: no failure in {outcome.runs} runs"
    return outcome


def replayed(pair: Pair, token: str, times: int) -> Counter[str]:
    """How often which run came, by a digest of all that can be told of it."""
    found: Counter[str] = Counter()
    for _ in range(times):
        outcome = replay(pair.race, token, checks=pair.checks)
        run = outcome.run
        told = (run.fingerprint, run.steps, run.virtual_s, run.deviations) if run is not None else ()
        found[hashlib.sha256(f"{told}\n{outcome.text()}".encode()).hexdigest()[:12]] += 1
    return found


def replayed_afresh(pair: Pair, token: str, times: int, hash_seed: int) -> Counter[str]:
    """The same in a process that has run nothing before."""
    command = [sys.executable, "-m", "tests.testing.replays", "--only", pair.framework, "--token", token, "--count", str(times)]
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return Counter(json.loads(ran.stdout.splitlines()[-1]))


def measure(pairs: list[Pair], count: int, processes: int) -> Iterator[str]:
    """A line for each framework."""
    yield f"{'framework':<18}identical in one process   in fresh ones     token"
    for pair in pairs:
        token = str(failing(pair).token)
        afresh = min(processes, count // 2)
        here = replayed(pair, token, count - count // 2 if afresh else count)
        shares = [count // 2 // afresh + (n < count // 2 % afresh) for n in range(afresh)]
        there: Counter[str] = sum((replayed_afresh(pair, token, share, n) for n, share in enumerate(shares)), Counter())
        usual = here.most_common(1)[0][0]
        same = set(here | there) == {usual}
        counts = [f"{found[usual]:,} of {found.total():,}" for found in (here, there)]
        yield f"{' ' if same else '!'} {pair.framework:<16}{counts[0]:<27}{counts[1]:<18}{token}"


@contextmanager
def load(processes: int) -> Iterator[None]:
    """That many other processes use the processor."""
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.testing.replays", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000, help="replays of each framework")
    parser.add_argument("--processes", type=int, default=20, help="fresh ones, among which half of the replays are shared")
    parser.add_argument("--load", type=int, default=0, help="processes that use the processor meanwhile")
    parser.add_argument("--only", default="", help="frameworks whose name has this in it")
    parser.add_argument("--token", default="", help=argparse.SUPPRESS)  # what a fresh process is asked for
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    chosen = [pair for pair in PAIRS if pair.installed and arguments.only in pair.framework]
    if arguments.token:
        print(json.dumps(replayed(chosen[0], arguments.token, arguments.count)))
        return 0
    wrong = False
    with load(arguments.load):
        for line in measure(chosen, arguments.count, arguments.processes):
            wrong |= line.startswith("!")
            print(line, flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
