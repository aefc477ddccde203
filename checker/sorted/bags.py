"""What is known of a bag in every real state: how its size and the counts of its messages hang together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from checker.language.types import Type
from checker.sorted.logic import Term, arithmetic, at_most, conj, disj, equal, number, total
from checker.sorted.shapes import Sym

if TYPE_CHECKING:
    from checker.sorted.values import Values


def within_bag(values: Values, of: Type, most: int, count: Callable[[Sym], Term], size: Term) -> Term:
    """The counts are numbers from 0, and the size is their sum where they can be listed. Else where there is a message some count is not 0, and no
    two are together more than the size: that it is their sum only the real states need to have.
    """
    known, none = values.finite(of), number(0)
    if known is not None:
        counts = [count(e) for e in known]
        return conj(at_most(size, number(most)), *(at_most(none, one) for one in counts), equal(size, total(counts)))

    def two(a: Sym, b: Sym) -> Term:
        return disj(values.equal(of, a, b), at_most(arithmetic("+", count(a), count(b)), size))

    one = values.every(of, lambda a: conj(at_most(none, count(a)), at_most(count(a), size)))
    some = disj(at_most(size, none), values.some(of, lambda e: at_most(number(1), count(e))))
    pairs = values.every(of, lambda a: values.every(of, lambda b: two(a, b)))
    return conj(at_most(none, size), at_most(size, number(most)), some, one, pairs)
