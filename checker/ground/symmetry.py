"""Symmetry: which sorts have elements that nothing tells apart, so that one state can stand for all its renamings.

The elements of an unordered sort are interchangeable unless something names one of them (Ip and Dill, Better verification through
symmetry, 1996). `obstacle` is the gate. It leaves a sort alone where a constant, a map that is written out, or an initial state tells
its elements apart, and where the order of the elements could show: in a quantifier that stops at the first element that decides, while its
body has no value for another; in a `for` that ends at the first round that fails or blocks. Where the ground form shows that nothing fails
(`Partial`), order cannot show. `representative` (checker.ground.representative) says which state stands for the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from msgspec import Struct

from checker.elaborate.independence import expressions, statements
from checker.elaborate.rewrite import may_fail, nodes, step_expressions
from checker.ground.parts import inner_keys, tellable
from checker.ground.permute import mentions, permuted
from checker.language.types import MapOf, Sort, Type, values
from checker.model.expr import Apply, Const, Expr, Quantifier
from checker.model.model import Assert, Assign, Choose, For, If, Let, Mark, Model, Require, Variable, While

NUMBERING = frozenset({"lt", "le", "gt", "ge", "next", "previous", "next_in_ring", "index"})  # of ordered sorts alone


class Partial(Struct, frozen=True, kw_only=True):
    """What may have no value in some state: `steps` by number, `goals` by name, `done when`."""

    steps: frozenset[int]
    goals: frozenset[str]
    done: bool


def obstacle(model: Model, sort: Sort, partial: Partial) -> str | None:
    """Why the elements of a sort may not be interchanged; None where they may."""
    if sort.size < 2:
        return f"{sort} has {sort.size} element{'s' if sort.size != 1 else ''}"
    if sort.ordered:
        return f"{sort} is ordered"
    for where, fails, expr in _every_expression(model, partial):
        for node in nodes(expr):
            reason = _told_apart(node, sort, fails=fails)
            if reason is not None:
                return f"{where} {reason}"
    for number, step in enumerate(model.steps):
        if number in partial.steps and any(_stops_early(loop, sort) for loop in statements(step.body) if isinstance(loop, For)):
            return f"{step.name} ({step.at}) has a `for` over {sort} of which a round may fail and another block"
    for variable in model.variables:
        if not all(_same_initially(variable, sort, i, j) for i, j in pairwise(range(sort.size))):
            return f"`{variable.name}` starts differently for some of {sort}"
        if not all(tellable(type, sort) for type in (*variable.index, *inner_keys(variable.type))):
            return f"`{variable.name}` has sets of {sort} as keys or elements"
    return None


def _every_expression(model: Model, partial: Partial) -> Iterator[tuple[str, bool, Expr]]:
    """With where each stands, and whether it may have no value."""
    for goal in model.goals:
        for expr in (*goal.conditions, *(premise for _, premise in goal.premises)):
            yield f"`{goal.name}` ({goal.at})", goal.name in partial.goals, expr
    if model.done is not None:
        yield "`done when`", partial.done, model.done
    for number, step in enumerate(model.steps):
        for expr in step_expressions(step):
            yield f"{step.name} ({step.at})", number in partial.steps, expr


def _told_apart(node: Expr, sort: Sort, *, fails: bool) -> str | None:
    """What an expression's own node has to do with particular elements of the sort."""
    match node:
        case Const(value, type):
            if any(permuted(type, value, sort, i, j) != value for i, j in pairwise(range(sort.size))):
                return f"names some of {sort}"
        case Apply("map", arguments, MapOf(key, _)):
            if mentions(key, sort) and any(one != arguments[0] for one in arguments):
                return f"has a map that names some of {sort}"
        case Apply(operator, arguments) if operator in NUMBERING:
            if any(mentions(argument.type, sort) for argument in arguments):
                return f"orders {sort}"
        case Quantifier() if fails:
            if _ranges_over(node.domains, sort) and _may_fail_inside(node):
                return f"has a quantifier over {sort} whose body may have no value for some of them"
    return None


def _ranges_over(domains: tuple[Type | Expr, ...], sort: Sort) -> bool:
    return any(mentions(domain if isinstance(domain, Type) else domain.type, sort) for domain in domains)


def _may_fail_inside(node: Quantifier) -> bool:
    """Whether what it evaluates for each element may fail."""
    inside = (node.body, *(domain for domain in node.domains if not isinstance(domain, Type)))
    return any(may_fail(expr) for expr in inside)


# --- loops -----------------------------------------------------------------------------------------------------------


def _stops_early(loop: For, sort: Sort) -> bool:
    """Whether a loop over the sort could fail in one round and block in another: then the first of them decides."""
    if not _ranges_over((loop.domain,), sort):
        return False
    inside = list(statements(loop.body))
    blocks = any(isinstance(statement, Require | Choose) for statement in inside)
    return blocks and any(_statement_may_fail(statement) for statement in inside)


def _statement_may_fail(statement: object) -> bool:
    match statement:
        case Assert() | While():
            return True
        case For():
            return not statement.independent or (not isinstance(statement.domain, Type) and may_fail(statement.domain))
        case Let() | Assign() | If() | Require() | Choose() | Mark():
            return any(may_fail(expr) for expr in expressions(statement))
    return False


# --- the start -------------------------------------------------------------------------------------------------------


def _same_initially(variable: Variable, sort: Sort, i: int, j: int) -> bool:
    """Whether renaming i and j maps the initial values of the cells onto themselves."""
    places = {keys: place for place, keys in enumerate(product(*(tuple(values(t)) for t in variable.index)))}
    for keys, place in places.items():
        image = tuple(permuted(t, k, sort, i, j) for t, k in zip(variable.index, keys, strict=True))
        renamed = {permuted(variable.type, value, sort, i, j) for value in variable.initial[place]}
        if renamed != set(variable.initial[places[image]]):
            return False
    return True
