"""From a checked protocol to a model: the one way from the language to its meaning.

Before: a `Checked`, with every name resolved and every type known. After: a `Model`, flat and finite. The parts, in the order in
which a reader may want them: `declare` (variables), `terms` (expressions), `statements`, `activities` (code between awaits), `steps`,
`channels`, `faults`, `stale`, `ghosts`, `goals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.elaborate import make
from checker.elaborate.build import Build, Registers
from checker.elaborate.declare import declare
from checker.elaborate.goals import goals_of
from checker.elaborate.independence import statements
from checker.elaborate.rewrite import may_fail
from checker.elaborate.steps import steps_of
from checker.elaborate.terms import Terms
from checker.language import tree
from checker.language.checked import Checked
from checker.language.types import show
from checker.model.expr import Expr
from checker.model.model import Guard, Mark, Model, Step

if TYPE_CHECKING:
    from checker.elaborate.ghosts import Watch
    from checker.elaborate.spending import Spending

NEEDS_GHOSTS = ("no lost update", "no stale write", "no overwrite")


def elaborate(checked: Checked, faults: str = "none", goals: Sequence[tree.PropertyDecl] | None = None) -> Model:
    """The model of a protocol under one instance and one fault model.

    `goals`: the properties to lower, as written or as checked; None: those of the spec that need no ghosts. At most one that
    needs ghosts, and then alone: its ghosts are part of the state. Raises KeyError for an unknown fault model, ValueError for
    goals that do not go together.
    """
    wanted = _wanted(checked, goals)
    items = () if faults == "none" and "none" not in checked.faults else checked.faults[faults]
    build = Build(checked=checked, faults=items)
    declare(build)
    watch = _watch(build, wanted)
    spending = _spending(build, wanted)
    steps = [step for role in checked.roles.values() for step in steps_of(build, role, watch)]
    steps = _with_faults(build, steps, watch) if items else _possible(steps)
    if spending is not None:
        steps = [spending.step(step) for step in steps]
    done = None if checked.done is None else _closed(build, checked.done)
    return Model(
        protocol=checked.protocol.name,
        instance=checked.instance,
        faults=faults,
        parameters=tuple((name, show(c.type, c.value)) for name, c in checked.parameters.items()),
        sorts=tuple(checked.sorts.values()),
        variables=tuple(build.variables.values()),
        steps=tuple(steps),
        goals=goals_of(build, wanted, checked.protocol.span, spending),
        done=done,
        timeouts_only_when_stuck=checked.timeouts_only_when_stuck,
        has_progress=any(isinstance(s, Mark) and s.mark == "progress" for step in steps for s in statements(step.body)),
        channels=tuple(build.channels),
        reentrant=tuple(role.name for role in checked.roles.values() if role.reentrant),
    )


def _with_faults(build: Build, steps: list[Step], watch: Watch | None) -> list[Step]:
    """The steps, those of faults charged on their budgets."""
    from checker.elaborate.budgets import charged
    from checker.elaborate.faults import steps_of_faults
    from checker.elaborate.stale import with_stale_reads

    steps = with_stale_reads(build, steps + steps_of_faults(build, watch), watch)
    return [step if step.fault is None else charged(build, step) for step in _possible(steps)]


def _wanted(checked: Checked, goals: Sequence[tree.PropertyDecl] | None) -> list[tree.PropertyDecl]:
    if goals is None:
        return [p for p in checked.properties if not needs_ghosts(p)]
    if len(goals) > 1 and any(needs_ghosts(goal) for goal in goals):
        raise ValueError("a goal that needs ghosts has a model of its own")
    checks = {_name(p): p for p in checked.properties}  # the checked trees: imports have renamed what they say
    return [checks.get(_name(goal), goal) for goal in goals]


def _name(goal: tree.PropertyDecl) -> str:
    assert isinstance(goal, tree.StateProperty | tree.Whenever | tree.Absence | tree.Spending)
    return goal.name


def needs_ghosts(goal: tree.PropertyDecl) -> bool:
    return isinstance(goal, tree.Spending) or (isinstance(goal, tree.Absence) and goal.kind in NEEDS_GHOSTS)


def _watch(build: Build, goals: list[tree.PropertyDecl]) -> Watch | None:
    for goal in goals:
        if isinstance(goal, tree.Absence) and goal.kind in NEEDS_GHOSTS:
            from checker.elaborate.ghosts import Watch

            assert goal.on is not None
            watch = Watch(build=build, goal=goal, variable=build.variables[goal.on], at=goal.span)
            watch.declare()
            return watch
    return None


def _spending(build: Build, goals: list[tree.PropertyDecl]) -> Spending | None:
    for goal in goals:
        if isinstance(goal, tree.Spending):
            from checker.elaborate.spending import METER, Spending

            variable = build.add(f"{goal.meter} spent", "meter", (), METER, 0)
            return Spending(build=build, goal=goal, variable=variable)
    return None


def _possible(steps: list[Step]) -> list[Step]:
    return [step for step in steps if not _impossible(step)]


def _impossible(step: Step) -> bool:
    """A guard is false whatever the state, and no guard before it fails: the parameters of the instance have switched the step off."""
    for part in step.prelude:
        if isinstance(part, Guard):
            if part.condition == make.FALSE:
                return True
            if may_fail(part.condition):
                return False
    return False


def _closed(build: Build, node: tree.Expr) -> Expr:
    return Terms(build=build, registers=Registers()).lower(node)
