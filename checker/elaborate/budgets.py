"""Budgets: how much of each fault was used."""

from __future__ import annotations

from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.build import Build
from checker.language.types import Int
from checker.model.expr import Read
from checker.model.model import Assign, Guard, Step


def declare(build: Build) -> None:
    """Add a variable for each fault with a budget."""
    for item in build.faults:
        if item.budget is not None and item.budget > 0:
            build.add(f"{item.kind} {item.target}", "budget", (), Int(0, item.budget), 0)


def charged(build: Build, step: Step) -> Step:
    """The step of a fault, with its guard and its charge on the budget."""
    assert step.fault is not None
    variable = build.get(step.fault)
    if variable is None:
        return step
    used = Read(variable, ())
    assert isinstance(variable.type, Int)
    left = Guard(condition=make.compare("lt", used, make.number(variable.type.high)))
    one_more = make.fit(make.integer("add", used, make.number(1)), variable.type)
    return replace(
        step,
        prelude=(left, *step.prelude),
        body=(*step.body, Assign(variable=variable, indices=(), value=one_more)),
    )
