"""Ordered sorts of any size: a total order with a first and a last element and their neighbours, and what is true of these in every team.

All that is said holds in each finite order, so what follows from it holds at every size. Without neighbours it is said without functions, and
a part of an order is one too: then few elements decide, as without an order (Bernays, Schönfinkel, Ramsey). `next` and `previous` lead from a sort to
itself, and nothing is decided by few elements where they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from checker.sorted.logic import BOOL, Term, Var, conj, disj, equal, implies, ite, negate, quantified, symbols
from checker.sorted.signature import Signature

End: TypeAlias = Literal["first", "last"]
Neighbour: TypeAlias = Literal["next", "previous"]
KIND: Literal["order"] = "order"


def at_most_of(signature: Signature, x: Term, y: Term) -> Term:
    """Whether `x` comes before `y`, or is it."""
    return signature.apply(f"{x.sort} order", (x, y), BOOL, KIND)


def end_of(signature: Signature, sort: str, end: End) -> Term:
    return signature.apply(f"{sort} {end}", (), sort, KIND)


def neighbour_of(signature: Signature, x: Term, which: Neighbour) -> Term:
    """The one after `x`, or before it; of the last, or the first, it is some element, which nobody may look at."""
    return signature.apply(f"{x.sort} {which}", (x,), x.sort, KIND)


def laws(signature: Signature, terms: Iterable[Term]) -> Iterator[Term]:
    """What is true of the orders that `terms` speak of."""
    of_orders = {name for name, function in signature.functions.items() if function.kind == KIND}
    used = {symbol for term in terms for symbol in symbols(term) & of_orders} if of_orders else set[str]()
    for sort in [sort for sort in signature.sorts if any(symbol.rsplit(" ", 1)[0] == sort for symbol in used)]:
        x, y, z = (signature.variable(name, sort) for name in "xyz")
        yield from _order(signature, x, y, z)
        ends: tuple[End, End] = ("first", "last")
        neighbours: tuple[Neighbour, Neighbour] = ("next", "previous")
        for end, which in zip(ends, reversed(neighbours), strict=True):
            asked = f"{sort} {which}" in used
            if asked or f"{sort} {end}" in used:
                known = end_of(signature, sort, end)
                yield quantified("forall", (x,), _before(signature, end, known, x))
            if asked:
                yield quantified("forall", (x, y), _adjoins(signature, which, end, x, y))


def _order(signature: Signature, x: Var, y: Var, z: Var) -> Iterator[Term]:
    def at_most(a: Term, b: Term) -> Term:
        return at_most_of(signature, a, b)

    yield quantified("forall", (x, y), disj(at_most(x, y), at_most(y, x)))
    yield quantified("forall", (x, y), implies(conj(at_most(x, y), at_most(y, x)), equal(x, y)))
    yield quantified("forall", (x, y, z), implies(conj(at_most(x, y), at_most(y, z)), at_most(x, z)))


def _before(signature: Signature, end: End, known: Term, x: Term) -> Term:
    return at_most_of(signature, known, x) if end == "first" else at_most_of(signature, x, known)


def _adjoins(signature: Signature, which: Neighbour, end: End, x: Term, y: Term) -> Term:
    """The neighbour of `x` is another one, and `y` is not between them; of the end there is none."""
    found = neighbour_of(signature, x, which)
    if which == "next":
        apart = conj(negate(at_most_of(signature, found, x)), disj(at_most_of(signature, y, x), at_most_of(signature, found, y)))
    else:
        apart = conj(negate(at_most_of(signature, x, found)), disj(at_most_of(signature, x, y), at_most_of(signature, y, found)))
    return disj(equal(x, end_of(signature, x.sort, end)), apart)


def at_size(symbol: str, arguments: Sequence[Term], elements: Sequence[Term]) -> Term:
    """What a symbol of an order is where the elements of the sort, in order, are these."""
    what = symbol.rsplit(" ", 1)[1]
    match what:
        case "first":
            return elements[0]
        case "last":
            return elements[-1]
        case "order":
            x, y = arguments
            return disj(*(conj(equal(x, a), equal(y, b)) for place, a in enumerate(elements) for b in elements[place:]))
    (x,) = arguments
    step = 1 if what == "next" else -1
    found = elements[0]
    for place, element in enumerate(elements):
        if 0 <= place + step < len(elements):
            found = ite(equal(x, element), elements[place + step], found)
    return found
