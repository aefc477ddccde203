"""Finite types and their values.

A value is a plain, hashable Python object: `bool`; `int` for numbers, enum members and elements of sorts (their index);
`None` or the bare value for an option; `frozenset` for a set; a tuple for a map (in the order of the keys), a sequence and a
record (in the order of the fields); a tuple sorted by `sort_key` for a bag. Every type lists its values in one fixed order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, product
from math import comb
from typing import Any, TypeAlias, final

from msgspec import Struct

Value: TypeAlias = Any


class Type(Struct, frozen=True):
    """A finite type."""


@final
class Bool(Type, frozen=True):
    def __str__(self) -> str:
        return "bool"


@final
class Int(Type, frozen=True):
    """Whole numbers from `low` to `high`, both included."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"


@final
class Enum(Type, frozen=True):
    name: str
    members: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


@final
class Sort(Type, frozen=True):
    """Ids or agents: `size` elements, compared with `==` only unless `ordered`. `single`: a role of one agent, named by the role."""

    name: str
    size: int
    ordered: bool = False
    role: bool = False
    single: bool = False

    def __str__(self) -> str:
        return self.name


@final
class Option(Type, frozen=True):
    of: Type

    def __str__(self) -> str:
        return f"{self.of}?"


@final
class SetOf(Type, frozen=True):
    of: Type

    def __str__(self) -> str:
        return f"set[{self.of}]"


@final
class MapOf(Type, frozen=True):
    key: Type
    value: Type

    def __str__(self) -> str:
        return f"map[{self.key}, {self.value}]"


@final
class SeqOf(Type, frozen=True):
    of: Type
    max: int

    def __str__(self) -> str:
        return f"seq[{self.of}, max {self.max}]"


@final
class Record(Type, frozen=True):
    name: str
    fields: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        return self.name

    def position(self, field: str) -> int:
        """The place of `field` in a value. Raises KeyError."""
        for i, (name, _) in enumerate(self.fields):
            if name == field:
                return i
        raise KeyError(field)

    def field(self, field: str) -> Type:
        return self.fields[self.position(field)][1]


@final
class BagOf(Type, frozen=True):
    """A bag of at most `max` values: the content of an unordered channel."""

    of: Type
    max: int

    def __str__(self) -> str:
        return f"bag[{self.of}, max {self.max}]"


@lru_cache(maxsize=4096)
def cardinality(type: Type) -> int:
    """How many values `type` has."""
    match type:
        case Bool():
            return 2
        case Int(low, high):
            return max(0, high - low + 1)
        case Enum(_, members):
            return len(members)
        case Sort():
            return type.size
        case Option(of):
            return cardinality(of) + 1
        case SetOf(of):
            return 1 << min(cardinality(of), 4096)
        case MapOf(key, value):
            n, k = cardinality(value), cardinality(key)
            return 1 << 4096 if n > 1 and k > 4096 else n**k
        case SeqOf(of, most):
            n = cardinality(of)
            return sum(n**k for k in range(most + 1))
        case Record(_, fields):
            total = 1
            for _, t in fields:
                total *= cardinality(t)
            return total
        case BagOf(of, most):
            return comb(cardinality(of) + most, most)
    raise TypeError(type)


def values(type: Type) -> Iterator[Value]:
    """Every value of `type`, in its fixed order. Can be very many: ask `cardinality` first."""
    match type:
        case Bool():
            yield from (False, True)
        case Int(low, high):
            yield from range(low, high + 1)
        case Enum(_, members):
            yield from range(len(members))
        case Sort():
            yield from range(type.size)
        case Option(of):
            yield None
            yield from values(of)
        case SetOf(of):
            items = list(values(of))
            for k in range(len(items) + 1):
                yield from (frozenset(c) for c in combinations(items, k))
        case MapOf(key, value):
            yield from product(list(values(value)), repeat=cardinality(key))
        case SeqOf(of, most):
            items = list(values(of))
            for k in range(most + 1):
                yield from product(items, repeat=k)
        case Record(_, fields):
            yield from product(*(list(values(t)) for _, t in fields))
        case BagOf(of, most):
            raise TypeError("bags are never enumerated")


