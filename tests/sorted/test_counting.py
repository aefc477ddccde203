"""Counts and sums over sorts of any size, compared with constants: as the interpreter counts, at several sizes."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from checker.semantics.interpreter import Interpreter
from checker.sorted.quantifiers import partitions
from checker.sorted.refusals import Refused
from checker.sorted.uniform import every_size
from tests.sorted.families import of_text
from tests.sorted.structures import Structure, random_states

PROTOCOL = """protocol p(workers: 1..6 = 3)
role Worker * workers
shared held: map[Worker, 0..3] = 0
shared busy: set[Worker] = {}
shared extra: 0..2 = 0
role Worker:
    action take when held[self] < 3:
        held[self] += 1
        busy += {self}
        extra = 2 - extra
"""
CLAIMS = [
    "count(w in Worker: w in busy) <= 2",
    "count(w in Worker: held[w] == 1) != 1",
    "count(v in Worker, w in Worker: held[v] > held[w]) < 3",
    "len(busy) == 2",
    "sum(w in Worker: held[w]) != 6",
    "2 < len(busy)",
    "sum(w in Worker: held[w]) <= 3",
    "sum(w in Worker: held[w]) == 4",
    "sum(w in Worker: held[w]) > 5",
    "count(w in Worker: w in busy) + sum(w in Worker: held[w]) <= 4",
    "len(busy) + extra >= 3",
    "extra <= count(w in Worker: held[w] == 2)",
]


@pytest.mark.parametrize("claim", CLAIMS)
def test_as_the_interpreter_counts(claim: str) -> None:
    every = every_size(of_text(PROTOCOL, f"always claim: {claim}"))
    assert every.open == {"Worker": "workers"}
    term = every.form.holds(every.form.model.goals[0].conditions[0], every.form.state)
    seen = set()
    for size in (1, 2, 3, 5):
        model = every.model_at({"Worker": size})
        interpreter = Interpreter(model)
        for state in islice(random_states(model, Random(size)), 40):
            wanted = interpreter.evaluate(model.goals[0].conditions[0], state)
            assert Structure(every.form, model, state).value(term, {}) == wanted, state
            seen.add(wanted)
    assert seen == {False, True}


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("len(busy) <= 7", "a count over a sort of any size compared with numbers from 7 to 7"),
        ("len(busy) >= count(w in Worker: held[w] == 2)", "a comparison of two numbers that depend on the size of a sort"),
        ("len(busy) * 2 <= 3", "a number that depends on the size of a sort, other than in a comparison with a constant"),
        ("max(w in Worker: held[w]) <= 2", "`max` over a sort of any size"),
    ],
)
def test_what_is_not_counted_is_refused(claim: str, why: str) -> None:
    every = every_size(of_text(PROTOCOL, f"always claim: {claim}"))
    with pytest.raises(Refused, match=why):
        every.form.holds(every.form.model.goals[0].conditions[0], every.form.state)


def test_partitions() -> None:
    assert list(partitions(4, 4)) == [(4,), (3, 1), (2, 2), (2, 1, 1), (1, 1, 1, 1)]
    assert list(partitions(0, 0)) == list(partitions(-1, 3)) == [()]
