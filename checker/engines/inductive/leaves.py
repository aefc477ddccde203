"""The fields of a ground form as parts of the model's cells, and what may be said of each: `status[Task0]` is open, `votes` has Worker1.

An atom is a test of one field. The atoms of all fields tell any two states apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Literal, TypeAlias, final

from msgspec import Struct

from checker.ground.permute import mentions, permuted
from checker.ground.shapes import WORD, at_place, is_scalar, place, words
from checker.language.types import (
    BagOf,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    position,
    values,
)
from checker.model.model import Model, Variable

# How a part lies in what it is part of: the value of an option that is there, the entry of a map, the field of a record, an item
Way: TypeAlias = tuple[Literal["value", "entry", "field", "item"], Value]
Kind = Literal["scalar", "present", "length", "word"]
Test = Literal["is", "from", "has"]


@final
class Leaf(Struct, frozen=True, kw_only=True):
    """One field: a part of the cell of `variable` at `keys`. `type`: of that part, the whole set where the field is a word of it.

    `start`: the place of the first element of the word.
    """

    variable: Variable
    keys: tuple[Value, ...]
    ways: tuple[Way, ...]
    kind: Kind
    type: Type
    start: int = 0

    @property
    def may_be_absent(self) -> bool:
        """Whether it lies in an option, or in an item of a sequence or bag."""
        return any(way in ("value", "item") for way, _ in self.ways)


@final
class Atom(Struct, frozen=True, kw_only=True):
    """A test of a field: whether it `is` a number, is `from` a number upwards, or, as a set, `has` a bit."""

    field: int
    test: Test
    value: int

    def holds(self, fields: Sequence[int]) -> bool:
        number = fields[self.field]
        match self.test:
            case "is":
                return number == self.value
            case "from":
                return number >= self.value
        return bool(number >> self.value & 1)


def leaves_of(model: Model) -> list[Leaf]:
    """The leaves of a model, in the order of its fields."""
    return [
        leaf
        for variable in model.variables
        for keys in product(*(tuple(values(type)) for type in variable.index))
        for leaf in _leaves(variable, keys, variable.type, ())
    ]


def _leaves(variable: Variable, keys: tuple[Value, ...], type: Type, ways: tuple[Way, ...]) -> Iterator[Leaf]:
    def leaf(kind: Kind, of: Type, start: int = 0) -> Leaf:
        return Leaf(variable=variable, keys=keys, ways=ways, kind=kind, type=of, start=start)

    if is_scalar(type):
        yield leaf("scalar", type)
        return
    match type:
        case Option(of):
            yield leaf("present", type)
            yield from _leaves(variable, keys, of, (*ways, ("value", None)))
        case SetOf():
            yield from (leaf("word", type, number * WORD) for number in range(len(words(type))))
        case MapOf(key, of):
            for entry in values(key):
                yield from _leaves(variable, keys, of, (*ways, ("entry", entry)))
        case Record(_, fields):
            for number, (_, of) in enumerate(fields):
                yield from _leaves(variable, keys, of, (*ways, ("field", number)))
        case SeqOf(of, most) | BagOf(of, most):
            yield leaf("length", type)
            for number in range(most):
                yield from _leaves(variable, keys, of, (*ways, ("item", number)))


def atoms_of(leaf: Leaf, field: int, low: int, high: int) -> list[Atom]:
    """What may be said of a field with this interval: of numbers from where on they are, of sets their elements, of all else what it is."""
    if low == high:
        return []
    if leaf.kind == "word":
        return [Atom(field=field, test="has", value=bit) for bit in range(high.bit_length())]
    if leaf.kind == "length" or isinstance(leaf.type, Int):
        return [Atom(field=field, test="from", value=number) for number in range(low + 1, high + 1)]
    if (low, high) == (0, 1) and not isinstance(leaf.type, Sort):
        return [Atom(field=field, test="is", value=1)]
    return [Atom(field=field, test="is", value=number) for number in range(low, high + 1)]


# --- renaming ----------------------------------------------------------------------------------------------------------


def image(leaves: Sequence[Leaf], places: Mapping[Leaf, int], atom: Atom, sort: Sort, i: int, j: int) -> Atom | None:
    """What the atom of a field says when elements i and j of an unordered sort are renamed into each other; None where no atom says it: renaming may
    bring the items of a bag out of their order, and what is not there stays the first of its type. `places`: the field of each leaf.
    """
    leaf = leaves[atom.field]
    variable = leaf.variable
    keys = tuple(permuted(type, key, sort, i, j) for type, key in zip(variable.index, leaf.keys, strict=True))
    ways, type = list[Way](), variable.type
    for way, which in leaf.ways:
        if isinstance(type, BagOf) and mentions(type, sort):
            return None
        renamed, type = _way(type, way, which, sort, i, j)
        ways.append(renamed)
    value, start = atom.value, leaf.start
    if leaf.kind == "scalar" and mentions(leaf.type, sort):
        value = _number(leaf.type, permuted(leaf.type, at_place(leaf.type, atom.value), sort, i, j))
        if value != atom.value and leaf.may_be_absent:
            return None
    elif leaf.kind == "word" and isinstance(leaf.type, SetOf) and mentions(leaf.type.of, sort):
        of = leaf.type.of
        element = tuple(values(of))[leaf.start + atom.value]
        start, value = divmod(position(of)[permuted(of, element, sort, i, j)], WORD)
        start *= WORD
    there = Leaf(variable=variable, keys=keys, ways=tuple(ways), kind=leaf.kind, type=leaf.type, start=start)
    return Atom(field=places[there], test=atom.test, value=value)


def _number(type: Type, value: Value) -> int:
    """The number of a value of a scalar type, as `encode` has it."""
    if isinstance(type, Option):
        return 0 if value is None else 1 + place(type.of, value)
    return int(value)


def _way(type: Type, way: str, which: Value, sort: Sort, i: int, j: int) -> tuple[Way, Type]:
    match type:
        case MapOf(key, of):
            return ("entry", permuted(key, which, sort, i, j)), of
        case Record(_, fields):
            return ("field", which), fields[which][1]
        case SeqOf(of, _) | BagOf(of, _):
            return ("item", which), of
        case Option(of):
            return ("value", None), of
    raise TypeError(type)
