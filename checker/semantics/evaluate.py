"""Expressions, compiled once to closures of `(cells, registers)`.

`checker.semantics.operators` and `checker.semantics.quantifiers` say what each operator and quantifier means; here are the
other nodes, and faster closures for the shapes that guards are mostly made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from checker.language.types import Bool, Enum, Int, Sort, Type, cardinality, position
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
            return _comparison(expr) or BUILDERS[expr.operator](expr, tuple(map(evaluator, expr.arguments)))
        case Quantifier():
            return quantifier(expr, evaluator)


# --- cells -------------------------------------------------------------------------------------------------


@final
@dataclass(frozen=True, slots=True)
class Address:
    """A cell: `base`, plus for each index that is not a constant its place times the stride.

    `register`: the only such index is this register, whose value is its place.
    """

    base: int
    terms: tuple[tuple[Evaluate, int], ...]
    register: int | None = None

    def evaluator(self) -> Evaluate:
        """The place of the cell in the state."""
        base, terms = self.base, self.terms
        if not terms:
            return lambda c, r: base
        a, m = terms[0]
        if len(terms) == 1:
            return lambda c, r: base + a(c, r) * m
        b, n = terms[1]
        if len(terms) == 2:
            return lambda c, r: base + a(c, r) * m + b(c, r) * n
        return lambda c, r: base + sum(place(c, r) * stride for place, stride in terms)


def address(variable: Variable, indices: tuple[Expr, ...]) -> Address:
    """The cell of `variable` at `indices`."""
    base, stride, terms = variable.offset, 1, []
    register: int | None = None
    for type, index in zip(reversed(variable.index), reversed(indices), strict=True):
        if isinstance(index, Const) and index.value in position(type):
            base += position(type)[index.value] * stride
        else:
            low, place = _place(type, index)
            base -= low * stride
            terms.append((place, stride))
            register = index.number if isinstance(index, Local) and _is_place(type, index.type) else None
        stride *= cardinality(type)
    return Address(base, tuple(reversed(terms)), register if len(terms) == 1 else None)


def _is_place(type: Type, of: Type) -> bool:
    """Whether every value of type `of` is its own place in `type`, but for a constant."""
    if isinstance(type, Int):
        return isinstance(of, Int) and type.low <= of.low and of.high <= type.high
    return type == of and isinstance(type, Bool | Enum | Sort)


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
    base, register = where.base, where.register
    at = where.evaluator()
    if node.old:
        return lambda c, r: r[OLD][at(c, r)]
    if not where.terms:
        return lambda c, r: c[base]
    if register is not None:
        stride = where.terms[0][1]
        if stride == 1:
            return lambda c, r: c[base + r[register]]
        return lambda c, r: c[base + r[register] * stride]
    return lambda c, r: c[at(c, r)]


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
        base, register = where.base, where.register
        if not where.terms:
            return (lambda c, r: c[base] == k) if equal else (lambda c, r: c[base] != k)
        if register is not None and where.terms[0][1] == 1:
            return (lambda c, r: c[base + r[register]] == k) if equal else (lambda c, r: c[base + r[register]] != k)
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
