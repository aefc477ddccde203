"""Bounds of generated protocols, made from teams of two, held to exact searches of teams of one, two and three."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from checker.language.diagnostics import BadInput
from checker.sizing.meters import meters_of
from checker.sizing.potential import constraints
from checker.sizing.potential.sizes import Sizes
from checker.sizing.result import Bound
from tests.elaborate.generator import protocol
from tests.sizing.loading import bounds_in, exact, loaded

STATES = 3_000


def compared(seed: int, folder: Path, *, faulty: bool = False) -> int:
    """How many bounds were held to an exact search at another size. `faulty`: under the fault model of the protocol, where it has one."""
    random = Random(seed)
    made = protocol(random.randrange)
    text = re.sub(r"await llm\(\)", lambda _: f"await llm(tokens: {random.choice((1, 3, 10))})", made.protocol)
    model_of = re.search(r"^faults f: (.*)$", made.spec, re.MULTILINE)
    faults = model_of[1] if faulty and model_of else "none"
    path = folder / "p.team"
    path.write_text(text, encoding="utf-8")
    try:
        checked, model = loaded(path, faults=faults)
    except BadInput:
        return 0
    here = exact(model, states=STATES)
    if here is None:
        return 0
    meters = {meter: here[meter].amount for meter in meters_of(model) if here[meter].worst != "unbounded"}
    known = {meter: bound for meter, bound in bounds_in(checked, model, meters).items() if isinstance(bound, Bound)}
    return sum(_holds(text, size, known, path, seed, faults) for size in (1, 2, 3)) if known else 0


def _holds(text: str, size: int, bounds: dict[str, Bound], path: Path, seed: int, faults: str) -> int:
    path.write_text(re.sub(r"^((?:ids I|role [RS]) \* )2", rf"\g<1>{size}", text, flags=re.MULTILINE), encoding="utf-8")
    try:
        checked, model = loaded(path, faults=faults)
    except BadInput:
        return 0
    found = exact(model, list(bounds), states=STATES)
    if found is None:
        return 0
    for meter, bound in bounds.items():
        assert found[meter].worst != "unbounded", (seed, meter, size)
        assert found[meter].amount <= bound.at(Sizes(checked).here), (seed, meter, size)
    return size != 2


def test_generated_protocols(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constraints, "MOST_WAYS", 400)
    assert sum(compared(seed, tmp_path) for seed in range(24)) >= 12


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("faulty", [False, True])
def test_many_generated_protocols(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: bool) -> None:
    monkeypatch.setattr(constraints, "MOST_WAYS", 2_000)
    assert sum(compared(seed, tmp_path, faulty=faulty) for seed in range(1_000, 1_500)) >= 150