def contains(type: Type, value: Value) -> bool:
    """Whether `value`, of the right shape, is within the bounds of `type`."""
    match type:
        case Bool():
            return True
        case Int(low, high):
            return bool(low <= value <= high)
        case Enum(_, members):
            return bool(0 <= value < len(members))
        case Sort():
            return bool(0 <= value < type.size)
        case Option(of):
            return value is None or contains(of, value)
        case SetOf(of):
            return all(contains(of, v) for v in value)
        case MapOf(_, of):
            return all(contains(of, v) for v in value)
        case SeqOf(of, most) | BagOf(of, most):
            return len(value) <= most and all(contains(of, v) for v in value)
        case Record(_, fields):
            return all(contains(t, v) for (_, t), v in zip(fields, value, strict=True))
    raise TypeError(type)


def default(type: Type) -> Value:
    """The value that stands where nothing was given: `false`, `0` (or the low end), the first member, `none`, `{}`, `[]`.

    For a sort it is 0, which no element is when the sort is empty.
    """
    match type:
        case Bool():
            return False
        case Int(low, high):
            return min(max(0, low), high)
        case Enum() | Sort():
            return 0
        case Option():
            return None
        case SetOf():
            return frozenset()
        case SeqOf() | BagOf():
            return ()
        case MapOf(key, value):
            return (default(value),) * cardinality(key)
        case Record(_, fields):
            return tuple(default(t) for _, t in fields)
    raise TypeError(type)


def sort_key(value: Value) -> Any:
    """A key that orders the values of any one type."""
    if value is None:
        return ()
    if isinstance(value, frozenset):
        return (1, len(value), sorted(map(sort_key, value)))
    if isinstance(value, tuple):
        return (1, len(value), [sort_key(v) for v in value])
    return (1, value)


@lru_cache(maxsize=4096)
def position(type: Type) -> dict[Value, int]:
    """Value -> its place in `values(type)`: how a map's keys find their entries."""
    return {value: i for i, value in enumerate(values(type))}


def element(sort: Sort, index: int) -> str:
    """`Worker1`, or `Lead` for a role of one agent."""
    return sort.name if sort.single else f"{sort.name}{index}"


def elements_in(type: Type, value: Value) -> Iterator[tuple[Sort, int]]:
    """The elements of ids and roles that a value names, by their places."""
    match type:
        case Sort():
            yield type, value
        case Option(of) if value is not None:
            yield from elements_in(of, value)
        case Record(_, fields):
            for (_, of), item in zip(fields, value, strict=True):
                yield from elements_in(of, item)
        case SetOf(of) | SeqOf(of, _) | BagOf(of, _) | MapOf(_, of):
            for item in value:
                yield from elements_in(of, item)


def show(type: Type, value: Value) -> str:
    """`value` as a user would write it."""
    match type:
        case Bool():
            return "true" if value else "false"
        case Int():
            return str(value)
        case Enum(_, members):
            return members[value]
        case Sort():
            return element(type, value)
        case Option(of):
            return "none" if value is None else show(of, value)
        case SetOf(of):
            return "{" + ", ".join(show(of, v) for v in sorted(value, key=sort_key)) + "}"
        case MapOf(key, of):
            return "{" + ", ".join(f"{show(key, k)}: {show(of, v)}" for k, v in zip(values(key), value, strict=True)) + "}"
        case SeqOf(of, _):
            return "[" + ", ".join(show(of, v) for v in value) + "]"
        case BagOf(of, _):
            return "{" + ", ".join(show(of, v) for v in value) + "}"
        case Record(name, fields):
            inside = ", ".join(f"{n}: {show(t, v)}" for (n, t), v in zip(fields, value, strict=True))
            return f"{name}({inside})"
    raise TypeError(type)
