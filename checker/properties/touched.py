"""Which cells an evaluation reads, exactly where that can be known: for sentences about who read what.

Nothing here decides a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from checker.elaborate.build import ASIDE
from checker.language.types import Type, Value
from checker.model.expr import Apply, Expr, Local, Quantifier, Read
from checker.model.model import Assert, Assign, Body, Guard, If, Let, Step, While
from checker.properties.predicates import State
from checker.properties.run import Taken
from checker.semantics.domains import elements
from checker.semantics.evaluate import address, evaluator
from checker.semantics.failure import EvaluationError
from checker.semantics.registers import OLD, Registers, expression_registers, locals_of, new_registers, step_registers

_COMBINATIONS = 256  # of a quantifier that are looked at


class Reader:
    """Collects the cells that expressions read in `state`, with the registers that are known."""

    def __init__(self, state: State, registers: Registers, known: set[int]) -> None:
        self.state, self.registers, self.known = state, registers, known
        self.cells: list[int] = []

    def _value(self, expr: Expr) -> Value:
        """The value; raises LookupError where it is not known."""
        if any(local.number not in self.known for local in _free(expr)):
            raise LookupError
        try:
            return evaluator(expr)(self.state, self.registers)
        except EvaluationError:
            raise LookupError from None

    def read(self, expr: Expr) -> None:
        """Note what evaluating `expr` reads; `and`, `or`, `implies` and `if` stop as they do in the evaluation."""
        match expr:
            case Read():
                for index in expr.indices:
                    self.read(index)
                self._cell(expr)
            case Apply(operator="and" | "or" | "implies"):
                self._stopping(expr)
            case Apply(operator="if"):
                self.read(expr.arguments[0])
                self._branch(expr.arguments)
            case Apply():
                for argument in expr.arguments:
                    self.read(argument)
            case Quantifier():
                self._quantifier(expr)

    def _cell(self, expr: Read) -> None:
        try:
            for index in expr.indices:
                self._value(index)
            self.cells.append(address(expr.variable, expr.indices).evaluator()(self.state, self.registers))
        except (LookupError, EvaluationError):
            return

    def _stopping(self, expr: Apply) -> None:
        stops = expr.operator == "or"
        for argument in expr.arguments:
            self.read(argument)
            try:
                if bool(self._value(argument)) is stops:
                    return
            except LookupError:
                return

    def _branch(self, arguments: tuple[Expr, ...]) -> None:
        try:
            self.read(arguments[1] if self._value(arguments[0]) else arguments[2])
        except LookupError:
            return

    def _quantifier(self, expr: Quantifier) -> None:
        for domain in expr.domains:
            if not isinstance(domain, Type):
                self.read(domain)
        for _ in islice(self.bindings(expr), _COMBINATIONS):
            self.read(expr.body)

    def bindings(self, expr: Quantifier) -> Iterator[None]:
        """Sets the registers of `expr` to each combination of its domains in turn; nothing where a domain is not known."""
        numbers = [local.number for local in expr.locals]
        try:
            yield from self._bind(expr, numbers, 0)
        except LookupError:
            return
        finally:
            self.known.difference_update(numbers)

    def _bind(self, expr: Quantifier, numbers: list[int], place: int) -> Iterator[None]:
        if place == len(numbers):
            yield None
            return
        domain = expr.domains[place]
        if not isinstance(domain, Type):
            self._value(domain)
        for value in elements(domain, evaluator)(self.state, self.registers):
            self.registers[numbers[place]] = value
            self.known.add(numbers[place])
            yield from self._bind(expr, numbers, place + 1)

    # --- statements ----------------------------------------------------------------------------------------------

    def let(self, local: Local, value: Expr) -> None:
        if local.name != ASIDE:
            self.read(value)
        try:
            self.registers[local.number] = self._value(value)
            self.known.add(local.number)
        except LookupError:
            self.known.discard(local.number)

    def run(self, body: Body) -> None:
        """Note what the statements read; every branch whose condition is not known is left out."""
        for statement in body:
            match statement:
                case Let():
                    self.let(statement.local, statement.value)
                case Assign():
                    for expr in (*statement.indices, statement.value):
                        self.read(expr)
                case If():
                    self.read(statement.condition)
                    self._taken_branch(statement)
                case Assert() | While():
                    self.read(statement.condition)
                case _:
                    pass

    def _taken_branch(self, statement: If) -> None:
        try:
            self.run(statement.then if self._value(statement.condition) else statement.orelse)
        except LookupError:
            return


def _free(expr: Expr) -> Iterable[Local]:
    """The locals of `expr` that it does not bind itself."""
    match expr:
        case Quantifier():
            bound = {local.number for local in expr.locals}
            inner = [*locals_of(expr.body), *(local for domain in expr.domains for local in locals_of(domain))]
            return [local for local in inner if local.number not in bound]
        case Apply():
            return [local for argument in expr.arguments for local in _free(argument)]
        case Read():
            return [local for index in expr.indices for local in _free(index)]
    return list(locals_of(expr))


def predicate_reader(expr: Expr, state: State, before: State | None = None) -> Reader:
    """A reader for a closed predicate (with the state before, for `old`)."""
    registers = new_registers(expression_registers(expr))
    registers[OLD] = before
    return Reader(state, registers, set())


def step_reads(taken: Taken) -> set[int]:
    """The cells that a step read: its guards and what its code looks at, as far as that is known."""
    step: Step = taken.step
    registers, known = new_registers(step_registers(step)), set[int]()
    bound = [*step.parameters] if step.agent is None else [step.agent, *step.parameters]
    values = taken.transition.values if step.agent is None else (taken.transition.agent, *taken.transition.values)
    for local, value in zip(bound, values, strict=True):
        registers[local.number] = value
        known.add(local.number)
    reader = Reader(taken.before, registers, known)
    for item in step.prelude:
        match item:
            case Guard():
                reader.read(item.condition)
            case Let() if item.local.number not in {local.number for local in bound}:
                reader.let(item.local, item.value)
            case _:
                pass
    reader.run(step.body)
    return set(reader.cells)
