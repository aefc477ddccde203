"""What is measured: one process of ours, one of SPIN's, one small check as a user runs it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from tests.bench.cases import ROOT, Case
from tests.bench.ours import STARTED
from tests.bench.process import run
from tests.bench.spin import Searcher, searcher

SMALL = ("-m", "checker", "check", "specs/two_phase_commit.spec", "--instance", "three", "--faults", "none")
FIRST_SMALL = "two_phase_commit_3"


def _command(case: str, settings: Sequence[str], *rest: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.ours", case, *(f"--set={setting}" for setting in settings), *rest]


def ours(case: Case, settings: Sequence[str], threads: int, *rest: str) -> dict[str, Any]:
    """One search of ours, and its process as a whole."""
    environment = {**os.environ, STARTED: str(time.monotonic())}
    done = run(_command(case.name, settings, f"--threads={threads}", *rest), ROOT, environment)
    return {**json.loads(done.output), "wall_s": done.wall_s, "cpu_s": done.cpu_s, "rss_bytes": done.rss_bytes}


def apart(case: Case, settings: Sequence[str]) -> list[dict[str, Any]]:
    """Two searches at once that share nothing but the machine, of one thread each: no search with two threads can expect more of it."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda _: ours(case, settings, 1), range(2)))


def made_searcher(case: Case, settings: Sequence[str], folder: Path, *, states: int, memory_mib: int) -> Searcher:
    """SPIN's searcher for a case, made in `folder`."""
    program = run(_command(case.name, settings, "--promela"), ROOT).output
    return searcher(program, folder, states, memory_mib)


def spins(made: Searcher) -> dict[str, Any]:
    """One search of SPIN's."""
    return to_builtins(made.run())


def small_check() -> dict[str, float]:
    """A check of 288 states as a whole process, and how long a search of them takes to its first state."""
    environment = {**os.environ, STARTED: str(time.monotonic())}
    first = json.loads(run([sys.executable, "-m", "tests.bench.ours", FIRST_SMALL], ROOT, environment).output)
    done = run([sys.executable, *SMALL], ROOT)
    return {"wall_s": done.wall_s, "cpu_s": done.cpu_s, "first_state_s": first["first_state_s"], "import_s": first["import_s"]}
