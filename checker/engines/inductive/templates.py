"""Lemmas of a fixed form: all rules between two of the things that can be said of a few agents and things, and that no small run refutes.

What a proof at a small size learns may rest on that size; these do not look at it (J. Yao et al., DistAI, OSDI 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, combinations_with_replacement, permutations, product

from msgspec import Struct

from checker.elaborate import make
from checker.elaborate.rewrite import nodes
from checker.engines.explicit import explore
from checker.engines.inductive.somebody import somebody
from checker.engines.inductive.things import Names, apart, is_ordered, said_of, sorts_of_many, true_in
from checker.language.types import BagOf, Bool, values
from checker.model.expr import Apply, Expr, Local, Quantifier
from checker.model.model import Model
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter

MOST_STATES = 400  # that are asked whether they refute a rule
MOST_THINGS = 32  # that are said of the same names
MOST_RULES = 500


class _Thing(Struct, frozen=True):
    """`cell`: what it tells the value of. `true_in`: a bit for each state and each way to name."""

    says: Expr
    cell: Expr
    names: frozenset[Local]
    true_in: int


def in_stages(models: Sequence[Model]) -> Iterator[list[Expr]]:
    """Rules over the first of `models`, which are one protocol in growing sizes: those about few agents and things first, then how often a message
    waits, and what is about three; last that there is somebody, which makes questions at every size the hardest.
    """
    model = models[0]
    yield templates(model, 1)
    yield templates(model, 2)
    if any(isinstance(variable.type, BagOf) for variable in model.variables):
        yield templates(model, 1, twice=True)
        yield templates(model, 2, twice=True)
    yield templates(model, 3)
    yield somebody(models, 0)
    yield somebody(models, 1)


def templates(model: Model, names: int, *, twice: bool = False) -> list[Expr]:
    """Rules over `model`, which is of a small size, about so many agents and things (1 to 3). `twice`: also whether two messages of a bag wait."""
    states, interpreter = explore(model, states_limit=MOST_STATES).states, Interpreter(model)
    found: dict[Expr, None] = {}
    for named in _namings(model, names):
        ways = [way for way in product(*(tuple(values(name.type)) for name in named)) if apart(named, way)]
        things = []
        for cell, says in said_of(model, named, twice):
            try:
                bits = true_in(interpreter, states, says, named, ways)
            except EvaluationError:
                continue
            things.append(_Thing(says, cell, frozenset(n for n in nodes(says) if isinstance(n, Local) and n in named), bits))
        found.update(dict.fromkeys(_rules(things[:MOST_THINGS], named, (1 << len(states) * len(ways)) - 1)))
    return list(found)[:MOST_RULES]


def _namings(model: Model, names: int) -> Iterator[Names]:
    """So many names, of sorts of which there may be many; three of them of two or three sorts. Of an ordered sort they stand in order."""
    sorts = sorts_of_many(model)
    threes = [*((a, a, b) for a, b in permutations(sorts, 2)), *combinations(sorts, 3)]
    for chosen in threes if names == 3 else combinations_with_replacement(sorts, names):
        yield tuple(Local(number, "", sort) for number, sort in enumerate(chosen))


# --- rules -------------------------------------------------------------------------------------------------------------


def _rules(things: Sequence[_Thing], names: Names, everywhere: int) -> Iterator[Expr]:
    """What no state refutes, that each name is needed for: A, not A, A implies B, A implies not B, not A implies B."""
    constant = set[int]()
    for number, thing in enumerate(things):
        if thing.true_in in (0, everywhere):
            constant.add(number)
            if thing.names == frozenset(names):
                yield of_all(names, make.negate(thing.says) if thing.true_in == 0 else thing.says)
    left = [thing for number, thing in enumerate(things) if number not in constant]
    for a, b in combinations(left, 2):
        if a.names | b.names != frozenset(names):
            continue
        if not a.true_in & ~b.true_in:
            yield of_all(names, make.implies(a.says, b.says))
        if not b.true_in & ~a.true_in:
            yield of_all(names, make.implies(b.says, a.says))
        if not a.true_in & b.true_in and a.cell != b.cell:
            yield of_all(names, make.implies(a.says, make.negate(b.says)))
        if a.true_in | b.true_in == everywhere:
            yield of_all(names, make.either(a.says, b.says))


def of_all(names: Names, rule: Expr) -> Expr:
    pairs = ((one, other) for one, other in combinations(names, 2) if one.type == other.type)
    apart = [make.compare("lt" if is_ordered(one) else "ne", one, other) for one, other in pairs]
    match rule:
        case Apply("implies", (premise, conclusion)):
            rule = make.implies(make.both(*apart, premise), conclusion)
        case _:
            rule = make.implies(make.both(*apart), rule)
    return Quantifier("all", names, tuple(name.type for name in names), rule, Bool())
