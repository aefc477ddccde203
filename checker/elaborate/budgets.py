"""Budgets: how much of each fault was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checker.elaborate import make
from checker.elaborate.build import Build
from checker.language.types import Int
from checker.model.expr import Expr, Read
from checker.model.model import Assign, Guard, Model, Step, Variable


def declare(build: Build) -> None:
    """Add a variable for each fault with a budget."""
    for item in build.faults:
        if item.budget is not None and item.budget > 0:
            build.add(f"{item.kind} {item.target}", "budget", (), Int(0, item.budget), 0)


def charged(build: Build, step: Step) -> Step:
    """The step of a fault, with its guard and its charge on the budget."""
    assert step.fault is not None
    variable = build.get(step.fault)
    return step if variable is None else _charged(step, variable, [variable])


def _charged(step: Step, variable: Variable, together: Sequence[Variable]) -> Step:
    """With a charge on `variable`, while what was used of `together` is below its bound."""
    used = Read(variable, ())
    assert isinstance(variable.type, Int)
    total: Expr = Read(together[0], ())
    for other in together[1:]:
        total = make.integer("add", total, Read(other, ()))
    left = Guard(condition=make.compare("lt", total, make.number(variable.type.high)))
    one_more = make.fit(make.integer("add", used, make.number(1)), variable.type)
    return replace(
        step,
        prelude=(left, *step.prelude),
        body=(*step.body, Assign(variable=variable, indices=(), value=one_more)),
    )


def sharing(model: Model, most: int) -> Model:
    """`model`, whose faults have no budgets, with one budget of `most` for all of them together.

    A variable of the fault's name counts how often each was used. A `restart` is free: there are never more than there were crashes.
    """
    faults = list(dict.fromkeys(step.fault for step in model.steps if step.fault is not None))
    counters: dict[str, Variable] = {}
    offset = model.size
    for place, fault in enumerate(faults):
        counters[fault] = Variable(
            name=fault, kind="budget", index=(), type=Int(0, most), initial=((0,),), offset=offset + place
        )
    priced = [counter for fault, counter in counters.items() if not fault.startswith("restart ")]
    steps = [
        step
        if step.fault is None
        else _charged(step, counters[step.fault], priced if counters[step.fault] in priced else [counters[step.fault]])
        for step in model.steps
    ]
    return replace(model, variables=(*model.variables, *counters.values()), steps=tuple(steps))
