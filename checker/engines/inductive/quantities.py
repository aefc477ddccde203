"""The numbers that a state shows, whatever its size: cells, sums of cells over all agents or things, and how many of them are at a place.

`walked` gives states to look at them in: those of random runs, of which numbers that are large need few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random

from checker.elaborate import make
from checker.language.types import BagOf, Bool, Enum, Int, Option, SeqOf, SetOf, Sort, cardinality
from checker.model.expr import Const, Expr, Local, Quantifier, QuantifierKind, Read
from checker.model.model import Model, Variable
from checker.semantics.interpreter import Interpreter, State

MOST_SUCCESSORS = 30_000  # that the runs look at, taken or not
MOST_STARTS = 20
MOST_STATES = 500
LONGEST_RUN = 40
MOST_MEMBERS = 8  # of an enum whose cells are counted
ZERO, ONE = make.number(0), make.number(1)


def quantities(model: Model) -> list[Expr]:
    """Numbers of the state as closed expressions, the simple ones first."""
    found = [(cell, part) for variable in model.variables for cell in cells(variable) for part in _parts(cell)]
    plain = [part for cell, part in found if not names_in(cell)]
    return [*plain, *(_all_together(names_in(cell), part) for cell, part in found if names_in(cell))]


def cells(variable: Variable) -> Iterator[Read]:
    """A cell of the variable, by names of elements where there may be many; none where it has other indices than agents and things."""
    indices: list[Expr] = []
    for place, type in enumerate(variable.index):
        if not isinstance(type, Sort) or type.ordered:
            return
        indices.append(Const(0, type) if type.single else Local(place, "", type))
    yield Read(variable, tuple(indices))


def names_in(cell: Read) -> tuple[Local, ...]:
    """The names of elements that tell which cell it is."""
    return tuple(index for index in cell.indices if isinstance(index, Local))


def _parts(cell: Read) -> Iterator[Expr]:
    """What of a cell is a number; conditions are for counting."""
    match cell.type:
        case Int():
            yield cell
        case Option(Int() as of):
            yield make.choice(make.compare("eq", cell, Const(None, cell.type)), ZERO, make.apply("unwrap", (cell,), of), of)
        case SeqOf(_, most) | BagOf(_, most):
            yield make.apply("size", (cell,), Int(0, most))
        case SetOf(of):
            yield make.apply("size", (cell,), Int(0, cardinality(of)))
        case Bool():
            yield cell
        case Option():
            yield make.compare("ne", cell, Const(None, cell.type))
        case Enum(_, members) if len(members) <= MOST_MEMBERS:
            first = 1 if cell.variable.kind == "control" else 0
            yield from (make.equal(cell, member) for member in range(first, len(members)))


def _all_together(names: tuple[Local, ...], part: Expr) -> Expr:
    kind: QuantifierKind = "count" if part.type == Bool() else "sum"
    return Quantifier(kind, names, tuple(name.type for name in names), part, Int(0, 0))  # the range is made with the size


def as_number(part: Expr) -> Expr:
    """A condition as 1 or 0."""
    return make.choice(part, ONE, ZERO, Int(0, 1)) if part.type == Bool() else part


def walked(model: Model) -> list[State]:
    """States of random runs, each once; the same at every call."""
    interpreter, random = Interpreter(model), Random(1)
    starts = list(islice(interpreter.iterate_initial_states(), MOST_STARTS))
    found: dict[State, None] = dict.fromkeys(starts)
    if not starts:
        return []
    state, steps, looked_at = random.choice(starts), 0, 0
    while looked_at < MOST_SUCCESSORS and len(found) < MOST_STATES:
        targets = [one.target for one in interpreter.transitions(state) if one.target is not None]
        looked_at += len(targets) + 10
        steps += 1
        if not targets or steps > LONGEST_RUN:
            state, steps = random.choice(starts), 0
        else:
            state = random.choice(targets)
            found[state] = None
    return list(found)


def values_in(model: Model, states: Sequence[State], expr: Expr) -> list[int]:
    """The value of a closed expression over `model` in each state."""
    value = Interpreter(model).compiled(expr)
    return [value(state, None) for state in states]
