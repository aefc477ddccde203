"""Predicates over every state or transition of a search, evaluated once for each different content of the cells that they read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from msgspec import Struct

from checker.language.types import Type, position
from checker.model.expr import Apply, Const, Expr, Quantifier, Read
from checker.semantics.domains import watch
from checker.semantics.evaluate import evaluator
from checker.semantics.failure import EvaluationError, Failure
from checker.semantics.registers import OLD, expression_registers, new_registers

State: TypeAlias = tuple[Any, ...]
FALSE, TRUE, NO_VALUE = 0, 1, 2
_WATCHED = 64  # evaluations between two looks at the clock
_SAMPLE = 4_096  # evaluations after which remembering must have paid


class Truths(Struct):
    """Of each state (or transition) FALSE, TRUE or NO_VALUE; `failure` is how the first one without a value failed."""

    values: bytearray
    failure: Failure | None = None

    def first(self, value: int) -> int | None:
        """The first place with `value`."""
        found = self.values.find(value)
        return None if found < 0 else found


def reads(expr: Expr) -> Iterator[Read]:
    """Every read in `expr`, those in its indices included."""
    match expr:
        case Read():
            yield expr
            for index in expr.indices:
                yield from reads(index)
        case Apply():
            for argument in expr.arguments:
                yield from reads(argument)
        case Quantifier():
            for domain in expr.domains:
                if not isinstance(domain, Type):
                    yield from reads(domain)
            yield from reads(expr.body)


def places(read: Read) -> list[int]:
    """The cells that `read` may read: one where its indices are constants, else all of its variable's that agree with those."""
    found = [0]
    for type, index in zip(read.variable.index, read.indices, strict=True):
        known = position(type)
        chosen = [known[index.value]] if isinstance(index, Const) and index.value in known else range(len(known))
        found = [before * len(known) + here for before in found for here in chosen]
    return [read.variable.offset + place for place in found]


def cells_read(expr: Expr, *, old: bool = False) -> list[int]:
    """The places in the state that `expr` may read, ascending; with `old` those that it reads as they were before the step."""
    return sorted({place for read in reads(expr) if read.old == old for place in places(read)})


def _projection(cells: list[int]) -> Callable[[Sequence[Any]], Any]:
    return itemgetter(*cells) if cells else lambda _: ()


def of_states(expr: Expr, states: Sequence[State]) -> Truths:
    """The truth of `expr` in each state."""
    project = _projection(cells_read(expr))
    return _each(expr, ((project(state), state, None) for state in states))


def of_transitions(expr: Expr, pairs: Iterable[tuple[State, State]]) -> Truths:
    """The truth of `expr` on each pair of a state and the one after it."""
    new, old = _projection(cells_read(expr)), _projection(cells_read(expr, old=True))
    return _each(expr, (((old(before), new(after)), after, before) for before, after in pairs))


def _each(expr: Expr, cases: Iterable[tuple[Any, State, State | None]]) -> Truths:
    """The truth of each case: a key that stands for what is read, the state, and the state before where there is one."""
    run, registers = evaluator(expr), new_registers(expression_registers(expr))
    known: dict[Any, int] | None = {}
    evaluated = 0
    truths = Truths(bytearray())
    add = truths.values.append
    for key, state, before in cases:
        answer = known.get(key) if known is not None else None
        if answer is None:
            evaluated += 1
            if evaluated % _WATCHED == 0:
                watch()
            registers[OLD] = before
            try:
                answer = TRUE if run(state, registers) else FALSE
            except EvaluationError as error:
                answer = NO_VALUE
                truths.failure = truths.failure or error.failure
            if known is not None:
                known[key] = answer
                if len(known) == _SAMPLE and len(truths.values) < 2 * _SAMPLE:
                    known = None  # hardly any content comes twice
        add(answer)
    return truths
