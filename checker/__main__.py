"""`python -m checker` is `teamcheck`, and where the command begins: little is loaded before an interrupt is heeded."""

from __future__ import annotations

import sys


def main() -> int:
    """The command line as a process of its own, and its exit code."""
    try:
        from checker.cli.main import program

        return program()
    except KeyboardInterrupt:  # even before the command line has begun
        sys.stderr.write("\ninterrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
