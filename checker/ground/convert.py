"""A value of one type as a value of another that holds it: numbers of other bounds, options of plain values, longer sequences."""

from __future__ import annotations

from checker.elaborate.make import hull
from checker.ground.graph import Graph, Node, Unsupported
from checker.ground.shapes import WORD, Shape, build, constant, decode, first, flat, is_scalar, select, words
from checker.language.types import (
    BagOf,
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
    position,
    values,
)


def nothing(graph: Graph, type: Type) -> Shape:
    """What stands where there is no value."""
    return build(type, (graph.const(number) for number in first(type)))


def common(a: Type, b: Type) -> Type:
    """A type that holds the values of both."""
    return a if a == b else hull(a, b)


def convert(graph: Graph, shape: Shape, own: Type, wanted: Type) -> Shape:
    """The shape of the same value in `wanted`. A value that `wanted` does not hold gives anything: see `fits`."""
    if own is wanted or own == wanted:
        return shape
    match own, wanted:
        case Int(), Int():
            return shape
        case Option(a), Option(b):
            return _option(graph, shape, own, a, wanted, b)
        case _, Option(b):
            inner = convert(graph, shape, own, b)
            if is_scalar(wanted):
                return graph.add(rank(graph, b, inner), graph.const(1))
            return (graph.const(1), inner)
        case SetOf(a), SetOf(b):
            return _set(graph, shape, own, a, wanted, b)
        case (SeqOf(a, n), SeqOf(b, m)) | (BagOf(a, n), BagOf(b, m)):
            assert isinstance(shape, tuple)
            items = [convert(graph, item, a, b) for item in shape[1 : 1 + min(n, m)]]
            items += [nothing(graph, b)] * (m - len(items))
            if n and a != b:
                items = _padded(graph, shape[0], items, b)
            return (shape[0], *items)
        case MapOf(_, a), MapOf(_, b):
            assert isinstance(shape, tuple)
            return tuple(convert(graph, item, a, b) for item in shape)
        case Record(_, f), Record(_, g):
            assert isinstance(shape, tuple)
            return tuple(convert(graph, item, a, b) for item, (_, a), (_, b) in zip(shape, f, g, strict=True))
    if isinstance(own, Enum | Sort) and type(own) is type(wanted):
        return shape
    raise Unsupported(f"a {own} where a {wanted} is wanted")


def _option(graph: Graph, shape: Shape, own: Option, a: Type, wanted: Option, b: Type) -> Shape:
    if is_scalar(own) and is_scalar(wanted):
        assert isinstance(shape, int)
        if isinstance(a, Int) and isinstance(b, Int):
            moved = graph.add(shape, graph.const(a.low - b.low))
            return graph.select(graph.eq(shape, graph.const(0)), graph.const(0), moved)
        return shape
    if is_scalar(own) != is_scalar(wanted):
        raise Unsupported(f"a {own} where a {wanted} is wanted")
    assert isinstance(shape, tuple)
    assert isinstance(shape[0], int)
    return (shape[0], select(graph, shape[0], convert(graph, shape[1], a, b), nothing(graph, b)))


def _set(graph: Graph, shape: Shape, own: SetOf, a: Type, wanted: SetOf, b: Type) -> Shape:
    assert isinstance(shape, tuple)
    if cardinality(a) == 0:
        return nothing(graph, wanted)
    if not (isinstance(a, Int) and isinstance(b, Int)) or len(words(own)) > 1 or len(words(wanted)) > 1:
        return _set_by_element(graph, shape, a, wanted, b)
    (pattern,) = shape
    assert isinstance(pattern, int)
    keep = [i for i in range(cardinality(a)) if b.low <= a.low + i <= b.high]
    kept = graph.bitand(pattern, graph.const(sum(1 << i for i in keep)))
    by = a.low - b.low
    return (graph.shl(kept, graph.const(by)) if by > 0 else graph.shr(kept, graph.const(-by)),)


def _set_by_element(graph: Graph, shape: Shape, a: Type, wanted: SetOf, b: Type) -> Shape:
    result = nothing(graph, wanted)
    there = {value: i for i, value in enumerate(values(b))}
    for i, value in enumerate(values(a)):
        if value in there:
            one = constant(graph, wanted, frozenset({value}))
            both = union(graph, result, one)
            result = select(graph, bit(graph, shape, graph.const(i)), both, result)
    return result


