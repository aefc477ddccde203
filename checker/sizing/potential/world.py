"""What is known of a state before and after a step: the elements that it touches, and their cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, final

from msgspec import Struct

from checker.language.types import BagOf, Option, SeqOf, SetOf, Sort, Type
from checker.model.model import Variable
from checker.sizing.potential.sizes import is_size_free
from checker.sizing.potential.values import (
    UNKNOWN,
    Abstract,
    Choices,
    Element,
    Members,
    Open,
    Pruned,
    Refused,
    Unknown,
    all_values,
    is_plain,
    is_small,
    many,
    sort_of,
)

Key: TypeAlias = tuple[str, tuple[Abstract, ...]]  # the name of a variable, its indices
MOST_ELEMENTS, MOST_RULED = 12, 6  # of one step; so many of which all that is known is used
MOST_INDICES = 20  # of plain types, of one variable


@final
class Rule(Struct, frozen=True, kw_only=True):
    """What is done with every element of a sort, those too that are met later. Not `needed`: it is what is known of them, and can be left out."""

    sort: str
    run: Callable[[Element], None]
    needed: bool = True


def is_told_apart(variable: Variable) -> bool:
    """Whether its cells are kept apart: each index is an element, or one of few values."""
    return all(many(t) or (is_plain(t) and _few(t)) for t in variable.index)


def _few(type: Type) -> bool:
    return is_small(type) and len(all_values(type)) <= MOST_INDICES


def is_counted(variable: Variable) -> bool:
    """Whether only the number of its entries is known: of sequences and bags."""
    return isinstance(variable.type, SeqOf | BagOf)


def is_opaque(variable: Variable) -> bool:
    """Whether nothing is known of its values: a frame may hold a number whose range is that of one size."""
    bare = variable.type.of if isinstance(variable.type, Option) else variable.type
    return variable.kind == "frame" and not is_size_free(bare)


@final
class World:
    """Cells before the step (`before`, filled as they are asked for) and those that it has set (`after`)."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.elements: list[Element] = []
        self.before: dict[Key, Abstract] = {}
        self.after: dict[Key, Abstract] = {}
        self.members: dict[tuple[object, Element], bool] = {}
        self.rules: list[Rule] = []
        self.versions: dict[str, int] = {}  # of each variable of sequences or bags, how often it was assigned to
        self._sets = 0

    # --- elements ----------------------------------------------------------------------------------------------------

    def fresh(self, sort: str) -> Element:
        """Another element; what is done with every element of the sort is done with it."""
        element = Element(sort, len(self.elements))
        self.elements.append(element)
        if len(self.elements) > MOST_ELEMENTS:
            raise Refused(f"a step looks at more than {MOST_ELEMENTS} agents and ids")
        for rule in list(self.rules):
            if rule.sort == sort and (rule.needed or len(self.elements) <= MOST_RULED):
                rule.run(element)
        return element

    def known(self, sort: str) -> list[Element]:
        return [element for element in self.elements if element.sort == sort]

    def every(self, rule: Rule) -> None:
        """Do it with the elements that are known, and later with those that come."""
        known = self.known(rule.sort)
        self.rules.append(rule)
        for element in known:
            rule.run(element)

    def any_element(self, sort: str, excluded: set[Element | None] | frozenset[Element] = frozenset()) -> Element:
        """One that is known, or another."""
        options: list[Element | None] = [e for e in self.known(sort) if e not in excluded]
        chosen = self.choices.pick([*options, None])
        return self.fresh(sort) if chosen is None else chosen

    def any_value(self, type: Type) -> Abstract:
        """Any value of a type, decided now where it is of an element or small."""
        sort = sort_of(type)
        if sort is not None:
            return Open(sort.name, optional=type is not sort)
        if isinstance(type, SetOf) and many(type.of):
            self._sets += 1
            return Members(("any", self._sets))
        return self.choices.pick(all_values(type)) if is_small(type) else UNKNOWN

    def settled(self, value: Abstract) -> Abstract:
        """The value, decided where it is open."""
        if not isinstance(value, Open):
            return value
        if value.known:
            return value.value
        if value.optional and None not in value.excluded and self.choices.pick((False, True)):
            return value.settle(None)
        return value.settle(self.any_element(value.sort, value.excluded))

    def equal(self, value: Abstract, element: Element | None) -> bool:
        """Whether a value is this element, or none; decided where it is open."""
        if not isinstance(value, Open):
            return bool(value == element)
        if value.known:
            return value.value == element
        if element in value.excluded or (element is not None and element.sort != value.sort):
            return False
        if self.choices.pick((False, True)):
            value.settle(element)
            return True
        value.excluded.add(element)
        return False

    def contains(self, members: Members, element: Element) -> bool:
        """Whether the element is in the set; decided where that is not known."""
        for one, there in members.changed:
            if one == element:
                return there
        if members.base is None:
            return False
        key = (members.base, element)
        if key not in self.members:
            self.members[key] = self.choices.pick((False, True))
        return self.members[key]

    # --- cells -------------------------------------------------------------------------------------------------------

    def key(self, variable: Variable, indices: tuple[Abstract, ...]) -> Key | None:
        """None where the cells of the variable are not told apart."""
        if not is_told_apart(variable):
            return None
        places: list[Abstract] = []
        for type, index in zip(variable.index, indices, strict=True):
            place = self.settled(index)
            if isinstance(place, Unknown):
                assert isinstance(type, Type)
                place = self.any_element(type.name) if isinstance(type, Sort) and many(type) else self.any_value(type)
            if place is None:
                raise Pruned  # no cell has this index: the step fails
            places.append(place)
        return variable.name, tuple(places)

    def read(self, key: Key | None, variable: Variable) -> Abstract:
        if key is None:
            return UNKNOWN
        return self.after[key] if key in self.after else self.read_before(key, variable)

    def read_before(self, key: Key, variable: Variable) -> Abstract:
        if key not in self.before:
            self.before[key] = self._any_of_cell(key, variable)
        return self.before[key]

    def _any_of_cell(self, key: Key, variable: Variable) -> Abstract:
        if is_opaque(variable):
            return UNKNOWN
        if isinstance(variable.type, SetOf) and many(variable.type.of):
            return Members(key)
        return self.any_value(variable.type)

    def assign(self, key: Key | None, variable: Variable, value: Abstract) -> None:
        if key is None:
            return
        self.read_before(key, variable)
        if isinstance(value, Unknown) and not is_opaque(variable):
            value = self.any_value(variable.type)
        self.after[key] = value
