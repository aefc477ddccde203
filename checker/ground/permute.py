"""Renaming two elements of a sort: in values, in whole states."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, Value, position, sort_key, values
from checker.model.model import Model


@lru_cache(maxsize=4096)
def mentions(type: Type, sort: Sort) -> bool:
    """Whether values of `type` may hold elements of `sort`."""
    match type:
        case Sort():
            return type == sort
        case Option(of) | SetOf(of) | SeqOf(of, _) | BagOf(of, _):
            return mentions(of, sort)
        case MapOf(key, value):
            return mentions(key, sort) or mentions(value, sort)
        case Record(_, fields):
            return any(mentions(of, sort) for _, of in fields)
    return False


def permuted(type: Type, value: Value, sort: Sort, i: int, j: int) -> Value:
    """The value with elements i and j of the sort renamed into each other."""
    if not mentions(type, sort):
        return value
    match type:
        case Sort():
            return j if value == i else i if value == j else value
        case Option(of):
            return None if value is None else permuted(of, value, sort, i, j)
        case SetOf(of):
            return frozenset(permuted(of, v, sort, i, j) for v in value)
        case SeqOf(of, _):
            return tuple(permuted(of, v, sort, i, j) for v in value)
        case BagOf(of, _):
            return tuple(sorted((permuted(of, v, sort, i, j) for v in value), key=sort_key))
        case Record(_, fields):
            return tuple(permuted(of, v, sort, i, j) for (_, of), v in zip(fields, value, strict=True))
        case MapOf(key, of):
            there = position(key)
            entries = [permuted(of, v, sort, i, j) for v in value]
            return tuple(entries[there[permuted(key, k, sort, i, j)]] for k in values(key))
    raise TypeError(type)


def renamed(model: Model, state: tuple[Value, ...], sort: Sort, i: int, j: int) -> tuple[Value, ...]:
    """The state in which i and j are renamed into each other."""
    made = list(state)
    for variable in model.variables:
        keys = list(product(*(tuple(values(t)) for t in variable.index)))
        places = {key: place for place, key in enumerate(keys)}
        for place, key in enumerate(keys):
            image = tuple(permuted(t, k, sort, i, j) for t, k in zip(variable.index, key, strict=True))
            made[variable.offset + places[image]] = permuted(variable.type, state[variable.offset + place], sort, i, j)
    return tuple(made)
