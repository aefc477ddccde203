"""Tables of generated protocols: each cell is what a check under that fault model says, and each smallest set is one."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from checker import api
from checker.language.diagnostics import BadInput
from checker.language.faults import applicable
from checker.properties.requests import one_checked
from tests.elaborate.generator import protocol
from tests.properties.tolerance.agreement import wrong_absences, wrong_cells, wrong_sets


def compare(folder: Path, seed: int) -> int:
    """How many cells were compared of the protocol of this seed, under three faults that apply to it."""
    random = Random(seed)
    generated = protocol(random.randrange)
    path = folder / f"p{seed}.team"
    path.write_text(generated.protocol, encoding="utf-8")
    try:
        checked = one_checked(str(path), None, "none", {})
    except BadInput:
        return 0
    if api.graph(str(path), states_limit=60).graph["complete"] is False:
        return 0
    names = [f"{item.kind} {item.target}" for item in applicable(checked)]
    faults = ", ".join(sorted(random.sample(names, min(2, len(names)))))
    table = api.tolerate(str(path), faults=faults, states_limit=3_000, engine=random.choice(["auto", "reference"]))  # type: ignore[arg-type]
    if table.exit_code or any(row.unknown for row in table.rows):
        return 0
    assert wrong_cells(table) == [], generated
    assert wrong_sets(table) == [], generated
    assert wrong_absences(table) == [], generated
    return sum(3 * len(row.cells) for row in table.rows)


def test_a_few(tmp_path: Path) -> None:
    assert sum(compare(tmp_path, seed) for seed in range(20)) > 50


@pytest.mark.slow
@pytest.mark.timeout(3_000)
def test_many(tmp_path: Path) -> None:
    assert sum(compare(tmp_path, seed) for seed in range(1_000, 2_000)) > 3_000
