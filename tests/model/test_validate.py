"""The validator: one broken model for each rule, and the message that names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from checker.language.types import BagOf, Enum, Int, MapOf, Option, SeqOf, SetOf
from checker.model.expr import Expr, Local, Quantifier, Read
from checker.model.model import Bind, Choose, Either, For, Goal, If, Let, Mark, Model, Note, Statement, Step, While
from checker.model.validate import misfits, validate
from tests.model.rich import COUNT, ENTRY, TASK, WORKER, C, N, Q, T, W, rich_model
from tests.semantics.building import (
    BOOL,
    FALSE,
    HERE,
    TRUE,
    Variables,
    apply,
    assign,
    bind,
    const,
    equal,
    guard,
    model,
    number,
    quantifier,
    read,
    step,
)


def test_a_well_formed_model() -> None:
    assert validate(rich_model()) == []


# --- variables ---------------------------------------------------------------------------------------------------------


def with_variable(place: int, **changes: Any) -> Callable[[], Model]:
    def make() -> Model:
        v = Variables()
        v.add("a", COUNT, TASK, initial=0)
        v.add("b", COUNT, initial=0)
        v.made[place] = replace(v.made[place], **changes)
        return model(v, ())

    return make


BROKEN_VARIABLES = {
    "gap": (with_variable(1, offset=3), "variable b: its cells begin at 3, those before it end at 2"),
    "overlap": (with_variable(1, offset=1), "variable b: its cells begin at 1, those before it end at 2"),
    "too few initial values": (with_variable(0, initial=((0,),)), "variable a: initial values of 1 cells, of 2"),
    "no initial value": (with_variable(0, initial=((0,), ())), "variable a: a cell without an initial value"),
    "initial value twice": (with_variable(1, initial=((1, 1),)), "variable b: an initial value twice in (1, 1)"),
    "initial value outside": (with_variable(1, initial=((4,),)), "variable b: it starts with 4, which is no value of 0..3"),
    "initial value of another shape": (
        with_variable(1, initial=((True,),)),
        "variable b: it starts with True, which is no value of 0..3",
    ),
    "name twice": (with_variable(1, name="a"), "variables: 2 are named `a`"),
}


@pytest.mark.parametrize("rule", BROKEN_VARIABLES)
def test_variables(rule: str) -> None:
    make, message = BROKEN_VARIABLES[rule]
    assert message in validate(make())


# --- expressions ---------------------------------------------------------------------------------------------------------

V = Variables()
A, B = V.add("a", COUNT, initial=0), V.add("b", Option(TASK), TASK, initial=None)
LOG, BAG, LOAD = (
    V.add("log", SeqOf(TASK, 2), initial=()),
    V.add("bag", BagOf(TASK, 2), initial=()),
    V.add("load", MapOf(TASK, COUNT), initial=(0, 0)),
)
STRANGER = Variables().add("stranger", COUNT, initial=0)
TASKS, PLACE = SetOf(TASK), Int(0, 5)


def said(expr: Expr) -> list[str]:
    """What is said of an expression in the body of a step that binds `t`."""
    local = Local(9, "x", expr.type)
    made = model(V, (step("s", (bind(T),), (Let(local=local, value=expr),)),))
    return [message.removeprefix("step s: ") for message in validate(made)]


BROKEN_EXPRESSIONS: dict[str, tuple[Expr, str]] = {
    "constant outside": (const(4, COUNT), "4 is no value of 0..3"),
    "constant of another shape": (const(1, BOOL), "1 is no value of bool"),
    "unsorted bag": (const((1, 0), BagOf(TASK, 2)), "(1, 0) is no value of bag[Task, max 2]"),
    "local that is not bound": (W, "`w` (register 1) is not bound here"),
    "local of another type": (Local(0, "t", COUNT), "register 0 is `t`, Task, here, not `t`, 0..3"),
    "variable of another model": (read(STRANGER), "`stranger` is no variable of the model"),
    "too few indices": (Read(B, ()), "`b` has 1 indices, not 0"),
    "index of another type": (read(B, number(0)), "an index of `b` wants Task, not 0..0"),
    "old outside a step goal": (read(A, old=True), "`old(a)` outside a `step` goal"),
    "unknown operator": (apply("xor", TRUE, FALSE), "there is no operator `xor`"),
    "arity": (apply("not", TRUE, FALSE), "`not` wants 1 arguments, not 2"),
    "not of a number": (apply("not", number(1)), "`not` wants booleans, not (1..1)"),
    "comparison of two types": (equal(T, number(0)), "`eq` wants two values of one type, not (Task, 0..0)"),
    "order of ids": (apply("lt", T, T), "`lt` wants two values of one ordered type, not (Task, Task)"),
    "sum of a boolean": (apply("add", TRUE, number(1), type=PLACE), "`add` wants numbers, not (bool, 1..1)"),
    "sum beyond its type": (apply("add", read(A), number(3), type=PLACE), "`add` gives 3..6, but its type says 0..5"),
    "condition that is a number": (
        apply("if", number(1), T, T, type=TASK),
        "`if` wants a boolean and two of Task, not (1..1, Task, Task)",
    ),
    "next of ids": (apply("next", T, type=TASK), "`next` wants a value of an ordered type, not (Task)"),
    "unwrap of a bare value": (apply("unwrap", T, type=TASK), "`unwrap` wants an option, not Task"),
    "option where a value is wanted": (apply("set", read(B, T), type=TASKS), "`set` wants elements of set[Task], not (Task?)"),
    "narrow to another shape": (apply("narrow", T, type=COUNT), "`narrow` wants a value like those of 0..3, not (Task)"),
    "element of no set": (apply("in_set", T, T), "`in_set` wants an element and a set, not (Task, Task)"),
    "union with no set": (apply("union", T, T, type=TASKS), "`union` wants two sets of one type, not (Task, Task)"),
    "size of a number": (apply("size", read(A), type=PLACE), "`size` wants a set, sequence or bag, not 0..3"),
    "first of a bag": (apply("first", read(BAG), type=TASK), "`first` wants a sequence, not bag[Task, max 2]"),
    "too long a sequence": (
        apply("seq", T, T, T, type=SeqOf(TASK, 2)),
        "`seq` wants as many elements as seq[Task, max 2] holds, not (Task, Task, Task)",
    ),
    "item at no number": (
        apply("item", read(LOG), T, type=TASK),
        "`item` wants a sequence and a number, not (seq[Task, max 2], Task)",
    ),
    "map with too few values": (
        apply("map", number(0), type=MapOf(TASK, COUNT)),
        "`map` wants one value for each key of map[Task, 0..3], not (0..0)",
    ),
    "key of another type": (
        apply("get", read(LOAD), number(0), type=COUNT),
        "`get` wants a key of map[Task, 0..3], not (map[Task, 0..3], 0..0)",
    ),
    "value outside": (
        apply("put", read(LOAD), T, number(4), type=MapOf(TASK, COUNT)),
        "`put` wants a map and a value of map[Task, 0..3], not (map[Task, 0..3], Task, 4..4)",
    ),
    "record with too few fields": (apply("record", T, type=ENTRY), "`record` wants the fields of Entry, not (Task)"),
    "field that is not there": (
        apply("field", const((0, None), ENTRY), number(2), type=TASK),
        "`field` wants a record and the constant place of a field",
    ),
    "bag with another element": (
        apply("bag_add", read(BAG), number(1), type=BagOf(TASK, 3)),
        "`bag_add` wants a bag and an element of bag[Task, max 3], not (bag[Task, max 2], 1..1)",
    ),
    "quantifier over no type or set": (quantifier("all", Q, read(A), TRUE), "the domain of `q` is 0..3, which has no elements"),
    "quantifier over bags": (
        quantifier("all", Local(7, "b", BAG.type), BAG.type, TRUE),
        "the values of bag[Task, max 2] are never listed",
    ),
    "quantifier over too much": (
        quantifier("all", Local(7, "b", SetOf(Int(1, 30))), SetOf(Int(1, 30)), TRUE),
        "set[1..30] has more than 1,048,576 values",
    ),
    "quantifier over another type": (quantifier("all", Q, WORKER, TRUE), "`q`, Task, gets elements of Worker"),
    "quantifier that binds again": (quantifier("all", T, TASK, TRUE), "`all` binds register 0 (`t`), which is bound already"),
    "quantifier of a number": (quantifier("all", Q, TASK, number(1)), "`all` wants a condition, not 1..1"),
    "sum of conditions": (quantifier("sum", Q, TASK, TRUE, COUNT), "`sum` wants numbers, not bool"),
    "count beyond its type": (quantifier("count", Q, TASK, TRUE, Int(0, 1)), "`count` gives 0..2, but its type says 0..1"),
    "greatest of ids": (quantifier("max", Q, TASK, Q, TASK), "`max` wants values of an ordered type, not Task"),
    "majority of two locals": (
        Quantifier("majority", (Q, C), (TASK, TASK), TRUE, BOOL, HERE),
        "`majority` binds one local, not 2",
    ),
    "map over a set": (
        quantifier("map", Q, const(frozenset({0}), TASKS), number(0), MapOf(TASK, COUNT)),
        "`map` wants a type as its domain",
    ),
    "locals without domains": (Quantifier("all", (Q, C), (TASK,), TRUE, BOOL, HERE), "`all` binds 2 locals in 1 domains"),
}


@pytest.mark.parametrize("rule", BROKEN_EXPRESSIONS)
def test_expressions(rule: str) -> None:
    expr, message = BROKEN_EXPRESSIONS[rule]
    assert said(expr) == [message]


@pytest.mark.parametrize(
    "expr",
    [
        apply("append", read(LOG), T, type=SeqOf(TASK, 2)),  # a guard keeps it short enough
        apply("get", read(LOAD), read(B, T), type=COUNT),  # partial: the key may be none
        apply("in_set", read(B, T), const(frozenset(), TASKS)),
        apply("eq", read(B, T), T),
        quantifier("count", Q, TASK, TRUE, Int(0, 9)),
        apply("set", type=SetOf(Enum("None", ()))),
    ],
)
def test_what_is_allowed(expr: Expr) -> None:
    assert said(expr) == []


# --- steps ---------------------------------------------------------------------------------------------------------------


def said_of(broken: Step, **more: Any) -> list[str]:
    return validate(model(V, (broken,), **more))


def in_body(*body: Statement) -> Step:
    return step("s", (bind(T),), body)


BROKEN_STEPS: dict[str, tuple[Step, str]] = {
    "guard of a number": (step("s", (guard(number(1)),)), "step s: a condition of type 1..1"),
    "guard before its binding": (
        step("s", (guard(equal(T, const(0, TASK))), bind(T))),
        "step s: `t` (register 0) is not bound here",
    ),
    "bound twice": (step("s", (bind(T), bind(T))), "step s: register 0 (`t`) is bound twice"),
    "domain of another type": (step("s", (Bind(local=T, domain=WORKER),)), "step s: `t`, Task, gets elements of Worker"),
    "agent that is not bound": (step("s", (bind(T),), agent=W), "step s: the prelude does not bind `w`"),
    "parameter that only the body binds": (
        step("s", (), (Let(local=N, value=number(1)),), parameters=(N,)),
        "step s: the prelude does not bind `n`",
    ),
    "fault without its name": (step("s", kind="fault"), "step s: a fault step without its fault"),
    "register of two types": (
        in_body(Let(local=N, value=number(1)), Let(local=replace(N, type=Int(0, 9)), value=number(1))),
        "step s: register 2 is `n`, 0..3, and then `n`, 0..9",
    ),
    "let outside": (in_body(Let(local=N, value=number(4))), "step s: `n` wants 0..3, not 4..4"),
    "assigned outside": (in_body(assign(A, number(4))), "step s: `a` wants 0..3, not 4..4"),
    "assigned to no variable": (in_body(assign(STRANGER, number(1))), "step s: `stranger` is no variable of the model"),
    "assigned without an index": (in_body(assign(B, T)), "step s: `b` has 1 indices, not 0"),
    "bound in one branch": (
        in_body(If(condition=TRUE, then=(Let(local=N, value=number(1)),)), assign(A, N)),
        "step s: `n` (register 2) is not bound here",
    ),
    "bound in a loop": (
        in_body(For(local=C, domain=TASK, body=(Let(local=N, value=number(1)),), independent=True, at=HERE), assign(A, N)),
        "step s: `n` (register 2) is not bound here",
    ),
    "bound in one of several": (
        in_body(Either(branches=((Let(local=N, value=number(1)),), ())), assign(A, N)),
        "step s: `n` (register 2) is not bound here",
    ),
    "loop that binds again": (
        in_body(For(local=T, domain=TASK, body=(), independent=True, at=HERE)),
        "step s: `for` binds register 0 (`t`), which is bound already",
    ),
    "loop without rounds": (in_body(While(condition=TRUE, limit=0, body=(), at=HERE)), "step s: a loop of at most 0 rounds"),
    "choice where it is not": (in_body(Choose(local=C, domain=TASK, where=C)), "step s: a condition of type Task"),
    "no branches": (in_body(Either(branches=())), "step s: `either` without branches"),
    "probabilities of others": (
        in_body(Either(branches=((), ()), probabilities=((1, 1),))),
        "step s: 1 probabilities of 2 branches",
    ),
    "probabilities not in lowest terms": (
        in_body(Either(branches=((), ()), probabilities=((2, 4), (1, 2)))),
        "step s: probabilities that are not in lowest terms",
    ),
    "probabilities that are not all": (
        in_body(Either(branches=((), ()), probabilities=((1, 2), (1, 3)))),
        "step s: probabilities whose sum is not 1",
    ),
    "unknown mark": (in_body(Mark(mark="lost")), "step s: no goal knows the mark `lost`"),
    "progress that the model does not have": (in_body(Mark(mark="progress")), "step s: no goal knows the mark `progress`"),
    "meter": (in_body(Note(kind="awaits", text="a", costs=(("tokens", -1),))), "step s: a meter that counts down"),
}


@pytest.mark.parametrize("rule", BROKEN_STEPS)
def test_steps(rule: str) -> None:
    broken, message = BROKEN_STEPS[rule]
    assert said_of(broken) == [message]


def test_what_every_branch_binds_is_bound() -> None:
    let = (Let(local=N, value=number(1)),)
    assert said_of(in_body(If(condition=TRUE, then=let, orelse=let), assign(A, N))) == []
    assert said_of(in_body(Either(branches=(let, let)), assign(A, N))) == []


def test_a_register_may_be_set_again() -> None:
    assert said_of(in_body(Let(local=N, value=number(1)), Let(local=N, value=number(2)), assign(A, N))) == []


def test_progress_is_a_mark_where_the_model_has_it() -> None:
    assert validate(replace(model(V, (in_body(Mark(mark="progress")),)), has_progress=True)) == []


def test_step_names_are_unique() -> None:
    assert validate(model(V, (step("s"), step("s")))) == ["steps: 2 are named `s`"]


# --- goals, done, channels, sorts ----------------------------------------------------------------------------------------


def goal(kind: Any, *conditions: Expr, **more: Any) -> Goal:
    return Goal(name="g", kind=kind, text=None, conditions=conditions, at=HERE, **more)


OLD = equal(read(A), read(A, old=True))
BROKEN_GOALS: dict[str, tuple[Goal, str]] = {
    "no condition": (goal("always"), "goal g: `always` has 1 conditions, not 0"),
    "one condition of two": (goal("whenever", TRUE), "goal g: `whenever` has 2 conditions, not 1"),
    "condition too many": (goal("no deadlock", TRUE), "goal g: `no deadlock` has 0 conditions, not 1"),
    "condition that is none": (goal("always", number(1)), "goal g: a condition of type 1..1"),
    "condition with a free local": (goal("always", equal(T, T)), "goal g: `t` (register 0) is not bound here"),
    "old in an invariant": (goal("always", OLD), "goal g: `old(a)` outside a `step` goal"),
    "mark where there is none": (goal("always", TRUE, mark="m"), "goal g: `always` with the mark 'm'"),
    "no mark": (goal("no overwrite"), "goal g: `no overwrite` with the mark None"),
    "premise that is none": (goal("always", TRUE, premises=(("left", number(1)),)), "goal g: a condition of type 1..1"),
}


@pytest.mark.parametrize("rule", BROKEN_GOALS)
def test_goals(rule: str) -> None:
    broken, message = BROKEN_GOALS[rule]
    assert message in validate(model(V, (), goals=(broken,)))


def test_goals_that_are_right() -> None:
    right = (
        replace(goal("step", OLD), name="a"),
        replace(goal("whenever", TRUE, FALSE), name="b"),
        goal("no overwrite", mark="m"),
    )
    assert validate(model(V, (in_body(Mark(mark="m")),), goals=right)) == []
    assert validate(model(V, (), goals=(goal("always", TRUE), goal("never", TRUE)))) == ["goals: 2 are named `g`"]


def test_done_is_a_closed_condition() -> None:
    assert validate(model(V, (), done=equal(T, T)))[0] == "done when: `t` (register 0) is not bound here"
    assert validate(model(V, (), done=number(1))) == ["done when: a condition of type 1..1"]


def test_sorts_have_one_name_each() -> None:
    assert validate(model(V, (), sorts=(TASK, replace(TASK, size=3)))) == ["sorts: 2 are named `Task`"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "fifo"}, "its content is bag[Entry, max 2], which does not suit `fifo`"),
        ({"receiver": TASK}, "its variable is indexed by Worker"),
        ({"variable": STRANGER}, "`stranger` is no variable of the model"),
    ],
)
def test_channels(changes: dict[str, Any], message: str) -> None:
    rich = rich_model()
    broken = replace(rich, channels=(replace(rich.channels[0], **changes),))
    assert f"channel Assign from Worker: {message}" in validate(broken)


# --- states ------------------------------------------------------------------------------------------------------------------


def test_misfits() -> None:
    made = model(V, ())
    right = (0, None, 1, (), (0, 1), (3, 3))
    assert misfits(made, right) == []
    assert misfits(made, right[:-1]) == ["a state of 5 cells, of 6"]
    assert misfits(made, (4, None, 2, (), (1, 0), (3,))) == [
        "a, cell 0: 4 is no value of 0..3",
        "b, cell 2: 2 is no value of Task?",
        "bag, cell 4: (1, 0) is no value of bag[Task, max 2]",
        "load, cell 5: (3,) is no value of map[Task, 0..3]",
    ]
