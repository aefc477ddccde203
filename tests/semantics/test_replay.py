"""What the interpreter offers besides transitions: values of expressions, notes, the replay of traces."""

from __future__ import annotations

import pytest

from checker.language.types import Int, Option, Sort
from checker.model.expr import Expr, Local
from checker.model.model import Assert, Choose, Model, Note
from checker.semantics.failure import EvaluationError, Failure
from checker.semantics.interpreter import Interpreter
from tests.semantics.building import (
    FALSE,
    HERE,
    Variables,
    apply,
    assign,
    bind,
    const,
    model,
    narrow,
    number,
    read,
    step,
    unwrapped,
)

TASK = Sort("Task", 3)
WORKER = Sort("Worker", 2, role=True)
COUNT = Int(0, 3)
T, W = Local(0, "t", TASK), Local(1, "w", WORKER)


def test_evaluate_reads_the_state_and_with_old_the_one_before() -> None:
    v = Variables()
    a = v.add("a", COUNT, TASK, initial=0)
    interpreter = Interpreter(model(v, ()))
    now, before = read(a, const(1, TASK)), read(a, const(1, TASK), old=True)
    grown = apply("gt", now, before)
    assert interpreter.evaluate(now, (0, 3, 0)) == 3
    assert interpreter.evaluate(grown, (0, 3, 0), (0, 2, 3)) is True
    assert interpreter.evaluate(grown, (0, 3, 0), (0, 3, 0)) is False


def test_evaluate_raises_where_there_is_no_value() -> None:
    v = Variables()
    owner = v.add("owner", Option(WORKER), TASK, initial=None)
    with pytest.raises(EvaluationError) as raised:
        Interpreter(model(v, ())).evaluate(unwrapped(read(owner, const(0, TASK))), (None, None, None))
    assert raised.value.failure == Failure("none", "`owner[Task0]` is none", HERE)


def told_model() -> Model:
    v = Variables()
    a = v.add("a", COUNT, initial=0)
    maybe = v.add("maybe", Option(TASK), initial=None)

    def send(*values: Expr) -> Note:
        return Note(kind="send", text="Assign", agent=W, values=values)

    fails = Assert(condition=FALSE, kind="assert", text="no", at=HERE)
    body = (send(T, read(a)), assign(a, number(2)), send(T, read(a)), Note(kind="awaits", text="planning"))
    return model(
        v,
        (
            step("quiet", (bind(T),)),
            step("told", (bind(W), bind(T)), body, agent=W, parameters=(T,)),
            step("forks", (bind(W),), (Choose(local=T, domain=TASK), send(T), fails), agent=W),
            step("unknown", (), (Note(kind="drop", text="M", values=(unwrapped(read(maybe)),)),)),
        ),
    )


def test_notes_tell_values_as_they_were_when_they_were_told() -> None:
    interpreter = Interpreter(told_model())
    (state,) = interpreter.initial_states()
    assert [(note.kind, agent, text) for note, agent, text in interpreter.notes(state, 3 + 4)] == [
        ("send", "Worker1", "Assign(Task1, 0)"),
        ("send", "Worker1", "Assign(Task1, 2)"),
        ("awaits", None, "planning"),
    ]
    assert interpreter.notes(state, 0) == []


def test_notes_of_an_outcome_are_its_own_and_end_where_it_fails() -> None:
    interpreter = Interpreter(told_model())
    (state,) = interpreter.initial_states()
    found = [[text for _, _, text in interpreter.notes(state, index)] for index in range(9, 15)]
    assert found == [["Assign(Task0)"], ["Assign(Task1)"], ["Assign(Task2)"]] * 2
    assert interpreter.transitions(state)[9].failure == Failure("assert", "no", HERE)


def test_a_note_never_fails_a_step() -> None:
    interpreter = Interpreter(told_model())
    (state,) = interpreter.initial_states()
    assert [text for _, _, text in interpreter.notes(state, 15)] == ["M(?)"]
    assert interpreter.transitions(state)[15].target == state
    with pytest.raises(IndexError):
        interpreter.notes(state, 16)


def test_replay_gives_the_states_before_and_the_transitions() -> None:
    v = Variables()
    a = v.add("a", COUNT, choices=(0, 1))
    more = narrow(apply("add", read(a), number(1), type=Int(1, 4)), COUNT)
    interpreter = Interpreter(model(v, (step("stay"), step("grow", (), (assign(a, more),)))))
    found = interpreter.replay(1, (1, 0, 1, 1))
    assert [(state, t.target) for state, t in found] == [((1,), (2,)), ((2,), (2,)), ((2,), (3,)), ((3,), None)]
    assert interpreter.replay(0, ()) == []


@pytest.mark.parametrize(
    ("initial", "indices", "text"),
    [
        (2, (), "there is no initial state 2"),
        (-1, (), "there is no initial state -1"),
        (0, (0, 2), "step 2 is number 2, but only 0 to 1 are possible there"),
        (0, (-1,), "step 1 is number -1, but only 0 to 1 are possible there"),
        (1, (1, 1, 1, 0), "step 4 follows a step that fails"),
    ],
)
def test_replay_refuses_what_is_not_there(initial: int, indices: tuple[int, ...], text: str) -> None:
    v = Variables()
    a = v.add("a", COUNT, choices=(0, 1))
    more = narrow(apply("add", read(a), number(1), type=Int(1, 4)), COUNT)
    interpreter = Interpreter(model(v, (step("stay"), step("grow", (), (assign(a, more),)))))
    with pytest.raises(ValueError, match=f"^{text}$"):
        interpreter.replay(initial, indices)
