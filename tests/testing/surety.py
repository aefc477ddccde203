"""How surely the searches find the bugs of our coordinators, over many seeds, and that they report nothing of sound ones.

    python -m tests.testing.surety                       # 50 seeds of each coordinator
    python -m tests.testing.surety --seeds 5 --only queue
    python -m tests.testing.surety --replays 1000        # each failure, so often again

Each line says in how many seeds a failure was found: with the programs that the protocol gives and then drawn ones, and with drawn programs alone
(of a sound coordinator those are among the former, and not run again); and, with the former, after how many schedules and how much processor time at
most. A line that is not as it must be begins with `!`: a sound coordinator is reported, or a
bug is not found within 400 schedules and 5 s. The command then ends with 1.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from checker.api import load
from checker.testing import Adapter
from checker.testing.protocol.first import first_programs
from checker.testing.protocol.machine import Failed, Tested
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.runs import Reached, replay_program
from tests.testing import boards, coordinators, faulty

CLAIMS = Path(__file__).resolve().parents[2] / "specs/bugs/claim_race.spec"
DUPLICATE = "duplicate Result <= 1"
MOST_RUNS, MOST_CPU_S = 400, 5.0  # within which a bug must be found


class Case(Struct, frozen=True, kw_only=True):
    """A coordinator against its protocol: the text of it, or a file. `faults`: of the protocol, `of_code`: of the boundaries. `examples`,
    `schedules`: of each search, those of `machine` itself unless said."""

    protocol: str | Path
    adapter: type[Adapter]
    sound: bool
    instance: str | None = None
    faults: str = "none"
    of_code: tuple[tuple[str, int], ...] = ()
    examples: int = 25
    schedules: int = 20

    @property
    def name(self) -> str:
        return f"{self.adapter.__module__.rpartition('.')[2]}.{self.adapter.__name__}"


def _claims(adapter: type[Adapter], sound: bool) -> Case:
    return Case(protocol=CLAIMS, adapter=adapter, sound=sound, instance="repaired")


CRASHES: Any = {"faults": "crash Worker <= 1, restart Worker <= 1", "of_code": (("crash", 1),)}
TWICE: Any = {"faults": DUPLICATE, "of_code": (("duplicate", 1),)}
CASES = [
    _claims(boards.TwoCalls, False),
    _claims(boards.Timid, False),
    _claims(boards.Hasty, False),
    _claims(boards.OneCall, True),
    _claims(boards.Raising, True),
    Case(protocol=coordinators.QUEUE, adapter=coordinators.LateQueue, sound=False),
    Case(protocol=coordinators.QUEUE, adapter=coordinators.AskedQueue, sound=False),
    Case(protocol=coordinators.QUEUE, adapter=coordinators.Queue, sound=True),
    Case(protocol=coordinators.QUEUE, adapter=coordinators.LenientQueue, sound=True),
    Case(protocol=coordinators.HANDOUT, adapter=coordinators.TrustingHandout, sound=False),
    Case(protocol=coordinators.HANDOUT, adapter=coordinators.Handout, sound=True),
    Case(protocol=coordinators.LOCK, adapter=coordinators.LyingLock, sound=False),
    Case(protocol=coordinators.LOCK, adapter=coordinators.Lock, sound=True),
    Case(protocol=coordinators.LOCK, adapter=coordinators.SilentLock, sound=True),
    Case(protocol=coordinators.REENTRANT, adapter=coordinators.Desk, sound=True),
    Case(protocol=faulty.BOOKING, adapter=faulty.OpenBooking, sound=False),
    Case(protocol=faulty.BOOKING, adapter=faulty.StubbornBooking, sound=False),
    Case(protocol=faulty.BOOKING, adapter=faulty.RegrettingBooking, sound=False),
    Case(protocol=faulty.BOOKING, adapter=faulty.Booking, sound=True),
    Case(protocol=faulty.JOURNAL, adapter=faulty.ForgetfulJournal, sound=False, **CRASHES),
    Case(protocol=faulty.JOURNAL, adapter=faulty.Journal, sound=True, **CRASHES),
    Case(protocol=faulty.POST, adapter=faulty.CountingPost, sound=False, **TWICE),
    Case(protocol=faulty.POST, adapter=faulty.Post, sound=True, **TWICE),
]


class Found(Struct, frozen=True, kw_only=True):
    """What one search came to. `token`: of the failure, "" where there is none; `runs`, `cpu_s`: until it was found, its report made."""

    plan: Plan
    token: str
    runs: int
    cpu_s: float


def found(case: Case, seed: int, given: bool, folder: str) -> Found:
    file = Path(case.protocol) if isinstance(case.protocol, Path) else Path(folder) / "case.team"
    if isinstance(case.protocol, str):
        file.write_text(case.protocol, encoding="utf-8")
    plan = Plan(load(file, case.instance, case.faults), case.adapter, str(file))
    options: dict[str, Any] = {"seed": seed, **({"faults": dict(case.of_code)} if case.of_code else {})}
    tested = Tested(plan, case.schedules, os.path.join(folder, f"{case.name}.{seed}.{given}"), options)
    start, token = time.process_time(), ""
    try:
        tested.search(first_programs(plan, dict(case.of_code))[: case.examples] if given else [], case.examples, 8)
    except Failed:
        token = tested.tokens[tested.found]
    return Found(plan=plan, token=token, runs=tested.runs, cpu_s=time.process_time() - start)


def alike(plan: Plan, case: Case, token: str, times: int) -> bool:
    """Whether the run of a token is the same each time, and told the same."""
    faults: Any = {"faults": dict(case.of_code)} if case.of_code else {}
    runs = set()
    for _ in range(times):
        outcome = replay_program(plan, token, Reached(), **faults)
        runs.add((outcome.run.fingerprint if outcome.run is not None else None, outcome.text()))
    return len(runs) == 1 and None not in {fingerprint for fingerprint, _ in runs}


def measure(cases: list[Case], seeds: int, replays: int) -> Iterator[str]:
    """A line for each coordinator."""
    yield f"{'coordinator':<30}given   drawn   of {seeds} seeds; schedules and processor time until found, at most"
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            kinds = (True,) if case.sound else (True, False)
            ends = {given: [found(case, seed, given, folder) for seed in range(seeds)] for given in kinds}
            failing = {given: [end for end in some if end.token] for given, some in ends.items()}
            counts = [len(some) for some in failing.values()]
            said = "sound"
            if case.sound:
                right = counts == [0]
            else:
                runs, cpu_s = max(end.runs for end in ends[True]), max(end.cpu_s for end in ends[True])
                right = counts[0] == seeds and runs <= MOST_RUNS and cpu_s <= MOST_CPU_S
                said = f"broken, {runs:3}, {cpu_s:.1f} s"
            if replays and any(counts):
                last = next(some for some in failing.values() if some)[0]
                same = alike(last.plan, case, last.token, replays)
                right = right and same
                said += f", {replays:,} replays {'identical' if same else 'NOT IDENTICAL'}"
            yield f"{' ' if right else '!'} {case.name:<28}{counts[0]:5}   {counts[1] if len(counts) > 1 else '':5}   {said}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.testing.surety", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--replays", type=int, default=0, help="how often each failure is made again")
    parser.add_argument("--kind", choices=("broken", "sound", "all"), default="all")
    parser.add_argument("--only", default="", help="coordinators whose name has this in it")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    chosen = [case for case in CASES if arguments.only.lower() in case.name.lower()]
    chosen = [case for case in chosen if arguments.kind in ("all", "sound" if case.sound else "broken")]
    wrong = False
    for line in measure(chosen, arguments.seeds, arguments.replays):
        wrong |= line.startswith("!")
        print(line, flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
