"""When the values of one type are values of another, and when a value is one of a type."""

from __future__ import annotations

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
    Value,
    cardinality,
    sort_key,
)


def fits(actual: Type, wanted: Type, *, lengths: bool = True) -> bool:
    """Whether every value of `actual` is a value of `wanted`; without `lengths`, but for the length of sequences and bags."""
    match actual, wanted:
        case Option(a), Option(b):
            return fits(a, b, lengths=lengths)
        case _, Option(b):
            return fits(actual, b, lengths=lengths)
        case Int(low, high), Int(least, most):
            return least <= low and high <= most
        case SetOf(a), SetOf(b):
            return fits(a, b, lengths=lengths)
        case SeqOf(a, n), SeqOf(b, most):
            return fits(a, b, lengths=lengths) and (n <= most or not lengths)
        case BagOf(a, n), BagOf(b, most):
            return fits(a, b, lengths=lengths) and (n <= most or not lengths)
        case MapOf(k, a), MapOf(key, b):
            return k == key and fits(a, b, lengths=lengths)
        case Record(name, fields), Record(wanted_name, wanted_fields):
            return (
                name == wanted_name
                and [n for n, _ in fields] == [n for n, _ in wanted_fields]
                and all(fits(a, b, lengths=lengths) for (_, a), (_, b) in zip(fields, wanted_fields, strict=True))
            )
    return actual == wanted


def comparable(a: Type, b: Type) -> bool:
    """Whether values of the two types have one shape, so that `=` between them says something."""
    match a, b:
        case Option(x), Option(y):
            return comparable(x, y)
        case (Option(x), y) | (y, Option(x)):
            return comparable(x, y)
        case Int(), Int():
            return True
        case (SetOf(x), SetOf(y)) | (SeqOf(x), SeqOf(y)) | (BagOf(x), BagOf(y)):
            return comparable(x, y)
        case MapOf(k, x), MapOf(key, y):
            return k == key and comparable(x, y)
        case Record(name, fields), Record(other, others):
            return (
                name == other
                and [n for n, _ in fields] == [n for n, _ in others]
                and all(comparable(x, y) for (_, x), (_, y) in zip(fields, others, strict=True))
            )
    return a == b


def is_value(type: Type, value: Value) -> bool:
    """Whether `value` has the shape of `type` and is within its bounds."""
    match type:
        case Bool():
            return isinstance(value, bool)
        case Int(low, high):
            return _is_number(value) and low <= value <= high
        case Enum() | Sort():
            return _is_number(value) and 0 <= value < cardinality(type)
        case Option(of):
            return value is None or is_value(of, value)
        case SetOf(of):
            return isinstance(value, frozenset) and all(is_value(of, v) for v in value)
        case MapOf(key, of):
            return isinstance(value, tuple) and len(value) == cardinality(key) and all(is_value(of, v) for v in value)
        case SeqOf(of, most):
            return isinstance(value, tuple) and len(value) <= most and all(is_value(of, v) for v in value)
        case BagOf(of, most):
            return (
                isinstance(value, tuple)
                and len(value) <= most
                and all(is_value(of, v) for v in value)
                and list(value) == sorted(value, key=sort_key)
            )
        case Record(_, fields):
            return (
                isinstance(value, tuple)
                and len(value) == len(fields)
                and all(is_value(t, v) for (_, t), v in zip(fields, value, strict=True))
            )
    raise TypeError(type)


def _is_number(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
