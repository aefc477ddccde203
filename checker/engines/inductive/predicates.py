"""Conditions that may help a proof beside what fields are: whether a message is in flight, which of two numbers is the larger.

They name elements as constants, and are renamed and generalised as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from checker.elaborate import make
from checker.elaborate.rewrite import map_expr, nodes
from checker.engines.inductive.sayings import Element, Names, gather, value_of
from checker.ground.permute import permuted
from checker.language.types import BagOf, Bool, Enum, Int, Option, Record, SeqOf, Sort, Type, Value, cardinality, values
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Model, Variable

MOST_CONTENTS = 40  # values that a channel may hold
MOST_TASKS = 60  # agents, labels and values of a parameter
ITEM = 1_000  # the register of a message; lemmas are numbered anew
MOST_COMPARED = 12  # numbers that are compared with each other


def predicates(model: Model) -> list[Expr]:
    """Of each sequence and bag what it may hold; of numbers of more than two values which is less; of each agent what it works on, and where."""
    found = [held for variable in model.variables for cell in _cells(variable) for held in _contents(cell)]
    numbers = [cell for variable in model.variables if _compared(variable.type) for cell in _cells(variable)]
    if len(numbers) <= MOST_COMPARED:
        for a, b in combinations(numbers, 2):
            found += [make.compare("lt", a, b), make.compare("lt", b, a)]
    tasks = list(_tasks(model))
    return found + (tasks if len(tasks) <= MOST_TASKS else [])


def _tasks(model: Model) -> Iterator[Expr]:
    """Of each agent in each of its activities: that it waits at a label with a parameter of some value."""
    for control in model.variables:
        frames = [frame for frame in model.variables if frame.kind == "frame" and frame.name.rpartition(".")[0] == control.name]
        if control.kind != "control" or not isinstance(control.type, Enum):
            continue
        for frame in frames:
            if not isinstance(frame.type, Option) or not isinstance(frame.type.of, Sort):
                continue
            for keys in product(*(tuple(values(type)) for type in control.index)):
                indices = tuple(Const(key, type) for key, type in zip(keys, control.index, strict=True))
                for label, value in product(range(1, len(control.type.members)), values(frame.type.of)):
                    at = make.compare("eq", Read(control, indices), Const(label, control.type))
                    yield make.both(at, make.compare("eq", Read(frame, indices), Const(value, frame.type.of)))


def renamed(expr: Expr, sort: Sort, i: int, j: int) -> Expr:
    """With elements i and j of the sort renamed into each other."""

    def change(node: Expr) -> Expr:
        return Const(permuted(node.type, node.value, sort, i, j), node.type) if isinstance(node, Const) else node

    return map_expr(expr, change)


def named(expr: Expr, names: Names) -> Expr:
    """With the names of elements in place of the elements."""

    def change(node: Expr) -> Expr:
        return value_of(node.type, node.value, names) if isinstance(node, Const) else node

    return map_expr(expr, change)


def elements_of(expr: Expr) -> list[Element]:
    """The elements of unordered sorts that it names, in order."""
    found: list[Element] = []
    for node in nodes(expr):
        if isinstance(node, Const):
            gather(node.type, node.value, found)
    return list(dict.fromkeys(found))


def _cells(variable: Variable) -> Iterator[Read]:
    for keys in product(*(tuple(values(type)) for type in variable.index)):
        yield Read(variable, tuple(Const(key, type) for key, type in zip(keys, variable.index, strict=True)))


def _compared(type: Type) -> bool:
    return isinstance(type, Int) and type.high - type.low > 1


def _contents(cell: Read) -> Iterator[Expr]:
    match cell.type:
        case SeqOf(of, most) | BagOf(of, most) if (
            cardinality(of) <= MOST_CONTENTS and most and not (isinstance(of, Record) and not of.fields)
        ):
            for value in values(of):
                yield _holds(cell, of, value)
            if most > 1:
                yield _twice(cell, cell.type)
            if isinstance(of, Record) and len(of.fields) > 1:
                for place, (_, type) in enumerate(of.fields):
                    yield from (_holds_with(cell, of, place, type, value) for value in values(type))


def _holds(cell: Read, of: Type, value: Value) -> Expr:
    if isinstance(cell.type, SeqOf):
        return Apply("in_seq", (Const(value, of), cell), Bool())
    item = Local(ITEM, "m", of)
    return Quantifier("any", (item,), (cell,), make.compare("eq", item, Const(value, of)), Bool())


def _holds_with(cell: Read, of: Type, place: int, type: Type, value: Value) -> Expr:
    item = Local(ITEM, "m", of)
    part = make.apply("field", (item, make.number(place)), type)
    return Quantifier("any", (item,), (cell,), make.compare("eq", part, Const(value, type)), Bool())


def _twice(cell: Read, type: SeqOf | BagOf) -> Expr:
    """Whether something is in it more than once."""
    most = min(cardinality(type.of), type.max)
    different = Quantifier("count", (Local(ITEM, "m", type.of),), (cell,), make.TRUE, Int(0, most))
    return make.compare("lt", different, make.apply("size", (cell,), Int(0, type.max)))
