"""An expression in another size is the one that elaborating in that size gives."""

from __future__ import annotations

import pytest

from checker import load
from checker.language.types import Sort
from checker.model.expr import Apply, Const, Quantifier, Read
from checker.model.printing import print_expr
from checker.model.resize import NotOfThisSize, resized

SIZES = [
    ("two_phase_commit", "three", {"participants": 2}, {"participants": 4}),
    ("task_board", "pair", {"workers": 2, "tasks": 3}, {"workers": 3, "tasks": 1}),
    ("lock", None, {"clients": 2}, {"clients": 4}),
]


@pytest.mark.parametrize(("spec", "instance", "small", "large"), SIZES)
def test_goals_are_those_of_the_other_size(spec, instance, small, large) -> None:  # type: ignore[no-untyped-def]
    here, there = (load(f"specs/{spec}.spec", instance, overrides=sizes) for sizes in (small, large))
    compared = 0
    for goal, other in zip(here.goals, there.goals, strict=True):
        for condition, wanted in zip(goal.conditions, other.conditions, strict=True):
            assert resized(condition, there) == wanted, goal.name
            assert resized(wanted, here) == condition, goal.name
            compared += 1
    assert compared >= 2


def test_an_element_that_is_not_there_is_refused() -> None:
    large = load("specs/task_board.spec", "pair", overrides={"tasks": 3})
    small = load("specs/task_board.spec", "pair", overrides={"tasks": 2})
    task = next(sort for sort in large.sorts if sort.name == "Task")
    status = next(variable for variable in large.variables if variable.name == "status")
    third = Read(status, (Const(2, task),))
    assert print_expr(resized(Apply("eq", (third, third), type=small.goals[0].conditions[0].type), large))
    with pytest.raises(NotOfThisSize, match="2 is no Task there"):
        resized(third, small)


def test_a_sort_that_is_not_there_is_refused() -> None:
    model = load("specs/task_board.spec", "pair")
    expr = model.goals[0].conditions[0]
    assert isinstance(expr, Quantifier)
    other = load("specs/lock.spec")
    with pytest.raises(NotOfThisSize, match="there is no"):
        resized(expr, other)
    assert any(isinstance(domain, Sort) for domain in expr.domains)
