"""Soundness: nothing that a search refutes at a small size is ever proved for every size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proving.attacked import CORPUS, ROOT, attacked, mutant, provable, proved, refuted_by_search
from tests.proving.mutants import mutants


def test_mutants_of_a_lock_are_proved_only_where_they_hold(tmp_path: Path) -> None:
    told = []
    for what, text in list(mutants(ROOT / "protocols" / "lock.team"))[1::3]:
        base = mutant("lock", text, tmp_path)
        assert base is not None, what
        names = proved(base, "none", 20.0, tuple(provable(base, "none")))
        assert names.isdisjoint(refuted_by_search(base, "none")), what
        told.append(f"{what.partition(': ')[2]}  proved: {', '.join(sorted(names))}")
    assert told == [
        "`self in wanted and holder == none` -> `self in wanted`  proved: no deadlock, no error, no livelock, served",
        "`holder == none` -> `holder != none`  proved: no error, no livelock, together",
        "`wanted -= {self}` -> `wanted += {self}`  proved: no deadlock, no error, together",
    ]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("stem", CORPUS)
def test_no_mutant_of_the_corpus_is_proved_that_a_search_refutes(stem: str, tmp_path: Path) -> None:
    found = list(attacked(stem, tmp_path))
    assert [(one.change, one.wrongly) for one in found if one.wrongly] == []
    assert len(found) >= 5
    assert any(one.refuted for one in found)
