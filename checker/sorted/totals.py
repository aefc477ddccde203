"""Sums over sorts of any size, as numbers of which some laws are known: what solvers are told of them.

A solver knows no sum over a sort of any size. Each becomes a number, and of any two of them, f and g over the same elements, this is said: where f
is at least g everywhere but at a few places C, the sum of f is larger than that of g by what f is larger at C, or by more. That is true of
every sum of finitely many numbers, whatever f, g and C are, so what follows from it is so. It is what a step does to a sum (f after, g before, C the
agent and what it names); with zero for g a sum of numbers from 0 is at least any few of them, and begins at zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations, product
from typing import TypeAlias, final

from msgspec import Struct

from checker.sorted.logic import (
    INT,
    KEPT,
    App,
    Quantified,
    Term,
    Var,
    arithmetic,
    at_most,
    conj,
    disj,
    distinct,
    equal,
    free_variables,
    implies,
    ite,
    negate,
    nodes,
    number,
    quantified,
    rebuilt,
    substituted,
    total,
)
from checker.sorted.refusals import Refused
from checker.sorted.signature import Signature

MOST_PLACES = 6  # at which two summands are told apart
MOST_SUMS = 8  # of one sort in one question
Place: TypeAlias = tuple[Term, ...]


@final
class _Total(Struct, frozen=True):
    """The sum of `part` over `variables`, and the number that stands for it."""

    number: Term
    variables: tuple[Var, ...]
    part: Term

    @property
    def sorts(self) -> tuple[str, ...]:
        return tuple(v.sort for v in self.variables)

    def at(self, place: Place) -> Term:
        return substituted(self.part, dict(zip(self.variables, place, strict=True)))


def without_sums(signature: Signature, terms: Sequence[Term]) -> tuple[Term, ...]:
    """`terms` with a number for each sum, and the laws of these numbers: all that holds of the sums' own values. Raises Refused."""
    made = numbers(signature, terms)
    if not made:
        return tuple(terms)
    told = [_replaced(term, made) for term in terms]
    ground = _ground(signature, [*told, *(node.body for node in made)])
    totals = list(dict.fromkeys(one for node, stands in made.items() for one in _closed(node, stands, ground)))
    return (*told, *_laws(totals, ground))


def numbers(signature: Signature, terms: Iterable[Term]) -> dict[Quantified, Term]:
    """Of each sum that `terms` speak of the number that stands for it. Raises Refused."""
    names: dict[Term, str] = {}
    found = dict.fromkeys(node for term in terms for node in _sums(term))
    return {node: _number_for(signature, node, names) for node in found}


@lru_cache(KEPT)
def _sums(term: Term) -> tuple[Quantified, ...]:
    return tuple(node for node in distinct(term) if isinstance(node, Quantified) and node.kind == "sum")


def _number_for(signature: Signature, node: Quantified, names: dict[Term, str]) -> Term:
    """A function of what the sum hangs on; equal sums, whatever their variables are called, are one."""
    if any(isinstance(inner, Quantified) and inner.kind == "sum" for inner in nodes(node.body)):
        raise Refused("a sum of sums that hang on a condition")
    outer = sorted(free_variables(node), key=lambda v: _first_place(node, v))
    plain = substituted(node, {v: Var(f"outer {place}", v.sort) for place, v in enumerate(outer)})
    same = _alike(plain, {})
    over, by = (", ".join(v.sort for v in variables) for variables in (node.variables, outer))
    name = names.setdefault(same, f"sum {len(names)} of {over} by {by}" if by else f"sum {len(names)} of {over}")
    return signature.apply(name, outer, INT, "sum")


def _first_place(node: Term, variable: Var) -> int:
    return next(place for place, inner in enumerate(nodes(node)) if inner == variable)


