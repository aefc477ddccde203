"""The machine, and the tools on it, that figures were measured with."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.cases import ROOT
from tests.bench.process import run


def described() -> dict[str, str]:
    """What a reader needs to judge ratios by."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory_free_mib": str(free_mib()),
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "teamcheck": _teamcheck(),
        "spin": _said("spin", "-V"),
        "gcc": _said("gcc", "--version"),
    }


def free_mib() -> int:
    """Memory that can be had without taking it from others; 4 GiB where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 4_096
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable")), 4_096)


def round_trip_ns(folder: Path) -> float | None:
    """How long a line of memory takes from one processor to the other and back (round_trip.c), the program made in `folder`; None with one
    processor or without a compiler. Raises CommandFailed."""
    if (os.cpu_count() or 1) < 2 or sys.platform != "linux" or shutil.which("gcc") is None:
        return None
    program = folder / "round_trip"
    if not program.exists():
        run(["gcc", "-O2", "-pthread", str(Path(ROOT, "tests/bench/round_trip.c")), "-o", str(program)], folder)
    return float(run([str(program)], folder).output)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "not installed"
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return said[0] if said else "?"


def _teamcheck() -> str:
    from checker.engines.native.sources import source_digest
    from checker.version import VERSION

    return f"{VERSION}, sources of the library {source_digest()}"
