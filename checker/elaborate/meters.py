"""What is added to meters: by calls as they begin, by messages as they are sent, by steps and rounds as they are taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from msgspec.structs import replace

from checker.elaborate import make
from checker.language.types import Int, Type, cardinality
from checker.model.expr import Expr, Quantifier, Read
from checker.model.model import Assign, Body, Either, For, If, Note, Statement, Step, Variable, While

MESSAGES, ROUNDS, STEPS = "messages", "rounds", "steps"
Amounts: TypeAlias = tuple[int, int]  # at least, at most

NOTHING: Amounts = (0, 0)
SENT = frozenset({"send", "drop"})  # the notes of a message that is sent, one that is dropped at a full channel included


def told_cost(note: Note, meter: str) -> int:
    """What a meter is added to where a note is told: a call costs what it says as it begins, a message is one of `messages` as it is sent."""
    if meter == MESSAGES:
        return int(note.kind in SENT)
    return sum(cost for name, cost in note.costs if name == meter)


def cost_of(step: Step, meter: str) -> int:
    """What a step adds to a meter by being taken, calls and messages apart."""
    match meter:
        case "steps":
            return int(step.fault is None)
        case "rounds":
            return int(step.kind == "round")
    return 0


def adding(variable: Variable, cost: Expr) -> Assign:
    """`variable` becomes larger by `cost`; leaving its range is an error."""
    more = make.integer("add", Read(variable, ()), cost)
    return Assign(variable=variable, indices=(), value=make.fit(more, variable.type))


def counted(body: Body, variable: Variable, meter: str) -> Body:
    """The body, with what each note costs added to `variable` behind it."""
    made: list[Statement] = []
    for statement in body:
        match statement:
            case Note():
                cost = told_cost(statement, meter)
                made += [statement, *((adding(variable, make.number(cost)),) if cost else ())]
            case If():
                then, orelse = (counted(way, variable, meter) for way in (statement.then, statement.orelse))
                made.append(replace(statement, then=then, orelse=orelse))
            case Either():
                made.append(replace(statement, branches=tuple(counted(way, variable, meter) for way in statement.branches)))
            case For():
                made += _rounds(statement, variable, meter)
            case While():
                made.append(replace(statement, body=counted(statement.body, variable, meter)))
            case _:
                made.append(statement)
    return tuple(made)


def _rounds(statement: For, variable: Variable, meter: str) -> Body:
    """The loop; what each round costs alike is added up before it, as one sum, for all that proofs know of rounds is what each does by itself."""
    low, high = amounts(statement.body, meter)
    if low != high:
        return (replace(statement, body=counted(statement.body, variable, meter)),)
    if not low:
        return (statement,)
    cost = make.number(low)
    total = Quantifier("sum", (statement.local,), (statement.domain,), cost, Int(0, low * _most_rounds(statement)))
    return adding(variable, total), statement


def _most_rounds(statement: For) -> int:
    domain = statement.domain
    return cardinality(domain if isinstance(domain, Type) else getattr(domain.type, "of", domain.type))


# --- how much it may be ------------------------------------------------------------------------------------------------


def amounts(body: Body, meter: str) -> Amounts:
    """How much a body adds to a meter, at least and at most."""
    return _all(_amounts(statement, meter) for statement in body)


def _amounts(statement: Statement, meter: str) -> Amounts:
    match statement:
        case Note():
            cost = told_cost(statement, meter)
            return cost, cost
        case If(then=then, orelse=orelse):
            return _one_of([amounts(then, meter), amounts(orelse, meter)])
        case Either(branches=branches):
            return _one_of([amounts(branch, meter) for branch in branches])
        case For(domain=domain, body=body):
            low, high = amounts(body, meter)
            rounds = _most_rounds(statement) if high else 0
            return (low * rounds if isinstance(domain, Type) else 0, high * rounds)
        case While(limit=limit, body=body):
            return 0, amounts(body, meter)[1] * limit
    return NOTHING


def _all(found: Iterable[Amounts]) -> Amounts:
    low, high = NOTHING
    for least, most in found:
        low, high = low + least, high + most
    return low, high


def _one_of(found: list[Amounts]) -> Amounts:
    return min(low for low, _ in found), max(high for _, high in found)
