"""What each statement means where it cannot branch.

A body that has at most one outcome wherever it runs is *straight*: it is a function that changes cells and registers in place, that raises
EvaluationError where it fails, and NoOutcome where a `Require` is false. `checker.semantics.branch` says what the other bodies mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, final

from msgspec import Struct, field

from checker.language.source import Span
from checker.language.types import BagOf, MapOf, Record, SeqOf, SetOf, Type, Value
from checker.model.expr import Const
from checker.model.model import Assert, Assign, Body, Choose, Either, For, If, Let, Mark, Note, Require, Statement, While
from checker.semantics.domains import WATCHED, elements, watch
from checker.semantics.evaluate import address, evaluator
from checker.semantics.failure import EvaluationError, Failure, fail, shown
from checker.semantics.order import order_failure
from checker.semantics.registers import MARKS, NOTES, Cells, Evaluate, Registers
from checker.semantics.targets import told_of_target

Run: TypeAlias = Callable[[Cells, Registers], None]
Outcome: TypeAlias = tuple[Cells, Registers, Failure | None]
Fork: TypeAlias = Callable[[Cells, Registers], list[Outcome]]


@final
class NoOutcome(Exception):
    """A `Require` is false: what runs here has no outcome."""


@final
class Mode(Struct, frozen=True):
    """How to compile a body.

    With its notes or without; `kept`: by `id` of each `For`, the registers that its result includes; `values`: the collections that
    cells hold, by type.
    """

    notes: bool = False
    kept: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    values: dict[Type, dict[Value, Value]] = field(default_factory=dict)


def is_straight(body: Body) -> bool:
    """Whether `body` has at most one outcome wherever it runs."""
    for statement in body:
        match statement:
            case Choose() | Either():
                return False
            case If():
                if not (is_straight(statement.then) and is_straight(statement.orelse)):
                    return False
            case For() | While():
                if not is_straight(statement.body):
                    return False
            case Let() | Assign() | Require() | Assert() | Mark() | Note():
                pass
    return True


def straight(body: Body, mode: Mode) -> Run:
    """`body` as a function that runs it in place."""
    runs = [_straight(statement, mode) for statement in body if mode.notes or not isinstance(statement, Note)]
    match runs:
        case []:
            return lambda c, r: None
        case [a]:
            return a
        case [a, b]:

            def two(c: Cells, r: Registers) -> None:
                a(c, r)
                b(c, r)

            return two
        case [a, b, d]:

            def three(c: Cells, r: Registers) -> None:
                a(c, r)
                b(c, r)
                d(c, r)

            return three

    def all_of_them(c: Cells, r: Registers) -> None:
        for run in runs:
            run(c, r)

    return all_of_them


def _straight(statement: Statement, mode: Mode) -> Run:
    match statement:
        case Let():
            return _let(statement)
        case Assign():
            return _assign(statement, mode)
        case If():
            return _if(statement, mode)
        case For():
            return _for(statement, mode)
        case While():
            return _while(statement, mode)
        case Require():
            return _require(statement)
        case Assert():
            return _assert(statement)
        case Mark():
            return _mark(statement)
        case Note():
            return _note(statement)
    raise TypeError(f"{type(statement).__name__} can branch")


def _let(statement: Let) -> Run:
    number, value = statement.local.number, told_of_target(statement, evaluator(statement.value))

    def let(c: Cells, r: Registers) -> None:
        r[number] = value(c, r)

    return let


def _assign(statement: Assign, mode: Mode) -> Run:
    """The value is evaluated before the indices."""
    where = address(statement.variable, statement.indices)
    value = told_of_target(statement, evaluator(statement.value))
    base, entry, at = where.base, where.entry, where.evaluator()
    constant = statement.value.value if isinstance(statement.value, Const) else None

    def to_constant_place(c: Cells, r: Registers) -> None:
        c[base] = value(c, r)

    def constant_to_constant_place(c: Cells, r: Registers) -> None:
        c[base] = constant

    def constant_to_entry(c: Cells, r: Registers) -> None:
        c[base + r[entry]] = constant  # type: ignore[index]

    def to_entry(c: Cells, r: Registers) -> None:
        c[base + r[entry]] = value(c, r)  # type: ignore[index]

    def to_any_place(c: Cells, r: Registers) -> None:
        new = value(c, r)
        c[at(c, r)] = new

    if isinstance(statement.value, Const) and entry is not None:
        return constant_to_entry
    if isinstance(statement.value, Const) and not where.terms:
        return constant_to_constant_place
    value = _shared(statement.variable.type, value, mode)
    if not where.terms:
        return to_constant_place
    return to_any_place if entry is None else to_entry


def _shared(type: Type, value: Evaluate, mode: Mode) -> Evaluate:
    """`value`, with one object for all that are equal where they are collections: states share them, and compare faster."""
    if not isinstance(type, SetOf | MapOf | SeqOf | BagOf | Record):
        return value
    known = mode.values.setdefault(type, {})

    def shared(c: Cells, r: Registers) -> Value:
        new = value(c, r)
        return known.setdefault(new, new)

    return shared


def _if(statement: If, mode: Mode) -> Run:
    condition = evaluator(statement.condition)
    then, otherwise = straight(statement.then, mode), straight(statement.orelse, mode)

    def without_else(c: Cells, r: Registers) -> None:
        if condition(c, r):
            then(c, r)

    def with_else(c: Cells, r: Registers) -> None:
        if condition(c, r):
            then(c, r)
        else:
            otherwise(c, r)

    return with_else if statement.orelse else without_else


def _for(statement: For, mode: Mode) -> Run:
    number, domain = statement.local.number, elements(statement.domain, evaluator)
    body = straight(statement.body, mode)
    check = order_check(statement, as_fork(body), mode)

    def each(c: Cells, r: Registers) -> None:
        items = domain(c, r)
        if check is not None:
            check(items, c, r)
        for r[number] in items:
            body(c, r)

    return each


def _while(statement: While, mode: Mode) -> Run:
    condition, limit, at = evaluator(statement.condition), statement.limit, statement.at
    body = straight(statement.body, mode)

    def repeat(c: Cells, r: Registers) -> None:
        for done in range(limit):
            if not condition(c, r):
                return
            if done % WATCHED == WATCHED - 1:
                watch()
            body(c, r)
        if condition(c, r):
            raise bound(limit, at)

    return repeat


def bound(limit: int, at: Span) -> EvaluationError:
    """The error of a loop whose condition still holds after `limit` rounds."""
    return fail("bound", f"the condition of `while` still holds after {limit} rounds", at)


def _require(statement: Require) -> Run:
    condition = evaluator(statement.condition)

    def require(c: Cells, r: Registers) -> None:
        if not condition(c, r):
            raise NoOutcome

    return require


def _assert(statement: Assert) -> Run:
    condition, kind, text, at = evaluator(statement.condition), statement.kind, statement.text, statement.at

    def check(c: Cells, r: Registers) -> None:
        if not condition(c, r):
            raise fail(kind, text, at)

    return check


def _mark(statement: Mark) -> Run:
    mark = statement.mark
    condition = None if statement.condition is None else evaluator(statement.condition)

    def record(c: Cells, r: Registers) -> None:
        if mark not in r[MARKS] and (condition is None or condition(c, r)):
            r[MARKS] = (*r[MARKS], mark)

    return record


def _note(statement: Note) -> Run:
    agent = None if statement.agent is None else (statement.agent.type, evaluator(statement.agent))
    values = [(expr.type, evaluator(expr)) for expr in statement.values]

    def told(type: Type, evaluate: Evaluate, c: Cells, r: Registers) -> str:
        try:
            return shown(type, evaluate(c, r))
        except EvaluationError:  # a note never fails a step
            return "?"

    def note(c: Cells, r: Registers) -> None:
        inside = ", ".join(told(type, evaluate, c, r) for type, evaluate in values)
        other = None if agent is None else told(*agent, c, r)
        r[NOTES] = (*r[NOTES], (statement, other, f"{statement.text}({inside})" if values else statement.text))

    return note


def as_fork(run: Run) -> Fork:
    """A straight body as one that can branch."""

    def one(c: Cells, r: Registers) -> list[Outcome]:
        try:
            run(c, r)
        except EvaluationError as error:
            return [(c, r, error.failure)]
        except NoOutcome:
            return []
        return [(c, r, None)]

    return one


def order_check(statement: For, body: Fork, mode: Mode) -> Callable[[Sequence[Value], Cells, Registers], None] | None:
    """A function that raises EvaluationError where the result of the loop depends on the order; None where that is known not to be."""
    if statement.independent:
        return None
    kept = mode.kept.get(id(statement), ())

    def check(items: Sequence[Value], c: Cells, r: Registers) -> None:
        if len(items) > 1:
            failure = order_failure(statement, items, body, c, r, kept)
            if failure is not None:
                raise EvaluationError(failure)

    return check
