"""A `for` whose result depends on the order of its elements fails, and says on which."""

from __future__ import annotations

from typing import Any

import pytest

from checker.language.types import Int, Option, SetOf, Sort
from checker.model.expr import Expr, Local
from checker.model.model import Assert, Body, Choose, Either, For, If, Let, Mark, Require, Statement
from checker.semantics.interpreter import Interpreter, Transition
from tests.semantics.building import HERE, Variables, apply, assign, const, equal, model, narrow, number, read, step

TASK = Sort("Task", 3)
COUNT = Int(0, 9)
T, D = Local(0, "t", TASK), Local(1, "d", TASK)


class World:
    """A shared number, a number for each task, and a last task."""

    def __init__(self) -> None:
        self.v = Variables()
        self.total = self.v.add("total", COUNT, initial=1)
        self.load = self.v.add("load", COUNT, TASK, initial=0)
        self.last = self.v.add("last", Option(TASK), initial=None)

    def run(self, *body: Statement) -> list[Transition]:
        interpreter = Interpreter(model(self.v, (step("s", (), body),)))
        return interpreter.transitions(interpreter.initial_states()[0])

    def over(self, body: Body, domain: Any = TASK, *, independent: bool = False, local: Local = T) -> For:
        return For(local=local, domain=domain, body=body, independent=independent, at=HERE)


def plus(a: Expr, b: Expr) -> Expr:
    return narrow(apply("add", a, b, type=Int(0, 18)), COUNT)


def times(a: Expr, b: Expr) -> Expr:
    return narrow(apply("mul", a, b, type=Int(0, 81)), COUNT)


def index(task: Expr) -> Expr:
    """The place of a task as a number."""
    return apply(
        "if",
        equal(task, const(0, TASK)),
        number(0),
        apply("if", equal(task, const(1, TASK)), number(1), number(2), type=COUNT),
        type=COUNT,
    )


def failure(transitions: list[Transition]) -> tuple[str, str]:
    (only,) = transitions
    assert only.failure is not None
    return only.failure.kind, only.failure.text


def test_writes_of_one_cell_each_do_not_depend_on_the_order() -> None:
    w = World()
    assert w.run(w.over((assign(w.load, T, index(T)),)))[0].target == (1, 0, 1, 2, None)


def test_sums_do_not_depend_on_the_order() -> None:
    w = World()
    assert w.run(w.over((assign(w.total, plus(read(w.total), index(T))),)))[0].target == (4, 0, 0, 0, None)


def test_the_last_writer_depends_on_the_order() -> None:
    w = World()
    assert failure(w.run(w.over((assign(w.last, T),)))) == (
        "order",
        "the result depends on the order in which `for` takes t = Task0, Task1",
    )


def test_the_failure_names_the_smallest_subset_that_depends_on_the_order() -> None:
    """Doubling and adding do not commute where something is added; Task0 adds nothing."""
    w = World()
    doubles_and_adds = assign(w.total, plus(times(read(w.total), number(1)), index(T)))
    assert w.run(w.over((doubles_and_adds,)))[0].failure is None
    w = World()
    found = failure(w.run(w.over((assign(w.total, plus(times(read(w.total), index(T)), index(T))),))))
    assert found == ("order", "the result depends on the order in which `for` takes t = Task0, Task1")


def test_orders_that_agree_on_all_elements_but_not_on_some_fail() -> None:
    """The last element in any order of all three would be one of three, but only two of them write, and both after the third."""
    w = World()
    first_two = If(condition=apply("ne", T, const(2, TASK)), then=(assign(w.last, T),), orelse=())
    text = "the result depends on the order in which `for` takes t = Task0, Task1"
    assert failure(w.run(w.over((first_two,)))) == ("order", text)
    clears = (w.over((first_two,)), assign(w.last, const(None, Option(TASK))))
    assert failure(w.run(*clears)) == ("order", text)


