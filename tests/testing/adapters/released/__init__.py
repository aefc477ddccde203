"""Real bugs in released versions of frameworks, each as a user would look for it: a short scenario, and what must hold.

`python -m tests.testing.adapters.released NAME` searches with the version that is on the path, and prints the report. Each module is about
one framework; a scenario is put into the table by `bug`, which says which release has it and which has it no more.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.testing.adapters.released.table import BUGS, Bug

NO_SCENARIOS = ("__init__", "__main__", "table")


def all_bugs() -> dict[str, Bug]:
    """The table, by name, with the bugs of each framework one after the other. No framework is imported."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in NO_SCENARIOS:
            import_module(f"{__name__}.{path.stem}")
    return dict(sorted(BUGS.items(), key=lambda bug: bug[1].broken.split("==")[0]))


def table() -> str:
    """The table of the docs."""
    return "\n".join(["| release | what is found | repaired in |", "|---|---|---|", *(bug.row() for bug in all_bugs().values())])
