"""Expressions, compiled once to closures of `(cells, registers)`.

`checker.semantics.operators` and `checker.semantics.quantifiers` say what each operator and quantifier means; here are the
other nodes, and faster closures for the shapes that guards are mostly made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

from msgspec import Struct

from checker.language.types import Bool, Enum, Int, Sort, Type, Value, cardinality, position
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Variable
from checker.semantics.failure import fail, shown
from checker.semantics.operators import BUILDERS
from checker.semantics.quantifiers import quantifier
from checker.semantics.registers import OLD, Cells, Evaluate, Registers


def evaluator(expr: Expr) -> Evaluate:
    """`expr` as a function of cells and registers. The function raises EvaluationError where `expr` has no value."""
    match expr:
        case Const(value):
            return lambda c, r: value
        case Local(number):
            return lambda c, r: r[number]
        case Read():
            return _read(expr)
        case Apply():
            return _comparison(expr) or BUILDERS[expr.operator](expr, tuple(map(evaluator, _arguments(expr))))
        case Quantifier():
            return quantifier(expr, evaluator)


def _arguments(node: Apply) -> Iterator[Expr]:
    """The arguments; of `and` in `and`, and of `or` in `or`, those of both."""
    for argument in node.arguments:
        if node.operator in ("and", "or") and isinstance(argument, Apply) and argument.operator == node.operator:
            yield from _arguments(argument)
        else:
            yield argument


# --- cells -------------------------------------------------------------------------------------------------


@final
class Address(Struct, frozen=True):
    """A cell: `base`, plus for each index that is not a constant its place times the stride.

    `registers`, where every such index is a register whose value is its place: their numbers, with the strides.
    """

    base: int
    terms: tuple[tuple[Evaluate, int], ...]
    registers: tuple[tuple[int, int], ...] | None

    @property
    def entry(self) -> int | None:
        """The register that, added to `base`, is the cell; None for other cells."""
        if self.registers is not None and len(self.registers) == 1 and self.registers[0][1] == 1:
            return self.registers[0][0]
        return None

    def evaluator(self) -> Evaluate:
        """The place of the cell in the state."""
        base, terms = self.base, self.terms
        match self.registers:
            case ():
                return lambda c, r: base
            case ((i, m),):
                return lambda c, r: base + r[i] * m
            case ((i, m), (j, n)):
                return lambda c, r: base + r[i] * m + r[j] * n
        match terms:
            case ((a, m),):
                return lambda c, r: base + a(c, r) * m
            case ((a, m), (b, n)):
                return lambda c, r: base + a(c, r) * m + b(c, r) * n
        return lambda c, r: base + sum(place(c, r) * stride for place, stride in terms)

    def reader(self) -> Evaluate:
        """The value of the cell."""
        base, entry, at = self.base, self.entry, self.evaluator()
        if not self.terms:
            return lambda c, r: c[base]
        if entry is not None:
            return lambda c, r: c[base + r[entry]]
        if self.registers is not None and len(self.registers) == 2:
            (i, m), (j, n) = self.registers
            return lambda c, r: c[base + r[i] * m + r[j] * n]
        return lambda c, r: c[at(c, r)]


def address(variable: Variable, indices: tuple[Expr, ...]) -> Address:
    """The cell of `variable` at `indices`."""
    base, stride = variable.offset, 1
    terms: list[tuple[Evaluate, int]] = []
    registers: list[tuple[int, int]] = []
    for type, index in zip(reversed(variable.index), reversed(indices), strict=True):
        if isinstance(index, Const) and index.value in position(type):
            base += position(type)[index.value] * stride
        else:
            low, place = _place(type, index)
            base -= low * stride
            terms.append((place, stride))
            if isinstance(index, Local) and _is_place(type, index.type):
                registers.append((index.number, stride))
        stride *= cardinality(type)
    terms.reverse()
    registers.reverse()
    return Address(base, tuple(terms), tuple(registers) if len(registers) == len(terms) else None)


def _is_place(type: Type, of: Type) -> bool:
    """Whether every value of type `of` is its own place in `type`, but for a constant."""
    if isinstance(type, Int):
        return isinstance(of, Int) and type.low <= of.low and of.high <= type.high
    return (type is of or type == of) and isinstance(type, Bool | Enum | Sort)


def _place(type: Type, index: Expr) -> tuple[int, Evaluate]:
    """A constant, and a function whose value less the constant is the place of `index` among the values of `type`."""
    value = evaluator(index)
    if _is_place(type, index.type):
        return (type.low if isinstance(type, Int) else 0), value
    places, of = position(type), index.type
    at = index.at if isinstance(index, Apply | Quantifier) else None

    def looked_up(c: Cells, r: Registers) -> int:
        key = value(c, r)
        found = places.get(key)
        if found is None:
            raise fail("key", f"{shown(of, key)} is not in {type}", at)
        return found

    return 0, looked_up


def _read(node: Read) -> Evaluate:
    where = address(node.variable, node.indices)
    if node.old:
        at = where.evaluator()
        return lambda c, r: r[OLD][at(c, r)]
    return where.reader()


# --- comparisons of a cell or a register with a constant, or with another ----------------------------------------


def _comparison(node: Apply) -> Evaluate | None:
    """A faster closure for `eq` and `ne` of simple operands, and for a constant in a cell that is a set; or None."""
    if len(node.arguments) != 2:
        return None
    left, right = node.arguments
    if node.operator in ("eq", "ne"):
        if isinstance(left, Const):
            left, right = right, left
        if isinstance(right, Const):
            return _equals_constant(left, right, node.operator == "eq")
        if isinstance(right, Local) and not isinstance(left, Local):
            left, right = right, left
        if isinstance(left, Local):
            return _equals_register(left.number, evaluator(right), node.operator == "eq")
    if node.operator == "in_set" and isinstance(left, Const):
        return _constant_in(left, right)
    return None


def _equals_constant(left: Expr, right: Const, equal: bool) -> Evaluate:
    k = right.value
    if isinstance(left, Local):
        n = left.number
        return (lambda c, r: r[n] == k) if equal else (lambda c, r: r[n] != k)
    if isinstance(left, Read) and not left.old:
        where = address(left.variable, left.indices)
        base, entry = where.base, where.entry
        if not where.terms:
            return (lambda c, r: c[base] == k) if equal else (lambda c, r: c[base] != k)
        if entry is not None:
            return (lambda c, r: c[base + r[entry]] == k) if equal else (lambda c, r: c[base + r[entry]] != k)
    value = evaluator(left)
    return (lambda c, r: value(c, r) == k) if equal else (lambda c, r: value(c, r) != k)


def _equals_register(number: int, value: Evaluate, equal: bool) -> Evaluate:
    return (lambda c, r: r[number] == value(c, r)) if equal else (lambda c, r: r[number] != value(c, r))


def _constant_in(left: Const, right: Expr) -> Evaluate:
    k, value = left.value, evaluator(right)
    if isinstance(right, Read) and not right.old:
        where = address(right.variable, right.indices)
        if not where.terms:
            base = where.base
            return lambda c, r: k in c[base]
    return lambda c, r: k in value(c, r)


def entry_equals(condition: Expr | None, local: Local) -> tuple[int, Value] | None:
    """Of a condition that says that a variable's entry at `local` is a constant: the place where the entries begin, and the constant."""
    match condition:
        case Apply("eq", (Read(old=False) as read, Const(value)), _) | Apply("eq", (Const(value), Read(old=False) as read), _):
            where = address(read.variable, read.indices)
            if where.entry == local.number:
                return where.base, value
    return None
