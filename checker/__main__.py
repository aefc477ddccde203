"""`python -m checker` is `teamcheck`, and where the command begins: little is loaded before an interrupt is heeded."""

from __future__ import annotations

import gc
import sys

_OBJECTS_BEFORE_COLLECTION = 50_000


def collect_seldom() -> None:
    """Of a process that is ours alone: next to nothing here is garbage that only the collector finds, least of all while modules are loaded."""
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)


def main() -> int:
    """The command line as a process of its own, and its exit code."""
    try:
        collect_seldom()
        from checker.cli.main import program

        return program()
    except KeyboardInterrupt:  # even before the command line has begun
        sys.stderr.write("\ninterrupted\n")
        return 130
    except MemoryError:  # as early
        sys.stderr.write("teamcheck: out of memory\n")
        return 3


if __name__ == "__main__":
    sys.exit(main())
