"""What takes long beyond a search of states: fair cycles in a graph of 10^7 states, and tables of faults: `python -m tests.bench.runs`.

Each is a whole process as a user starts it; processor time counts what all of its threads took. Exit code 3 (something is unknown) is
told, not hidden.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from msgspec import Struct

from tests.bench.cases import ROOT
from tests.bench.machine import described
from tests.bench.process import CommandFailed, run


class Command(Struct, frozen=True, kw_only=True):
    """`wanted_s`: how much processor time it may take; 0: none is asked for."""

    name: str
    words: tuple[str, ...]
    wanted_s: float = 0.0


def _check(spec: str, property: str, *rest: str) -> tuple[str, ...]:
    return ("check", f"specs/{spec}.spec", "--property", property, "--engine", "native", "--traces", "none", *rest)


def _tolerate(spec: str, instance: str, *rest: str) -> tuple[str, ...]:
    return ("tolerate", f"specs/{spec}.spec", "--instance", instance, "--traces", "none", *rest)


SETTINGS = ("--set", "agents=4", "--set", "calls=6")
COMMANDS = (
    Command(name="tolerate_lock", words=_tolerate("lock", "pair")),
    Command(name="tolerate_seed", words=_tolerate("seed_decentralized", "fork"), wanted_s=15.0),
    Command(name="tolerate_commit", words=_tolerate("two_phase_commit", "three"), wanted_s=15.0),
    Command(
        name="eventually_10_million",
        words=_check("bench/token_budget", "everybody", "--instance", "ample", *SETTINGS),
        wanted_s=60.0,
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.runs", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[command.name for command in COMMANDS])
    arguments = parser.parse_args(argv)
    print(described())
    for command in COMMANDS:
        if arguments.only is None or command.name in arguments.only:
            print(measured(command), flush=True)
    return 0


def measured(command: Command) -> str:
    """One line: the command, its processor and wall time, its memory, and the last thing that it said."""
    try:
        done = run([sys.executable, "-m", "checker", *command.words], ROOT)
    except CommandFailed as failed:
        return f"{command.name}: {failed}"
    late = f", {command.wanted_s:g} s are asked for" if command.wanted_s and done.cpu_s > command.wanted_s else ""
    last = done.output.strip().splitlines()[-1]
    return (
        f"{command.name}: {done.cpu_s:.1f} s of processor time{late}, {done.wall_s:.1f} s in all, "
        f"{done.rss_bytes / 2**20:,.0f} MiB; {last}\n  teamcheck {' '.join(command.words)}"
    )


if __name__ == "__main__":
    sys.exit(main())
