"""Searches for the bugs that are named, and prints the reports."""

from __future__ import annotations

import logging
import sys

from tests.testing.adapters.released import all_bugs

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for name in sys.argv[1:]:
        print(all_bugs()[name].look())
