"""A potential as a lemma: what is spent, and what is still owed, is together not more than was owed at the start.

It is an expression of the language, sums over agents and things included, so a proof and its certificate treat it like any other lemma.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial, reduce
from itertools import product
from math import lcm, prod
from typing import Any

from checker.elaborate import make
from checker.language.types import BagOf, Int, SeqOf, Sort
from checker.model.expr import Const, Expr, Local, Quantifier, Read
from checker.model.model import Model, Variable
from checker.sizing.potential.bound import Potential
from checker.sizing.potential.cover import Cube, covers
from checker.sizing.potential.template import Block, Feature, Slot

MOST_LEAVES = 64  # of the cases of what one element owes


def lemma_of(potential: Potential, spent: Expr, model: Model) -> Expr:
    """`spent + owed <= begins`, all of it several times where not all amounts are whole numbers. `model`: that of the potential."""
    sorts = {sort.name: sort for sort in model.sorts}
    factor = _factor(potential)
    left = spent if factor == 1 else make.integer("mul", make.number(factor), spent)
    left = _with_owed(left, potential, model)
    right: Expr = make.number(0)
    for names, amount in sorted(potential.begins.items()):
        if amount:
            right = _plus(right, _summed([sorts[name] for name in names], partial(_apart, make.number(int(amount * factor)))))
    return make.compare("le", left, right)


def rank_of(potential: Potential, model: Model) -> Expr:
    """`0 <= owed`: of a potential of `steps`, what every step lowers by 1 or more."""
    return make.compare("le", make.number(0), _with_owed(make.number(0), potential, model))


def _factor(potential: Potential) -> int:
    """By which all amounts are whole numbers."""
    return lcm(*(amount.denominator for amount in (*potential.owed.values(), *potential.begins.values())))


def _with_owed(left: Expr, potential: Potential, model: Model) -> Expr:
    """`left` and all that is owed, so many times that it is a whole number."""
    sorts, factor = {sort.name: sort for sort in model.sorts}, _factor(potential)

    def whole(amount: Fraction) -> int:
        return int(amount * factor)

    for names in dict.fromkeys(block.sorts for block in potential.template.blocks):
        left = _plus(left, _summed([sorts[name] for name in names], partial(_owed, potential, names, whole)))
    variables = {variable.name: variable for variable in model.variables}
    for owing, amount in potential.owed.items():
        if isinstance(owing, str):
            left = _plus(left, _entries(variables[owing], whole(amount)))
    return left


def _plus(left: Expr, right: Expr | None) -> Expr:
    if right is None or left == make.number(0):
        return left if right is None else right
    return make.integer("add", left, right)


def _summed(domains: Sequence[Sort], part: Callable[[tuple[Local, ...]], Expr | None]) -> Expr | None:
    """The sum of `part` over elements of these sorts; itself where there are none."""
    locals = tuple(Local(place, domain.name[:1].lower(), domain) for place, domain in enumerate(domains))
    summand = part(locals)
    if summand is None or not locals:
        return summand
    most = 1
    for domain in domains:
        most *= domain.size
    assert isinstance(summand.type, Int)
    type = Int(min(0, summand.type.low * most), max(0, summand.type.high * most))
    return Quantifier("sum", locals, tuple(domains), summand, type)


def _apart(amount: Expr, at: tuple[Local, ...]) -> Expr:
    """`amount` for different elements."""
    if len(at) < 2 or at[0].type != at[1].type:
        return amount
    assert isinstance(amount.type, Int)
    return make.choice(make.compare("ne", at[0], at[1]), amount, make.number(0), make.hull(amount.type, Int(0, 0)))


def _owed(potential: Potential, names: tuple[str, ...], whole: Callable[[Fraction], int], at: tuple[Local, ...]) -> Expr | None:
    """What is owed by the elements `at`; None: nothing."""
    parts: list[list[tuple[Expr, int]]] = []
    for place, block in enumerate(potential.template.blocks):
        amounts = {owing[1]: amount for owing, amount in potential.owed.items() if isinstance(owing, tuple) and owing[0] == place}
        if block.sorts == names and amounts:
            lines = _by_amount(block, amounts)
            parts.append([(make.either(*(_within(block, cube, at) for cube in cubes)), whole(amount)) for amount, cubes in lines])
    if not parts:
        return None
    few = prod(len(part) + 1 for part in parts) <= MOST_LEAVES
    return _apart(_cases(parts, 0) if few else reduce(partial(make.integer, "add"), (_cases([part], 0) for part in parts)), at)


def _cases(parts: Sequence[Sequence[tuple[Expr, int]]], so_far: int) -> Expr:
    """One amount for each way in which the conditions may hold: solvers are told of one sum, not of one for each summand."""
    if not parts:
        return make.number(so_far)
    here, rest = parts[0], parts[1:]
    found = _cases(rest, so_far)
    for condition, amount in reversed(here):
        then = _cases(rest, so_far + amount)
        assert isinstance(then.type, Int)
        found = make.choice(condition, then, found, make.hull(then.type, found.type))
    return found


def _by_amount(block: Block, amounts: Mapping[Any, Fraction]) -> Iterable[tuple[Fraction, list[Cube]]]:
    """Of each amount where it is owed. What is not in `amounts` owes nothing, so all combinations are told apart."""
    every = {values: amounts.get(values, Fraction(0)) for values in product(*(feature.values() for feature in block.features))}
    for amount in sorted({amount for amount in amounts.values() if amount}):
        yield amount, covers(every, amount)


def _within(block: Block, cube: Cube, at: tuple[Local, ...]) -> Expr:
    said = [_said(feature, values, at) for feature, values in zip(block.features, cube, strict=True) if values is not None]
    return make.both(*said)


def _equal(cell: Expr, value: Any) -> Expr:
    match value:
        case True:
            return cell
        case False:
            return make.negate(cell)
    return make.equal(cell, value)


def _said(feature: Feature, values: frozenset[Any], at: tuple[Local, ...]) -> Expr:
    """The feature has one of `values`."""
    indices = tuple(at[i.number] if isinstance(i, Slot) else Const(i, t) for i, t in _indexed(feature))
    cell = Read(feature.variable, indices)
    if feature.how == "value":
        return make.either(*(_equal(cell, value) for value in sorted(values, key=repr)))
    if feature.how == "none":
        fact = make.equal(cell, None)
    else:
        assert feature.of is not None
        element: Expr = at[feature.of.number]
        if feature.how == "in":
            fact = make.apply("in_set", (element, cell), make.TRUE.type)
        else:
            fact = make.compare("eq", cell, element)
    return fact if values == {True} else make.negate(fact) if values == {False} else make.TRUE


def _indexed(feature: Feature) -> Iterable[tuple[Any, Any]]:
    return zip(feature.indices, feature.variable.index, strict=True)


def _entries(variable: Variable, amount: int) -> Expr | None:
    """`amount` for each entry of a sequence or bag."""
    if not amount:
        return None
    assert isinstance(variable.type, SeqOf | BagOf)
    locals = tuple(Local(place, "i", type) for place, type in enumerate(variable.index))
    size: Expr = make.apply("size", (Read(variable, locals),), Int(0, variable.type.max))
    total = size
    if locals:
        most = variable.type.max * variable.cells
        total = Quantifier("sum", locals, variable.index, size, Int(0, most))
    return total if amount == 1 else make.integer("mul", make.number(amount), total)
