"""Budgets: how much of each fault was used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

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
    if variable is None:
        return step
    assert isinstance(variable.type, Int)
    left = make.compare("lt", Read(variable, ()), make.number(variable.type.high))
    return _guarded(step, left, [_one_more(variable, make.FALSE)])


def _guarded(step: Step, left: Expr, charges: Iterable[Assign]) -> Step:
    return replace(step, prelude=(Guard(condition=left), *step.prelude), body=(*step.body, *charges))


def _one_more(variable: Variable, free: Expr) -> Assign:
    """One more of it was used, unless it is free."""
    used = Read(variable, ())
    more = make.fit(make.integer("add", used, make.number(1)), variable.type)
    return Assign(variable=variable, indices=(), value=make.choice(free, used, more, variable.type))


# --- one budget for many faults ------------------------------------------------------------------------------------------


class Shared(Struct, frozen=True, kw_only=True):
    """`model`, whose faults have one budget of `most` together. The last cells of a state are `counters`, one for each fault, which
    counts how often it was used, and then what was used in total.

    A counter that begins with `without_limit` stays there, and its fault costs nothing; one that begins with `never` keeps its fault
    from happening. A `restart` costs nothing: there are never more than there were crashes.
    """

    model: Model
    counters: tuple[Variable, ...]
    most: int

    @property
    def without_limit(self) -> int:
        return self.most + 1

    @property
    def never(self) -> int:
        return self.most + 2

    def starting(self, values: Mapping[str, int]) -> Model:
        """The model with these counters at the start; the others count, from 0."""
        old = self.model.variables
        variables = [replace(v, initial=((values[v.name],),)) if v.kind == "budget" and v.name in values else v for v in old]
        return replace(self.model, variables=tuple(variables))


def shared(model: Model, most: int) -> Shared:
    """`model`, of a fault model without limits, with one budget for all faults."""
    faults = list(dict.fromkeys(step.fault for step in model.steps if step.fault is not None))
    counters, offset = dict[str, Variable](), model.size
    for place, fault in enumerate([*faults, "faults in total"]):
        type = Int(0, most + 2 if fault in faults else most)
        counters[fault] = Variable(name=fault, kind="budget", index=(), type=type, initial=((0,),), offset=offset + place)
    total = counters["faults in total"]
    steps = [step if step.fault is None else _shared(step, counters[step.fault], total, most) for step in model.steps]
    made = replace(model, variables=(*model.variables, *counters.values()), steps=tuple(steps))
    return Shared(model=made, counters=tuple(counters[fault] for fault in faults), most=most)


def _shared(step: Step, own: Variable, total: Variable, most: int) -> Step:
    free = make.equal(Read(own, ()), most + 1)
    counted = [own] if own.name.startswith("restart ") else [own, total]
    left = make.both(*(make.compare("lt", Read(variable, ()), make.number(most)) for variable in counted))
    return _guarded(step, make.either(free, left), [_one_more(variable, free) for variable in reversed(counted)])
