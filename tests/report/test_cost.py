"""What a team costs, as text and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from checker import api
from checker.report.cost import bound_text, render
from checker.report.cost_json import to_data
from checker.sizing.result import Bound, Costs, Exact, MeterCost, Term
from tests.report.test_tolerance import validate

ROOT = Path(__file__).resolve().parents[2]


def costs(name: str, **options: object) -> Costs:
    return api.cost(ROOT / "specs" / f"{name}.spec", **options)  # type: ignore[arg-type]


def test_the_data_is_as_the_schema_says() -> None:
    validate(to_data(costs("patterns/retry_budget")), "cost_schema.json")
    validate(to_data(costs("patterns/retry_budget", instance="endless", every_size=False)), "cost_schema.json")
    validate(to_data(costs("task_board", meters=["tokens"], states_limit=20, every_size=False)), "cost_schema.json")


def test_what_is_spent_adds_up() -> None:
    (meter,) = to_data(costs("patterns/retry_budget", meters=["tokens"], every_size=False))["meters"]
    assert sum(line["amount"] for line in meter["spent"]) == meter["amount"] == 4_400
    assert [(line["agent"], line["times"], line["amount"]) for line in meter["spent"][:3]] == [
        ("Lead", 1, 1_000),
        ("Worker0", 1, 600),
        ("Worker0", 1, 600),
    ]


def term(coefficient: int, *of: tuple[str, str]) -> Term:
    return Term(coefficient=coefficient, of=tuple(sort for sort, _ in of), sizes=tuple(size for _, size in of))


W, T, F = ("Worker", "workers"), ("Task", "tasks"), ("Trigger", "2")


@pytest.mark.parametrize(
    ("constant", "terms", "text"),
    [
        (0, (), "0"),
        (1_000, (term(1_700, W),), "1,000 + 1,700 * workers"),
        (0, (term(1, W), term(2, T, W)), "workers + 2 * tasks * workers"),
        (0, (term(3, ("Thread", "producers + consumers")),), "3 * (producers + consumers)"),
        (0, (term(2, W, W),), "2 * workers * (workers - 1)"),
        (0, (term(2, T, F), term(5, F, F)), "4 * tasks + 10"),
    ],
)
def test_the_text_of_a_bound(constant: int, terms: tuple[Term, ...], text: str) -> None:
    assert bound_text(Bound(constant=constant, terms=terms, owed=())) == text


EMPTY = Costs(
    protocol="p",
    spec="p.spec",
    instance="pair",
    faults="none",
    engine="e",
    distinct=3,
    transitions=4,
    meters=(),
    seconds=0.5,
)


def test_what_is_not_known_is_said() -> None:
    unknown = MeterCost(meter="tokens", exact=Exact(worst="at least", amount=1_200, reason="a limit"))
    found = replace(EMPTY, meters=(unknown,))
    assert found.exit_code == 3
    assert "\ntokens: unknown, at least 1,200: a limit\n" in render(found)
    assert render(found).endswith("\n\n1 meter, not all is known (0.50 s)\n")
    assert render(replace(EMPTY, interrupted=True)).endswith("\n\n0 meters, interrupted before the end (0.50 s)\n")
    assert replace(EMPTY, interrupted=True).exit_code == 3


def test_a_cycle_that_is_not_fair() -> None:
    said = render(costs("seed_leased", meters=["tokens"]), traces=False)
    assert "tokens: unbounded, 18,000 a lap (no fair run goes round for ever, but any number of times)" in said
    assert "at every size" not in said
