"""Which instance of a predicate's quantifiers makes it false (or true): `t = Task0, w = Worker1`."""

from __future__ import annotations

from msgspec import Struct

from checker.language.types import Type, Value, show
from checker.model.expr import Apply, Expr, Quantifier
from checker.properties.predicates import State
from checker.properties.touched import Reader, predicate_reader
from checker.semantics.evaluate import evaluator
from checker.semantics.failure import EvaluationError


class Instance(Struct, frozen=True, kw_only=True):
    """`bindings`: names and shown values, outermost first. `cells`: what the rest of the predicate reads there, in order."""

    bindings: tuple[tuple[str, str], ...]
    cells: tuple[int, ...]

    @property
    def text(self) -> str:
        """`t = Task0, w = Worker1`, or ""."""
        return ", ".join(f"{name} = {value}" for name, value in self.bindings)


def find_instance(expr: Expr, wanted: bool, state: State, before: State | None = None) -> Instance:
    """The first instance that makes `expr` as `wanted` in `state`; the whole predicate where no single instance does."""
    reader = predicate_reader(expr, state, before)
    bindings: list[tuple[str, str]] = []
    _descend(reader, expr, wanted, bindings)
    return Instance(bindings=tuple(bindings), cells=tuple(dict.fromkeys(reader.cells)))


def _descend(reader: Reader, expr: Expr, wanted: bool, bindings: list[tuple[str, str]]) -> None:
    """Go to the part that decides, and read there."""
    match expr:
        case Quantifier(kind="all") if not wanted:
            _one_of(reader, expr, wanted, bindings)
        case Quantifier(kind="any") if wanted:
            _one_of(reader, expr, wanted, bindings)
        case Apply(operator="not"):
            _descend(reader, expr.arguments[0], not wanted, bindings)
        case Apply(operator="implies") if not wanted:
            # both sides matter: the left one holds and the right one does not
            _descend(reader, expr.arguments[0], True, bindings)
            _descend(reader, expr.arguments[1], False, bindings)
        case Apply(operator="and") if not wanted:
            _first(reader, expr, False, bindings)
        case Apply(operator="or") if wanted:
            _first(reader, expr, True, bindings)
        case Apply(operator="and" | "or"):
            for argument in expr.arguments:
                _descend(reader, argument, wanted, bindings)
        case _:
            reader.read(expr)


def _first(reader: Reader, expr: Apply, value: bool, bindings: list[tuple[str, str]]) -> None:
    for argument in expr.arguments:
        if _truth(reader, argument) is value:
            _descend(reader, argument, value, bindings)
            return
    reader.read(expr)


def _one_of(reader: Reader, expr: Quantifier, wanted: bool, bindings: list[tuple[str, str]]) -> None:
    values: dict[int, Value] = {}
    for _ in reader.bindings(expr):
        if _truth(reader, expr.body) is wanted:
            values = {local.number: reader.registers[local.number] for local in expr.locals}
            break
    if not values:
        reader.read(expr)
        return
    for local, domain in zip(expr.locals, expr.domains, strict=True):
        if not isinstance(domain, Type):  # that the element is in there matters too
            reader.read(domain)
        reader.registers[local.number] = values[local.number]
        reader.known.add(local.number)
        bindings.append((local.name, show(local.type, values[local.number])))
    _descend(reader, expr.body, wanted, bindings)


def _truth(reader: Reader, expr: Expr) -> bool | None:
    try:
        return bool(evaluator(expr)(reader.state, reader.registers))
    except EvaluationError:
        return None
