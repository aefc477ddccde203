"""The elements of a domain, in order: of a type, or of the value of an expression for a set, sequence or bag.

The elements of a set are in the order of `sort_key`; a sequence or bag gives its distinct elements, in that order too.
A type with many values calls the watcher now and then while they are gone through: a search looks at its limits there, which it could
not do otherwise within one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TypeAlias, final

from checker.language.types import BagOf, Bool, Enum, Int, SeqOf, SetOf, Sort, Type, Value, sort_key, values
from checker.model.expr import Expr
from checker.semantics.registers import Cells, Evaluate, Registers

Elements: TypeAlias = Callable[[Cells, Registers], Sequence[Value]]
WATCHED = 64  # values between two calls of the watcher

_watcher: ContextVar[Callable[[], None] | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(by: Callable[[], None]) -> Iterator[None]:
    """Within it, `by` is called now and then in steps that take long; what it raises ends them."""
    token = _watcher.set(by)
    try:
        yield
    finally:
        _watcher.reset(token)


def watch() -> None:
    """Calls the watcher, where there is one."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher()


@final
class _Many(tuple[Value, ...]):
    """Values that call the watcher as they are gone through."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Value]:
        for place, value in enumerate(super().__iter__()):
            if place % WATCHED == 0:
                watch()
            yield value


@lru_cache(maxsize=1024)
def values_of(type: Type) -> tuple[Value, ...]:
    """Every value of `type`, in order."""
    found = tuple(values(type))
    return found if len(found) < WATCHED else _Many(found)


def in_order(collection: frozenset[Value] | tuple[Value, ...]) -> tuple[Value, ...]:
    """The distinct elements of a set, sequence or bag, in the order of `sort_key`."""
    return tuple(sorted(set(collection), key=sort_key))


def element_type(type: Type) -> Type:
    """What a set, sequence or bag holds."""
    if isinstance(type, SetOf | SeqOf | BagOf):
        return type.of
    raise TypeError(f"{type} has no elements")


def constant_elements(domain: Type | Expr) -> tuple[Value, ...] | None:
    """The elements of a domain that is a type; None for an expression."""
    return values_of(domain) if isinstance(domain, Type) else None


def elements(domain: Type | Expr, evaluator: Callable[[Expr], Evaluate]) -> Elements:
    """The elements of `domain`, as a function of cells and registers."""
    if isinstance(domain, Type):
        fixed = values_of(domain)
        return lambda c, r: fixed
    collection = evaluator(domain)
    if isinstance(domain.type, SetOf) and isinstance(domain.type.of, Bool | Int | Enum | Sort):
        return lambda c, r: sorted(collection(c, r))
    known = lru_cache(maxsize=16_384)(in_order)  # of this domain alone: {true} and {1} are equal in Python
    return lambda c, r: known(collection(c, r))