def _alike(term: Term, known: dict[Var, Var]) -> Term:
    """`term` with its bound variables named by how many are bound around them."""
    match term:
        case Var():
            return known.get(term, term)
        case App(symbol, arguments, sort, element) if arguments:
            return App(symbol, tuple(_alike(argument, known) for argument in arguments), sort, element)
        case Quantified(kind, variables, body):
            named = tuple(Var(f"bound {len(known) + place}", v.sort) for place, v in enumerate(variables))
            return Quantified(kind, named, _alike(body, {**known, **dict(zip(variables, named, strict=True))}))
    return term


def _replaced(term: Term, made: dict[Quantified, Term]) -> Term:
    match term:
        case Quantified() if term in made:
            return made[term]
        case Quantified(kind, variables, body):
            return quantified(kind, variables, _replaced(body, made))
        case App(arguments=arguments) if arguments:
            return rebuilt(term, tuple(_replaced(argument, made) for argument in arguments))
    return term


def _ground(signature: Signature, terms: Iterable[Term]) -> dict[str, list[Term]]:
    """The elements of open sorts that are spoken of by themselves, constants first."""
    found: dict[Term, None] = {}
    for term in terms:
        for node in distinct(term):
            if isinstance(node, App) and node.sort in signature.sorts and node.symbol != "ite" and not free_variables(node):
                found[node] = None
    ordered = sorted(found, key=lambda node: sum(1 for _ in nodes(node)))
    return {sort: [node for node in ordered if node.sort == sort][:MOST_PLACES] for sort in signature.sorts}


def _closed(node: Quantified, stands: Term, ground: dict[str, list[Term]]) -> Iterator[_Total]:
    """The sum for each of the elements that it may hang on."""
    assert isinstance(stands, App)
    outer = [v for v in stands.arguments if isinstance(v, Var)]
    if any(v.sort not in ground for v in outer):
        return
    for chosen in product(*(ground[v.sort] for v in outer)):
        known: dict[Term, Term] = dict(zip(outer, chosen, strict=True))
        variables = tuple(Var(f"{sort} {place}", sort) for place, sort in enumerate(v.sort for v in node.variables))
        part = substituted(node.body, {**known, **dict(zip(node.variables, variables, strict=True))})
        yield _Total(substituted(stands, known), variables, _alike(part, {}))


def _laws(totals: Sequence[_Total], ground: dict[str, list[Term]]) -> Iterator[Term]:
    for sorts in dict.fromkeys(one.sorts for one in totals):
        same = [one for one in totals if one.sorts == sorts][:MOST_SUMS]
        places = list(product(*(ground[sort] for sort in sorts)))[:MOST_PLACES]
        none = _Total(number(0), same[0].variables, number(0))
        for more, less in permutations([*same, none], 2):
            yield _law(more, less, places)
        for same_each in same:
            if not any(isinstance(node, Var) for node in nodes(same_each.part)) and not isinstance(same_each.part, Quantified):
                for more, less in permutations([one for one in same if one is not same_each], 2):
                    yield _law(more, _together(less, same_each), places)


def _together(one: _Total, other: _Total) -> _Total:
    """The sum of both summands, which is the sum of both sums: what a step does to every element comes in two parts."""
    return _Total(arithmetic("+", one.number, other.number), one.variables, arithmetic("+", one.part, other.part))


def _law(more: _Total, less: _Total, places: Sequence[Place]) -> Term:
    """Where `more` is at least `less` but at these places, its sum is larger by what it is larger there."""
    element: Place = more.variables
    elsewhere = [_different(element, place) for place in places]
    everywhere = quantified("forall", more.variables, implies(conj(*elsewhere), at_most(less.at(element), more.at(element))))
    there = total(
        ite(conj(*(_different(place, other) for other in places[:n])), arithmetic("-", more.at(place), less.at(place)), number(0))
        for n, place in enumerate(places)
    )
    return implies(everywhere, at_most(arithmetic("+", less.number, there), more.number))


def _different(one: Place, other: Place) -> Term:
    return disj(*(negate(equal(a, b)) for a, b in zip(one, other, strict=True)))
