"""Clauses that hold with all their images under renaming, as lemmas: quantified conditions of the model.

The elements of unordered sorts that a clause names become variables, distinct from each other: at its size the lemma says what the clause
and its images say. Where a clause treats all elements of a sort alike, or all but a few, it may be meant as "some element", for teams of other
sizes: this reading is given too (A. Goel, K. Sakallah, On symmetry and quantification, NFM 2021).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, count

from msgspec.structs import replace

from checker.elaborate import make
from checker.engines.inductive.atoms import Atoms
from checker.engines.inductive.leaves import Atom
from checker.engines.inductive.orbits import Cube, Orbit
from checker.engines.inductive.sayings import Element, Names, said_in
from checker.engines.inductive.system import System
from checker.language.types import Bool, Enum, Sort, Type
from checker.model.expr import Apply, Expr, Local, Quantifier, Read

LETTERS = "uvwxyz"
MOST_GROUPS = 60  # of clauses that say something of some element
MOST_LEFT = 2  # values of a field that make a lemma each


class Sayer:
    """Turns cubes of a system into lemmas. `sorts`: whose elements may be renamed into each other."""

    def __init__(self, system: System, sorts: Iterable[Sort]) -> None:
        self.system = system
        self.sorts = frozenset(sorts)

    def universal(self, cube: Cube) -> Expr:
        """That the state is in none of the cube and its images."""
        cube = plainer(self.system.atoms, cube)
        named = self._named(cube)
        names = _names(named)
        return _for_all(names, self._literals(cube, names))

    def of_one(self, cube: Cube) -> Expr:
        """That the state is not in the cube."""
        return numbered(make.either(*self._literals(plainer(self.system.atoms, cube), {})))

    def readings(self, cube: Cube) -> Iterator[Expr]:
        """The lemmas that the cube may stand for, that of this size first."""
        cube = plainer(self.system.atoms, cube)
        for one in (cube, *split(self.system.atoms, cube)):
            yield self.universal(one)
            for sort in sorted(self.sorts, key=lambda sort: sort.name):
                for alike in self._alike(one, sort):
                    yield self._some(one, sort, alike)

    def some(self, orbits: Iterable[Orbit]) -> Iterator[Expr]:
        """What clauses say together of "some element": (A(u) or A(v)) and (A(u) or B(v)) and (B(u) or B(v)) is that some element has A and B."""
        for sort in sorted(self.sorts, key=lambda sort: sort.name):
            groups: dict[Cube, set[Cube]] = {}
            for cube in (plainer(self.system.atoms, cube) for orbit in orbits for cube in orbit.cubes):
                found = self._by_element(cube, sort)
                if found is not None:
                    rest, parts = found
                    groups.setdefault(rest, set()).update(parts)
            for rest, together in list(groups.items())[:MOST_GROUPS]:
                yield self._some_with(rest, sort, sorted(together, key=sorted))

    def _by_element(self, cube: Cube, sort: Sort) -> tuple[Cube, list[Cube]] | None:
        """What the cube says without the sort, and what it says of each of its elements, said of the first; None where it says nothing of one of
        them, or something of two at once.
        """
        own: dict[int, set[int]] = {i: set() for i in range(sort.size)}
        rest = set[int]()
        for literal in cube:
            named = [i for of, i in self._elements(literal) if of == sort]
            if len(named) > 1:
                return None
            (own[named[0]] if named else rest).add(literal)
        if not all(own.values()):
            return None
        of_first = [self._moved(literals, sort, i) for i, literals in own.items()]
        return None if None in of_first else (frozenset(rest), [part for part in of_first if part is not None])

    def _moved(self, literals: Iterable[int], sort: Sort, i: int) -> Cube | None:
        """What is said of element i, said of the first."""
        found = set[int]()
        for literal in literals:
            number = abs(literal) - 1
            image = number if i == 0 else self.system.atoms.image(number, sort, 0, i)
            if image is None:
                return None
            found.add(image + 1 if literal > 0 else -image - 1)
        return frozenset(found)

    def _some_with(self, rest: Cube, sort: Sort, parts: Sequence[Cube]) -> Expr:
        names = _names(self._named(rest.union(*parts)))
        some = names.pop((sort, 0))
        everything = {**names, (sort, 0): some}
        body = make.both(*(make.either(*self._literals(part, everything)) for part in parts))
        return _for_all(names, [*self._literals(rest, names), Quantifier("any", (some,), (sort,), body, Bool())])

    # --- parts of a cube ---------------------------------------------------------------------------------------------

    def _named(self, cube: Iterable[int]) -> list[Element]:
        """The elements that the cube names, in a fixed order."""
        found = {element for literal in cube for element in self._elements(literal)}
        return sorted(found, key=lambda element: (element[0].name, element[1]))

    def _elements(self, literal: int) -> list[Element]:
        return [element for element in self.system.atoms.elements(abs(literal) - 1) if element[0] in self.sorts]

    def _literals(self, cube: Iterable[int], names: Names) -> list[Expr]:
        """What the clause says: that one of these holds. What the cube has comes first, as if it were a premise."""
        atoms, found, merged = self.system.atoms, list[Expr](), set[int]()
        for literal in sorted(cube, key=lambda n: (n < 0, abs(n))):
            atom = atoms.all[abs(literal) - 1]
            if literal < 0 and isinstance(atom, Atom) and isinstance(atoms.leaves[atom.field].type, Enum) and atom.test == "is":
                if atom.field not in merged:
                    merged.add(atom.field)
                    excluded = {atoms.all[-n - 1] for n in cube if n < 0}
                    numbers = [other.value for other in atoms.of_field[atom.field] if other in excluded]
                    found.append(said_in(atoms.leaves[atom.field], numbers, names))
            else:
                found.append(atoms.said(abs(literal) - 1, names, holds=literal < 0))
        return found

    def _pattern(self, literal: int, sort: Sort, i: int) -> object:
        """What a literal says of an element."""
        return self.system.atoms.said(abs(literal) - 1, {(sort, i): Local(-1, "it", sort)}, holds=literal < 0)

    # --- some --------------------------------------------------------------------------------------------------------

    def _alike(self, cube: Cube, sort: Sort) -> Iterator[tuple[int, ...]]:
        """Elements of the sort that the cube says the same of, where they and the others that it names are all there are."""
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
                if all(says[i] == says[some[0]] for i in some) and (size > 1 or sort.size <= 2):
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


def plainer(atoms: Atoms, cube: Cube) -> Cube:
    """The same states in fewer words: without predicates whose parts say it, and what a field is where it is all but one value not."""
    found = set(cube)
    for literal in sorted(cube, key=abs):
        parts = [part + 1 for part in atoms.parts_of(abs(literal) - 1)]
        if parts and literal > 0:
            found = found - {literal} | set(parts)
        elif parts and sum(part in found for part in parts) == len(parts) - 1:
            found = found - {literal} | {-part for part in parts if part not in found}
    for not_these, left in _excluded(atoms, found):
        if len(left) == 1:
            found = found - not_these | {left[0]}
    return frozenset(found)


def split(atoms: Atoms, cube: Cube) -> list[Cube]:
    """Cubes that make up the cube: one for each value of a field that it leaves a few."""
    for not_these, left in _excluded(atoms, cube):
        if len(left) <= MOST_LEFT and not isinstance(atoms.type_of(left[0] - 1), Enum):
            return [part for value in left for part in _each(atoms, cube - not_these | {value})]
    return []


def _each(atoms: Atoms, cube: Cube) -> list[Cube]:
    return split(atoms, cube) or [cube]


def _excluded(atoms: Atoms, cube: Iterable[int]) -> Iterator[tuple[set[int], list[int]]]:
    """Of each field that has none of several values: the literals that say so, and those of the values that are left."""
    by_field: dict[int, set[int]] = {}
    for literal in cube:
        atom = atoms.all[abs(literal) - 1]
        if literal < 0 and isinstance(atom, Atom) and atom.test == "is" and len(atoms.of_field[atom.field]) > 1:
            by_field.setdefault(atom.field, set()).add(literal)
    for field, literals in sorted(by_field.items()):
        values = [atoms.numbers[atom] + 1 for atom in atoms.of_field[field]]
        yield literals, [value for value in values if -value not in literals]


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
    return numbered(_quantified(names, literals))


def _quantified(names: Names, literals: Sequence[Expr]) -> Expr:
    locals = list(names.values())
    equal = [make.compare("eq", a, b) for a, b in combinations(locals, 2) if a.type == b.type]
    body = make.either(*equal, *literals)
    if not locals:
        return body
    return Quantifier("all", tuple(locals), tuple(local.type for local in locals), body, Bool())


def numbered(expr: Expr) -> Expr:
    """With registers in the order in which they are bound: what says the same in the same words is equal."""
    return _numbered(expr, {}, count())


def _numbered(expr: Expr, scope: Mapping[int, Local], numbers: Iterator[int]) -> Expr:
    match expr:
        case Local():
            return scope[expr.number]
        case Read():
            return replace(expr, indices=tuple(_numbered(index, scope, numbers) for index in expr.indices))
        case Apply():
            return replace(expr, arguments=tuple(_numbered(argument, scope, numbers) for argument in expr.arguments))
        case Quantifier():
            inner, locals, domains = dict(scope), list[Local](), list[Type | Expr]()
            for local, domain in zip(expr.locals, expr.domains, strict=True):
                domains.append(domain if isinstance(domain, Type) else _numbered(domain, inner, numbers))
                inner[local.number] = replace(local, number=next(numbers))
                locals.append(inner[local.number])
            return replace(expr, locals=tuple(locals), domains=tuple(domains), body=_numbered(expr.body, inner, numbers))
    return expr
