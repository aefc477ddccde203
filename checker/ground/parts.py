"""A state as parts: what renaming the elements of a sort moves, and where it puts other names.

A part is a field, or some bits of a set. It *belongs* to the elements in its place: those among the keys of its cell, and those that the elements of
its set hold. It may *name* an element: its value does. Renaming moves parts to the places with the new names, and replaces what names.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import groupby, product

from msgspec import Struct, field

from checker.ground.convert import nothing
from checker.ground.graph import Graph, Node
from checker.ground.permute import mentions
from checker.ground.rows import sorted_rows
from checker.ground.shapes import WORD, Shape, build, flat, select
from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, Value, cardinality, values
from checker.model.model import Model

Elements = tuple[int, ...]


class Group(Struct, kw_only=True, eq=False):
    """Parts that renaming moves to each other's places. `parts[e]` belongs to the elements e of `sorts`; of None: a place in a bag.

    A value of `base` + i names element i of `names`, where the part of `guard` for the same elements, as far as it has any, is above `above[e]`.
    """

    sorts: tuple[Sort | None, ...]
    names: Sort | None
    base: int
    guard: Group | None
    above: dict[Elements, int] = field(default_factory=dict)
    parts: dict[Elements, Node] = field(default_factory=dict)

    def there(self, graph: Graph, elements: Elements) -> Node:
        """Whether the part is more than what stands where there is no value."""
        if self.guard is None:
            return graph.const(1)
        return graph.lt(graph.const(self.above[elements]), self.guard.parts[elements[: len(self.guard.sorts)]])


class _Place(Struct, frozen=True, kw_only=True):
    """Where the walk is: `key` tells groups apart."""

    key: Hashable
    sorts: tuple[Sort | None, ...] = ()
    elements: Elements = ()
    guard: Group | None = None
    above: int = 0

    def inside(self, key: Hashable, held: tuple[tuple[Sort | None, int], ...] = ()) -> _Place:
        sorts, elements = tuple(s for s, _ in held), tuple(e for _, e in held)
        return _Place(
            key=(self.key, key),
            sorts=self.sorts + sorts,
            elements=self.elements + elements,
            guard=self.guard,
            above=self.above,
        )

    def under(self, guard: Group, above: int) -> _Place:
        return _Place(key=self.key, sorts=self.sorts, elements=self.elements, guard=guard, above=above)


class Parts:
    """The parts of a state, with respect to renaming some sorts; `cells` makes the state of them again."""

    def __init__(self, model: Model, graph: Graph, cells: list[Shape], sorts: tuple[Sort, ...]) -> None:
        self.model = model
        self.graph = graph
        self.sorts = sorts
        self.groups: dict[Hashable, Group] = {}
        self._fields: list[list[tuple[Group, Elements, int]]] = []  # of each field its parts, with their lowest bits
        for variable in model.variables:
            for number, keys in enumerate(product(*(tuple(values(t)) for t in variable.index))):
                skeleton, held = _split(Record("", tuple(("", t) for t in variable.index)), keys, sorts)
                self._add(variable.type, cells[variable.offset + number], _Place(key=variable.name).inside(skeleton, held))

    def cells(self) -> list[Shape]:
        """The cells of the state that these parts make."""
        nodes = iter([self._field(parts) for parts in self._fields])
        types = [variable.type for variable in self.model.variables for _ in range(variable.cells)]
        return [self._in_order(type, build(type, nodes)) for type in types]

    # --- taking apart ------------------------------------------------------------------------------------------------

    def _add(self, type: Type, shape: Shape, place: _Place) -> None:
        if isinstance(shape, int):
            names = type.of if isinstance(type, Option) else type
            base = int(isinstance(type, Option))
            self._whole(shape, place, names if isinstance(names, Sort) and names in self.sorts else None, base)
            return
        match type:
            case Option(of):
                self._add(of, shape[1], place.inside("value").under(self._length(shape[0], place), 0))
            case SetOf(of):
                self._add_set(of, shape, place)
            case MapOf(key, of):
                for value, part in zip(values(key), shape, strict=True):
                    self._add(of, part, place.inside(*_split(key, value, self.sorts)))
            case Record(_, fields):
                for (name, of), part in zip(fields, shape, strict=True):
                    self._add(of, part, place.inside(name))
            case SeqOf(of, _) | BagOf(of, _):
                length = self._length(shape[0], place)
                for i, part in enumerate(shape[1:]):
                    item = place.inside("item", ((None, i),)) if isinstance(type, BagOf) else place.inside(i)
                    self._add(of, part, item.under(length, i))
            case _:
                raise TypeError(type)

    def _add_set(self, of: Type, words: tuple[Shape, ...], place: _Place) -> None:
        if not any(mentions(of, sort) for sort in self.sorts):
            for number, word in enumerate(words):
                assert isinstance(word, int)
                self._whole(word, place.inside(number), None, 0)
            return
        bits = [(number, *_split(of, value, self.sorts)) for number, value in enumerate(values(of))]
        one_by_one = cardinality(of) > WORD  # else what belongs to the same elements stays together
        for _, run in groupby(bits, key=lambda bit: bit[0] if one_by_one else bit[2]):
            (first, *_), *_ = found = list(run)
            word, shift = words[first // WORD], first % WORD
            assert isinstance(word, int)
            if shift == 0:
                self._fields.append([])
            skeletons = tuple(skeleton for _, skeleton, _ in found)
            group, elements = self._group(place.inside(skeletons, found[0][2]), None, 0)
            mask = self.graph.const((1 << len(found)) - 1)
            group.parts[elements] = self.graph.bitand(self.graph.shr(word, self.graph.const(shift)), mask)
            self._fields[-1].append((group, elements, shift))

    def _length(self, shape: Shape, place: _Place) -> Group:
        assert isinstance(shape, int)
        return self._whole(shape, place.inside("there"), None, 0)

    def _whole(self, node: Node, place: _Place, names: Sort | None, base: int) -> Group:
        group, elements = self._group(place, names, base)
        group.parts[elements] = node
        self._fields.append([(group, elements, 0)])
        return group

    def _group(self, place: _Place, names: Sort | None, base: int) -> tuple[Group, Elements]:
        group = self.groups.setdefault(place.key, Group(sorts=place.sorts, names=names, base=base, guard=place.guard))
        group.above[place.elements] = place.above
        return group, place.elements

    # --- putting together --------------------------------------------------------------------------------------------

    def _field(self, parts: list[tuple[Group, Elements, int]]) -> Node:
        graph, total = self.graph, self.graph.const(0)
        for group, elements, shift in parts:
            node = group.parts[elements]
            total = graph.bitor(total, graph.shl(node, graph.const(shift)) if shift else node) if len(parts) > 1 else node
        return total

    def _in_order(self, type: Type, shape: Shape) -> Shape:
        """The shape with the items of its bags ascending again."""
        if isinstance(shape, int) or not any(mentions(type, sort) for sort in self.sorts):
            return shape
        match type:
            case Option(of):
                return (shape[0], self._in_order(of, shape[1]))
            case MapOf(_, of):
                return tuple(self._in_order(of, part) for part in shape)
            case Record(_, fields):
                return tuple(self._in_order(of, part) for (_, of), part in zip(fields, shape, strict=True))
            case SeqOf(of, _):
                return (shape[0], *(self._in_order(of, part) for part in shape[1:]))
            case BagOf(of, _):
                return (shape[0], *self._ascending(of, shape[0], [self._in_order(of, part) for part in shape[1:]]))
        return shape

    def _ascending(self, of: Type, length: Shape, items: list[Shape]) -> list[Shape]:
        """Items in the order of their nodes; free places stay at the end, and as they are."""
        graph = self.graph
        assert isinstance(length, int)
        free = [graph.le(length, graph.const(place)) for place in range(len(items))]
        columns = [list(column) for column in zip(*(flat(item) for item in items), strict=True)]
        columns, _ = sorted_rows(graph, [free, *columns], keys=1 + len(columns))
        rows = [build(of, iter(row)) for row in zip(*columns[1:], strict=True)]
        none = nothing(graph, of)
        return [select(graph, gone, none, row) for gone, row in zip(free, rows, strict=True)]


def _split(type: Type, value: Value, sorts: tuple[Sort, ...]) -> tuple[Hashable, tuple[tuple[Sort, int], ...]]:
    """What a value says, and the elements of the sorts that it holds, in order."""
    if not any(mentions(type, sort) for sort in sorts):
        return value, ()
    match type:
        case Sort():
            return "", ((type, value),)
        case Option(of):
            if value is None:
                return None, ()
            skeleton, held = _split(of, value, sorts)
            return ("some", skeleton), held
        case Record(_, fields):
            pairs = [_split(of, part, sorts) for (_, of), part in zip(fields, value, strict=True)]
        case SeqOf(of, _):
            pairs = [_split(of, part, sorts) for part in value]
        case _:
            raise TypeError(type)
    return tuple(skeleton for skeleton, _ in pairs), tuple(held for _, inside in pairs for held in inside)


def tellable(type: Type, sort: Sort) -> bool:
    """Whether a value of the type, as a key or in a set, holds elements of the sort one by one: not in a set, bag or map."""
    match type:
        case SetOf() | BagOf() | MapOf():
            return not mentions(type, sort)
        case Option(of) | SeqOf(of, _):
            return tellable(of, sort)
        case Record(_, fields):
            return all(tellable(of, sort) for _, of in fields)
    return True


def inner_keys(type: Type) -> Iterator[Type]:
    """The types of keys of maps and of elements of sets inside a type."""
    match type:
        case Option(of) | SeqOf(of, _) | BagOf(of, _):
            yield from inner_keys(of)
        case SetOf(of):
            yield of
        case MapOf(key, of):
            yield key
            yield from inner_keys(of)
        case Record(_, fields):
            for _, of in fields:
                yield from inner_keys(of)
