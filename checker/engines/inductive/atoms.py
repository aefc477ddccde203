"""What the search says of states: the atoms of fields, which tell any two states apart, and predicates, by number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TypeAlias

from checker.engines.inductive import predicates, sayings
from checker.engines.inductive.leaves import Atom, atoms_of, image, leaves_of
from checker.engines.inductive.sayings import Element, Names
from checker.engines.inductive.starts import parts
from checker.ground.graph import Node, Unsupported
from checker.ground.program import GroundModel
from checker.ground.run import evaluated
from checker.language.types import Sort, Type
from checker.model.expr import Apply, Expr

Saying: TypeAlias = Atom | Expr
INSIDE = ("item",)


class Atoms:
    """`all` of them; those of each field (`of_field`), in the order of `all`, come first. Of the predicates, by number, `nodes` and the fields that
    each reads: all of one of the `parts` that start independently.
    """

    def __init__(self, form: GroundModel) -> None:
        self.form = form
        self.leaves = leaves_of(form.model)
        self._places = {leaf: field for field, leaf in enumerate(self.leaves)}
        self.of_field = [atoms_of(leaf, number, *form.fields[number]) for number, leaf in enumerate(self.leaves)]
        self.all: list[Saying] = [atom for atoms in self.of_field for atom in atoms]
        self.parts = tuple(parts(form))
        self.nodes: dict[int, Node] = {}
        self.reads: dict[int, frozenset[int]] = {}
        for expr in predicates.predicates(form.model):
            try:
                node = form.predicate(expr).value
            except Unsupported:
                continue
            reads = form.graph.fields_read(node)
            if form.graph.value(node) is None and any(reads <= part.fields for part in self.parts):
                self.nodes[len(self.all)], self.reads[len(self.all)] = node, reads
                self.all.append(expr)
        self.numbers = {saying: number for number, saying in enumerate(self.all)}
        self.rough = frozenset(n for n, saying in enumerate(self.all) if isinstance(saying, Atom) and self._is_rough(saying))

    def type_of(self, number: int) -> Type:
        """The type of the part of a state that an atom of a field is about."""
        saying = self.all[number]
        assert isinstance(saying, Atom)
        return self.leaves[saying.field].type

    def parts_of(self, number: int) -> tuple[int, ...]:
        """The atoms of fields that a predicate is the conjunction of; () where it is none."""
        saying = self.all[number]
        if isinstance(saying, Atom) or not isinstance(saying, Apply) or saying.operator != "and":
            return ()
        found = tuple(self._as_said.get(part, -1) for part in saying.arguments)
        return () if -1 in found else found

    @cached_property
    def _as_said(self) -> dict[Expr, int]:
        """The atoms of fields that hold no items, by what they say."""
        plain = (n for n, saying in enumerate(self.all) if isinstance(saying, Atom) and not self.leaves[saying.field].ways)
        return {self.said(number, {}, holds=True): number for number in plain}

    def _is_rough(self, atom: Atom) -> bool:
        """Whether it is about one place of a sequence or a bag: lemmas had better do without."""
        return any(way in INSIDE for way, _ in self.leaves[atom.field].ways)

    def holds(self, number: int, fields: Sequence[int]) -> bool:
        saying = self.all[number]
        if isinstance(saying, Atom):
            return saying.holds(fields)
        return bool(evaluated(self.form.graph, fields, [self.nodes[number]])[0])

    def fields(self, true: Sequence[bool]) -> tuple[int, ...]:
        """The fields of the state in which these atoms hold."""
        found: list[int] = []
        at = 0
        for (low, _), atoms in zip(self.form.fields, self.of_field, strict=True):
            hold = [atom.value for atom, holds in zip(atoms, true[at : at + len(atoms)], strict=True) if holds]
            at += len(atoms)
            if atoms and atoms[0].test == "has":
                found.append(sum(1 << bit for bit in hold))
            else:
                found.append(max(hold, default=low))
        return tuple(found)

    def image(self, number: int, sort: Sort, i: int, j: int) -> int | None:
        """What it is when elements i and j of the sort are renamed into each other; None where that is none."""
        saying = self.all[number]
        if isinstance(saying, Atom):
            other: Saying | None = image(self.leaves, self._places, saying, sort, i, j)
        else:
            other = predicates.renamed(saying, sort, i, j)
        return None if other is None else self.numbers.get(other)

    # --- as conditions -----------------------------------------------------------------------------------------------

    def elements(self, number: int) -> list[Element]:
        """The elements of unordered sorts that it names, in order."""
        saying = self.all[number]
        if isinstance(saying, Atom):
            return list(sayings.elements(self.leaves[saying.field], saying))
        return predicates.elements_of(saying)

    def said(self, number: int, names: Names, *, holds: bool) -> Expr:
        """That it holds, or does not. Raises GaveUp for what no condition says."""
        saying = self.all[number]
        if isinstance(saying, Atom):
            return sayings.said(self.leaves[saying.field], saying, names, holds=holds)
        named = predicates.named(saying, names)
        return named if holds else sayings.negated(named)
