"""The candidates of a step: every combination of its prelude's domains that passes the guards, in the order of the domains.

The items of a prelude are evaluated in order, each as soon as those before it are bound: a prelude is compiled from its end, each item to a
function that goes on with the next one, the last one takes the candidate. Where an item has no value, that is one candidate, which fails,
whatever the items after it say; what they would have bound is then the first value of their domain, or else of their type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from checker.language.types import Type, Value, default
from checker.model.expr import Expr, conjuncts
from checker.model.model import Bind, Guard, Let, Prelude
from checker.semantics.domains import Elements, constant_elements, elements, watch
from checker.semantics.evaluate import entry_equals, evaluator
from checker.semantics.failure import EvaluationError, Failure
from checker.semantics.registers import Cells, Evaluate, Registers

UNWATCHED = 4096  # candidates that are gone through without a call of the watcher
SET_OF = 64  # elements that a set is taken to have there

Out: TypeAlias = Any  # what the last function collects its candidates in; passed on untouched
Take: TypeAlias = Callable[[Cells, Registers, Out], None]
Refuse: TypeAlias = Callable[[Failure, Registers, Out], None]
Binder: TypeAlias = tuple[int, Type, Elements]  # a register that an item sets, its type, and what it may be
Complete: TypeAlias = Callable[[Failure, Cells, Registers, Out], None]


def candidates(prelude: Prelude, take: Take, refuse: Refuse) -> Take:
    """A function that gives each candidate to `take`, and each that fails to `refuse`."""
    items = _split(prelude)
    then, inner = take, 1
    later: tuple[Binder, ...] = ()
    complete = _completion(later, refuse)
    for place in range(len(items) - 1, -1, -1):
        item = items[place]
        match item:
            case Guard():
                if place and isinstance(items[place - 1], Bind):
                    continue  # compiled together with the binding before it
                then = _guard(evaluator(item.condition), then, complete)
            case Let():
                value = evaluator(item.value)
                then = _let(item.local.number, value, item.local.type, then, complete)
                later = ((item.local.number, item.local.type, _just(value)), *later)
                complete = _completion(later, refuse)
            case Bind():
                if inner > UNWATCHED:
                    then, inner = _watched(then), 1
                inner *= len(constant_elements(item.domain) or ()) or SET_OF
                following = items[place + 1] if place + 1 < len(items) else None
                then = _bind(item, following.condition if isinstance(following, Guard) else None, then, complete)
                later = ((item.local.number, item.local.type, elements(item.domain, evaluator)), *later)
                complete = _completion(later, refuse)
    return then


def _watched(then: Take) -> Take:
    """`then`, which may take long, after a call of the watcher."""

    def go_on(c: Cells, r: Registers, out: Out) -> None:
        watch()
        then(c, r, out)

    return go_on


def _split(prelude: Prelude) -> list[Bind | Let | Guard]:
    """The items, with each guard that is a conjunction as several."""
    items: list[Bind | Let | Guard] = []
    for item in prelude:
        if isinstance(item, Guard):
            items.extend(Guard(condition=part) for part in conjuncts(item.condition))
        else:
            items.append(item)
    return items


def _guard(condition: Evaluate, then: Take, complete: Complete) -> Take:
    def guard(c: Cells, r: Registers, out: Out) -> None:
        try:
            holds = condition(c, r)
        except EvaluationError as error:
            complete(error.failure, c, r, out)
            return
        if holds:
            then(c, r, out)

    return guard


def _let(number: int, value: Evaluate, type: Type, then: Take, complete: Complete) -> Take:
    def let(c: Cells, r: Registers, out: Out) -> None:
        try:
            r[number] = value(c, r)
        except EvaluationError as error:
            r[number] = default(type)
            complete(error.failure, c, r, out)
            return
        then(c, r, out)

    return let


def _bind(item: Bind, where: Expr | None, then: Take, complete: Complete) -> Take:
    """A binding, together with the guard that follows it."""
    number, type = item.local.number, item.local.type
    condition = None if where is None else evaluator(where)
    fixed = constant_elements(item.domain)
    if fixed is not None:
        if condition is None:
            return _bind_fixed(number, fixed, then)
        entry = entry_equals(where, item.local)
        return (
            _bind_where(number, fixed, condition, then, complete) if entry is None else _bind_entry(number, fixed, *entry, then)
        )
    domain = elements(item.domain, evaluator)

    def bind(c: Cells, r: Registers, out: Out) -> None:
        try:
            found = domain(c, r)
        except EvaluationError as error:
            r[number] = default(type)
            complete(error.failure, c, r, out)
            return
        for value in found:
            r[number] = value
            try:
                if condition is not None and not condition(c, r):
                    continue
            except EvaluationError as error:
                complete(error.failure, c, r, out)
                continue
            then(c, r, out)

    return bind


def _bind_entry(number: int, fixed: Sequence[Value], base: int, wanted: Value, then: Take) -> Take:
    """Where the guard is that the cell at `base` plus the value is `wanted`."""

    def bind(c: Cells, r: Registers, out: Out) -> None:
        for value in fixed:
            if c[base + value] == wanted:
                r[number] = value
                then(c, r, out)

    return bind


def _bind_fixed(number: int, fixed: Sequence[Value], then: Take) -> Take:
    def bind(c: Cells, r: Registers, out: Out) -> None:
        for value in fixed:
            r[number] = value
            then(c, r, out)

    return bind


def _bind_where(number: int, fixed: Sequence[Value], condition: Evaluate, then: Take, complete: Complete) -> Take:
    def bind(c: Cells, r: Registers, out: Out) -> None:
        for value in fixed:
            r[number] = value
            try:
                if not condition(c, r):
                    continue
            except EvaluationError as error:
                complete(error.failure, c, r, out)
                continue
            then(c, r, out)

    return bind


def _completion(binders: tuple[Binder, ...], refuse: Refuse) -> Complete:
    """A function that refuses a candidate, after it has set the registers that `binders` would have set."""

    def complete(failure: Failure, c: Cells, r: Registers, out: Out) -> None:
        for number, type, domain in binders:
            try:
                found = domain(c, r)
            except (EvaluationError, LookupError):  # a lookup fails by an element that an empty type does not have
                found = ()
            r[number] = found[0] if found else default(type)
        refuse(failure, r, out)

    return complete


def _just(value: Evaluate) -> Elements:
    return lambda c, r: (value(c, r),)
