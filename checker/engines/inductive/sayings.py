"""Atoms as conditions of the model: `status[t] == claimed`, `w in votes`, `m is in flight`.

Elements of sorts stand in them as constants, or as the locals that a clause quantifies over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from checker.elaborate import make
from checker.engines.inductive.events import GaveUp
from checker.engines.inductive.leaves import Atom, Leaf, Way
from checker.ground.shapes import at_place
from checker.language.types import BagOf, Bool, Enum, Int, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, Value, values
from checker.model.expr import Apply, Const, Expr, Local, Read

Element: TypeAlias = tuple[Sort, int]
Names: TypeAlias = Mapping[Element, Local]
OPPOSITES = {"eq": "ne", "ne": "eq", "ge": "lt", "lt": "ge"}


def said(leaf: Leaf, atom: Atom, names: Names, *, holds: bool = True) -> Expr:
    """The condition that the atom holds (or does not). Raises GaveUp for what no condition says: the order of the messages in a bag."""
    there, part, type = _part(leaf, names)
    test = _test(leaf, type, atom, part, names)
    low_when_absent = atom.test == "is" and atom.value == 0 and leaf.type != Bool() and not isinstance(leaf.type, Int)
    if there and low_when_absent:
        test = make.either(make.negate(make.both(*there)), test)
    elif there:
        test = make.both(*there, test)
    return test if holds else negated(test)


def said_in(leaf: Leaf, numbers: Sequence[int], names: Names) -> Expr:
    """The condition that a field, of an enum, is one of these numbers (not all that it may be)."""
    there, part, type = _part(leaf, names)
    assert isinstance(type, Enum)
    others = [number for number in range(len(type.members)) if number not in numbers]
    few, negative = (others, True) if len(others) < len(numbers) else (list(numbers), False)
    if len(few) == 1:
        test = make.compare("ne" if negative else "eq", part, Const(few[0], type))
    else:
        test = make.apply("in_set", (part, Const(frozenset(few), SetOf(type))), Bool())
        test = make.negate(test) if negative else test
    if not there:
        return test
    return make.either(make.negate(make.both(*there)), test) if 0 in numbers else make.both(*there, test)


def negated(test: Expr) -> Expr:
    """The opposite, without a `not` where that can be."""
    if isinstance(test, Apply) and test.operator in OPPOSITES:
        return make.apply(OPPOSITES[test.operator], test.arguments, Bool())
    return make.negate(test)


def elements(leaf: Leaf, atom: Atom) -> tuple[Element, ...]:
    """The elements of unordered sorts that the atom names, in order."""
    found: list[Element] = []
    for type, key in zip(leaf.variable.index, leaf.keys, strict=True):
        gather(type, key, found)
    type = leaf.variable.type
    for way in leaf.ways:
        if isinstance(type, MapOf):
            gather(type.key, way[1], found)
        type = _inside(type, way)
    if leaf.kind == "scalar" and atom.test == "is":
        gather(leaf.type, at_place(leaf.type, atom.value), found)
    elif leaf.kind == "word" and isinstance(leaf.type, SetOf):
        gather(leaf.type.of, _element(leaf, leaf.type, atom), found)
    return tuple(dict.fromkeys(found))


def gather(type: Type, value: Value, found: list[Element]) -> None:
    """Add the elements of unordered sorts in a value."""
    match type:
        case Sort(ordered=False, single=False):
            found.append((type, value))
        case Option(of) if value is not None:
            gather(of, value, found)
        case Record(_, fields):
            for (_, of), item in zip(fields, value, strict=True):
                gather(of, item, found)
        case SetOf(of) | SeqOf(of, _) | BagOf(of, _):
            for item in sorted(value) if isinstance(type, SetOf) else value:
                gather(of, item, found)
        case MapOf(key, of):
            for own, item in zip(values(key), value, strict=True):
                gather(key, own, found)
                gather(of, item, found)


# --- parts of cells ------------------------------------------------------------------------------------------------------


def _part(leaf: Leaf, names: Names) -> tuple[list[Expr], Expr, Type]:
    """On what it hangs that the part is there; the part; its type."""
    variable = leaf.variable
    keys = tuple(value_of(type, key, names) for type, key in zip(variable.index, leaf.keys, strict=True))
    part: Expr = Read(variable, keys)
    there: list[Expr] = []
    for way in leaf.ways:
        type, which = part.type, way[1]
        match type:
            case Option(of):
                there.append(make.compare("ne", part, Const(None, type)))
                part = make.apply("unwrap", (part,), of)
            case MapOf(key, of):
                part = make.apply("get", (part, value_of(key, which, names)), of)
            case Record(_, fields):
                part = make.apply("field", (part, make.number(which)), fields[which][1])
            case SeqOf(of, most):
                there.append(make.compare("gt", make.apply("size", (part,), Int(0, most)), make.number(which)))
                part = make.apply("item", (part, make.number(which)), of)
            case _:
                raise GaveUp(f"a lemma hangs on the order in which `{variable.name}` keeps its messages")
    return there, part, part.type


def _inside(type: Type, way: Way) -> Type:
    match type:
        case Option(of) | MapOf(_, of) | SeqOf(of, _) | BagOf(of, _):
            return of
        case Record(_, fields):
            return fields[way[1]][1]
    raise TypeError(type)


def _test(leaf: Leaf, type: Type, atom: Atom, part: Expr, names: Names) -> Expr:
    match leaf.kind:
        case "present":
            return make.compare("ne", part, Const(None, type))
        case "length":
            assert isinstance(type, SeqOf | BagOf)
            return make.compare("ge", make.apply("size", (part,), Int(0, type.max)), make.number(atom.value))
        case "word":
            assert isinstance(type, SetOf)
            element = value_of(type.of, _element(leaf, type, atom), names)
            return make.apply("in_set", (element, part), Bool())
    if atom.test == "from":
        return make.compare("ge", part, make.number(atom.value))
    if type == Bool():
        return part
    return make.compare("eq", part, value_of(type, at_place(type, atom.value), names))


def _element(leaf: Leaf, type: SetOf, atom: Atom) -> Value:
    return tuple(values(type.of))[leaf.start + atom.value]


def value_of(type: Type, value: Value, names: Names) -> Expr:
    """A value as an expression, with the names of elements in place of the elements."""
    match type:
        case Sort():
            return names.get((type, value), Const(value, type))
        case Option(of) if value is not None:
            return value_of(of, value, names)
        case Record(_, fields):
            parts = [value_of(of, item, names) for (_, of), item in zip(fields, value, strict=True)]
            return Const(value, type) if all(isinstance(p, Const) for p in parts) else make.apply("record", parts, type)
        case SetOf(of) | SeqOf(of, _):
            items = [value_of(of, item, names) for item in (sorted(value) if isinstance(type, SetOf) else value)]
            if not all(isinstance(item, Const) for item in items):
                return make.apply("set" if isinstance(type, SetOf) else "seq", items, type)
    return Const(value, type)
