"""Formulas at one size of each sort, without quantifiers: a quantifier over a sort becomes all of its instances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, product
from typing import final

from msgspec import Struct, field
from msgspec.structs import replace

from checker.language.types import Sort, element
from checker.sorted.logic import App, Bound, Quantified, Term, Var, bound_in, conj, disj, equal, rebuilt, total
from checker.sorted.orders import KIND, at_size
from checker.sorted.quantifiers import QUORUM, is_quorum
from checker.sorted.signature import Signature


def element_of(sort: str, place: int) -> App:
    """Element number `place` of a sort of any size, in the formulas of one size."""
    return App(f"{sort}:{element(Sort(sort, place + 1), place)}", (), sort, True)


@final
class AtSize(Struct, frozen=True):
    """Turns formulas into those of one size: `sizes` gives that of each open sort. A quorum is then a majority, one for each."""

    signature: Signature
    sizes: Mapping[str, int]
    made: dict[tuple[Term, Bound], Term] = field(default_factory=dict)

    def elements(self, sort: str) -> tuple[App, ...]:
        if sort.startswith(QUORUM):
            names = self.majorities(sort)
            return tuple(App(name, (), sort, True) for name in names)
        return tuple(element_of(sort, place) for place in range(self.sizes[sort]))

    def majorities(self, sort: str) -> dict[str, tuple[App, ...]]:
        """The smallest majorities, by name: whatever a larger one would show, one inside it shows."""
        members = self.elements(sort.removeprefix(QUORUM))
        return {f"{sort}:{'+'.join(m.symbol for m in found)}": found for found in combinations(members, len(members) // 2 + 1)}

    def vocabulary(self) -> Signature:
        """A signature of its own, with the open sorts as enumerations."""
        found = {sort: tuple(e.symbol for e in self.elements(sort)) for sort in self.signature.sorts}
        own = self.signature
        enumerations, functions = {**own.enumerations, **found}, dict(own.functions)
        return replace(own, enumerations=enumerations, functions=functions, free=frozenset())

    def term(self, term: Term) -> Term:
        """`term`, a closed formula, without quantifiers over sorts."""
        return self._in(term, {})

    def _in(self, term: Term, known: dict[Var, Term]) -> Term:
        """With the variables that are known; equal ones are made once."""
        asked = term, bound_in(term, known)
        if asked not in self.made:
            self.made[asked] = self._made(term, known)
        return self.made[asked]

    def _made(self, term: Term, known: dict[Var, Term]) -> Term:
        match term:
            case Var():
                return known.get(term, term)
            case App(symbol, arguments) if arguments:
                if is_quorum(symbol):
                    quorum, member = (self._in(a, known) for a in arguments)
                    found = self.majorities(quorum.sort).items()
                    return disj(
                        *(
                            conj(equal(App(name, (), quorum.sort, True), quorum), equal(m, member))
                            for name, ms in found
                            for m in ms
                        )
                    )
                return self._applied(term, tuple(self._in(a, known) for a in arguments))
            case App(element=False):
                return self._applied(term, ())
            case Quantified(kind, variables, body):
                listed = [v for v in variables if v.sort in self.signature.sorts]
                rest = tuple(v for v in variables if v not in listed)
                parts = [
                    self._in(body, {**known, **dict(zip(listed, values, strict=True))})
                    for values in product(*(self.elements(v.sort) for v in listed))
                ]
                joined = total(parts) if kind == "sum" else conj(*parts) if kind == "forall" else disj(*parts)
                return Quantified(kind, rest, joined) if rest else joined
        return term

    def _applied(self, term: App, arguments: tuple[Term, ...]) -> Term:
        function = self.signature.functions.get(term.symbol)
        if function is not None and function.kind == KIND:
            return at_size(term.symbol, arguments, self.elements(arguments[0].sort if arguments else term.sort))
        return rebuilt(term, arguments) if arguments else term

    def all(self, terms: Iterable[Term]) -> list[Term]:
        return [self.term(term) for term in terms]
