"""Lemmas of a fixed form: all rules between two of the things that can be said of a few agents and things, and that no small run refutes.

What a proof at a small size learns may rest on that size; these do not look at it (J. Yao et al., DistAI, OSDI 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, combinations_with_replacement, permutations, product
from typing import TypeAlias

from msgspec import Struct

from checker.elaborate import make
from checker.elaborate.rewrite import map_expr, nodes
from checker.engines.explicit import explore
from checker.language.types import BagOf, Bool, Enum, Int, Option, Record, SetOf, Sort, Type, Value, cardinality, values
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Channel, Model, Variable
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter, State

MOST_STATES = 400  # that are asked whether they refute a rule
MOST_THINGS = 32  # that are said of the same names
MOST_RULES = 500
MOST_VALUES = 6  # of a cell
ITEM = 1_000  # the register of a message, as in `predicates`

Names: TypeAlias = tuple[Local, ...]


class _Thing(Struct, frozen=True):
    """`cell`: what it tells the value of. `true_in`: a bit for each state and each way to name."""

    says: Expr
    cell: Expr
    names: frozenset[Local]
    true_in: int


def in_stages(model: Model) -> Iterator[list[Expr]]:
    """Rules over `model`, those about few agents and things first; how often a message waits, and what is about three, comes last."""
    bags = any(isinstance(variable.type, BagOf) for variable in model.variables)
    for names, twice in ((1, False), (2, False), *(((1, True), (2, True)) if bags else ()), (3, False)):
        yield templates(model, names, twice=twice)


def templates(model: Model, names: int, *, twice: bool = False) -> list[Expr]:
    """Rules over `model`, which is of a small size, about so many agents and things (1 to 3). `twice`: also whether two messages of a bag wait."""
    states, interpreter = explore(model, states_limit=MOST_STATES).states, Interpreter(model)
    found: dict[Expr, None] = {}
    for named in _namings(model, names):
        ways = [way for way in product(*(tuple(values(name.type)) for name in named)) if _apart(named, way)]
        things = []
        for cell, says in _sayings(model, named, twice):
            try:
                true_in = _true_in(interpreter, states, says, named, ways)
            except EvaluationError:
                continue
            things.append(_Thing(says, cell, frozenset(n for n in nodes(says) if isinstance(n, Local) and n in named), true_in))
        found.update(dict.fromkeys(_rules(things[:MOST_THINGS], named, (1 << len(states) * len(ways)) - 1)))
    return list(found)[:MOST_RULES]


def _namings(model: Model, names: int) -> Iterator[Names]:
    """So many names, of sorts of which there may be many; three of them of two or three sorts. Of an ordered sort they stand in order."""
    types = (type for variable in model.variables for type in (*variable.index, variable.type))
    types = (type.of if isinstance(type, Option) else type for type in types)
    sorts = list(dict.fromkeys(type for type in types if isinstance(type, Sort) and not type.single))
    threes = [*((a, a, b) for a, b in permutations(sorts, 2)), *combinations(sorts, 3)]
    for chosen in threes if names == 3 else combinations_with_replacement(sorts, names):
        yield tuple(Local(number, "", sort) for number, sort in enumerate(chosen))


def _apart(names: Names, way: tuple[Value, ...]) -> bool:
    """Names of one sort are of different elements, in order where it is ordered."""
    for one, other in combinations(range(len(names)), 2):
        alike = names[one].type == names[other].type
        if alike and (way[one] == way[other] or (_is_ordered(names[one]) and way[one] > way[other])):
            return False
    return True


def _is_ordered(name: Local) -> bool:
    return isinstance(name.type, Sort) and name.type.ordered


def _true_in(
    interpreter: Interpreter, states: Sequence[State], says: Expr, names: Names, ways: Sequence[tuple[Value, ...]]
) -> int:
    bits = 0
    for way in ways:
        known: dict[Expr, Expr] = {name: Const(value, name.type) for name, value in zip(names, way, strict=True)}
        closed = map_expr(says, lambda node, known=known: known.get(node, node))  # type: ignore[misc]
        for state in states:
            bits = bits << 1 | bool(interpreter.evaluate(closed, state))
    return bits


# --- what may be said --------------------------------------------------------------------------------------------------


def _sayings(model: Model, names: Names, twice: bool) -> Iterator[tuple[Expr, Expr]]:
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
                if _is_ordered(name):
                    there = make.compare("ne", cell, Const(None, cell.type))
                    yield make.both(there, make.compare("lt", make.unwrap(cell), name))
        case Sort():
            for name in (name for name in names if name.type == cell.type):
                yield make.compare("eq", cell, name)
                if _is_ordered(name):
                    yield make.compare("lt", cell, name)
        case Enum() | Int() | Option(Enum() | Bool()) if cardinality(cell.type) <= MOST_VALUES:
            yield from (make.compare("eq", cell, Const(value, cell.type)) for value in values(cell.type))
        case SetOf(of):
            elements: list[Expr] = [name for name in names if name.type == of]
            if isinstance(of, Enum) and cardinality(of) <= MOST_VALUES:
                elements += [Const(value, of) for value in values(of)]
            yield from (make.apply("in_set", (element, cell), Bool()) for element in elements)


def _waits(channel: Channel, cell: Read, names: Names, twice: bool) -> Iterator[Expr]:
    """That a message waits: of a sender, with something in it, or both; and, of a bag, that two such do."""
    record = getattr(cell.type, "of", None)
    if not isinstance(record, Record):
        return
    item, other = Local(ITEM, "m", record), Local(ITEM + 1, "k", record)
    ways = list(zip(_contents(item, record, names), _contents(other, record, names), strict=True))
    for says, _ in ways:
        if says != make.TRUE or not channel.with_sender:
            yield Quantifier("any", (item,), (cell,), says, Bool())
    if twice and isinstance(cell.type, BagOf) and cell.type.max > 1:
        yield make.compare("gt", make.apply("size", (cell,), Int(0, cell.type.max)), make.number(1))
        others = make.apply("bag_remove", (cell, item), cell.type)
        for says, of_other in ways:
            if says != make.TRUE:
                second = Quantifier("any", (other,), (others,), of_other, Bool())
                yield Quantifier("any", (item,), (cell,), make.both(says, second), Bool())


def _contents(item: Local, record: Record, names: Names) -> Iterator[Expr]:
    """What may be said of a message, nothing first."""
    fields = (make.apply("field", (item, make.number(place)), type) for place, (_, type) in enumerate(record.fields))
    parts = [[make.TRUE, *_has(field, field.type, names)] for field in fields]
    yield from (make.both(*chosen) for chosen in product(*parts))


def _has(field: Expr, type: Type, names: Names) -> Iterator[Expr]:
    yield from (make.compare("eq", field, name) for name in names if name.type == type)
    if isinstance(type, Enum | Bool) and cardinality(type) <= MOST_VALUES:
        yield from (make.compare("eq", field, Const(value, type)) for value in values(type))


# --- rules -------------------------------------------------------------------------------------------------------------


def _rules(things: Sequence[_Thing], names: Names, everywhere: int) -> Iterator[Expr]:
    """What no state refutes, that each name is needed for: A, not A, A implies B, A implies not B, not A implies B."""
    constant = set[int]()
    for number, thing in enumerate(things):
        if thing.true_in in (0, everywhere):
            constant.add(number)
            if thing.names == frozenset(names):
                yield _of_all(names, make.negate(thing.says) if thing.true_in == 0 else thing.says)
    left = [thing for number, thing in enumerate(things) if number not in constant]
    for a, b in combinations(left, 2):
        if a.names | b.names != frozenset(names):
            continue
        if not a.true_in & ~b.true_in:
            yield _of_all(names, make.implies(a.says, b.says))
        if not b.true_in & ~a.true_in:
            yield _of_all(names, make.implies(b.says, a.says))
        if not a.true_in & b.true_in and a.cell != b.cell:
            yield _of_all(names, make.implies(a.says, make.negate(b.says)))
        if a.true_in | b.true_in == everywhere:
            yield _of_all(names, make.either(a.says, b.says))


def _of_all(names: Names, rule: Expr) -> Expr:
    pairs = ((one, other) for one, other in combinations(names, 2) if one.type == other.type)
    apart = [make.compare("lt" if _is_ordered(one) else "ne", one, other) for one, other in pairs]
    match rule:
        case Apply("implies", (premise, conclusion)):
            rule = make.implies(make.both(*apart, premise), conclusion)
        case _:
            rule = make.implies(make.both(*apart), rule)
    return Quantifier("all", names, tuple(name.type for name in names), rule, Bool())
