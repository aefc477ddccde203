"""Clauses that hold with all their images under renaming, as lemmas: quantified conditions of the model.

The elements of unordered sorts that a clause names become variables, distinct from each other: at its size the lemma says what the clause
and its images say. Where a clause treats all elements of a sort alike, or all but a few, it may be meant as "some element", for teams of other
sizes: this reading is given too (A. Goel, K. Sakallah, On symmetry and quantification, NFM 2021).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from checker.elaborate import make
from checker.engines.inductive.ic3 import Cube
from checker.engines.inductive.leaves import leaves_of
from checker.engines.inductive.sayings import Element, Names, elements, said, said_in
from checker.engines.inductive.system import System
from checker.language.types import Bool, Enum, Sort
from checker.model.expr import Expr, Local, Quantifier

LETTERS = "uvwxyz"


class Sayer:
    """Turns cubes of a system into lemmas. `sorts`: whose elements may be renamed into each other."""

    def __init__(self, system: System, sorts: Iterable[Sort]) -> None:
        self.system = system
        self.sorts = frozenset(sorts)
        self._leaves = leaves_of(system.form.model)

    def universal(self, cube: Cube) -> Expr:
        """That the state is in none of the cube and its images."""
        named = self._named(cube)
        names = _names(named)
        return _for_all(names, self._literals(cube, names))

    def of_one(self, cube: Cube) -> Expr:
        """That the state is not in the cube."""
        return make.either(*self._literals(cube, {}))

    def readings(self, cube: Cube) -> Iterator[Expr]:
        """The lemmas that the cube may stand for, that of this size first."""
        yield self.universal(cube)
        for sort in sorted(self.sorts, key=lambda sort: sort.name):
            for alike in self._alike(cube, sort):
                yield self._some(cube, sort, alike)

    # --- parts of a cube ---------------------------------------------------------------------------------------------

    def _named(self, cube: Iterable[int]) -> list[Element]:
        """The elements that the cube names, in a fixed order."""
        found = {element for literal in cube for element in self._elements(literal)}
        return sorted(found, key=lambda element: (element[0].name, element[1]))

    def _elements(self, literal: int) -> list[Element]:
        atom = self.system.atoms[abs(literal) - 1]
        return [element for element in elements(self._leaves[atom.field], atom) if element[0] in self.sorts]

    def _literals(self, cube: Iterable[int], names: Names) -> list[Expr]:
        """What the clause says: that one of these holds. What the cube has comes first, as if it were a premise."""
        found: list[Expr] = []
        merged: set[int] = set()
        for literal in sorted(cube, key=lambda n: (n < 0, abs(n))):
            atom = self.system.atoms[abs(literal) - 1]
            leaf = self._leaves[atom.field]
            if literal < 0 and atom.test == "is" and isinstance(leaf.type, Enum):
                if atom.field not in merged:
                    merged.add(atom.field)
                    excluded = {self.system.atoms[-n - 1] for n in cube if n < 0}
                    found.append(
                        said_in(leaf, [atom.value for atom in self.system.of_field[atom.field] if atom in excluded], names)
                    )
            else:
                found.append(said(leaf, atom, names, holds=literal < 0))
        return found

    def _pattern(self, literal: int, sort: Sort, i: int) -> object:
        """What a literal says of an element."""
        atom = self.system.atoms[abs(literal) - 1]
        return said(self._leaves[atom.field], atom, {(sort, i): Local(-1, "it", sort)}, holds=literal < 0)

    # --- some --------------------------------------------------------------------------------------------------------

    def _alike(self, cube: Cube, sort: Sort) -> Iterator[tuple[int, ...]]:
        """Elements of the sort that the cube says the same of, where they and the others that it names are all there are."""
        if sort.size < 2:
            return
        says: dict[int, set[object]] = {i: set() for i in range(sort.size)}
        for literal in cube:
            own = [i for of, i in self._elements(literal) if of == sort]
            if len(own) > 1:
                return
            for i in own:
                says[i].add(self._pattern(literal, sort, i))
        if not all(says.values()):
            return
        for size in range(sort.size, 0, -1):
            for some in combinations(range(sort.size), size):
                if all(says[i] == says[some[0]] for i in some) and (size > 1 or sort.size == 2):
                    yield some

    def _some(self, cube: Cube, sort: Sort, alike: Sequence[int]) -> Expr:
        """The clause, with "some element of the sort" for all those that are alike."""
        first, others = alike[0], set(alike[1:])
        kept = [n for n in cube if not any(of == sort and i in others for of, i in self._elements(n))]
        about = [n for n in kept if (sort, first) in self._elements(n)]
        rest = [n for n in kept if n not in about]
        names = _names(self._named(kept))
        some = names.pop((sort, first))
        apart = [local for (of, _), local in names.items() if of == sort]
        inside = make.either(*self._literals(about, {**names, (sort, first): some}))
        if apart:
            inside = make.both(*(make.compare("ne", some, other) for other in apart), inside)
        any_of = Quantifier("any", (some,), (sort,), inside, Bool())
        return _for_all(names, [*self._literals(rest, names), any_of])


def _names(named: Sequence[Element]) -> dict[Element, Local]:
    """A variable for each element, called by the letter of its sort where that is free."""
    taken: set[str] = set()
    found: dict[Element, Local] = {}
    for number, element in enumerate(named):
        letters = [element[0].name[0].lower(), *LETTERS]
        name = next((letter for letter in letters if letter not in taken), f"x{number}")
        taken.add(name)
        found[element] = Local(number, name, element[0])
    return found


def _for_all(names: Names, literals: Sequence[Expr]) -> Expr:
    """That one of the literals holds, for all elements that differ from each other."""
    locals = list(names.values())
    equal = [make.compare("eq", a, b) for a, b in combinations(locals, 2) if a.type == b.type]
    body = _clause(equal, literals)
    if not locals:
        return body
    return Quantifier("all", tuple(locals), tuple(local.type for local in locals), body, Bool())


def _clause(equal: Sequence[Expr], literals: Sequence[Expr]) -> Expr:
    """A disjunction, as an implication where that reads better."""
    return make.either(*equal, *literals)
