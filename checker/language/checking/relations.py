"""How types relate: what fits where, what two types have in common, what arithmetic gives."""

from __future__ import annotations

from collections.abc import Iterable

from checker.language.types import (
    Enum,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
)


def option(type: Type) -> Option:
    """`type?`; an option stays as it is, for options do not nest."""
    return type if isinstance(type, Option) else Option(type)


def bare(type: Type) -> Type:
    """`type` without its `?`."""
    return type.of if isinstance(type, Option) else type


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of `given` may stand where `wanted` is asked for. Bounds of numbers and sequences are left to the run."""
    if given == wanted:
        return True
    match wanted:
        case Option(of):
            return fits(bare(given), of)
        case Int():
            return isinstance(given, Int)
        case SetOf(of):
            return isinstance(given, SetOf) and fits(given.of, of)
        case SeqOf(of, _):
            return isinstance(given, SeqOf) and fits(given.of, of)
        case MapOf(key, value):
            return isinstance(given, MapOf) and given.key == key and fits(given.value, value)
    return False


def fits_or_spreads(given: Type, wanted: Type) -> bool:
    """Like `fits`; a plain value also fits a map: every key has it."""
    if fits(given, wanted):
        return True
    return isinstance(wanted, MapOf) and fits_or_spreads(given, wanted.value)


def outside(given: Type, wanted: Type) -> bool:
    """Whether no value of `given`, which fits, is within the bounds of `wanted`."""
    if isinstance(wanted, MapOf) and not isinstance(given, MapOf):
        return outside(given, wanted.value)
    given, wanted = bare(given), bare(wanted)
    return isinstance(given, Int) and isinstance(wanted, Int) and (given.high < wanted.low or given.low > wanted.high)


def join(a: Type, b: Type) -> Type | None:
    """The narrowest type that both fit, or None."""
    if a == b:
        return a
    if isinstance(a, Option) or isinstance(b, Option):
        inner = join(bare(a), bare(b))
        return None if inner is None else option(inner)
    match a, b:
        case Int(), Int():
            return Int(min(a.low, b.low), max(a.high, b.high))
        case SetOf(), SetOf():
            inner = join(a.of, b.of)
            return None if inner is None else SetOf(inner)
        case SeqOf(), SeqOf():
            inner = join(a.of, b.of)
            return None if inner is None else SeqOf(inner, max(a.max, b.max))
        case MapOf(), MapOf() if a.key == b.key:
            inner = join(a.value, b.value)
            return None if inner is None else MapOf(a.key, inner)
    return None


def join_all(types: Iterable[Type]) -> Type | None:
    """The narrowest type that all of `types`, at least one, fit, or None."""
    result: Type | None = None
    for i, type in enumerate(types):
        result = type if i == 0 else join(result, type) if result is not None else None
    return result


def ordered(type: Type) -> bool:
    """Whether the elements of `type` have a next and a previous one."""
    return isinstance(type, Enum) or (isinstance(type, Sort) and type.ordered)


def comparable(type: Type) -> bool:
    """Whether `<` is defined on `type`."""
    return isinstance(type, Int) or ordered(type)


def agent_sort(type: Type | None) -> Sort | None:
    """`type` when its values are agents."""
    return type if isinstance(type, Sort) and type.role else None


def set_wanted(hint: Type | None) -> SetOf | None:
    """The set type in a wanted type: itself, under `?`, or the value that a map would spread."""
    while isinstance(hint, (Option, MapOf)):
        hint = hint.of if isinstance(hint, Option) else hint.value
    return hint if isinstance(hint, SetOf) else None


def seq_wanted(hint: Type | None) -> SeqOf | None:
    while isinstance(hint, (Option, MapOf)):
        hint = hint.of if isinstance(hint, Option) else hint.value
    return hint if isinstance(hint, SeqOf) else None


def plain_wanted(hint: Type | None) -> Type | None:
    """What a plain value should be: the wanted type without `?`, of a map the value that every key would have."""
    while isinstance(hint, (Option, MapOf)):
        hint = hint.of if isinstance(hint, Option) else hint.value
    return hint


# --- interval arithmetic ---------------------------------------------------------------------------------------


def add(a: Int, b: Int) -> Int:
    return Int(a.low + b.low, a.high + b.high)


def subtract(a: Int, b: Int) -> Int:
    return Int(a.low - b.high, a.high - b.low)


def multiply(a: Int, b: Int) -> Int:
    return _hull(x * y for x in (a.low, a.high) for y in (b.low, b.high))


def _divisors(b: Int) -> list[int]:
    """The ends of the divisors in `b` other than 0: quotients are monotone between them."""
    ends = {b.low, b.high} | ({-1} if b.low <= -1 <= b.high else set()) | ({1} if b.low <= 1 <= b.high else set())
    return sorted(ends - {0})


def divide(a: Int, b: Int) -> Int:
    """`a // b`, rounded down; of a division by nothing but 0, `a`."""
    divisors = _divisors(b)
    return _hull(x // y for x in (a.low, a.high) for y in divisors) if divisors else a


def remainder(a: Int, b: Int) -> Int:
    """`a % b`: it has the sign of `b`."""
    if a.low == a.high and b.low == b.high != 0:
        return Int(a.low % b.low, a.low % b.low)
    high = max(0, b.high - 1)
    if a.low >= 0 and b.low >= 0:
        high = min(high, a.high)
    return Int(min(0, b.low + 1), high)


def negate(a: Int) -> Int:
    return Int(-a.high, -a.low)


def total(body: Int, least: int, most: int) -> Int:
    """The sum of between `least` and `most` values of `body`."""
    return _hull(n * x for n in (least, most) for x in (body.low, body.high))


def _hull(numbers: Iterable[int]) -> Int:
    found = list(numbers)
    return Int(min(found), max(found))


def record_field(type: Type | None, name: str) -> Type | None:
    """The type of field `name` when `type` is a record that has it."""
    if isinstance(type, Record):
        return dict(type.fields).get(name)
    return None
