"""The type rules are sound: whatever an operator gives is a value of the type that its rule names."""

from __future__ import annotations

from itertools import combinations_with_replacement, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.language.types import BagOf, Int, Option, Sort, values
from checker.model.expr import OPERATORS, Apply, Expr
from checker.model.fits import comparable, fits, is_value
from checker.model.operator_types import LENGTH_UNSEEN, RULES, natural_type
from checker.semantics.evaluate import evaluator
from checker.semantics.failure import EvaluationError
from checker.semantics.registers import OLD, new_registers
from tests.semantics.building import const
from tests.semantics.expressions import TYPES, WORLDS, exprs

RANGES = [Int(low, high) for low, high in combinations_with_replacement(range(-3, 4), 2)]
ARITHMETIC = ["add", "sub", "mul", "floordiv", "mod", "min", "max"]


def results(operator: str, *ranges: Int) -> set[int]:
    """Everything that the operator gives on numbers of the ranges."""
    found = set()
    for given_ in product(*(values(r) for r in ranges)):
        node = Apply(operator, tuple(const(x, r) for x, r in zip(given_, ranges, strict=True)), Int(-99, 99))
        try:
            found.add(evaluator(node)((), new_registers(0)))
        except EvaluationError as error:
            assert error.failure.kind == "division"  # noqa: PT017 - any other kind is a fault of the operator
    return found


@pytest.mark.parametrize("operator", ARITHMETIC)
def test_the_range_of_an_arithmetic_operator_holds_every_result_and_both_ends(operator: str) -> None:
    for a, b in product(RANGES, RANGES):
        found = results(operator, a, b)
        rule = natural_type(Apply(operator, (const(a.low, a), const(b.low, b)), Int(-99, 99)))
        assert isinstance(rule, Int)
        if found:
            assert rule.low <= min(found), (operator, a, b)
            assert max(found) <= rule.high, (operator, a, b)
            if operator != "mod":
                assert (min(found), max(found)) == (rule.low, rule.high), (operator, a, b)


def test_the_range_of_a_negation() -> None:
    for a in RANGES:
        assert natural_type(Apply("neg", (const(a.low, a),), a)) == Int(-a.high, -a.low)


def test_every_operator_has_a_rule() -> None:
    assert RULES.keys() == OPERATORS.keys()


@settings(max_examples=500)
@given(st.sampled_from(TYPES).flatmap(lambda type: exprs(type, 3, True)), WORLDS)
def test_every_node_has_a_value_of_the_type_that_its_rule_names(expr: Expr, world: Any) -> None:
    state, old, locals = world
    registers = new_registers(64)
    registers[: len(locals)] = locals
    registers[OLD] = old
    for node in closed_nodes(expr):
        try:
            found = evaluator(node)(state, registers.copy())
        except EvaluationError:
            continue
        if node.operator not in LENGTH_UNSEEN:
            assert is_value(natural_type(node), found)


def closed_nodes(expr: Expr) -> list[Apply]:
    """The applications in `expr` that are outside every quantifier."""
    if not isinstance(expr, Apply):
        return []
    return [expr, *(node for argument in expr.arguments for node in closed_nodes(argument))]


def test_a_type_that_fits_another_has_no_value_outside_it() -> None:
    for actual, wanted in product(TYPES, TYPES):
        if isinstance(actual, BagOf) or isinstance(wanted, BagOf):
            assert fits(actual, wanted) == (actual == wanted)
        elif fits(actual, wanted):
            assert all(is_value(wanted, value) for value in values(actual))
            assert comparable(actual, wanted)


def test_an_option_takes_its_bare_values_and_none() -> None:
    task, other = Sort("Task", 2), Sort("Other", 2)
    assert fits(task, Option(task))
    assert fits(Option(task), Option(task))
    assert not fits(Option(task), task)
    assert not fits(task, Option(other))
    assert comparable(Option(task), task)
    assert not comparable(task, other)
