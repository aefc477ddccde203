"""Every operator and quantifier against the naive evaluator, on random well-typed expressions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.language.types import Type, values
from checker.model.expr import OPERATORS, Apply, Const, Expr, Local, Quantifier
from checker.model.expr_rules import Judge
from checker.model.fits import is_value
from checker.semantics.evaluate import address, evaluator
from checker.semantics.failure import EvaluationError
from checker.semantics.operators import BUILDERS
from checker.semantics.registers import OLD, expression_registers, new_registers
from tests.semantics import naive
from tests.semantics.expressions import ALL_PLACES, LOCALS, TYPES, VARIABLES, WORLDS, exprs


def outcome(expr: Expr, state: Any, locals: Any, old: Any) -> Any:
    """The value, or the kind of the failure."""
    registers = new_registers(max(expression_registers(expr), len(locals)))
    registers[: len(locals)] = locals
    registers[OLD] = old
    try:
        return evaluator(expr)(state, registers)
    except EvaluationError as error:
        return ("fails", error.failure.kind)


def expected(expr: Expr, state: Any, locals: Any, old: Any) -> Any:
    try:
        return naive.value(expr, state, dict(enumerate(locals)), old)
    except naive.Fails as failure:
        return ("fails", str(failure))


@settings(max_examples=1_000)
@given(st.sampled_from(TYPES).flatmap(lambda type: st.tuples(st.just(type), exprs(type, 3, True))), WORLDS)
def test_expressions_mean_what_the_naive_evaluator_says(typed: tuple[Type, Expr], world: Any) -> None:
    (type, expr), (state, old, locals) = typed, world
    found = outcome(expr, state, locals, old)
    assert found == expected(expr, state, locals, old)
    if not (isinstance(found, tuple) and found[:1] == ("fails",)):
        assert is_value(type, found)


@settings(max_examples=500)
@given(st.sampled_from(TYPES).flatmap(lambda type: exprs(type, 3, True)))
def test_the_validator_has_nothing_to_say_about_them_but_what_the_ranges_show(expr: Expr) -> None:
    messages: list[str] = []
    Judge(frozenset(VARIABLES.made), messages.append, old=True).expr(expr, {local.number: local for local in LOCALS.values()})
    assert messages == []


def operators_in(expr: Expr) -> set[str]:
    match expr:
        case Apply():
            return {expr.operator}.union(*map(operators_in, expr.arguments))
        case Quantifier():
            return {expr.kind} | operators_in(expr.body)
    return set()


def test_the_random_expressions_use_every_operator() -> None:
    met: set[str] = set()

    @settings(max_examples=700)
    @given(st.sampled_from(TYPES).flatmap(lambda type: exprs(type, 3, True)))
    def meet(expr: Expr) -> None:
        met.update(operators_in(expr))

    meet()
    assert met == {*OPERATORS, "all", "any", "count", "sum", "those", "majority", "map"}


def test_every_operator_has_a_meaning() -> None:
    assert BUILDERS.keys() == OPERATORS.keys()


@pytest.mark.parametrize("place", range(len(VARIABLES.made)))
def test_the_cell_of_every_index_is_its_own(place: int) -> None:
    """By constants, and by registers: the order of `itertools.product` of the values of the index types."""
    variable = VARIABLES.made[place]
    keys = [key for v, key in ALL_PLACES if v is variable]
    for number, key in enumerate(keys):
        constants = tuple(Const(k, t) for k, t in zip(key, variable.index, strict=True))
        assert address(variable, constants).evaluator()((), []) == variable.offset + number
        registers = tuple(Local(i, "i", t) for i, t in enumerate(variable.index))
        assert address(variable, registers).evaluator()((), list(key)) == variable.offset + number


@pytest.mark.parametrize("type", [t for t in TYPES if "bag" not in str(t)], ids=str)
def test_values_are_listed_once_and_in_type(type: Type) -> None:
    found = list(values(type))
    assert len(found) == len(set(found))
    assert all(is_value(type, value) for value in found)
