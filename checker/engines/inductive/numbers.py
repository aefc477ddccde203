"""Lemmas about numbers: what is the same in all states of random runs, what guards ask for, and what is in an order.

Equations are all linear ones among the numbers of a state that hold in the states of runs at small sizes (M. Karr, Affine relationships among
variables of a program, 1976; found in data as by R. Sharma and others, A data driven approach for algebraic loop invariants, 2013). What a guard asks
of numbers is offered without the numbers that are of one step. They are candidates like others: whether they hold is for a solver to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import TypeAlias

from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.rewrite import map_expr
from checker.engines.inductive.lemmas import numbered
from checker.engines.inductive.orders import has_numbers, orders
from checker.engines.inductive.quantities import as_number, quantities, values_in, walked
from checker.engines.inductive.written import free_names, quantified
from checker.language.types import Bool, Int, Sort
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, conjuncts
from checker.model.model import Body, For, Goal, Guard, If, Model
from checker.model.resize import NotOfThisSize, resized
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import State

MOST_TERMS = 5  # of an equation
LARGEST_FACTOR = 10_000
TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
Row: TypeAlias = list[Fraction]
Runs: TypeAlias = Sequence[tuple[Model, Sequence[State]]]
Linear: TypeAlias = Mapping[Expr, int]  # atoms with their factors; ONE for what is constant
ONE = make.number(1)


def numbers(models: Sequence[Model]) -> list[Expr]:
    """Lemmas over the last of the models, which are one protocol at growing sizes, that no state of their runs refutes."""
    if not models or not has_numbers(models[-1]):
        return []
    runs = [(model, walked(model)) for model in models]
    offered = [*equations(runs), *bounds(models[-1]), *orders(models[-1])]
    return [lemma for lemma in dict.fromkeys(offered) if _holds(lemma, runs)]


def _holds(lemma: Expr, runs: Runs) -> bool:
    try:
        return all(all(values_in(model, states, resized(lemma, model))) for model, states in runs)
    except (EvaluationError, NotOfThisSize):
        return False


# --- equations ---------------------------------------------------------------------------------------------------------


def equations(runs: Runs) -> Iterator[Expr]:
    """Each number that is a sum of multiples of simpler ones in all states."""
    largest = runs[-1][0]
    named = [ONE, *(resized(as_number(one), largest) for one in quantities(largest))]
    columns = [[v for m, states in runs for v in values_in(m, states, resized(one, m))] for one in named]
    rows = dict.fromkeys(zip(*columns, strict=True))
    for number, factors in dependent([[Fraction(v) for v in column] for column in zip(*rows, strict=True)]):
        one = named[number]
        if not factors and isinstance(one, Quantifier) and one.kind == "count":
            yield replace(one, kind="all", body=make.negate(one.body), type=Bool())  # nobody was ever there
            continue
        scale = reduce(lcm, (factor.denominator for factor in factors.values()), 1)
        terms = {named[place]: int(factor * scale) for place, factor in factors.items()}
        terms[one] = -scale
        if len(terms) <= MOST_TERMS and all(abs(factor) <= LARGEST_FACTOR for one, factor in terms.items() if one != ONE):
            yield _compared("eq", terms)


def dependent(columns: Sequence[Row]) -> Iterator[tuple[int, dict[int, Fraction]]]:
    """Each column that is a combination of columns before it, with their factors (Gauss)."""
    reduced: list[tuple[Row, dict[int, Fraction]]] = []  # what is left of a column, and which combination of columns that is
    for number, column in enumerate(columns):
        left, made = list(column), {number: Fraction(1)}
        for row, factors in reduced:
            pivot = next(place for place, value in enumerate(row) if value)
            if left[pivot]:
                by = left[pivot] / row[pivot]
                left = [a - by * b for a, b in zip(left, row, strict=True)]
                for place, factor in factors.items():
                    made[place] = made.get(place, Fraction(0)) - by * factor
        if any(left):
            reduced.append((left, made))
        else:
            yield number, {place: -factor for place, factor in made.items() if factor and place != number}


# --- what guards and goals ask for -------------------------------------------------------------------------------------


def bounds(model: Model) -> Iterator[Expr]:
    """What comparisons of numbers in guards and goals say of every state, or one less; without what is of one step."""
    for condition in (*_asked(model), *(c for goal in model.goals for c in _said(goal))):
        for part in conjuncts(condition):
            if isinstance(part, Apply) and part.operator in TURNED:
                yield from _bound(part)


def _asked(model: Model) -> Iterator[Expr]:
    for step in model.steps:
        yield from (item.condition for item in step.prelude if isinstance(item, Guard))
        yield from _branches(step.body)


def _branches(body: Body) -> Iterator[Expr]:
    for statement in body:
        if isinstance(statement, If):
            yield statement.condition
            yield from _branches((*statement.then, *statement.orelse))
        elif isinstance(statement, For):
            yield from _branches(statement.body)


def _said(goal: Goal) -> Iterator[Expr]:
    """What a goal says of every state, without the quantifier around it."""
    if goal.kind == "always":
        condition = goal.conditions[0]
        yield condition.body if isinstance(condition, Quantifier) and condition.kind == "all" else condition


def _bound(part: Apply) -> Iterator[Expr]:
    left, right = part.arguments
    if part.operator in ("gt", "ge"):
        left, right = right, left
    found = _linear(_of_the_one(left), 1, {})
    found = None if found is None else _linear(_of_the_one(right), -1, found)
    if found is None:
        return
    kept = {atom: factor for atom, factor in found.items() if factor and not _is_of_one_step(atom)}
    gone = [(atom, factor) for atom, factor in found.items() if factor and atom not in kept]
    if not kept or all(atom == ONE for atom in kept) or not all(_may_go(atom, factor) for atom, factor in gone):
        return
    for operator in ("lt", "le") if part.operator in ("lt", "gt") else ("le",):
        compared = _compared(operator, kept)
        if not _by_types(compared):
            yield numbered(quantified("all", free_names(compared), compared))


def _by_types(compared: Expr) -> bool:
    """Whether the ranges of the two sides say it already."""
    match compared:
        case Apply("le", (left, right)) if isinstance(left.type, Int) and isinstance(right.type, Int):
            return left.type.high <= right.type.low
    return False


def _of_the_one(atom: Expr) -> Expr:
    """With the agent itself where its role has only one."""

    def change(node: Expr) -> Expr:
        single = isinstance(node, Local) and isinstance(node.type, Sort) and node.type.single
        return Const(0, node.type) if single else node

    return map_expr(atom, change)


def _is_of_one_step(atom: Expr) -> bool:
    return any(not isinstance(local.type, Sort) or local.type.ordered for local in free_names(atom))


def _may_go(atom: Expr, factor: int) -> bool:
    """What is never negative may be left out on the smaller side."""
    return isinstance(atom.type, Int) and (atom.type.low >= 0 if factor > 0 else atom.type.high <= 0)


def _linear(expr: Expr, by: int, found: dict[Expr, int]) -> dict[Expr, int] | None:
    """`found` and `by` times the number; None where it is none, or no sum of multiples."""
    match expr:
        case Const(int() as value, Int()):
            return _plus(found, ONE, by * value)
        case Apply("narrow", (inner,)) if isinstance(inner.type, Int):
            return _linear(inner, by, found)
        case Apply("neg", (inner,)):
            return _linear(inner, -by, found)
        case Apply("add" | "sub" as operator, (left, right)):
            first = _linear(left, by, found)
            return None if first is None else _linear(right, by if operator == "add" else -by, first)
        case Apply("mul", (Const(int() as value), other)) | Apply("mul", (other, Const(int() as value))):
            return _linear(other, by * value, found)
    return _plus(found, expr, by) if isinstance(expr.type, Int) else None


def _plus(found: Mapping[Expr, int], atom: Expr, factor: int) -> dict[Expr, int]:
    return {**found, atom: found.get(atom, 0) + factor}


# --- as conditions -----------------------------------------------------------------------------------------------------


def _compared(operator: str, terms: Linear) -> Expr:
    """`2 * a + 1 <= b` for 2 * a - b + 1 <= 0."""
    left = [_times(factor, atom) for atom, factor in terms.items() if factor > 0]
    right = [_times(-factor, atom) for atom, factor in terms.items() if factor < 0]
    if operator == "eq" and all(isinstance(part, Const) for part in left):
        left, right = right, left
    return make.compare(operator, _added(left), _added(right))


def _times(factor: int, atom: Expr) -> Expr:
    if atom == ONE:
        return make.number(factor)
    return atom if factor == 1 else make.integer("mul", make.number(factor), atom)


def _added(parts: Sequence[Expr]) -> Expr:
    constants_last = sorted(parts, key=lambda part: isinstance(part, Const))
    return reduce(lambda a, b: make.integer("add", a, b), constants_last) if parts else make.number(0)
