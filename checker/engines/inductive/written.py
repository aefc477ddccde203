"""What a step wrote down because it had counted: `result[w] = c` after `majority(v in Voter: cast[v] == c)` is a sign of that majority.

At a small size a majority looks like a choice of two in three, which says nothing of others: no reading of clauses finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from checker.elaborate import make
from checker.language.types import Bool
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read, conjuncts
from checker.model.model import Assign, Body, Guard, If, Model
from checker.semantics.registers import locals_of

COUNTS = frozenset({"count", "majority", "sum"})


def what_was_counted(model: Model) -> Iterator[Expr]:
    """`all(w in Teller, c in Choice: w.result == c implies majority(v in Voter: cast[v] == c))`, for each assignment under a condition that counts.

    They are candidates like others: whether they hold is for the solver to say.
    """
    for step in model.steps:
        asked = [part for item in step.prelude if isinstance(item, Guard) for part in conjuncts(item.condition)]
        yield from _in(step.body, tuple(asked))


def _in(body: Body, asked: tuple[Expr, ...]) -> Iterator[Expr]:
    for statement in body:
        match statement:
            case Assign():
                for now in _written(statement):
                    yield from _sign(now, asked)
            case If():
                yield from _in(statement.then, (*asked, *conjuncts(statement.condition)))
                yield from _in(statement.orelse, (*asked, make.negate(statement.condition)))


def _written(statement: Assign) -> Iterator[Expr]:
    """What is so after it: that the cell has the value, or that the set has the element."""
    cell = Read(statement.variable, statement.indices)
    match statement.value:
        case Const() | Local():
            yield make.compare("eq", cell, statement.value)
        case Apply("union", (_, Apply("set", elements))):
            for element in elements:
                yield make.apply("in_set", (element, cell), Bool())


def _sign(now: Expr, asked: tuple[Expr, ...]) -> Iterator[Expr]:
    over = free_names(now)
    for condition in asked:
        if any(inner.kind in COUNTS for inner in quantifiers(condition)):
            others = tuple(local for local in free_names(condition) if local not in over)
            yield quantified("all", over, make.implies(now, quantified("any", others, condition)))


def quantified(kind: Literal["all", "any"], locals: tuple[Local, ...], body: Expr) -> Expr:
    """`body` of all these names, or of some; `body` itself where there are none."""
    return Quantifier(kind, locals, tuple(local.type for local in locals), body, Bool()) if locals else body


def free_names(expr: Expr) -> tuple[Local, ...]:
    """The names that no quantifier in it binds, in order."""
    bound = {local for inner in quantifiers(expr) for local in inner.locals}
    return tuple(dict.fromkeys(local for local in locals_of(expr) if local not in bound))


def quantifiers(expr: Expr) -> Iterator[Quantifier]:
    """Every quantifier in it."""
    match expr:
        case Quantifier():
            yield expr
            yield from quantifiers(expr.body)
        case Apply(_, parts) | Read(_, parts):
            for part in parts:
                yield from quantifiers(part)
