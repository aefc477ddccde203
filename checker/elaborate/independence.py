"""Whether the rounds of a `for` cannot touch each other, so that their order cannot matter.

Shown where every variable that the body assigns is assigned and read in the body at one index position by the loop's element alone: each
round then works on cells of its own. Everything else is left to the interpreter, which tries the orders.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.elaborate.make import reads
from checker.language.types import Type
from checker.model.expr import Expr, Local
from checker.model.model import Assert, Assign, Body, Choose, Either, For, If, Let, Mark, Note, Require, Variable, While


def independent(body: Body, local: Local) -> bool:
    """Whether rounds of `body` for different values of `local` work on different cells."""
    assigned: dict[Variable, list[tuple[Expr, ...]]] = {}
    read: dict[Variable, list[tuple[Expr, ...]]] = {}
    for variable, indices, writes in _accesses(body):
        (assigned if writes else read).setdefault(variable, []).append(indices)
    if local in _rebound(body):
        return False
    for variable, targets in assigned.items():
        used = targets + read.get(variable, [])
        if not any(all(indices[p] == local for indices in used) for p in range(len(variable.index))):
            return False
    return True


def _rebound(body: Body) -> list[Local]:
    return [s.local for s in statements(body) if isinstance(s, Let | Choose)]


def statements(body: Body) -> Iterator[object]:
    """Every statement of a body, inner ones included."""
    for statement in body:
        yield statement
        match statement:
            case If():
                yield from statements(statement.then)
                yield from statements(statement.orelse)
            case For() | While():
                yield from statements(statement.body)
            case Either():
                for branch in statement.branches:
                    yield from statements(branch)


def expressions(statement: object) -> list[Expr]:
    """The expressions that stand in a statement itself, not in the statements inside it."""
    match statement:
        case Let():
            return [statement.value]
        case Assign():
            return [*statement.indices, statement.value]
        case If() | While() | Require() | Assert():
            return [statement.condition]
        case For():
            return [] if isinstance(statement.domain, Type) else [statement.domain]
        case Choose():
            found = [] if isinstance(statement.domain, Type) else [statement.domain]
            return found if statement.where is None else [*found, statement.where]
        case Mark():
            return [] if statement.condition is None else [statement.condition]
        case Note():
            return [*statement.values] if statement.agent is None else [statement.agent, *statement.values]
    return []


def _accesses(body: Body) -> Iterator[tuple[Variable, tuple[Expr, ...], bool]]:
    for statement in statements(body):
        if isinstance(statement, Assign):
            yield statement.variable, statement.indices, True
        for expr in expressions(statement):
            for read in reads(expr):
                yield read.variable, read.indices, False
