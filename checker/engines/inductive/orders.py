"""Orders between numbers: which of two is the smaller, which of those that agents keep are like a shared one, or differ from each other.

Tickets, versions and tokens are used so: `w.work.mine! <= next` while w works, no two agents hold the same one, who is served has the one
that is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations, product
from typing import final

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.rewrite import map_expr
from checker.engines.inductive.quantities import cells, names_in, quantities
from checker.language.types import Bool, Enum, Int, Option
from checker.model.expr import Const, Expr, Local, Quantifier, Read
from checker.model.model import Model, Variable

MOST_NUMBERS = 8  # that are compared with each other
MOST_OWN = 12  # numbers of agents and things, with where the agent waits
OPERATORS = ("eq", "lt", "le", "ge")


@final
class _Own(Struct, frozen=True):
    """A number `value` of the agent or thing `name`, under a condition: where it waits, or that there is one."""

    name: Local
    when: Expr
    value: Expr
    waits: bool


def orders(model: Model) -> Iterator[Expr]:
    """Candidates over `model`."""
    plain = [one for one in quantities(model) if _is_number(one)][:MOST_NUMBERS]
    yield from (make.compare("le", a, b) for a, b in permutations(plain, 2))
    own = [one for variable in model.variables for one in _own(model, variable)][:MOST_OWN]
    shared = [one for one in plain if isinstance(one, Read)]
    for one, number, operator in product(own, shared, OPERATORS):
        yield _of_all((one.name,), make.implies(one.when, make.compare(operator, one.value, number)))
    yield from _apart(own)


def has_numbers(model: Model) -> bool:
    """Whether there is anything to count: a cell with numbers of more than two values."""
    types = (variable.type.of if isinstance(variable.type, Option) else variable.type for variable in model.variables)
    return any(isinstance(type, Int) and type.high - type.low > 1 for type in types)


def _is_number(expr: Expr) -> bool:
    if isinstance(expr, Quantifier):
        return expr.kind == "sum" and isinstance(expr.body, Read)
    return isinstance(expr, Read) and isinstance(expr.type, Int) and expr.type.high - expr.type.low > 1


def _own(model: Model, variable: Variable) -> Iterator[_Own]:
    for cell in cells(variable):
        names = names_in(cell)
        if len(names) != 1:
            continue
        match cell.type:
            case Int(low, high) if high - low > 1:
                yield _Own(names[0], make.TRUE, cell, waits=False)
            case Option(Int() as of) if of.high > of.low:
                value = make.apply("unwrap", (cell,), of)
                yield _Own(names[0], make.compare("ne", cell, Const(None, cell.type)), value, waits=False)
                yield from (_Own(names[0], at, value, waits=True) for at in _places(model, variable, cell))


def _places(model: Model, frame: Variable, cell: Read) -> Iterator[Expr]:
    """Where the agent of a kept number may wait."""
    control = next((v for v in model.variables if v.kind == "control" and v.name == frame.name.rpartition(".")[0]), None)
    if control is not None and isinstance(control.type, Enum) and control.index == frame.index:
        yield from (make.equal(Read(control, cell.indices), place) for place in range(1, len(control.type.members)))


def _apart(own: Sequence[_Own]) -> Iterator[Expr]:
    """Of two different agents or things: their numbers differ, or follow each other by where the two wait, or they do not both wait there."""
    for one, other in product(own, repeat=2):
        if one.name != other.name or one.value != other.value or one.waits != other.waits:
            continue
        second = replace(one.name, number=one.name.number + 1)
        when, value = (_renamed(part, one.name, second) for part in (other.when, other.value))
        both = make.both(make.compare("ne", one.name, second), one.when, when)
        pair = (one.name, second)
        if one == other:
            yield _of_all(pair, make.implies(both, make.compare("ne", one.value, value)))
        else:
            yield _of_all(pair, make.implies(both, make.compare("lt", one.value, value)))
        if one.waits:
            apart = make.both(make.compare("ne", one.name, second), one.when)
            yield _of_all(pair, make.implies(apart, make.negate(when)))


def _renamed(expr: Expr, name: Local, other: Local) -> Expr:
    return map_expr(expr, lambda node: other if node == name else node)


def _of_all(names: tuple[Local, ...], body: Expr) -> Expr:
    return Quantifier("all", names, tuple(name.type for name in names), body, Bool())
