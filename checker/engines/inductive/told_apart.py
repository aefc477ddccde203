"""Rules that small runs do not refute and one state does: the fewest things that tell it apart from all states of these runs.

What may be said of no, one or two agents and things makes a row of yes and no for each state and each way to name them. Where the row of a state is
of no run, a set of things in which it differs from each row of them is a rule that excludes it; a set of which none can be left out is one of the
strongest (minimal hitting sets: R. Reiter, A theory of diagnosis from first principles, 1987; samples: P. Garg and others, ICE, CAV 2014).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from itertools import combinations_with_replacement, islice, permutations, product
from typing import TypeAlias, final

from checker.elaborate import make
from checker.elaborate.rewrite import map_expr, nodes
from checker.engines.explicit import explore
from checker.engines.inductive.quantities import walked
from checker.engines.inductive.somebody import least, meeting
from checker.engines.inductive.templates import of_all
from checker.engines.inductive.things import (
    Names,
    apart,
    said_of,
    said_of_numbers,
    said_of_the_first,
    said_of_two_numbers,
    sorts_of_many,
)
from checker.language.types import BagOf, Bool, Value, values
from checker.model.expr import Const, Expr, Local, Quantifier
from checker.model.model import Model
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter, State

MOST_STATES = 800  # of each size from the start on, beside those of random runs
MOST_NAMES = 2
MOST_PARTS = 5  # of a rule
MOST_THINGS = 48  # that are said of the same names
MOST_OF_ONE = 12  # rules of one way to name

Asked: TypeAlias = Callable[[State, State | None], Value]
Saying: TypeAlias = Callable[[Model, Names], Iterator[Expr]]  # what may be said of the names


@final
class Samples:
    """What small runs of `models`, which are one protocol in growing sizes, show. Rules are over the first of them."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = models
        self._runs = [list(dict.fromkeys([*explore(m, states_limit=MOST_STATES).states, *walked(m)])) for m in models]
        self._bags = any(isinstance(variable.type, BagOf) for variable in models[0].variables)

    @cached_property
    def _plain(self) -> list[_Naming]:
        return list(self._namings(_said, MOST_NAMES))

    @cached_property
    def _twice(self) -> list[_Naming]:
        """With that two messages of a bag wait."""
        return list(self._namings(partial(_said, twice=True), MOST_NAMES)) if self._bags else []

    @cached_property
    def _somebody(self) -> list[_Naming]:
        """With that there is somebody of whom something is so."""
        return list(self._namings(_said_of_somebody, MOST_NAMES - 1))

    @cached_property
    def _compared(self) -> list[_Naming]:
        """With how two numbers compare, where there are two."""
        sorts = [[], *([sort.name] for sort in sorts_of_many(self._models[0]))]
        two = any(next(said_of_two_numbers(self._models[0], _names(self._models[0], names)), None) for names in sorts)
        return list(self._namings(_said_of_two_numbers, MOST_NAMES - 1)) if two else []

    @cached_property
    def _threes(self) -> list[_Naming]:
        """Of three names, two of them of one that is in an order: what holds of all before is said so."""
        ordered = [sort.name for sort in sorts_of_many(self._models[0]) if sort.ordered]
        chosen = [(a, a, b) for a, b in permutations(self._sorts(), 2) if a in ordered]
        return [_Naming(self._models, self._runs, names, _said) for names in chosen]

    def _namings(self, said: Saying, most: int) -> Iterator[_Naming]:
        for count in range(most + 1):
            for names in combinations_with_replacement(self._sorts(), count):
                yield _Naming(self._models, self._runs, names, said)

    def _sorts(self) -> list[str]:
        return [sort.name for sort in sorts_of_many(self._models[0])]

    def excluding(self, state: State, at: int, without: set[Expr]) -> Expr | None:
        """One of the rules of the fewest parts that this state of the model number `at` breaks, and no state of the runs; none `without`. That two
        messages wait, that there is somebody, how two numbers compare, and what is about three is spoken of where nothing else helps.
        """
        return (
            self._excluding(self._plain, state, at, without)
            or self._excluding(self._twice, state, at, without)
            or self._excluding(self._somebody, state, at, without)
            or self._excluding(self._compared, state, at, without)
            or self._excluding(self._threes, state, at, without)
        )

    def _excluding(self, namings: Sequence[_Naming], state: State, at: int, without: set[Expr]) -> Expr | None:
        best, most = None, MOST_PARTS
        for naming in namings:
            for parts, rule in naming.excluding(state, at, most):
                if rule not in without and (best is None or parts < most):
                    best, most = rule, parts
        return best


