"""The shapes of values as formulas see them: scalars are terms, collections are built from functions that give terms.

A set is the function that says of an element whether it is in it, a map the function from keys to values, a bag how often an element is in
it; a sequence, whose length has a constant bound, is its length and its places. So `x in a union {b}` becomes `a(x) or x = b`, and nothing
needs a theory of sets. What an option holds where it is none, or a sequence beyond its length, is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, final

from msgspec import Struct

from checker.sorted.logic import Term

MOST_COUNTED = 7  # elements that say that there are so many
NOT_BY_FEW = -1 << 62  # of a number that may be negative


@final
class Scalar(Struct, frozen=True):
    term: Term


@final
class Opt(Struct, frozen=True):
    some: Term
    value: Sym


@final
class Rec(Struct, frozen=True):
    fields: tuple[Sym, ...]


@final
class SetV(Struct, frozen=True):
    has: Callable[[Sym], Term]


@final
class MapV(Struct, frozen=True):
    at: Callable[[Sym], Sym]


@final
class SeqV(Struct, frozen=True):
    length: Term
    items: tuple[Sym, ...]


@final
class BagV(Struct, frozen=True):
    count: Callable[[Sym], Term]
    size: Term


@final
class Many(Struct, frozen=True):
    """A number that depends on the size of a sort.

    `at_least`: whether it is at least a given number, up to `few`, said by so many elements. `total`: the number itself, as a sum over all elements;
    it raises Refused where that cannot be said.
    """

    few: int
    at_least: Callable[[int], Term]
    total: Callable[[], Term]


Sym: TypeAlias = Scalar | Opt | Rec | SetV | MapV | SeqV | BagV | Many


def settled(value: Sym) -> Sym:
    """`value`, of a number that depends on the size of a sort the number itself. Raises Refused."""
    return Scalar(value.total()) if isinstance(value, Many) else value
