"""Values of which not all is known: elements without a name, cells that no step has looked at, sets that are known in part.

A step of a team of any size is run on a few elements, each a symbol, different ones for different elements. What is not known is decided when it
is asked for, one way after another (`Choices`): so all that a step can do in any state is gone through, with no state in hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any, TypeAlias, TypeVar, final

from msgspec import Struct

from checker.language.types import (
    BagOf,
    Bool,
    Enum,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    cardinality,
    sort_key,
    values,
)

MOST_VALUES = 20  # of a type whose values are told apart

Abstract: TypeAlias = Any  # a plain value, or one of the classes below
T = TypeVar("T")


class Pruned(Exception):
    """What runs here does not exist: a guard is false, or the step fails, which ends the run."""


class Refused(Exception):
    """No bound can be found this way; the text says why, with its place."""


@final
class Element(Struct, frozen=True):
    """An element of a sort, different from those with other numbers."""

    sort: str
    number: int


@final
class Unknown(Struct, frozen=True):
    """Any value."""


UNKNOWN = Unknown()


@final
class Open:
    """An element of a sort, or none where it is `optional`, not decided yet: not one of `excluded` (None among them: not none)."""

    __slots__ = ("excluded", "known", "optional", "sort", "value")

    def __init__(self, sort: str, *, optional: bool) -> None:
        self.sort, self.optional = sort, optional
        self.excluded: set[Element | None] = set() if optional else {None}
        self.known = False
        self.value: Element | None = None

    def settle(self, value: Element | None) -> Element | None:
        self.known, self.value = True, value
        return value


@final
class Members(Struct, frozen=True):
    """A set of elements: `base` (None: the empty set) with what was put in and taken out since."""

    base: object
    changed: tuple[tuple[Element, bool], ...] = ()

    def having(self, element: Element, there: bool) -> Members:
        kept = tuple(pair for pair in self.changed if pair[0] != element)
        return Members(self.base, (*kept, (element, there)))


@final
class Cell(Struct, frozen=True):
    """A cell of a variable, by the values of its indices, after so many assignments to the variable."""

    variable: str
    indices: tuple[Abstract, ...]
    version: int

    def is_surely(self, other: Cell) -> bool:
        """What is not known is the same only where it is the same object."""
        return (self.variable, self.version) == (other.variable, other.version) and all(
            a is b or (not isinstance(a, Unknown | Open) and a == b) for a, b in zip(self.indices, other.indices, strict=True)
        )


@final
class Several(Struct, frozen=True):
    """A sequence or bag, of which only is known how many entries were put in and taken out since it was read from a cell."""

    cell: Cell
    added: int = 0
    removed: int = 0


@final
class Choices:
    """Goes through all ways to decide, by running again from the start: `more` says whether there is another way."""

    def __init__(self) -> None:
        self._made: list[tuple[int, int]] = []
        self._place = 0

    def pick(self, options: Sequence[T]) -> T:
        """One of the options. Raises Pruned where there is none."""
        if not options:
            raise Pruned
        if self._place == len(self._made):
            self._made.append((0, len(options)))
        chosen, of = self._made[self._place]
        assert of == len(options), "the same options each time"
        self._place += 1
        return options[chosen]

    def more(self) -> bool:
        self._made = self._made[: self._place]
        self._place = 0
        while self._made:
            chosen, of = self._made.pop()
            if chosen + 1 < of:
                self._made.append((chosen + 1, of))
                return True
        return False


def many(type: Type) -> bool:
    """Whether a type is a sort of any number of elements: all but the roles of one agent."""
    return isinstance(type, Sort) and not type.single


def is_plain(type: Type) -> bool:
    """Whether no element of such a sort is in its values."""
    match type:
        case Sort():
            return not many(type)
        case Bool() | Int() | Enum():
            return True
        case Option(of) | SetOf(of) | SeqOf(of, _) | BagOf(of, _):
            return is_plain(of)
        case MapOf(key, of):
            return is_plain(key) and is_plain(of)
        case Record(_, fields):
            return all(is_plain(of) for _, of in fields)
    return False


def is_small(type: Type) -> bool:
    """Whether its values are told apart."""
    return is_plain(type) and cardinality(type) <= MOST_VALUES


def all_values(type: Type) -> list[Any]:
    """The values of a small type."""
    if isinstance(type, BagOf):
        items = sorted(values(type.of), key=sort_key)
        return [bag for count in range(type.max + 1) for bag in combinations_with_replacement(items, count)]
    return list(values(type))


def sort_of(type: Type) -> Sort | None:
    """The sort of an element, or of one that may be none."""
    bare = type.of if isinstance(type, Option) else type
    return bare if isinstance(bare, Sort) and many(bare) else None