def union(graph: Graph, a: Shape, b: Shape) -> Shape:
    assert isinstance(a, tuple)
    assert isinstance(b, tuple)
    return tuple(graph.bitor(x, y) for x, y in zip(a, b, strict=True))  # type: ignore[arg-type]


def bit(graph: Graph, pattern: Shape, place: Node) -> Node:
    """Bit number `place` of a set."""
    assert isinstance(pattern, tuple)
    result = graph.const(0)
    for i, word in enumerate(pattern):
        assert isinstance(word, int)
        start, known = i * WORD, graph.value(place)
        if known is not None:
            if start <= known < start + WORD:
                return graph.bitand(graph.shr(word, graph.const(known - start)), graph.const(1))
            continue
        if len(pattern) == 1:
            return graph.bitand(graph.shr(word, place), graph.const(1))
        here = graph.both(graph.le(graph.const(start), place), graph.lt(place, graph.const(start + WORD)))
        inside = graph.max(graph.min(graph.sub(place, graph.const(start)), graph.const(WORD - 1)), graph.const(0))
        result = graph.select(here, graph.bitand(graph.shr(word, inside), graph.const(1)), result)
    return result


def _padded(graph: Graph, length: Shape, items: list[Shape], of: Type) -> list[Shape]:
    """Unused items as nothing: a conversion may have moved them."""
    assert isinstance(length, int)
    none = nothing(graph, of)
    return [select(graph, graph.lt(graph.const(i), length), item, none) for i, item in enumerate(items)]


def rank(graph: Graph, type: Type, shape: Shape) -> Node:
    """The place of a value in its type."""
    if is_scalar(type):
        assert isinstance(shape, int)
        return graph.sub(shape, graph.const(type.low)) if isinstance(type, Int) else shape
    if isinstance(type, Record):
        assert isinstance(shape, tuple)
        result = graph.const(0)
        for (_, of), part in zip(type.fields, shape, strict=True):
            result = graph.add(graph.mul(result, graph.const(cardinality(of))), rank(graph, of, part))
        return result
    if all(graph.value(node) is not None for node in list(flat(shape))):
        value = decode(type, iter([graph.value(node) or 0 for node in list(flat(shape))]))
        return graph.const(position(type)[value])
    raise Unsupported(f"a {type} as a key or an element that is not known beforehand")


def fits(graph: Graph, shape: Shape, own: Type, wanted: Type) -> Node:
    """Whether the value is one of `wanted`."""
    true = graph.const(1)
    match own, wanted:
        case Int(), Int(low, high):
            assert isinstance(shape, int)
            return graph.both(graph.le(graph.const(low), shape), graph.le(shape, graph.const(high)))
        case Option(a), Option(b):
            if a == b:
                return true
            if is_scalar(own):
                assert isinstance(shape, int)
                absent = graph.eq(shape, graph.const(0))
                value = graph.add(shape, graph.const(a.low - 1)) if isinstance(a, Int) else shape
                return graph.either(absent, fits(graph, value, a, b))
            assert isinstance(shape, tuple)
            assert isinstance(shape[0], int)
            return graph.either(graph.negate(shape[0]), fits(graph, shape[1], a, b))
        case _, Option(b):
            return fits(graph, shape, own, b)
        case SetOf(a), SetOf(b):
            there = set(values(b))
            result = true
            for i, value in enumerate(values(a)):
                if value not in there:
                    result = graph.both(result, graph.negate(bit(graph, shape, graph.const(i))))
            return result
        case (SeqOf(a, _), SeqOf(b, m)) | (BagOf(a, _), BagOf(b, m)):
            assert isinstance(shape, tuple)
            assert isinstance(shape[0], int)
            result = graph.le(shape[0], graph.const(m))
            if a == b:
                return result
            for i, item in enumerate(shape[1:]):
                unused = graph.le(shape[0], graph.const(i))
                result = graph.both(result, graph.either(unused, fits(graph, item, a, b)))
            return result
        case MapOf(_, a), MapOf(_, b):
            assert isinstance(shape, tuple)
            result = true
            for item in shape:
                result = graph.both(result, fits(graph, item, a, b))
            return result
        case Record(_, f), Record(_, g):
            assert isinstance(shape, tuple)
            result = true
            for item, (_, a), (_, b) in zip(shape, f, g, strict=True):
                result = graph.both(result, fits(graph, item, a, b))
            return result
    return true
