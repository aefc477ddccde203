"""`python -m checker` is `teamcheck`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    try:
        from checker.cli.main import program

        sys.exit(program())
    except KeyboardInterrupt:  # even before the command line has begun
        sys.exit(130)
