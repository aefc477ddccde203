"""The form of a potential: what is owed for a team, for each element, for each pair, as the values of their cells say.

A feature is what one cell says of some elements: its value, whether it is none, whether it is this element, whether this element is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Literal, TypeAlias, final

from msgspec import Struct

from checker.language.types import SetOf, Sort, Type, show
from checker.model.expr import Read
from checker.model.model import Bind, Guard, Let, Model, Variable
from checker.semantics.registers import expressions, in_domain
from checker.sizing.potential.sizes import Sizes
from checker.sizing.potential.values import Abstract, Element, Members, all_values, is_small, many, sort_of
from checker.sizing.potential.world import Key, World, is_counted, is_opaque, is_told_apart

How: TypeAlias = Literal["value", "none", "is", "in"]
Tuple: TypeAlias = tuple[Element, ...]
Values: TypeAlias = tuple[Abstract, ...]
MOST_COMBINATIONS = 4_000  # of the values of the features of one block


@final
class Slot(Struct, frozen=True):
    """A place in a tuple of elements."""

    number: int


@final
class Feature(Struct, frozen=True, kw_only=True):
    """What the cell of `variable` at `indices` (slots, or plain values) says; `of`: the slot of the element that it is compared with."""

    variable: Variable
    indices: tuple[Slot | Abstract, ...]
    how: How
    of: Slot | None = None

    def key(self, elements: Tuple) -> Key:
        return self.variable.name, tuple(elements[i.number] if isinstance(i, Slot) else i for i in self.indices)

    def slots(self) -> set[int]:
        found = {index.number for index in self.indices if isinstance(index, Slot)}
        return found if self.of is None else found | {self.of.number}

    def values(self) -> Sequence[Abstract]:
        """What it may be."""
        return all_values(self.variable.type) if self.how == "value" else (False, True)

    def before(self, world: World, elements: Tuple) -> Abstract:
        return self._of(world, world.read_before(self.key(elements), self.variable), elements)

    def after(self, world: World, elements: Tuple) -> Abstract:
        return self._of(world, world.read(self.key(elements), self.variable), elements)

    def _of(self, world: World, cell: Abstract, elements: Tuple) -> Abstract:
        match self.how:
            case "value":
                return cell
            case "none":
                return world.equal(cell, None)
            case "is":
                assert self.of is not None
                return world.equal(cell, elements[self.of.number])
        assert self.of is not None
        assert isinstance(cell, Members)
        return world.contains(cell, elements[self.of.number])

    def of_start(self, alike: bool) -> set[Abstract]:
        """What it may be at the start. `alike`: the cells start so at every size."""
        if not alike:
            return set(self.values())
        starts = {value for choices in self.variable.initial for value in choices}
        match self.how:
            case "value":
                return starts
            case "none":
                return {value is None for value in starts}
            case "is":
                return {False} if starts <= {None} else {False, True}
        return {False} if starts <= {frozenset()} else {True} if starts == {_whole(self.variable.type)} else {False, True}

    def told(self, values: frozenset[Abstract], names: Sequence[str]) -> str:
        """That it has one of `values`, as `Worker.work[worker] = planning`."""
        at = [
            names[i.number] if isinstance(i, Slot) else show(t, i) for i, t in zip(self.indices, self.variable.index, strict=True)
        ]
        shown = [name for name, t in zip(at, self.variable.index, strict=True) if not (isinstance(t, Sort) and t.single)]
        cell = self.variable.name + (f"[{', '.join(shown)}]" if shown else "")
        if self.how == "value":
            return self._value_told(cell, values)
        holds = True in values
        if self.how == "none":
            return f"{cell} {'=' if holds else '!='} none"
        assert self.of is not None
        other = names[self.of.number]
        return f"{cell} {'=' if holds else '!='} {other}" if self.how == "is" else f"{other} {'in' if holds else 'not in'} {cell}"

    def _value_told(self, cell: str, values: frozenset[Abstract]) -> str:
        type, every = self.variable.type, self.values()
        rest = [value for value in every if value not in values]
        if len(values) > 1 and len(rest) == 1:
            return f"{cell} != {show(type, rest[0])}"
        found = [show(type, value) for value in every if value in values]
        return f"{cell} = {found[0]}" if len(found) == 1 else f"{cell} in {{{', '.join(found)}}}"


@final
class Block(Struct, frozen=True, kw_only=True):
    """Something owed for each tuple of different elements of these sorts (none: once), by the values of the features."""

    sorts: tuple[str, ...]
    features: tuple[Feature, ...]

    @property
    def combinations(self) -> int:
        return prod(len(feature.values()) for feature in self.features)

    def changed(self, world: World, elements: Tuple) -> bool:
        return any(feature.key(elements) in world.after for feature in self.features)

    def before(self, world: World, elements: Tuple) -> Values:
        return tuple(feature.before(world, elements) for feature in self.features)

    def after(self, world: World, elements: Tuple) -> Values:
        return tuple(feature.after(world, elements) for feature in self.features)


@final
class Template(Struct, frozen=True, kw_only=True):
    blocks: tuple[Block, ...]
    entries: tuple[str, ...]  # variables each entry of which may owe something

    @property
    def pairs(self) -> bool:
        return any(len(block.sorts) == 2 for block in self.blocks)


def templates(model: Model, sizes: Sizes) -> Iterator[Template]:
    """From the simplest on: each cell by itself; each element; each with what is shared; each pair."""
    sorts = list(sizes.of)
    read = _read(model)
    variables = [v for v in model.variables if v.name in read and is_told_apart(v) and not is_counted(v) and not is_opaque(v)]
    entries = tuple(v.name for v in model.variables if is_counted(v) and _starts_empty(v, sizes))
    shared = _features(variables, ())
    alone = {sort: _features(variables, (sort,)) for sort in sorts}
    each = [((), shared), *(((sort,), own) for sort, own in alone.items())]
    yield Template(blocks=tuple(Block(sorts=of, features=(f,)) for of, own in each for f in own), entries=entries)
    single = Block(sorts=(), features=tuple(shared))
    yield Template(blocks=(single, *(Block(sorts=(s,), features=tuple(f)) for s, f in alone.items())), entries=entries)
    with_shared = (single, *(Block(sorts=(s,), features=(*f, *shared)) for s, f in alone.items()))
    if shared:
        yield Template(blocks=with_shared, entries=entries)
    pairs = list(_pairs(variables, sorts, alone, shared))
    if pairs:
        yield Template(blocks=(*with_shared, *pairs), entries=entries)


def _starts_empty(variable: Variable, sizes: Sizes) -> bool:
    return sizes.starts_alike(variable) and all(value == () for choices in variable.initial for value in choices)


def _pairs(
    variables: Sequence[Variable], sorts: Sequence[str], alone: dict[str, list[Feature]], shared: list[Feature]
) -> Iterator[Block]:
    for place, one in enumerate(sorts):
        for other in sorts[place:]:
            both = [f for f in _features(variables, (one, other)) if f.slots() == {0, 1}]
            moved = [_moved(f) for f in alone[other]]
            if both:
                yield Block(sorts=(one, other), features=(*alone[one], *moved, *both, *shared))


def _moved(feature: Feature) -> Feature:
    """Of the second element of a pair."""
    indices = tuple(Slot(1) if isinstance(index, Slot) else index for index in feature.indices)
    return Feature(variable=feature.variable, indices=indices, how=feature.how, of=None if feature.of is None else Slot(1))


def _read(model: Model) -> set[str]:
    """The variables on which it depends what a step does."""
    found: set[str] = set()
    for step in model.steps:
        exprs = [expr for statement in step.body for expr in expressions(statement)]
        for item in step.prelude:
            match item:
                case Bind():
                    exprs += in_domain(item.domain)
                case Let():
                    exprs.append(item.value)
                case Guard():
                    exprs.append(item.condition)
        found |= {read.variable.name for expr in exprs for read in reads_in(expr)}
    return found


def reads_in(expr: object) -> Iterator[Read]:
    from checker.elaborate.make import reads

    yield from reads(expr)  # type: ignore[arg-type]


def _features(variables: Sequence[Variable], sorts: tuple[str, ...]) -> list[Feature]:
    """Those of tuples of these sorts, and of no smaller ones."""
    found = [feature for variable in variables for feature in _of_variable(variable, sorts)]
    return [feature for feature in found if feature.slots() == set(range(len(sorts)))]


def _of_variable(variable: Variable, sorts: tuple[str, ...]) -> Iterator[Feature]:
    for indices in product(*(_places(type, sorts) for type in variable.index)):
        if is_small(variable.type):
            yield Feature(variable=variable, indices=indices, how="value")
            continue
        sort = sort_of(variable.type)
        if sort is not None:
            if sort is not variable.type:
                yield Feature(variable=variable, indices=indices, how="none")
            yield from (Feature(variable=variable, indices=indices, how="is", of=slot) for slot in _places(sort, sorts))
        elif isinstance(variable.type, SetOf) and many(variable.type.of):
            places = _places(variable.type.of, sorts)
            yield from (Feature(variable=variable, indices=indices, how="in", of=slot) for slot in places)


def _places(type: Type, sorts: tuple[str, ...]) -> list[Slot | Abstract]:
    if isinstance(type, Sort) and many(type):
        return [Slot(number) for number, sort in enumerate(sorts) if sort == type.name]
    return list(all_values(type))


def _whole(type: Type) -> frozenset[int]:
    assert isinstance(type, SetOf)
    assert isinstance(type.of, Sort)
    return frozenset(range(type.of.size))
