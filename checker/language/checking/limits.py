"""Limits on types, so that listing their values stays possible."""

from __future__ import annotations

from collections.abc import Callable

from checker.language import tree
from checker.language.checking.context import Context
from checker.language.checking.errors import limit_errors, value_errors
from checker.language.types import BagOf, Bool, Enum, Int, MapOf, Option, Record, SeqOf, SetOf, Sort, Type

MOST_ELEMENTS = 4096  # of a sort, of the element type of a set, of the key type of a map
MOST_LENGTH = 4096  # of a sequence
MOST_CHOICES = 65_536  # values of a type that is chosen from or bound
MOST_COMBINATIONS = 1_000_000  # of the elements that one quantifier binds
MOST_CELLS = 200_000  # of a state; of a type, the parts of a value
MOST_BOUND = 2_000_000  # that the quantifiers of all expressions settled before the run bind, one after another
MOST_ROUNDS = 65_536  # of a `while ... at most`
MOST_ACTIVITIES = 256  # of a role
MOST_NUMBER = 2**31 - 1
ENDLESS = 10**12


def size(ctx: Context, node: tree.Expr, name: str, number: Callable[[Context, tree.Expr, str], int | None]) -> int | None:
    """The number of elements of ids or of a role."""
    found = number(ctx, node, f"the size of {name}")
    if found is None:
        return None
    if found < 0:
        ctx.report(value_errors.NegativeSize(span=node.span, what=f"the size of {name}", value=found))
        return None
    if found > MOST_ELEMENTS:
        _too_many(ctx, node, f"`{name}`", found)
        return None
    return found


def of_type(ctx: Context, node: tree.TypeExpr, type: Type) -> Type | None:
    """`type`, or None after an error when it is too large to handle."""
    match type:
        case Int(low, high) if not (low >= -MOST_NUMBER and high <= MOST_NUMBER):
            ctx.report(limit_errors.NumberTooLarge(span=node.span, most=MOST_NUMBER))
            return None
        case _ if parts(type) > MOST_CELLS:
            _report(ctx, node, f"a value of `{type}` has {_number(parts(type))} parts", MOST_CELLS, "make the type smaller")
            return None
        case SetOf(of) if count(of) > MOST_ELEMENTS:
            return _too_many(ctx, node, f"the element type of `{type}`", count(of))
        case MapOf(key, _) if count(key) > MOST_ELEMENTS:
            return _too_many(ctx, node, f"the key type of `{type}`", count(key))
        case SeqOf(_, most) if most > MOST_LENGTH:
            return _too_long(ctx, node, type)
    return type


def _too_many(ctx: Context, node: tree.Node, what: str, found: int, most: int = MOST_ELEMENTS) -> Type | None:
    _report(ctx, node, f"{what} has {_number(found)} values", most, "make the type smaller")
    return None


def _too_long(ctx: Context, node: tree.Node, type: SeqOf) -> Type | None:
    _report(ctx, node, f"`{type}` is too long", MOST_LENGTH, "give it fewer places")
    return None


def _report(ctx: Context, node: tree.Node, what: str, most: int, advice: str) -> None:
    ctx.report(limit_errors.TooManyElements(span=node.span, what=what, most=f"{most:,}", advice=advice))


def _number(found: int) -> str:
    return f"{found:,}" if found < ENDLESS else f"more than {ENDLESS:,}"


def choices(ctx: Context, node: tree.Node, type: Type | None) -> None:
    """Report a type that has too many values to try each."""
    if type is not None and count(type) > MOST_CHOICES:
        _too_many(ctx, node, f"`{type}`", count(type), MOST_CHOICES)


def combinations(ctx: Context, node: tree.Quantifier, number: int) -> None:
    """Report a quantifier over types that has too many combinations to go through each."""
    if number > MOST_COMBINATIONS:
        what = f"the names that `{node.kind}` binds have {_number(number)} combinations of values"
        _report(ctx, node, what, MOST_COMBINATIONS, "bind fewer names at once")


def rounds(ctx: Context, node: tree.Expr, number: int) -> None:
    """Report the bound of a `while ... at most` that is too large to try."""
    if number > MOST_ROUNDS:
        _report(ctx, node, f"this loop may take {_number(number)} rounds", MOST_ROUNDS, "give a smaller bound")


def activities(ctx: Context, role: str, declared: list[tree.Activity]) -> None:
    """Report a role with too many activities: whoever begins one must know of each other one that it does not run."""
    if len(declared) > MOST_ACTIVITIES:
        place = declared[MOST_ACTIVITIES]
        span = place.pattern.span if isinstance(place, tree.Handler) else place.span
        what = f"`{role}` has {len(declared):,} activities"
        ctx.report(
            limit_errors.TooManyElements(span=span, what=what, most=f"{MOST_ACTIVITIES:,}", advice="make several roles of it")
        )


def of_channel(ctx: Context, node: tree.MessageDecl, content: Type) -> None:
    """Report a persistent message of which there are too many: its channel is a set of them."""
    if count(content) > MOST_ELEMENTS:
        _too_many(ctx, node, f"the persistent message `{node.name}`", count(content))


def parts(type: Type) -> int:
    """How many plain values a value of `type` is made of: the entries of maps, the fields of records, the places of sequences."""
    match type:
        case MapOf(key, value):
            return min(ENDLESS, count(key) * parts(value))
        case Record(_, fields):
            return min(ENDLESS, sum(parts(field) for _, field in fields))
        case SeqOf(of, most):
            return min(ENDLESS, most * parts(of))
        case Option(of):
            return parts(of)
    return 1


def count(type: Type) -> int:
    """How many values `type` has, or `ENDLESS` where it has at least as many."""
    return min(ENDLESS, _count(type))


def _count(type: Type) -> int:
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
            return count(of) + 1
        case SetOf(of):
            return _power(2, count(of))
        case MapOf(key, value):
            return _power(count(value), count(key))
        case SeqOf(of, most) | BagOf(of, most):
            return _power(count(of) + 1, most)
        case Record(_, fields):
            total = 1
            for _, field in fields:
                total = min(ENDLESS, total * count(field))
            return total
    raise TypeError(type)


def _power(base: int, exponent: int) -> int:
    return ENDLESS if base > 1 and exponent > 64 else base**exponent