def test_one_element_has_one_order() -> None:
    w = World()
    one = const(frozenset({1}), SetOf(TASK))
    assert w.run(w.over((assign(w.last, T),), one))[0].target == (1, 0, 0, 0, 1)
    assert w.run(w.over((assign(w.last, T),), const(frozenset(), SetOf(TASK))))[0].target == (1, 0, 0, 0, None)


def test_a_loop_that_is_known_to_be_independent_is_not_checked() -> None:
    w = World()
    assert w.run(w.over((assign(w.last, T),), independent=True))[0].target == (1, 0, 0, 0, 2)


def test_a_failure_in_every_order_is_that_failure() -> None:
    w = World()
    refuses = Assert(condition=apply("ne", T, const(1, TASK)), kind="assert", text="not Task1", at=HERE)
    assert failure(w.run(w.over((refuses,)))) == ("assert", "not Task1")


def test_a_failure_in_some_orders_depends_on_the_order() -> None:
    """Task1 must come after Task0."""
    w = World()
    first_done = equal(read(w.load, const(0, TASK)), number(1))
    body = (
        Assert(
            condition=apply("or", apply("ne", T, const(1, TASK)), first_done),
            kind="assert",
            text="x",
            at=HERE,
        ),
        assign(w.load, T, number(1)),
    )
    assert failure(w.run(w.over(body)))[0] == "order"


def test_what_a_body_may_choose_must_not_depend_on_the_order() -> None:
    w = World()
    choose = Choose(local=D, domain=TASK)
    assert len(w.run(w.over((choose, assign(w.load, T, index(D)))))) == 27
    assert failure(w.run(w.over((choose, assign(w.last, D), assign(w.load, T, index(D))))))[0] == "order"


def test_branches_that_make_up_for_each_other_do_not_depend_on_the_order() -> None:
    """Each element may be the last; the set of results is the same in every order."""
    w = World()
    either = Either(branches=((assign(w.total, plus(read(w.total), number(1))),), ()))
    found = w.run(w.over((either,)))
    assert [t.target and t.target[0] for t in found] == [4, 3, 3, 2, 3, 2, 2, 1]
    assert found[1].choices == (("either", "1"), ("either", "1"), ("either", "2"))


def test_an_outcome_that_some_orders_do_not_have_depends_on_the_order() -> None:
    w = World()
    empty = Require(condition=apply("or", apply("ne", T, const(1, TASK)), equal(read(w.last), const(None, Option(TASK)))))
    body = (empty, If(condition=equal(T, const(0, TASK)), then=(assign(w.last, T),)))
    assert failure(w.run(w.over(body)))[0] == "order"


def test_a_requirement_that_no_order_meets_leaves_no_outcome() -> None:
    w = World()
    assert w.run(w.over((Require(condition=apply("ne", T, const(1, TASK))), assign(w.load, T, number(1))))) == []


def test_marks_must_not_depend_on_the_order() -> None:
    w = World()
    seen = Mark(mark="progress", condition=apply("and", equal(T, const(1, TASK)), equal(read(w.load, const(0, TASK)), number(0))))
    assert failure(w.run(w.over((seen, assign(w.load, T, number(1))))))[0] == "order"


def test_a_register_that_outlives_the_loop_must_not_depend_on_the_order() -> None:
    """One that the body binds anew each time may."""
    w = World()
    before = Let(local=D, value=const(0, TASK))
    keeps = w.over((Let(local=D, value=T),))
    assert failure(w.run(before, keeps, assign(w.last, D)))[0] == "order"
    assert w.run(w.over((Let(local=D, value=T), assign(w.load, D, number(1)))))[0].target == (1, 1, 1, 1, None)


@pytest.mark.parametrize("independent", [True, False])
def test_the_outcomes_of_a_loop_are_those_of_the_elements_in_order(independent: bool) -> None:
    w = World()
    choose = Choose(local=D, domain=TASK, where=apply("ne", D, T))
    found = w.run(w.over((choose, assign(w.load, T, index(D))), independent=independent))
    assert [t.target and t.target[1:4] for t in found] == [(a, b, c) for a in (1, 2) for b in (0, 2) for c in (0, 1)]
