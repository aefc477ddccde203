"""What would take too long as straight-line code is refused, and soon."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from checker.ground import graph
from checker.ground.graph import Unsupported
from checker.ground.program import ground
from checker.language.types import Int
from checker.model.expr import Local
from checker.model.model import Choose, Model
from tests.semantics.building import Variables, assign, bind, equal, guard, model, number, read, step


def many_digits() -> Model:
    """A step with fifteen parameters of ten values each, whose guard fits no combination."""
    v = Variables()
    x = v.add("x", Int(0, 9), initial=0)
    digits = [Local(place, f"d{place}", Int(0, 9)) for place in range(15)]
    never = [guard(equal(d, read(x))) for d in digits]
    return model(v, (step("s", (*(bind(d) for d in digits), *never), (assign(x, number(0)),)),))


def many_cells() -> Model:
    """A step that may change any of four thousand cells, for each of four thousand values."""
    v = Variables()
    for place in range(4000):
        v.add(f"x{place}", Int(0, 9), initial=0)
    which = Local(0, "which", Int(0, 3999))
    return model(v, (step("s", (), (Choose(local=which, domain=which.type),)), step("t", (bind(which),))))


@pytest.mark.parametrize(
    ("large", "reason"),
    [(many_digits, "code of more than 400,000 operations"), (many_cells, "outcomes that may change more than 2,000,000 fields")],
)
def test_models_that_are_too_large_are_refused(large: Callable[[], Model], reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "MOST_ASKED", 400_000)
    began = process_time()
    with pytest.raises(Unsupported, match=reason):
        ground(large())
    assert process_time() - began < 30
