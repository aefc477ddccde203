"""What may be said of a few agents and things in one state: what a cell of theirs is, whether a message waits for them, or from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import TypeAlias

from checker.elaborate import make
from checker.elaborate.rewrite import map_expr
from checker.language.types import (
    BagOf,
    Bool,
    Enum,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    cardinality,
    values,
)
from checker.model.expr import Const, Expr, Local, Quantifier, Read
from checker.model.model import Channel, Model, Variable
from checker.semantics.interpreter import Interpreter, State

MOST_VALUES = 6  # of a cell
ITEM = 1_000  # the register of a message, as in `predicates`

Names: TypeAlias = tuple[Local, ...]


def sorts_of_many(model: Model) -> list[Sort]:
    """The sorts of which there may be many elements, and that cells are of, or what is in them: first those that cells are of, or lead to."""
    types = [type for variable in model.variables for type in (*variable.index, variable.type)]
    outer = [type.of if isinstance(type, Option) else type for type in types]
    found = dict.fromkeys([*outer, *(part for type in types for part in _parts(type))])
    return [type for type in found if isinstance(type, Sort) and not type.single]


def _parts(type: Type) -> Iterator[Type]:
    match type:
        case Option(of) | SetOf(of) | SeqOf(of, _) | BagOf(of, _):
            yield from _parts(of)
        case MapOf(key, of):
            yield from (*_parts(key), *_parts(of))
        case Record(_, fields):
            yield from (part for _, of in fields for part in _parts(of))
        case _:
            yield type


def apart(names: Names, way: tuple[Value, ...]) -> bool:
    """Names of one sort are of different elements, in order where it is ordered."""
    for one, other in combinations(range(len(names)), 2):
        alike = names[one].type == names[other].type
        if alike and (way[one] == way[other] or (is_ordered(names[one]) and way[one] > way[other])):
            return False
    return True


def is_ordered(name: Local) -> bool:
    return isinstance(name.type, Sort) and name.type.ordered


def true_in(
    interpreter: Interpreter, states: Sequence[State], says: Expr, names: Names, ways: Sequence[tuple[Value, ...]]
) -> int:
    bits = 0
    for way in ways:
        known: dict[Expr, Expr] = {name: Const(value, name.type) for name, value in zip(names, way, strict=True)}
        closed = map_expr(says, lambda node, known=known: known.get(node, node))  # type: ignore[misc]
        for state in states:
            bits = bits << 1 | bool(interpreter.evaluate(closed, state))
    return bits


def said_of(model: Model, names: Names, twice: bool) -> Iterator[tuple[Expr, Expr]]:
    """A cell, and something that it may be, in terms of the names."""
    channels = {channel.variable.name: channel for channel in model.channels}
    for variable in model.variables:
        for cell in _cells(variable, names):
            channel = channels.get(variable.name)
            if channel is not None:
                yield from ((says, says) for says in _waits(channel, cell, names, twice))
            else:
                yield from ((cell, says) for says in _may_be(cell, names))


def _cells(variable: Variable, names: Names) -> Iterator[Read]:
    keys: list[list[Expr]] = []
    for type in variable.index:
        of_type: list[Expr] = [name for name in names if name.type == type]
        single = isinstance(type, Sort) and type.single
        keys.append([Const(0, type)] if single else of_type)
    yield from (Read(variable, indices) for indices in product(*keys) if len(set(indices)) == len(indices))


def _may_be(cell: Read, names: Names) -> Iterator[Expr]:
    match cell.type:
        case Bool():
            yield cell
        case Option(Sort()):
            yield make.compare("eq", cell, Const(None, cell.type))
            for name in (name for name in names if name.type == cell.type.of):
                yield make.compare("eq", cell, name)
                if is_ordered(name):
                    there = make.compare("ne", cell, Const(None, cell.type))
                    yield make.both(there, make.compare("lt", make.unwrap(cell), name))
        case Sort():
            for name in (name for name in names if name.type == cell.type):
                yield make.compare("eq", cell, name)
                if is_ordered(name):
                    yield make.compare("lt", cell, name)
        case Enum() | Int() | Option(Enum() | Bool()) if cardinality(cell.type) <= MOST_VALUES:
            yield from (make.compare("eq", cell, Const(value, cell.type)) for value in values(cell.type))
        case SetOf(of):
            elements: list[Expr] = [name for name in names if name.type == of]
            if isinstance(of, Enum) and cardinality(of) <= MOST_VALUES:
                elements += [Const(value, of) for value in values(of)]
            yield from (make.apply("in_set", (element, cell), Bool()) for element in elements)


def said_of_numbers(model: Model, names: Names) -> Iterator[Expr]:
    """Of each cell with more numbers than `said_of` tells apart whether it is the least of them."""
    for variable in model.variables:
        if isinstance(variable.type, Int) and cardinality(variable.type) > MOST_VALUES:
            yield from (make.equal(cell, variable.type.low) for cell in _cells(variable, names))


def said_of_the_first(names: Names) -> Iterator[Expr]:
    """Of what is in an order whether it is the first: the one element that is there at every size."""
    yield from (make.compare("eq", name, Const(0, name.type)) for name in names if is_ordered(name))


def said_of_two_numbers(model: Model, names: Names) -> Iterator[Expr]:
    """Of each two cells of numbers whether they are the same, one is less, or just below; of those that may be none whether they are the same."""
    numbers = (variable for variable in model.variables if _is_number(variable.type))
    for one, other in combinations([cell for variable in numbers for cell in _cells(variable, names)], 2):
        yield make.compare("eq", one, other)
        if isinstance(one.type, Int) and isinstance(other.type, Int):
            yield make.compare("lt", one, other)
            yield from (make.compare("eq", make.integer("add", a, make.number(1)), b) for a, b in ((one, other), (other, one)))


def _is_number(type: Type) -> bool:
    return isinstance(type.of if isinstance(type, Option) else type, Int)


def _waits(channel: Channel, cell: Read, names: Names, twice: bool) -> Iterator[Expr]:
    """That a message waits: of a sender, with something in it, or both; and, of a bag, that two such do."""
    record = getattr(cell.type, "of", None)
    if not isinstance(record, Record):
        return
    most = cell.type.max if isinstance(cell.type, BagOf | SeqOf) else cardinality(record)
    if not record.fields:
        yield _more_than(cell, most, 0)
        if twice and most > 1:
            yield _more_than(cell, most, 1)
        return
    item, other = Local(ITEM, "m", record), Local(ITEM + 1, "k", record)
    ways = list(zip(_contents(item, record, names), _contents(other, record, names), strict=True))
    for says, _ in ways:
        if says != make.TRUE or not channel.with_sender:
            yield Quantifier("any", (item,), (cell,), says, Bool())
    if twice and isinstance(cell.type, BagOf) and cell.type.max > 1:
        yield _more_than(cell, most, 1)
        others = make.apply("bag_remove", (cell, item), cell.type)
        for says, of_other in ways:
            if says != make.TRUE:
                second = Quantifier("any", (other,), (others,), of_other, Bool())
                yield Quantifier("any", (item,), (cell,), make.both(says, second), Bool())


def _more_than(cell: Read, most: int, few: int) -> Expr:
    return make.compare("gt", make.apply("size", (cell,), Int(0, most)), make.number(few))


def _contents(item: Local, record: Record, names: Names) -> Iterator[Expr]:
    """What may be said of a message, nothing first."""
    fields = (make.apply("field", (item, make.number(place)), type) for place, (_, type) in enumerate(record.fields))
    parts = [[make.TRUE, *_has(field, field.type, names)] for field in fields]
    yield from (make.both(*chosen) for chosen in product(*parts))


def _has(field: Expr, type: Type, names: Names) -> Iterator[Expr]:
    yield from (make.compare("eq", field, name) for name in names if name.type == type)
    if isinstance(type, Enum | Bool) and cardinality(type) <= MOST_VALUES:
        yield from (make.compare("eq", field, Const(value, type)) for value in values(type))
