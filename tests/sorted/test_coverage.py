"""Which protocols of the corpus have a sorted form, which of their sorts may have every size, and why the others may not.

`UPDATE_GOLDEN=1 python -m pytest tests/sorted/test_coverage.py` writes the table anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from checker.properties.plan import read_target
from checker.sorted.refusals import Refused
from checker.sorted.uniform import every_size
from tests.sorted.families import SPECS, of_corpus

TABLE = Path(__file__).parent / "coverage.txt"


def lines_of(path: Path) -> list[str]:
    """For each instance of the spec, without faults, what is said of its sorts; instances that say the same in one line."""
    target, stem = read_target(str(path)), str(path.relative_to(SPECS).with_suffix(""))
    told: dict[str, list[str]] = {}
    for instance in target.instances:
        try:
            every = every_size(of_corpus(stem, target.instance_name(instance)))
        except Refused as refused:
            told.setdefault(f"not translated: {refused.what}", []).append(instance)
            continue
        fixed = [f"{f.size} {sort}: {f.why}" for sort, f in every.fixed.items() if f.why != "there is one"]
        said = "; ".join([f"any number of {', '.join(every.open)}" if every.open else "fixed in size", *fixed])
        told.setdefault(said, []).append(instance)
    return [f"{stem} ({', '.join(instances)}): {said}" for said, instances in told.items()]


def test_the_table() -> None:
    found = [line for path in sorted(SPECS.rglob("*.spec")) for line in lines_of(path)]
    if os.environ.get("UPDATE_GOLDEN"):
        TABLE.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == TABLE.read_text(encoding="utf-8").splitlines()
    assert len({line.split(" ")[0] for line in found if "any number of" in line}) >= 25
