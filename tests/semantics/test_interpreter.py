"""Transitions of small models, one idea a test: what is enabled, in which order, and how a step fails."""

from __future__ import annotations

from typing import Any

import pytest

from checker.language.types import Enum, Int, MapOf, Option, SeqOf, SetOf, Sort
from checker.model.expr import Local
from checker.model.model import Assert, Choose, Either, Let, Mark, Require, Step
from checker.model.validate import misfits, validate
from checker.semantics.failure import Failure
from checker.semantics.interpreter import Interpreter, Transition
from tests.semantics.building import (
    BOOL,
    FALSE,
    HERE,
    TRUE,
    Variables,
    apply,
    assign,
    bind,
    both,
    const,
    equal,
    guard,
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


def only(variables: Variables, *steps: Step, **more: Any) -> Interpreter:
    """The interpreter of a well-formed model."""
    made = model(variables, steps, **more)
    assert validate(made) == []
    return Interpreter(made)


def first(interpreter: Interpreter) -> list[Transition]:
    """The transitions of the first initial state."""
    return interpreter.transitions(interpreter.initial_states()[0])


def board() -> tuple[Variables, Any, Any]:
    v = Variables()
    status = v.add("status", Enum("Status", ("open", "done")), TASK, initial=0)
    owner = v.add("owner", Option(WORKER), TASK, initial=None)
    return v, status, owner


# --- initial states ----------------------------------------------------------------------------------------------------


def test_initial_states_are_the_product_of_the_cells_choices_the_last_cell_fastest() -> None:
    v = Variables()
    v.add("a", COUNT, choices=(2, 1))
    v.add("b", BOOL, Sort("Pair", 2), choices=(False, True))
    found = only(v).initial_states()
    assert found[:4] == [(2, False, False), (2, False, True), (2, True, False), (2, True, True)]
    assert len(found) == 8
    assert found[4] == (1, False, False)


def test_an_initial_value_given_twice_is_one_initial_state() -> None:
    v = Variables()
    v.add("a", COUNT, choices=(1, 1, 0))
    assert Interpreter(model(v, ())).initial_states() == [(1,), (0,)]


# --- candidates ----------------------------------------------------------------------------------------------------------


def test_transitions_come_in_the_order_of_steps_then_of_bindings() -> None:
    v, status, owner = board()
    takes = step(
        "take",
        (bind(W), bind(T), guard(equal(read(status, T), const(0, status.type)))),
        (assign(owner, T, W),),
        agent=W,
        parameters=(T,),
    )
    ends = step(
        "end", (bind(T), guard(apply("ne", T, const(1, TASK)))), (assign(status, T, const(1, status.type)),), parameters=(T,)
    )
    found = first(only(v, takes, ends))
    assert [(t.step, t.agent, t.values) for t in found] == [
        *[(0, w, (t,)) for w in range(2) for t in range(3)],
        (1, None, (0,)),
        (1, None, (2,)),
    ]
    assert found[4].target == (0, 0, 0, None, 1, None)
    assert found[-1].target == (0, 0, 1, None, None, None)


def test_a_domain_that_is_a_set_gives_its_elements_in_order() -> None:
    v = Variables()
    chosen = v.add("chosen", SetOf(TASK), initial=frozenset({2, 0}))
    found = first(only(v, step("s", (bind(T, read(chosen)),), parameters=(T,))))
    assert [t.values for t in found] == [(0,), (2,)]


def test_a_domain_of_sets_is_in_the_order_of_size_then_of_elements() -> None:
    sets = SetOf(SetOf(TASK))
    v = Variables()
    chosen = v.add("chosen", sets, initial=frozenset({frozenset({2}), frozenset({0, 1}), frozenset(), frozenset({1})}))
    s = Local(0, "s", SetOf(TASK))
    found = first(only(v, step("s", (bind(s, read(chosen)),), parameters=(s,))))
    assert [sorted(t.values[0]) for t in found] == [[], [1], [2], [0, 1]]


def test_elements_of_equal_collections_are_of_their_own_type() -> None:
    """[true] and [1] are equal in Python."""
    v = Variables()
    bits, flags = v.add("bits", SeqOf(Int(0, 1), 1), initial=(1,)), v.add("flags", SeqOf(BOOL, 1), initial=(True,))
    bit, flag = Local(0, "bit", Int(0, 1)), Local(1, "flag", BOOL)
    (found,) = first(only(v, step("s", (bind(bit, read(bits)), bind(flag, read(flags))), parameters=(bit, flag))))
    assert [type(value) for value in found.values] == [int, bool]


def test_a_later_domain_may_use_earlier_locals_and_lets() -> None:
    v = Variables()
    needs = v.add("needs", SetOf(TASK), TASK, initial=frozenset({1}))
    d, s = Local(2, "d", TASK), Local(3, "s", SetOf(TASK))
    steps = step("s", (bind(T), Let(local=s, value=read(needs, T)), bind(d, s), guard(apply("ne", d, T))), parameters=(T, d))
    assert [t.values for t in first(only(v, steps))] == [(0, 1), (2, 1)]


def test_nobody_acts_where_no_candidate_passes() -> None:
    v, _, _ = board()
    assert first(only(v, step("never", (guard(FALSE),)), step("none", (bind(T, const(frozenset(), SetOf(TASK))),)))) == []


# --- candidates that fail ---------------------------------------------------------------------------------------------------


def test_a_guard_without_a_value_is_a_transition_that_fails() -> None:
    v, _, owner = board()
    steps = step("s", (bind(T), guard(equal(unwrapped(read(owner, T)), const(0, WORKER)))), parameters=(T,))
    found = first(only(v, steps))
    assert [t.values for t in found] == [(0,), (1,), (2,)]
    assert found[1] == Transition(0, None, (1,), (), None, Failure("none", "`owner[Task1]` is none", HERE), ())


def test_a_conjunction_fails_only_as_far_as_it_is_evaluated() -> None:
    v, _, owner = board()
    fails = equal(unwrapped(read(owner, T)), const(0, WORKER))
    safe = step("safe", (bind(T), guard(both(FALSE, fails))))
    late = step("late", (bind(T), guard(both(equal(T, const(1, TASK)), fails))), parameters=(T,))
    assert [(t.step, t.values) for t in first(only(v, safe, late))] == [(1, (1,))]


def test_what_a_failed_candidate_would_have_bound_later_is_its_first_value() -> None:
    v, _, owner = board()
    fails = guard(equal(unwrapped(read(owner, const(2, TASK))), const(0, WORKER)))
    some, none = const(frozenset({1, 2}), SetOf(TASK)), const(frozenset(), SetOf(TASK))
    found = first(only(v, step("s", (fails, bind(W), bind(T, some), guard(FALSE)), agent=W, parameters=(T,))))
    assert [(t.agent, t.values, t.target) for t in found] == [(0, (1,), None)]
    found = first(only(v, step("s", (fails, bind(T, none)), parameters=(T,))))
    assert [(t.values, t.target) for t in found] == [((0,), None)]


def test_what_comes_after_the_guard_of_a_binding_is_completed_too() -> None:
    """Nothing of an earlier candidate is left in a later one that fails."""
    v, _, owner = board()
    whose = equal(unwrapped(read(owner, const(0, TASK))), W)
    fails = guard(apply("or", equal(W, const(0, WORKER)), whose))
    some = const(frozenset({1, 2}), SetOf(TASK))
    found = first(only(v, step("s", (bind(W), fails, bind(T, some)), agent=W, parameters=(T,))))
    assert [(t.agent, t.values, t.failure is None) for t in found] == [(0, (1,), True), (0, (2,), True), (1, (1,), False)]


def test_a_domain_and_a_let_without_a_value_fail_too() -> None:
    v = Variables()
    maybe = v.add("maybe", Option(SetOf(TASK)), initial=None)
    s = Local(3, "s", SetOf(TASK))
    domain = step("domain", (bind(T, unwrapped(read(maybe))),), parameters=(T,))
    let = step("let", (Let(local=s, value=unwrapped(read(maybe))), bind(T, s)), parameters=(T,))
    found = first(only(v, domain))
    assert [(t.values, t.failure and t.failure.text) for t in found] == [((0,), "`maybe` is none")]
    assert first(only(v, let)) == found


def test_candidates_after_one_that_fails_are_not_lost() -> None:
    v = Variables()
    left = v.add("left", COUNT, TASK, choices=(0,))
    share = apply("floordiv", number(3), read(left, T), type=COUNT)
    steps = step("s", (bind(T), guard(apply("or", apply("ne", T, const(1, TASK)), equal(share, number(1))))), parameters=(T,))
    found = first(only(v, steps))
    assert [(t.values, t.failure and t.failure.kind) for t in found] == [((0,), None), ((1,), "division"), ((2,), None)]
    assert found[1].failure is not None
    assert found[1].failure.text == "3 // 0: division by zero"


# --- outcomes --------------------------------------------------------------------------------------------------------------


def test_choices_fork_and_are_told_in_order() -> None:
    v = Variables()
    a, b = v.add("a", TASK, initial=0), v.add("b", BOOL, initial=False)
    body = (
        Choose(local=T, domain=TASK, where=apply("ne", T, const(1, TASK))),
        assign(a, T),
        Either(branches=((assign(b, TRUE),), ())),
    )
    found = first(only(v, step("s", (), body)))
    assert [(t.choices, t.target) for t in found] == [
        ((("t", "Task0"), ("either", "1")), (0, True)),
        ((("t", "Task0"), ("either", "2")), (0, False)),
        ((("t", "Task2"), ("either", "1")), (2, True)),
        ((("t", "Task2"), ("either", "2")), (2, False)),
    ]


def test_a_choice_of_nothing_and_a_requirement_leave_no_outcome() -> None:
    v = Variables()
    a = v.add("a", COUNT, initial=0)
    nothing = step("nothing", (), (assign(a, number(1)), Choose(local=T, domain=const(frozenset(), SetOf(TASK)))))
    blocked = step("blocked", (), (assign(a, number(1)), Require(condition=equal(read(a), number(0)))))
    free = step("free", (), (Require(condition=equal(read(a), number(0))), assign(a, number(2))))
    assert [(t.step, t.target) for t in first(only(v, nothing, blocked, free))] == [(2, (2,))]


def test_a_failed_outcome_keeps_what_was_chosen_and_leaves_the_others_alone() -> None:
    v = Variables()
    a = v.add("a", TASK, initial=0)
    check = Assert(condition=apply("ne", T, const(1, TASK)), kind="assert", text="not that one", at=HERE)
    found = first(only(v, step("s", (), (Choose(local=T, domain=TASK), check, assign(a, T)))))
    assert [(t.choices, t.target, t.failure) for t in found] == [
        ((("t", "Task0"),), (0,), None),
        ((("t", "Task1"),), None, Failure("assert", "not that one", HERE)),
        ((("t", "Task2"),), (2,), None),
    ]


def test_a_body_may_set_what_the_prelude_has_bound() -> None:
    """The bindings after it, and the instance that is told, are those of the prelude."""
    v = Variables()
    a = v.add("a", TASK, initial=0)
    body = (Let(local=T, value=const(2, TASK)), assign(a, T))
    found = first(only(v, step("s", (bind(T), bind(W)), body, agent=W, parameters=(T,))))
    assert [(t.agent, t.values, t.target) for t in found] == [(w, (t,), (2,)) for t in range(3) for w in range(2)]


def test_assignments_are_seen_by_the_statements_after_them() -> None:
    v = Variables()
    a, b = v.add("a", COUNT, initial=1), v.add("b", COUNT, initial=0)
    more = narrow(apply("add", read(a), number(1), type=Int(1, 4)), COUNT)
    found = first(only(v, step("s", (), (assign(a, more), assign(b, read(a)), assign(a, more)))))
    assert [t.target for t in found] == [(3, 2)]


@pytest.mark.parametrize(
    ("start", "target", "text"), [(2, (3,), None), (3, None, "`a` would be 4, which is not in 0..3")], ids=["within", "outside"]
)
def test_a_value_outside_its_range_fails(start: int, target: Any, text: str | None) -> None:
    v = Variables()
    a = v.add("a", COUNT, initial=start)
    more = narrow(apply("add", read(a), number(1), type=Int(1, 4)), COUNT)
    (found,) = first(only(v, step("s", (), (assign(a, more),))))
    assert (found.target, found.failure and found.failure.text) == (target, text)
    assert found.failure is None or (found.failure.kind, found.failure.at) == ("range", HERE)


def test_equal_collections_of_different_types_stay_apart() -> None:
    """{true} and {1} are equal in Python, and are shown differently."""
    bits, flags = SetOf(Int(0, 1)), SetOf(BOOL)
    v = Variables()
    a, b = v.add("a", bits, initial=frozenset()), v.add("b", flags, initial=frozenset())
    body = (assign(a, apply("set", number(1), type=bits)), assign(b, apply("set", TRUE, type=flags)))
    interpreter = only(v, step("s", (), body))
    (found,) = first(interpreter)
    assert found.target is not None
    assert misfits(interpreter.model, found.target) == []


def test_marks_are_told_once_and_in_order_where_their_condition_holds() -> None:
    v = Variables()
    a = v.add("a", COUNT, initial=0)
    high = Mark(mark="progress", condition=equal(read(a), number(2)))
    body = (high, assign(a, number(2)), high, Mark(mark="other"), high)
    interpreter = Interpreter(model(v, (step("s", (bind(T),), body, parameters=(T,)), step("quiet"))))
    assert [t.marks for t in first(interpreter)] == [("progress", "other")] * 3 + [()]


# --- timeouts -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "taken"),
    [
        (("timeout", "fault"), ["timeout", "fault"]),
        (("timeout", "work", "fault"), ["work", "fault"]),
        (("timeout", "round"), ["round"]),
        (("timeout", "failing"), ["failing"]),
        (("timeout", "late fault"), ["timeout", "late fault"]),
    ],
)
def test_timeouts_only_when_nothing_but_faults_can_happen(present: tuple[str, ...], taken: list[str]) -> None:
    v = Variables()
    maybe = v.add("maybe", Option(BOOL), initial=None)
    steps = {
        "timeout": step("timeout", kind="timeout"),
        "fault": step("fault", kind="fault", fault="crash Worker <= 1"),
        "work": step("work"),
        "round": step("round", kind="round"),
        "failing": step("failing", (guard(unwrapped(read(maybe))),)),
        "late fault": step("late fault", kind="timeout", fault="forget Worker"),
    }
    chosen = [steps[name] for name in present]
    stuck = only(v, *chosen, timeouts_only_when_stuck=True)
    assert [stuck.model.steps[t.step].name for t in first(stuck)] == taken
    assert len(first(only(v, *chosen))) == len(present)


def test_a_map_in_one_cell_is_read_and_changed_by_key() -> None:
    v = Variables()
    load = MapOf(TASK, COUNT)
    a = v.add("a", load, initial=(0, 1, 2))
    body = (assign(a, apply("put", read(a), T, apply("get", read(a), const(2, TASK), type=COUNT), type=load)),)
    assert [t.target for t in first(only(v, step("s", (bind(T),), body)))] == [((2, 1, 2),), ((0, 2, 2),), ((0, 1, 2),)]
