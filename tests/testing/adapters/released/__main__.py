"""Searches for the bugs that are named, and prints the reports. With `--repair` first, the versions are repaired in place where a bug says how."""

from __future__ import annotations

import logging
import sys

from tests.testing.adapters.released import all_bugs

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    names = [name for name in sys.argv[1:] if name != "--repair"]
    for name in names:
        print(all_bugs()[name].look(after_repair="--repair" in sys.argv))
