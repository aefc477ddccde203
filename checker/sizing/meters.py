"""What each transition of a model adds to a meter.

Steps and rounds cost the same wherever a step runs. Which calls a step begins, and how many messages it sends, may depend on the state: then
the model gets a variable more for that meter, which says how much the last step spent, so that each edge of the graph costs what the state that
it leads to says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate.independence import statements
from checker.language.types import Int, Type, cardinality
from checker.model.expr import Apply, Const, Read
from checker.model.model import Assign, Body, Either, For, If, Model, Note, Statement, Step, Variable, While
from checker.properties.spending import MESSAGES, told_cost

ROUNDS, STEPS = "rounds", "steps"
Amounts: TypeAlias = tuple[int, int]  # at least, at most
Counting: TypeAlias = Callable[[Note], Sequence[Statement]]

NOTHING: Amounts = (0, 0)


@final
class Metered(Struct, frozen=True, kw_only=True):
    """`model`, with a variable as one of its last cells for each meter of `varying`: how much of it the last step spent. `fixed`: of each meter what
    each step spends, 0 where the variable says it."""

    model: Model
    fixed: Mapping[str, tuple[int, ...]]
    varying: Mapping[str, Variable]

    def cost(self, step: int, meter: str) -> int:
        """What a step adds to a meter, without what its variable says."""
        return self.fixed[meter][step]


def cost_of(step: Step, meter: str) -> int:
    """What a step adds to a meter by being taken, calls and messages apart."""
    match meter:
        case "steps":
            return int(step.fault is None)
        case "rounds":
            return int(step.kind == "round")
    return 0


def meters_of(model: Model) -> list[str]:
    """The meters of a model: those that its calls name, in order, then `messages` and `rounds` where it has any, and `steps`."""
    notes = (note for step in model.steps for note in statements(step.body) if isinstance(note, Note))
    named = dict.fromkeys(name for note in notes for name, _ in note.costs)
    rounds = any(step.kind == "round" for step in model.steps)
    return [*named, *([MESSAGES] if model.channels else []), *([ROUNDS] if rounds else []), STEPS]


def metered(model: Model, meters: Sequence[str] | None = None) -> Metered:
    """The model with what is needed to tell what each of its transitions costs (None: of every meter). Its transitions are those of `model`, in the
    same order."""
    ranges = {
        meter: [_with(amounts(step.body, meter), cost_of(step, meter)) for step in model.steps]
        for meter in (meters_of(model) if meters is None else meters)
    }
    varying: dict[str, Variable] = {}
    counted = model
    for meter, of_steps in ranges.items():
        if all(low == high for low, high in of_steps):
            continue
        most = max(high for _, high in of_steps)
        spent = Variable(name=f"{meter} spent", kind="ghost", index=(), type=Int(0, most), initial=((0,),), offset=counted.size)
        steps = tuple(
            _counting(s, spent, meter, fixed=low == high) for s, (low, high) in zip(counted.steps, of_steps, strict=True)
        )
        counted = replace(counted, variables=(*counted.variables, spent), steps=steps)
        varying[meter] = spent
    fixed = {meter: tuple(low if low == high else 0 for low, high in of_steps) for meter, of_steps in ranges.items()}
    return Metered(model=counted, fixed=fixed, varying=varying)


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
            rounds = cardinality(domain if isinstance(domain, Type) else getattr(domain.type, "of", domain.type)) if high else 0
            return (low * rounds if isinstance(domain, Type) else 0, high * rounds)
        case While(limit=limit, body=body):
            return 0, amounts(body, meter)[1] * limit
    return NOTHING


def _with(found: Amounts, more: int) -> Amounts:
    return found[0] + more, found[1] + more


def _all(found: Iterable[Amounts]) -> Amounts:
    low, high = NOTHING
    for least, most in found:
        low, high = low + least, high + most
    return low, high


def _one_of(found: list[Amounts]) -> Amounts:
    return min(low for low, _ in found), max(high for _, high in found)


def _counting(step: Step, spent: Variable, meter: str, *, fixed: bool) -> Step:
    """The step, setting `spent`: to 0 where it always spends as much."""
    start = Assign(variable=spent, indices=(), value=Const(0, spent.type))

    def more(note: Note) -> tuple[Statement, ...]:
        cost = told_cost(note, meter)
        return (adding(spent, cost),) if cost else ()

    return replace(step, body=(start, *(step.body if fixed else counted(step.body, more))))


def adding(variable: Variable, cost: int) -> Assign:
    """`variable` becomes larger by `cost`; leaving its range is an error."""
    assert isinstance(variable.type, Int), "a number"
    sum = Apply(
        "add", (Read(variable, ()), Const(cost, Int(cost, cost))), Int(variable.type.low + cost, variable.type.high + cost)
    )
    return Assign(variable=variable, indices=(), value=Apply("narrow", (sum,), variable.type))


def counted(body: Body, more: Counting) -> Body:
    """The body, with what `more` says of each note behind it."""
    made: list[Statement] = []
    for statement in body:
        match statement:
            case Note():
                made += [statement, *more(statement)]
            case If():
                made.append(replace(statement, then=counted(statement.then, more), orelse=counted(statement.orelse, more)))
            case Either():
                made.append(replace(statement, branches=tuple(counted(branch, more) for branch in statement.branches)))
            case For() | While():
                made.append(replace(statement, body=counted(statement.body, more)))
            case _:
                made.append(statement)
    return tuple(made)
