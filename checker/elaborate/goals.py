"""Properties of a spec to goals of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.build import Build, Registers
from checker.elaborate.shapes import element_type
from checker.elaborate.standing import control, fact, resting
from checker.elaborate.terms import Terms
from checker.language import tree
from checker.language.checked import RoleInfo
from checker.language.checking.written import written
from checker.language.source import Span
from checker.language.types import Bool, values
from checker.model.expr import Const, Expr, Quantifier
from checker.model.model import Goal, GoalKind

if TYPE_CHECKING:
    from checker.elaborate.spending import Spending


def goals_of(
    build: Build, properties: Sequence[tree.PropertyDecl], at: Span, spending: Spending | None = None
) -> tuple[Goal, ...]:
    """The goals in the order of the properties, and `no error` at the end unless it is among them."""
    made = [_goal(build, node) if spending is None else spending.made() for node in properties]
    if not any(goal.kind == "no error" for goal in made):
        made.append(Goal(name="no error", kind="no error", text=None, at=at))
    return tuple(made)


def _goal(build: Build, node: tree.PropertyDecl) -> Goal:
    match node:
        case tree.Absence():
            kind: GoalKind = node.kind
            mark = node.name if node.name in build.marks else None
            if kind == "no starvation":
                assert node.on is not None
                conditions = tuple(_hunger(build, build.checked.roles[node.on]))
                return Goal(name=node.name, kind=kind, text=None, role=node.on, conditions=conditions, at=node.span)
            return Goal(name=node.name, kind=kind, text=None, mark=mark, at=node.span)
        case tree.Whenever():
            lowered = tuple(_terms(build).lower(c) for c in (node.trigger, node.goal))
            trigger = (("the trigger of `leads to`", lowered[0]),)
            goal = Goal(name=node.name, kind="whenever", text=node.text, conditions=lowered, premises=trigger, at=node.span)
            return goal if node.bound is None else replace(goal, within=(build.checked.bounds[id(node.bound)], node.unit))
        case tree.StateProperty(kind="ltl"):
            from checker.elaborate.formulas import Formulas

            formulas = Formulas(build)
            formula = formulas.lower(node.condition, {})
            return Goal(
                name=node.name,
                kind="ltl",
                text=node.text,
                conditions=tuple(formulas.conditions),
                formula=formula,
                texts=tuple(formulas.texts),
                at=node.span,
            )
        case tree.StateProperty():
            return Goal(
                name=node.name,
                kind=node.kind,
                text=node.text,
                conditions=(_terms(build).lower(node.condition),),
                premises=tuple(_premises(build, node.condition)) if node.kind in ("always", "step") else (),
                texts=(written(node.condition),) if node.kind == "eventually always" else (),
                at=node.span,
            )
    raise TypeError(node)


def _hunger(build: Build, role: RoleInfo) -> Iterator[Expr]:
    """For each agent of the role: that it can act and an activity of it waits; then of each activity that may wait, in the order of the model's
    variables, that it does not."""
    activities = [
        v.name.removeprefix(f"{role.name}.") for v in build.variables.values() if v.kind == "control" and v.index == (role.sort,)
    ]
    for value in values(role.sort):
        agent = Const(value, role.sort)
        acts = make.both(fact(build, agent, "up", False), make.negate(fact(build, agent, "stalled", False)))
        yield make.both(acts, fact(build, agent, "busy", False))
        for name in activities:
            here = control(build, agent, name)
            assert here is not None
            yield resting(here)


def _terms(build: Build) -> Terms:
    return Terms(build=build, registers=Registers())


def _premises(build: Build, condition: tree.Expr) -> Iterator[tuple[str, Expr]]:
    """For each implication that the condition asserts: a predicate that holds where its left side does for some values."""
    for binders, left in _implications(condition, ()):
        terms = _terms(build)
        env = dict(terms.env)
        locals, domains = [], []
        for binder in binders:
            scope = terms.inside(env)
            domain = scope.domain(binder.domain)
            local = terms.registers.fresh(binder.name, element_type(domain))
            env[binder.name] = local
            locals.append(local)
            domains.append(domain)
        body = terms.inside(env).lower(left)
        whole = Quantifier("any", tuple(locals), tuple(domains), body, Bool(), left.span) if locals else body
        yield str(left.span), whole


def _implications(node: tree.Expr, binders: tuple[tree.Binder, ...]) -> Iterator[tuple[tuple[tree.Binder, ...], tree.Expr]]:
    match node:
        case tree.Quantifier(kind="all"):
            yield from _implications(node.body, (*binders, *node.binders))
        case tree.Binary(operator="and"):
            yield from _implications(node.left, binders)
            yield from _implications(node.right, binders)
        case tree.Binary(operator="implies"):
            yield binders, node.left
