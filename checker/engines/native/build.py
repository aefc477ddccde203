"""Builds the search library from its sources with any C compiler: `python -m checker.engines.native.build` does it in place.

The installation (setup.py) calls `compile_library` too. The library carries the digest of its sources, so that one that is older than they are
is never used (library.py)."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from checker.engines.native.sources import LIBRARY, source_digest, source_files

FLAGS = (
    "-std=c11",
    "-O3",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-pthread",
    "-Wall",
    "-Wextra",
    "-Werror=implicit-function-declaration",
    "-Wno-psabi",
    "-Wno-unknown-warning-option",
)


class BuildError(Exception):
    """The library cannot be built; the text says why."""


def compiler() -> list[str]:
    """The command of the C compiler: $CC, or the first of cc, gcc and clang that is there; BuildError when none is."""
    if said := os.environ.get("CC", "").strip():
        try:
            return shlex.split(said)
        except ValueError as error:
            raise BuildError(f"CC is `{said}`, which is no command: {error}") from error
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name]
    raise BuildError("there is no C compiler: install gcc or clang, or set CC")


def compile_library(target: Path = Path(LIBRARY), flags: Sequence[str] = ()) -> Path:
    """Compiles all sources into the shared library `target`, with `flags` after the usual ones; BuildError when that fails.

    The new library takes the place of an old one in one move: a process that has the old one open keeps it."""
    sources = [path for path in source_files() if path.endswith(".c")]
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            made = Path(folder) / target.name
            _run([*compiler(), *FLAGS, f'-DTC_SOURCES="{source_digest()}"', *flags, *sources, "-o", str(made)])
            made.replace(target)
    except OSError as error:
        raise BuildError(
            f"{target.parent}: {error.strerror}: it has to be a folder that may be written to, with room in it"
        ) from error
    return target


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BuildError(f"{command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise BuildError(f"{command[0]} failed:\n{done.stderr.strip()}")


def main() -> int:
    """Builds the library in place and says where it is."""
    try:
        print(f"built {compile_library()}")
    except BuildError as error:
        print(f"teamcheck: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