@final
class _Naming:
    """What may be said of names of these sorts; `rows`: what of it is so together in some state of the runs, as bits."""

    def __init__(self, models: Sequence[Model], runs: Sequence[Sequence[State]], sorts: Sequence[str], said_by: Saying) -> None:
        named = [_names(model, sorts) for model in models]
        said = [list(said_by(model, names)) for model, names in zip(models, named, strict=True)]
        self.names, self.said = named[0], list(zip(*said, strict=False))[:MOST_THINGS]
        self.asked: list[list[list[Asked]]] = []  # of each model and each way to name the things
        for at, (model, names) in enumerate(zip(models, named, strict=True)):
            interpreter = Interpreter(model)
            ways = [way for way in product(*(tuple(values(name.type)) for name in names)) if apart(names, way)]
            self.asked.append([[interpreter.compiled(_closed(says[at], names, way)) for says in self.said] for way in ways])
        self.rows = {_row(one, state) for ways, states in zip(self.asked, runs, strict=True) for one in ways for state in states}

    def excluding(self, state: State, at: int, most: int) -> Iterator[tuple[int, Expr]]:
        """Rules of at most so many parts, with how many."""
        for one in self.asked[at]:
            here = _row(one, state)
            if here in self.rows:
                continue
            for chosen in islice(meeting(least(row ^ here for row in self.rows), most), MOST_OF_ONE):
                parts = [self._part(number, here) for number in range(len(self.said)) if chosen >> number & 1]
                if all(any(name in nodes(part) for part in parts) for name in self.names):
                    rule = make.either(*parts)
                    yield len(parts), of_all(self.names, rule) if self.names else rule

    def _part(self, number: int, here: int) -> Expr:
        """What is not so here."""
        says = self.said[number][0]
        return make.negate(says) if here >> number & 1 else says


def _names(model: Model, sorts: Sequence[str]) -> Names:
    by_name = {sort.name: sort for sort in model.sorts}
    return tuple(Local(number, "", by_name[sort]) for number, sort in enumerate(sorts))


def _said(model: Model, names: Names, *, twice: bool = False) -> Iterator[Expr]:
    yield from (says for _, says in said_of(model, names, twice))
    yield from said_of_the_first(names)
    yield from said_of_numbers(model, names)


def _said_of_two_numbers(model: Model, names: Names) -> Iterator[Expr]:
    yield from said_of_two_numbers(model, names)
    yield from _said(model, names)


def _said_of_somebody(model: Model, names: Names) -> Iterator[Expr]:
    """What else may be said of the names, and that there is somebody of whom something is so, or is not, about the names too or not."""
    yield from _said(model, names)
    for sort in sorts_of_many(model):
        other = Local(len(names), "", sort)
        for _, says in said_of(model, (*names, other), twice=False):
            if other in nodes(says):
                yield from (Quantifier("any", (other,), (sort,), body, Bool()) for body in (says, make.negate(says)))


def _closed(says: Expr, names: Names, way: Sequence[Value]) -> Expr:
    known: dict[Expr, Expr] = {name: Const(value, name.type) for name, value in zip(names, way, strict=True)}
    return map_expr(says, lambda node: known.get(node, node))


def _row(asked: Sequence[Asked], state: State) -> int:
    """A bit for each thing: 1 where it is so. What has no value is not."""
    row = 0
    for number, one in enumerate(asked):
        try:
            row |= bool(one(state, None)) << number
        except EvaluationError:
            continue
    return row
