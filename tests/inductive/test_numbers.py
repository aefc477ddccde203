"""Lemmas about numbers: what is found of protocols that count, and that no state refutes what is offered."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from checker.certificates.subject import Asked
from checker.engines.explicit import explore
from checker.engines.inductive.numbers import dependent, numbers
from checker.engines.inductive.quantities import walked
from checker.model.resize import resized
from checker.properties.plan import read_target
from checker.semantics.interpreter import Interpreter
from checker.sentences.read import read_sentences
from checker.sentences.sentence import sentence
from tests.proving.table import rows

ROOT = Path(__file__).parents[2]


def found(stem: str, instance: str, name: str) -> list[str]:
    asked = Asked(read_target(str(ROOT / "specs" / f"{stem}.spec")), instance, "none", name, {})
    models = [asked.model_at(size) for size in (2, 3)]
    return [sentence(lemma, asked.checked, models[-1]).text for lemma in numbers(models)]


def test_what_is_reserved_is_what_is_held() -> None:
    told = found("patterns/token_ledger", "large", "within")
    assert told[0] == "reserved == sum(w in Worker: hold[w])"
    assert "reserved == sum(w in Worker: if w.call.n == none then 0 else w.call.n!)" in told
    assert "spent + reserved <= 50000" in told
    assert "all(w in Worker: hold[w] <= reserved)" in told


def test_tickets_are_in_an_order() -> None:
    told = found("patterns/ticket_line", "endless", "alone")
    assert told[0] == "all(a in Agent: not a at drawing)"
    assert told[1] == "next == count(a in Agent: a at waiting) + serving + count(a in Agent: a at working)"
    assert "all(a in Agent: a at working implies a.visit.mine! == serving)" in told
    assert "all(a in Agent: a.visit.mine != none implies a.visit.mine! < next)" in told


def test_a_team_without_numbers_has_none() -> None:
    assert found("lock", "pair", "together") == []


@pytest.mark.parametrize(
    ("stem", "instance", "name"),
    [
        ("patterns/token_ledger", "leaky", "within"),
        ("patterns/ticket_line", "torn", "in_line"),
        ("patterns/permits", "careless", "few"),
        ("bench/lossy_lease", "small", "no_late_write"),
    ],
)
def test_no_state_of_the_runs_refutes_what_is_offered(stem: str, instance: str, name: str) -> None:
    asked = Asked(read_target(str(ROOT / "specs" / f"{stem}.spec")), instance, "none", name, {})
    models = [asked.model_at(size) for size in (2, 3)]
    offered = numbers(models)
    assert offered == numbers(models)
    for model in models:
        states, interpreter = walked(model), Interpreter(model)
        assert len(states) > 5
        assert set(states) <= set(explore(model, states_limit=20_000).states) or len(states) > 100
        for state in states:
            assert all(interpreter.evaluate(resized(lemma, model), state) for lemma in offered)


def test_columns_that_depend_on_others() -> None:
    columns = [[Fraction(v) for v in column] for column in ([1, 1, 1], [0, 1, 2], [3, 5, 7], [0, 0, 0], [1, 4, 9])]
    assert list(dependent(columns)) == [(2, {0: Fraction(3), 1: Fraction(2)}), (3, {})]


def test_numbers_prove_what_sums_say() -> None:
    (row,) = rows("patterns/token_ledger", "large", "none", ("covered",), time_s=60.0)
    assert row.proved
    assert row.lemmas == 1


def test_sums_are_read_back_as_they_are_said() -> None:
    target = read_target(str(ROOT / "specs" / "patterns" / "token_ledger.spec"))
    asked = Asked(target, "large", "none", "within", {})
    told = found("patterns/token_ledger", "large", "within")
    again = read_sentences(told, target.protocol, target.spec, "large")
    assert [sentence(expr, asked.checked, asked.model).text for expr in again] == told
