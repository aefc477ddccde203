"""Lemmas of simple forms that reachable states of a small size bear out: where the clauses of IC3 do not generalise, these may.

Each says of any one or two elements of each unordered sort that one of two things is so, or that the two elements are the same. Things are what
a cell holds, and whole conditions that a step asks for with `majority`, `all` or `any`: "whoever decided has a majority" is of this form. Data thin
them before a solver sees any (DistAI: J. Yao et al., OSDI 2021). What is left are candidates: nothing is said of whether they hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from random import Random
from typing import TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.rewrite import may_fail
from checker.engines.explicit import explore
from checker.engines.inductive.lemmas import numbered
from checker.language.types import Bool, Enum, Option, SetOf, Sort, Type, cardinality
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Body, Guard, If, Model, Variable
from checker.semantics.interpreter import EvaluationError, Interpreter, State

KINDS = ("shared", "agent", "control", "frame")
QUANTIFIED = ("majority", "all", "any")
MOST_STATES = 1_000  # that are searched
WALKS, WALK_STEPS = 50, 30
MOST_ROWS = 40_000  # a state with names for its elements is a row
MOST_ATOMS = 160
MOST_TEMPLATES = 2_500
INNER = 1_000  # registers of quantifiers inside of atoms are counted from here

Slots: TypeAlias = dict[Sort, tuple[Local, Local]]


@final
class Atom(Struct, frozen=True):
    """`holds`: a bit for each row. `names`: the elements that it speaks of."""

    expr: Expr
    names: frozenset[Local]
    holds: int


def templates(model: Model) -> Iterator[Expr]:
    """Closed conditions over the model, simple ones first, that hold in the states that were looked at."""
    slots = _slots(model)
    table = _Table(model, slots)
    everything = table.everything
    apart = [_Same(pair, table.bits(make.compare("eq", *pair))) for pair in slots.values()]
    atoms = [atom for atom in _signed(table, slots) if atom.holds not in (0, everything)]
    found = 0
    for one, other in combinations(atoms, 2):
        names = one.names | other.names
        opposite = make.negate(one.expr) == other.expr or make.negate(other.expr) == one.expr
        if found >= MOST_TEMPLATES or opposite or not _in_order(names, slots):
            continue
        for same in [None, *apart] if len(names) > 1 else [None]:
            if same is not None and not names.issuperset(same.pair):
                continue
            if one.holds | other.holds | (0 if same is None else same.holds) != everything:
                continue
            parts = [*([] if same is None else [make.compare("eq", *same.pair)]), one.expr, other.expr]
            yield _for_all(sorted(names, key=lambda local: local.number), make.either(*parts))
            found += 1
            break


@final
class _Same(Struct, frozen=True):
    pair: tuple[Local, Local]
    holds: int


def _slots(model: Model) -> Slots:
    """Two names for the elements of each unordered sort."""
    sorts = [sort for sort in model.sorts if not sort.ordered and not sort.single]
    return {sort: (Local(2 * n, "", sort), Local(2 * n + 1, "", sort)) for n, sort in enumerate(sorts)}


def _in_order(names: frozenset[Local], slots: Slots) -> bool:
    """The second name of a sort is used only together with the first: else it says the same with the first."""
    return 0 < len(names) <= 3 and all(first in names or second not in names for first, second in slots.values())


def _for_all(names: list[Local], body: Expr) -> Expr:
    return numbered(Quantifier("all", tuple(names), tuple(name.type for name in names), body, Bool()))


# --- atoms -----------------------------------------------------------------------------------------------------------


def _signed(table: _Table, slots: Slots) -> list[Atom]:
    """Each thing, and its opposite, with where it holds; of two that hold in the same rows the first."""
    found: dict[int, Atom] = {}
    for expr in _things(table.model, slots):
        if len(found) >= 2 * MOST_ATOMS:
            break
        names = frozenset(_free(expr))
        holds = table.bits(expr)
        found.setdefault(holds, Atom(expr, names, holds))
        against = table.everything & ~holds
        found.setdefault(against, Atom(make.negate(expr), names, against))
    return list(found.values())


def _things(model: Model, slots: Slots) -> Iterator[Expr]:
    for asked in _asked(model):
        yield from _renamed(asked, slots)
    for variable in model.variables:
        if variable.kind in KINDS:
            for cell in _cells(variable, slots):
                yield from _about(cell, variable.type, slots)


def _cells(variable: Variable, slots: Slots) -> Iterator[Read]:
    choices = [_elements(type, slots) for type in variable.index]
    yield from (Read(variable, indices) for indices in product(*choices))


def _elements(type: Type, slots: Slots) -> list[Expr]:
    if isinstance(type, Sort):
        return [Const(0, type)] if type.single else list(slots.get(type, ()))
    return []


def _about(cell: Read, type: Type, slots: Slots) -> Iterator[Expr]:
    match type:
        case Bool():
            yield cell
        case Enum():
            yield from (make.equal(cell, value) for value in range(cardinality(type)))
        case SetOf(of):
            yield from (make.apply("in_set", (element, cell), Bool()) for element in _elements(of, slots))
        case Sort():
            yield from (make.compare("eq", cell, element) for element in _elements(type, slots))
        case Option(of):
            yield make.compare("eq", cell, Const(None, type))
            yield from (make.compare("eq", cell, element) for element in _elements(of, slots))


# --- what steps ask for ----------------------------------------------------------------------------------------------


def _asked(model: Model) -> list[Expr]:
    """Quantified conditions in guards and branches, each once."""
    found: dict[Expr, None] = {}
    for step in model.steps:
        conditions = [item.condition for item in step.prelude if isinstance(item, Guard)]
        for condition in (*conditions, *_branches(step.body)):
            found.update(dict.fromkeys(_quantified(condition)))
    return list(found)


def _branches(body: Body) -> Iterator[Expr]:
    for statement in body:
        if isinstance(statement, If):
            yield statement.condition
            yield from _branches(statement.then)
            yield from _branches(statement.orelse)


def _quantified(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Quantifier(kind) if kind in QUANTIFIED and not may_fail(expr):
            yield expr
        case Apply(_, arguments):
            for argument in arguments:
                yield from _quantified(argument)


def _renamed(expr: Expr, slots: Slots) -> Iterator[Expr]:
    """With the first names of its sorts for what the step calls otherwise."""
    free = list(dict.fromkeys(_free(expr)))
    if all(isinstance(local.type, Sort) and (local.type.single or local.type in slots) for local in free):
        choices = [_elements(local.type, slots) for local in free]
        for names in product(*choices):
            yield substituted(expr, {local.number: name for local, name in zip(free, names, strict=True)})


def _free(expr: Expr, bound: frozenset[int] = frozenset()) -> Iterator[Local]:
    match expr:
        case Local() if expr.number not in bound:
            yield expr
        case Read(_, parts) | Apply(_, parts):
            for part in parts:
                yield from _free(part, bound)
        case Quantifier():
            inner = bound | {local.number for local in expr.locals}
            for domain in expr.domains:
                if not isinstance(domain, Type):
                    yield from _free(domain, inner)
            yield from _free(expr.body, inner)


def substituted(expr: Expr, names: Mapping[int, Expr], depth: int = INNER) -> Expr:
    """With other expressions for free registers; bound ones get numbers that nothing else has."""
    match expr:
        case Local():
            return names.get(expr.number, expr)
        case Read():
            return replace(expr, indices=tuple(substituted(part, names, depth) for part in expr.indices))
        case Apply():
            return replace(expr, arguments=tuple(substituted(part, names, depth) for part in expr.arguments))
        case Quantifier():
            inner, locals, domains = dict(names), list[Local](), list[Type | Expr]()
            for local, domain in zip(expr.locals, expr.domains, strict=True):
                domains.append(domain if isinstance(domain, Type) else substituted(domain, inner, depth + len(expr.locals)))
                locals.append(replace(local, number=depth + len(locals)))
                inner[local.number] = locals[-1]
            body = substituted(expr.body, inner, depth + len(locals))
            return replace(expr, locals=tuple(locals), domains=tuple(domains), body=body)
    return expr


# --- data ------------------------------------------------------------------------------------------------------------


@final
class _Table:
    """Reachable states, each with every way to name elements: the rows, as bits of a number."""

    def __init__(self, model: Model, slots: Slots) -> None:
        self.model, self.interpreter = model, Interpreter(model)
        self.names = [name for pair in slots.values() for name in pair]
        self.ways = list(product(*(range(cardinality(name.type)) for name in self.names)))
        states = list(dict.fromkeys([*explore(model, states_limit=MOST_STATES).states, *self._walks()]))
        self.states = states[:: 1 + len(states) * len(self.ways) // MOST_ROWS]
        self.everything = (1 << (len(self.states) * len(self.ways))) - 1

    def _walks(self) -> Iterator[State]:
        """States of runs that go on where chance leads: those far from the start are among them."""
        random, starts = Random(0), self.interpreter.initial_states()
        for _ in range(WALKS):
            state = random.choice(starts)
            for _ in range(WALK_STEPS):
                targets = [t.target for t in self.interpreter.transitions(state) if t.target not in (None, state)]
                if not targets:
                    break
                state = random.choice(targets)
                yield state

    def bits(self, expr: Expr) -> int:
        """The rows in which it holds; none where it has no value in some, so that nothing is made of it."""
        free = {name.number for name in _free(expr)}
        places = [place for place, name in enumerate(self.names) if name.number in free]
        closed = {}
        for way in self.ways:
            key = tuple(way[place] for place in places)
            if key not in closed:
                chosen = {self.names[p].number: Const(way[p], self.names[p].type) for p in places}
                closed[key] = self.interpreter.compiled(substituted(expr, chosen))
        masks = {key: sum(1 << n for n, way in enumerate(self.ways) if tuple(way[p] for p in places) == key) for key in closed}
        total, width = 0, len(self.ways)
        try:
            for number, state in enumerate(self.states):
                row = sum(masks[key] for key, holds in closed.items() if holds(state, None))
                total |= row << (number * width)
        except EvaluationError:
            return 0
        return total
