"""Bounds for every size of all meters of the corpus, held to exact searches of teams of one, two and three.

`UPDATE_GOLDEN=1 python -m pytest tests/sizing/test_corpus_bounds.py -m slow` writes the table anew. It shows where a bound is more than
what is spent; the protocols of the corpus that are not in it have no bound.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.language.diagnostics import BadInput
from checker.proving.sizes import size_parameters
from checker.report.cost import bound_text
from checker.sizing.meters import meters_of
from checker.sizing.potential.sizes import Sizes
from checker.sizing.result import Bound
from tests.sizing.loading import bounds_in, corpus, exact, loaded

TABLE = Path(__file__).with_name("bounds.txt")
SIZES = (1, 2, 3)
STATES = 2_000  # of a search


def lines_of(stem: str) -> Iterator[str]:
    """For each meter the bound, and at each size what is spent at most, of how much by the bound (`-`: no such team, or one too large)."""
    checked, model = loaded(corpus(stem))
    answers = bounds_in(checked, model, dict.fromkeys(meters_of(model), 0))
    known = {meter: bound for meter, bound in answers.items() if isinstance(bound, Bound)}
    found: dict[str, list[str]] = {meter: [] for meter in known}
    for size in SIZES if known else ():
        for meter, said in compared(stem, known, dict.fromkeys(size_parameters(checked), size)):
            found[meter].append(said)
    for meter, bound in known.items():
        yield f"{stem} {meter}: {bound_text(bound)} ({', '.join(found[meter])})"


def compared(stem: str, bounds: dict[str, Bound], sizes: dict[str, int]) -> Iterator[tuple[str, str]]:
    try:
        checked, model = loaded(corpus(stem), sizes=sizes)
    except BadInput:  # not a size of this protocol
        yield from ((meter, "-") for meter in bounds)
        return
    here = exact(model, list(bounds), states=STATES)
    for meter, bound in bounds.items():
        if here is None:
            yield meter, "-"
            continue
        most = bound.at(Sizes(checked).here)
        assert here[meter].worst == "at most", (stem, meter, sizes)
        assert here[meter].amount <= most, (stem, meter, sizes)
        yield meter, f"{here[meter].amount:,} of {most:,}"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_table() -> None:
    stems = list(dict.fromkeys(line.split(" ")[0] for line in TABLE.read_text(encoding="utf-8").splitlines()))
    found = [line for stem in stems for line in lines_of(stem)]
    if os.environ.get("UPDATE_GOLDEN"):
        TABLE.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == TABLE.read_text(encoding="utf-8").splitlines()
    assert sum(line.count(" of ") for line in found) >= 100
