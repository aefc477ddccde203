"""Searches for the bugs that are named, and prints the reports."""

from __future__ import annotations

import logging
import sys
from importlib import import_module

from tests.testing.adapters.released.table import BUGS

HOMES = ("a2a", "libraries", "langgraph", "mcp", "openai_agents", "pydantic_ai", "taskiq")

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for name in sys.argv[1:]:
        print(BUGS[name].look())
