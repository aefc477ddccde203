"""Our native engine beside SPIN on the same graphs, in one run: `python -m tests.bench`.

Each round of a protocol is: ours with one thread and with two, in every second round the other way round, then SPIN, then, from ten million states
on, two of ours with one thread at once, each in a process of its own; so what else the machine does falls on all of them. SPIN searches our own
export (gcc -O2, no reduction), and must find the same distinct states. Without `spin` or `gcc` ours is measured alone. Where there is symmetry, each
round has one more of ours, of one state for each orbit.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from compileall import compile_dir
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from tests.bench import report
from tests.bench.cases import FULL, QUICK, ROOT, Case, named, with_settings
from tests.bench.figures import STATES_FOR_SPEEDUP, Round, figures, missed, reduced
from tests.bench.machine import described, free_mib, round_trip_ns
from tests.bench.measure import apart, made_searcher, ours, small_check, spins
from tests.bench.process import CommandFailed
from tests.bench.spin import Searcher, agree

MISSING = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    cases = _cases(arguments)
    machine = described()
    report.heading(machine, MISSING, arguments.rounds)
    for folder in ("checker", "tests/bench"):  # as in an installation
        compile_dir(Path(ROOT, folder), quiet=1)
    starts = [small_check() for _ in range(arguments.rounds)]
    report.starts(starts)
    results = []
    for case in cases:
        try:
            results.append(_measured(case, arguments))
        except CommandFailed as error:
            print(f"{case.name}: not measured: {error}", file=sys.stderr)
            results.append({"case": to_builtins(case), "failed": str(error)})
        report.row(results[-1])
    told = [line for result in results for line in result.get("missed", [f"{result['case']['name']}: not measured"])]
    told += report.missed_starts(starts)
    report.symmetry(results)
    report.closing(results, told)
    if arguments.json:
        written = {"machine": machine, "rounds": arguments.rounds, "small_check": starts, "cases": results, "missed": told}
        Path(arguments.json).write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    return 1 if any("failed" in result for result in results) else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="10^5 to 10^6 states each, under two minutes")
    parser.add_argument("--rounds", type=int, default=5, help="at least 1 (default: 5)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these of: " + ", ".join(c.name for c in (*QUICK, *FULL)))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another size; with one --only")
    parser.add_argument("--seconds", type=float, help="begin no round of a protocol after this long, but one at least")
    parser.add_argument("--json", metavar="FILE", help="write everything that was measured")
    arguments = parser.parse_args(argv)
    if arguments.rounds < 1:
        parser.error("--rounds is at least 1")
    if arguments.set and len(arguments.only or ()) != 1:
        parser.error("--set goes with one --only")
    return arguments


def _cases(arguments: argparse.Namespace) -> list[Case]:
    if arguments.only:
        return [with_settings(named(name), arguments.set) for name in arguments.only]
    return list(QUICK if arguments.quick else FULL)


def _measured(case: Case, arguments: argparse.Namespace) -> dict[str, Any]:
    """The rounds of one case and what they come to. Raises CommandFailed, also where the counts differ."""
    with tempfile.TemporaryDirectory() as folder:
        searcher = None
        if not MISSING:
            states = case.states or ours(case, arguments.set, 2)["states"]
            searcher = made_searcher(case, arguments.set, Path(folder), states=states, memory_mib=free_mib())
        rounds: list[Round] = []
        began = time.monotonic()
        while len(rounds) < arguments.rounds and (not rounds or _in_time(began, arguments.seconds)):
            rounds.append(_round(case, arguments.set, searcher, Path(folder), len(rounds)))
    found = figures(rounds, searcher.made_wall_s if searcher else 0.0)
    first = rounds[0]["ours"]
    return {
        "case": to_builtins(case),
        "commands": _commands(case, arguments.set, searcher),
        "spin_made": {"wall_s": searcher.made_wall_s, "cpu_s": searcher.made_cpu_s} if searcher else None,
        "rounds": rounds,
        "figures": to_builtins(found),
        "symmetry": to_builtins(reduced(rounds)) if case.symmetric else None,
        "missed": missed(case.name, case.wanted_ratio, first["states"], found),
    }


def _in_time(began: float, seconds: float | None) -> bool:
    return seconds is None or time.monotonic() - began < seconds


def _round(case: Case, settings: Sequence[str], searcher: Searcher | None, folder: Path, number: int) -> Round:
    order = {"ours": 1, "two threads": 2}
    names = reversed(order) if number % 2 else order
    one: Round = {}
    for name in names:
        one[name] = ours(case, settings, order[name])
        if name == "two threads":
            trip = round_trip_ns(folder)
    if searcher is not None:
        one["spin"] = spins(searcher)
    counts = [case.states or one["ours"]["states"], one["ours"]["transitions"]]
    for tool, found in one.items():
        if not all(agree(exact, said) for exact, said in zip(counts, (found["states"], found["transitions"]), strict=True)):
            raise CommandFailed(
                f"the counts differ: {tool} has {found['states']:,} states, {found['transitions']:,} transitions, not {counts}"
            )
    if one["ours"]["states"] >= STATES_FOR_SPEEDUP:
        one |= {"apart": apart(case, settings), "round_trip_ns": trip}
    if case.symmetric:
        one["orbits"] = ours(case, settings, 1, "--symmetry")
    return one


def _commands(case: Case, settings: Sequence[str], searcher: Searcher | None) -> list[str]:
    base = " ".join(["python -m tests.bench.ours", case.name, *(f"--set {setting}" for setting in settings)])
    if searcher is None:
        return [f"{base} --threads 1", f"{base} --threads 2"]
    return [
        f"{base} --threads 1",
        f"{base} --threads 2",
        f"{base} --promela > model.pml",
        *searcher.commands,
        " ".join(searcher.command()),
    ]


if __name__ == "__main__":
    sys.exit(main())
