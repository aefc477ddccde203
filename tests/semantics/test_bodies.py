"""Random bodies against their naive meaning: the outcomes, their order, their marks, choices and failures."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from checker.model.expr import Local
from checker.model.model import Body
from checker.semantics.branch import forking
from checker.semantics.execute import Mode, is_straight, straight
from checker.semantics.failure import EvaluationError
from checker.semantics.registers import CHOICES, MARKS, NOTES, Registers, kept_registers, new_registers, step_registers
from tests.semantics import naive
from tests.semantics.bodies import bodies
from tests.semantics.building import bind, step
from tests.semantics.expressions import LOCALS, WORLDS

STARTING = tuple(bind(local, local.type) for local in LOCALS.values())  # the registers that are set before the body


def registers_for(body: Body, locals: tuple[Any, ...]) -> Registers:
    registers = new_registers(max(step_registers(step("s", (), body)), len(locals)))
    registers[: len(locals)] = locals
    return registers


def mode_of(body: Body, notes: bool = False) -> Mode:
    return Mode(notes, kept_registers(step("s", STARTING, body)))


def said(cells: Any, registers: Registers, failure: Any) -> Any:
    choices = tuple((of.name if isinstance(of, Local) else "either", value) for of, value in registers[CHOICES])
    return (tuple(cells) if failure is None else None), failure and failure.kind, registers[MARKS], choices


def expected(body: Body, state: Any, locals: Any) -> Any:
    ends = naive.run(body, [(state, dict(enumerate(locals)), None, (), ())])
    return [(cells if failure is None else None, failure, marks, choices) for cells, _, failure, marks, choices in ends]


@settings(max_examples=700)
@given(bodies(2, True), WORLDS)
def test_a_body_has_the_outcomes_of_its_naive_meaning(body: Body, world: Any) -> None:
    state, _, locals = world
    found = forking(body, mode_of(body))(list(state), registers_for(body, locals))
    assert [said(*outcome) for outcome in found] == expected(body, state, locals)


@settings(max_examples=500)
@given(bodies(2, False), WORLDS)
def test_a_straight_body_in_place_has_the_one_outcome_of_its_naive_meaning(body: Body, world: Any) -> None:
    assert is_straight(body)
    state, _, locals = world
    cells, registers, failure = list(state), registers_for(body, locals), None
    try:
        straight(body, mode_of(body))(cells, registers)
    except EvaluationError as error:
        failure = error.failure
    assert [said(cells, registers, failure)] == expected(body, state, locals)


@settings(max_examples=200)
@given(bodies(2, True), WORLDS)
def test_notes_change_nothing(body: Body, world: Any) -> None:
    state, _, locals = world
    silent = forking(body, mode_of(body))(list(state), registers_for(body, locals))
    told = forking(body, mode_of(body, notes=True))(list(state), registers_for(body, locals))
    assert [said(*outcome) for outcome in told] == [said(*outcome) for outcome in silent]
    assert all(registers[NOTES] == () for _, registers, _ in silent)
