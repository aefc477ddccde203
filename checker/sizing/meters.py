"""What each transition of a model adds to a meter.

The costs of a call, steps and rounds are the same for every transition of a step. How many messages a step sends may depend on where it runs: then
the model gets a variable more, which says how many the last step sent, so that each edge of the graph costs what the state that it leads to says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.language.types import Int, Type, cardinality
from checker.model.expr import Apply, Const, Read
from checker.model.model import Assign, Body, Either, For, If, Model, Note, Statement, Step, Variable, While
from checker.properties.spending import SENT

MESSAGES, ROUNDS, STEPS = "messages", "rounds", "steps"
Sends: TypeAlias = tuple[int, int]  # at least, at most

NOTHING: Sends = (0, 0)


@final
class Metered(Struct, frozen=True, kw_only=True):
    """`model`, with the variable `sent` as its last cell where one is needed. `sends`: of each step how many messages it sends, 0 where `sent`
    says it."""

    model: Model
    sends: tuple[int, ...]
    sent: Variable | None

    def cost(self, step: int, meter: str) -> int:
        """What a step adds to a meter, without what `sent` says."""
        return self.sends[step] if meter == MESSAGES else cost_of(self.model.steps[step], meter)


def cost_of(step: Step, meter: str) -> int:
    """What a step adds to a meter, messages apart."""
    match meter:
        case "steps":
            return int(step.fault is None)
        case "rounds":
            return int(step.kind == "round")
    return sum(cost for name, cost in step.meters if name == meter)


def meters_of(model: Model) -> list[str]:
    """The meters of a model: those that its calls name, in order, then `messages` and `rounds` where it has any, and `steps`."""
    named = dict.fromkeys(name for step in model.steps for name, _ in step.meters)
    rounds = any(step.kind == "round" for step in model.steps)
    return [*named, *([MESSAGES] if model.channels else []), *([ROUNDS] if rounds else []), STEPS]


def metered(model: Model) -> Metered:
    """The model with what is needed to tell what each of its transitions costs. Its transitions are those of `model`, in the same order."""
    ranges = [sends(step.body) for step in model.steps]
    if all(low == high for low, high in ranges):
        return Metered(model=model, sends=tuple(low for low, _ in ranges), sent=None)
    most = max(high for _, high in ranges)
    sent = Variable(name="messages sent", kind="ghost", index=(), type=Int(0, most), initial=((0,),), offset=model.size)
    steps = tuple(_counting(step, sent, fixed=low == high) for step, (low, high) in zip(model.steps, ranges, strict=True))
    counted = replace(model, variables=(*model.variables, sent), steps=steps)
    return Metered(model=counted, sends=tuple(low if low == high else 0 for low, high in ranges), sent=sent)


def sends(body: Body) -> Sends:
    """How many messages a body sends, at least and at most."""
    return _all(map(_sends, body))


def _sends(statement: Statement) -> Sends:
    match statement:
        case Note(kind=kind):
            return (1, 1) if kind in SENT else NOTHING
        case If(then=then, orelse=orelse):
            return _one_of([sends(then), sends(orelse)])
        case Either(branches=branches):
            return _one_of([sends(branch) for branch in branches])
        case For(domain=domain, body=body):
            low, high = sends(body)
            rounds = cardinality(domain if isinstance(domain, Type) else getattr(domain.type, "of", domain.type)) if high else 0
            return (low * rounds if isinstance(domain, Type) else 0, high * rounds)
        case While(limit=limit, body=body):
            return 0, sends(body)[1] * limit
    return NOTHING


def _all(found: Iterable[Sends]) -> Sends:
    low, high = NOTHING
    for least, most in found:
        low, high = low + least, high + most
    return low, high


def _one_of(found: list[Sends]) -> Sends:
    return min(low for low, _ in found), max(high for _, high in found)


def _counting(step: Step, sent: Variable, *, fixed: bool) -> Step:
    """The step, setting `sent`: to 0 where it always sends as many."""
    start = Assign(variable=sent, indices=(), value=Const(0, sent.type))
    return replace(step, body=(start, *(step.body if fixed else _counted(step.body, sent))))


def _counted(body: Body, sent: Variable) -> Body:
    one_more = Assign(
        variable=sent,
        indices=(),
        value=Apply("narrow", (Apply("add", (Read(sent, ()), Const(1, Int(1, 1))), _next(sent)),), sent.type),
    )
    made: list[Statement] = []
    for statement in body:
        match statement:
            case Note(kind=kind) if kind in SENT:
                made += [statement, one_more]
            case If():
                made.append(replace(statement, then=_counted(statement.then, sent), orelse=_counted(statement.orelse, sent)))
            case Either():
                made.append(replace(statement, branches=tuple(_counted(branch, sent) for branch in statement.branches)))
            case For() | While():
                made.append(replace(statement, body=_counted(statement.body, sent)))
            case _:
                made.append(statement)
    return tuple(made)


def _next(sent: Variable) -> Int:
    assert isinstance(sent.type, Int), "a number"
    return Int(1, sent.type.high + 1)
