"""The Z3 engine finds what a search finds in mutants of the corpus, of which many break what they should keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from checker.model.model import Model
from checker.properties.searches import model_of
from checker.sorted.obligations import OF_ENDS
from tests.proving.attacked import CORPUS, ROOT, mutant
from tests.proving.mutants import mutants
from tests.symbolic.agreeing import agree

KINDS = ("always", "never", "step", "no error", *OF_ENDS)
MOST_STATES = 5_000
FEW, MANY = 8, 20  # of each protocol
QUICK = ("lock", "bugs/claim_race", "patterns/token_ring", "patterns/dead_letter", "bugs/name_clash")


def of_mutants(stem: str, folder: Path, each: int) -> Iterator[Model]:
    """The models of mutants that are spread over the text, with the goals of single states and steps."""
    found = [text for _, text in mutants(ROOT / "protocols" / f"{stem}.team")]
    for text in found[:: max(1, len(found) // each)]:
        base = mutant(stem, text, folder)
        for job in () if base is None else base.jobs(CORPUS[stem][1]):
            model = model_of(job)
            if not job.ghost:
                yield replace(model, goals=tuple(goal for goal in model.goals if goal.kind in KINDS))


@pytest.mark.parametrize("stem", QUICK)
def test_it_finds_what_a_search_finds(stem: str, tmp_path: Path) -> None:
    assert sum(agree(model, MOST_STATES) for model in of_mutants(stem, tmp_path, FEW)) >= FEW // 2


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_it_finds_what_a_search_finds_in_300_mutants(tmp_path: Path) -> None:
    compared = sum(agree(model, MOST_STATES) for stem in CORPUS for model in of_mutants(stem, tmp_path, MANY))
    assert compared >= 300
