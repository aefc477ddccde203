"""What `--partial-order` costs where it cannot help: `python -m tests.bench.partial_order [SPEC ...]`.

Each spec is checked with it and without, in turn, by one process, so that what else the machine does falls on both. Times are of the processor, all
threads together. The exit code is 1 where some spec takes more than a fifth longer, beside the noise of a short check.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from os.path import relpath

from checker import api
from checker.properties.plan import find_files
from checker.properties.searches import Engine
from tests.bench.cases import ROOT
from tests.bench.figures import Spread, spread

MOST = 1.2  # times as long
NOISE_S = 0.02
ENGINES: tuple[Engine, ...] = ("auto", "native")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.partial_order", description=__doc__.splitlines()[0])
    parser.add_argument("specs", nargs="*", metavar="SPEC", help="specs, folders, globs (default: the whole corpus)")
    parser.add_argument("--rounds", type=int, default=3, help="of each spec (default: 3)")
    arguments = parser.parse_args(argv)
    api.check(f"{ROOT}/specs/lock.spec", engine="native", partial_order="always")  # everything is loaded
    slower = 0
    for spec in find_files(arguments.specs or [f"{ROOT}/specs"]):
        for engine in ENGINES:
            without, with_it = _measured(spec, engine, arguments.rounds)
            slow = with_it.median > MOST * without.median + NOISE_S
            slower += slow
            ratio = with_it.median / without.median
            name = f"{relpath(spec)}{'  SLOWER' if slow else ''}"
            print(f"{ratio:6.2f} x  {engine:6}  {with_it.median:7.3f} s, {without.median:7.3f} s  {name}")
    print(f"more than {MOST} x and {NOISE_S} s: {slower}")
    return 1 if slower else 0


def _measured(spec: str, engine: Engine, rounds: int) -> tuple[Spread, Spread]:
    """Seconds without, seconds with it."""
    took: dict[bool, list[float]] = {False: [], True: []}
    for number in range(rounds):
        for partial_order in (False, True) if number % 2 else (True, False):
            began = time.process_time()
            api.check(spec, engine=engine, partial_order=partial_order)
            took[partial_order].append(time.process_time() - began)
    without, with_it = spread(took[False]), spread(took[True])
    assert without is not None
    assert with_it is not None
    return without, with_it


if __name__ == "__main__":
    sys.exit(main())
