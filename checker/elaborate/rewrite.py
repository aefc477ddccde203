"""Walks and rewrites of model expressions and statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from checker.elaborate.independence import expressions, statements
from checker.language.types import Type
from checker.model.expr import OPERATORS, Apply, Expr, Local, Quantifier, Read
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
    Prelude,
    Require,
    Statement,
    Step,
    While,
)

Rewrite = Callable[[Expr], Expr]


def registers_read(expr: Expr) -> set[Local]:
    """The registers that an expression reads."""
    return {node for node in nodes(expr) if isinstance(node, Local)}


def nodes(expr: Expr) -> Iterator[Expr]:
    """Every node of an expression."""
    yield expr
    match expr:
        case Read():
            for index in expr.indices:
                yield from nodes(index)
        case Apply():
            for argument in expr.arguments:
                yield from nodes(argument)
        case Quantifier():
            for domain in expr.domains:
                if not isinstance(domain, Type):
                    yield from nodes(domain)
            yield from nodes(expr.body)


def may_fail(expr: Expr) -> bool:
    """Whether there is an operator in it that is partial."""
    for node in nodes(expr):
        if isinstance(node, Apply) and OPERATORS[node.operator].fails is not None:
            return True
        if isinstance(node, Quantifier) and node.kind in ("min", "max"):
            return True
    return False


def step_expressions(step: Step) -> Iterator[Expr]:
    """Every expression of a step, those of its prelude included."""
    for part in step.prelude:
        match part:
            case Bind():
                if not isinstance(part.domain, Type):
                    yield part.domain
            case Let():
                yield part.value
            case Guard():
                yield part.condition
    for statement in statements(step.body):
        yield from expressions(statement)


def registers_of_step(step: Step) -> set[Local]:
    """Every register that is read in a step."""
    return {local for expr in step_expressions(step) for local in registers_read(expr)}


def map_expr(expr: Expr, change: Rewrite) -> Expr:
    """`expr` rebuilt from the leaves, every node passed through `change`."""
    match expr:
        case Read():
            expr = replace(expr, indices=tuple(map_expr(i, change) for i in expr.indices))
        case Apply():
            expr = replace(expr, arguments=tuple(map_expr(a, change) for a in expr.arguments))
        case Quantifier():
            domains = tuple(d if isinstance(d, Type) else map_expr(d, change) for d in expr.domains)
            expr = replace(expr, domains=domains, body=map_expr(expr.body, change))
    return change(expr)


def map_prelude(prelude: Prelude, change: Rewrite) -> Prelude:
    made: list[Bind | Let | Guard] = []
    for part in prelude:
        match part:
            case Bind():
                made.append(part if isinstance(part.domain, Type) else replace(part, domain=map_expr(part.domain, change)))
            case Let():
                made.append(replace(part, value=map_expr(part.value, change)))
            case Guard():
                made.append(replace(part, condition=map_expr(part.condition, change)))
    return tuple(made)


def map_statement(statement: Statement, change: Rewrite) -> Statement:
    """The statement with its own expressions changed; the statements inside it stay as they are."""
    match statement:
        case Let():
            return replace(statement, value=map_expr(statement.value, change))
        case Assign():
            indices = tuple(map_expr(i, change) for i in statement.indices)
            return replace(statement, indices=indices, value=map_expr(statement.value, change))
        case If() | While() | Require() | Assert():
            return replace(statement, condition=map_expr(statement.condition, change))
        case For() | Choose():
            if not isinstance(statement.domain, Type):
                statement = replace(statement, domain=map_expr(statement.domain, change))
            if isinstance(statement, Choose) and statement.where is not None:
                return replace(statement, where=map_expr(statement.where, change))
            return statement
        case Mark():
            return (
                statement if statement.condition is None else replace(statement, condition=map_expr(statement.condition, change))
            )
        case Note():
            agent = None if statement.agent is None else map_expr(statement.agent, change)
            return replace(statement, agent=agent, values=tuple(map_expr(v, change) for v in statement.values))
        case Either():
            return statement


def map_body(body: Body, change: Callable[[Statement], Body]) -> Body:
    """Every statement, inner ones first, replaced by what `change` makes of it."""
    made: list[Statement] = []
    for statement in body:
        match statement:
            case If():
                statement = replace(statement, then=map_body(statement.then, change), orelse=map_body(statement.orelse, change))
            case For() | While():
                statement = replace(statement, body=map_body(statement.body, change))
            case Either():
                statement = replace(statement, branches=tuple(map_body(b, change) for b in statement.branches))
        made += change(statement)
    return tuple(made)
