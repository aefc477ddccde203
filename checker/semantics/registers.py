"""What compiled expressions and statements work on.

A compiled expression is a function of `(cells, registers)`. `cells` is a state, or the list that a running step changes.
`registers` holds the value of each `Local` at its number, and at its end four slots of the interpreter's own:
the cells before the step (for `old`), and what the step did so far besides changing cells (marks, choices, notes).
Copying both lists is all that it takes to go on in two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from checker.language.types import Type, Value
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import (
    Assert,
    Assign,
    Bind,
    Body,
    Choose,
    Either,
    For,
    Guard,
    If,
    Let,
    Mark,
    Note,
    Require,
    Statement,
    Step,
    While,
)

Cells: TypeAlias = Any  # a sequence of values: the state (a tuple) or a list that a step changes
Registers: TypeAlias = list[Value]
Evaluate: TypeAlias = Callable[[Cells, Registers], Value]

OLD, MARKS, CHOICES, NOTES = -1, -2, -3, -4
_OWN: tuple[Value, ...] = ((), (), (), None)  # NOTES, CHOICES, MARKS, OLD


def new_registers(count: int) -> Registers:
    """Registers for the locals 0 .. count - 1, none of them set."""
    return [None] * count + list(_OWN)


def locals_of(expr: Expr | Type | None) -> Iterator[Local]:
    """Every local that `expr` uses or binds."""
    match expr:
        case Local():
            yield expr
        case Read():
            for index in expr.indices:
                yield from locals_of(index)
        case Apply():
            for argument in expr.arguments:
                yield from locals_of(argument)
        case Quantifier():
            yield from expr.locals
            for domain in expr.domains:
                yield from locals_of(domain)
            yield from locals_of(expr.body)
        case Const() | Type() | None:
            return


def assigned(body: Body) -> Iterator[Local]:
    """Every local that `body` sets."""
    for statement in body:
        match statement:
            case Let() | Choose():
                yield statement.local
            case For():
                yield statement.local
                yield from assigned(statement.body)
            case While():
                yield from assigned(statement.body)
            case If():
                yield from assigned(statement.then)
                yield from assigned(statement.orelse)
            case Either():
                for branch in statement.branches:
                    yield from assigned(branch)
            case Assign() | Require() | Assert() | Mark() | Note():
                pass


def expressions(statement: Statement) -> Iterator[Expr]:
    """Every expression of `statement` and of the statements in it (domains that are types are left out)."""
    match statement:
        case Let():
            yield statement.value
        case Assign():
            yield from statement.indices
            yield statement.value
        case If():
            yield statement.condition
            yield from in_bodies(statement.then, statement.orelse)
        case For():
            yield from in_domain(statement.domain)
            yield from in_bodies(statement.body)
        case While():
            yield statement.condition
            yield from in_bodies(statement.body)
        case Choose():
            yield from in_domain(statement.domain)
            if statement.where is not None:
                yield statement.where
        case Either():
            yield from in_bodies(*statement.branches)
        case Require() | Assert():
            yield statement.condition
        case Mark():
            if statement.condition is not None:
                yield statement.condition
        case Note():
            if statement.agent is not None:
                yield statement.agent
            yield from statement.values


def in_bodies(*bodies: Body) -> Iterator[Expr]:
    for body in bodies:
        for statement in body:
            yield from expressions(statement)


def in_domain(domain: Type | Expr) -> Iterator[Expr]:
    if not isinstance(domain, Type):
        yield domain


def step_registers(step: Step) -> int:
    """How many registers the locals of `step` need."""
    found: list[Local] = list(assigned(step.body))
    exprs: list[Expr] = list(in_bodies(step.body))
    for item in step.prelude:
        match item:
            case Bind():
                found.append(item.local)
                exprs.extend(in_domain(item.domain))
            case Let():
                found.append(item.local)
                exprs.append(item.value)
            case Guard():
                exprs.append(item.condition)
    for expr in exprs:
        found.extend(locals_of(expr))
    return max((local.number + 1 for local in found), default=0)


def expression_registers(expr: Expr) -> int:
    """How many registers the locals of `expr` need."""
    return max((local.number + 1 for local in locals_of(expr)), default=0)


def kept_registers(step: Step) -> dict[int, tuple[int, ...]]:
    """By `id` of each `For` of `step`: the registers that its body sets although they were set before it."""
    found: dict[int, tuple[int, ...]] = {}

    def walk(body: Body, set_before: frozenset[int]) -> frozenset[int]:
        """Looks at the loops in `body`; gives the registers that are set after it."""
        for statement in body:
            match statement:
                case Let() | Choose():
                    set_before |= {statement.local.number}
                case For():
                    inside = {local.number for local in assigned(statement.body)}
                    found[id(statement)] = tuple(sorted(inside & set_before))
                    walk(statement.body, set_before | {statement.local.number})
                case While():
                    walk(statement.body, set_before)
                case If():
                    set_before = walk(statement.then, set_before) & walk(statement.orelse, set_before)
                case Either():
                    ends = [walk(branch, set_before) for branch in statement.branches]
                    set_before = frozenset.intersection(*ends) if ends else set_before
                case Assign() | Require() | Assert() | Mark() | Note():
                    pass
        return set_before

    walk(step.body, frozenset(item.local.number for item in step.prelude if not isinstance(item, Guard)))
    return found
