"""A command run to its end, with what it took: the processor time and peak memory of that process alone."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import IO

from msgspec import Struct


class CommandFailed(Exception):
    """A command ended badly; the text has the command and what it said."""


class Run(Struct, frozen=True, kw_only=True):
    """`rss_bytes`: the largest resident set that the process had; at least that of the process which started it."""

    wall_s: float
    cpu_s: float
    rss_bytes: int
    output: str


def run(command: Sequence[str], folder: Path | str, environment: Mapping[str, str] | None = None) -> Run:
    """Raises CommandFailed where the exit code is not 0."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
        started = perf_counter()
        with subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=complaints) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = perf_counter() - started
        said, complained = _text(output), _text(complaints)
    if process.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}: exit code {process.returncode}\n{said[-2_000:]}{complained[-2_000:]}")
    return Run(wall_s=wall, cpu_s=used.ru_utime + used.ru_stime, rss_bytes=used.ru_maxrss * 1024, output=said)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
