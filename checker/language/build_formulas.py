"""Trees of formulas of temporal logic, from the rules of the grammar with the same names."""

from __future__ import annotations

from typing import Any

from checker.language import tree
from checker.language.lalr import Building
from checker.language.source import Span


def _unary(operator: tree.TemporalOperator) -> Any:
    def build(b: Building, span: Span, c: list[Any]) -> tree.Temporal:
        return tree.Temporal(span=span, operator=operator, operands=(c[0],))

    return build


def _binary(operator: tree.TemporalOperator) -> Any:
    def build(b: Building, span: Span, c: list[Any]) -> tree.Temporal:
        return tree.Temporal(span=span, operator=operator, operands=(c[0], c[1]))

    return build


always_operation = _unary("always")
eventually_operation = _unary("eventually")
until = _binary("until")
weak_until = _binary("weak until")
release = _binary("release")


def next_operation(b: Building, span: Span, c: list[Any]) -> tree.Temporal:
    operand = c[0]
    if isinstance(operand, tree.Binary) and operand.span.line == span.line:
        line = b.source.line(span.line)
        between = line[span.column - 1 + len("next") : operand.span.column - 1]
        if not between.strip() and line[operand.span.column - 1] == "(":  # no bracket around the whole operand
            from checker.language.expression_errors import NextOrSuccessor

            b.errors.append(NextOrSuccessor(span=span))
    return tree.Temporal(span=span, operator="next", operands=(operand,))
