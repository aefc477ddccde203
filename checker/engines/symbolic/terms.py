"""Nodes of a formula as Z3 terms: Boolean terms for what is 0 or 1, bit-vectors just wide enough for all else.

The width of an operation is that of the interval of its operands and its result, so nothing wraps: the terms mean what the nodes mean.
"""

from __future__ import annotations

from collections.abc import Callable

import z3

from checker.ground.graph import Graph, Node, Unsupported

Operation = Callable[[z3.BitVecRef, z3.BitVecRef], z3.BitVecRef]

WIDENING: dict[str, Operation] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "bitand": lambda a, b: a & b,
    "bitor": lambda a, b: a | b,
    "bitclear": lambda a, b: a & ~b,
    "shl": lambda a, b: a << b,
    "shr": z3.LShR,
}


ARITY = {"const": 0, "field": 0, "within": 1}  # operands that are nodes, where not all are


class Terms:
    """The terms of the nodes of one graph, each made once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._terms: dict[Node, z3.ExprRef] = {}

    def truth(self, node: Node) -> z3.BoolRef:
        """The term of a node that is 0 or 1."""
        term = self.term(node)
        assert z3.is_bool(term)
        return term

    def number(self, node: Node) -> z3.BitVecRef:
        """The term of a node, as a bit-vector (signed where the node may be negative)."""
        return self._wide(node, width(self.graph.low[node], self.graph.high[node]))

    def term(self, node: Node) -> z3.ExprRef:
        """The term of a node, in the form that it has."""
        terms, waiting = self._terms, [node]
        self._made_all(waiting)
        return terms[node]

    def _made_all(self, waiting: list[Node]) -> None:
        while waiting:
            at = waiting[-1]
            operation, *arguments = self.graph.code[at]
            operands = [a for a in arguments if isinstance(a, int)][: ARITY.get(str(operation), 3)]
            missing = [a for a in operands if a not in self._terms]
            if missing and at not in self._terms:
                waiting += missing
                continue
            waiting.pop()
            if at not in self._terms:
                self._terms[at] = self._term(at, str(operation), operands)

    def _is_truth(self, node: Node) -> bool:
        return self.graph.low[node] >= 0 and self.graph.high[node] <= 1

    def _term(self, node: Node, operation: str, operands: list[Node]) -> z3.ExprRef:
        match operation:
            case "const":
                value = self.graph.low[node]
                return z3.BoolVal(bool(value)) if self._is_truth(node) else z3.BitVecVal(value, width(value, value))
            case "field":
                return self._free(node)
            case "not":
                return z3.Not(self._terms[operands[0]])
            case "and":
                return z3.And(self._terms[operands[0]], self._terms[operands[1]])
            case "or":
                return z3.Or(self._terms[operands[0]], self._terms[operands[1]])
            case "eq" | "lt" | "min" | "max":
                return self._compared(node, operation, operands)
            case "select":
                return self._selected(node, operands)
            case "div" | "mod":
                return self._divided(node, operation, operands)
            case "within":
                low, high = (min(self.graph.low[n] for n in (node, operands[0])), self.graph.high[node])
                size = width(low, high)
                wide = self.number(operands[0])
                return self._fitted(node, wide if wide.size() >= size else self._wide(operands[0], size))
            case "popcount":
                return self._fitted(node, self._bits(node, operands[0]))
        a, b = self._operands(node, operands)
        return self._fitted(node, WIDENING[operation](a, b))

    def _free(self, node: Node) -> z3.ExprRef:
        name = f"v{self.graph.code[node][1]}"
        return z3.Bool(name) if self._is_truth(node) else z3.BitVec(name, width(self.graph.low[node], self.graph.high[node]))

    def bounds(self, node: Node) -> z3.BoolRef:
        """What holds of a free variable."""
        if self._is_truth(node):
            return z3.BoolVal(True)
        return z3.ULE(self.number(node), self.graph.high[node])

    # --- operations --------------------------------------------------------------------------------------------------

    def _compared(self, node: Node, operation: str, operands: list[Node]) -> z3.ExprRef:
        a, b = self._wide_enough(operands)
        if operation == "eq":
            return a == b
        less = a < b if any(self.graph.low[operand] < 0 for operand in operands) else z3.ULT(a, b)
        if operation == "lt":
            return less
        return self._fitted(node, z3.If(less, a, b) if operation == "min" else z3.If(less, b, a))

    def _selected(self, node: Node, operands: list[Node]) -> z3.ExprRef:
        condition, *ways = operands
        if all(self._is_truth(way) for way in ways):
            return z3.If(self._terms[condition], self._terms[ways[0]], self._terms[ways[1]])
        a, b = self._wide_enough(ways)
        return self._fitted(node, z3.If(self._terms[condition], a, b))

    def _divided(self, node: Node, operation: str, operands: list[Node]) -> z3.ExprRef:
        """Of numbers that are not negative; by 0 it is 0."""
        if any(self.graph.low[operand] < 0 for operand in operands):
            raise Unsupported(f"{'//' if operation == 'div' else '%'} of numbers that may be negative")
        a, b = self._operands(node, operands)
        result = z3.UDiv(a, b) if operation == "div" else z3.URem(a, b)
        return self._fitted(node, z3.If(b == 0, z3.BitVecVal(0, result.size()), result))

    def _bits(self, node: Node, operand: Node) -> z3.BitVecRef:
        pattern, size = self.number(operand), width(0, self.graph.high[node])
        bits = [z3.ZeroExt(size - 1, z3.Extract(i, i, pattern)) for i in range(pattern.size())]
        while len(bits) > 1:  # a balanced sum
            bits = [bits[i] + bits[i + 1] if i + 1 < len(bits) else bits[i] for i in range(0, len(bits), 2)]
        return bits[0]

    # --- widths ------------------------------------------------------------------------------------------------------

    def _operands(self, node: Node, operands: list[Node]) -> list[z3.BitVecRef]:
        """With room for the result too."""
        return self._wide_enough(operands, node)

    def _wide_enough(self, operands: list[Node], *more: Node) -> list[z3.BitVecRef]:
        low = min(self.graph.low[n] for n in (*operands, *more))
        high = max(self.graph.high[n] for n in (*operands, *more))
        return [self._wide(operand, width(low, high)) for operand in operands]

    def _wide(self, node: Node, size: int) -> z3.BitVecRef:
        term = self.term(node)
        if z3.is_bool(term):
            return z3.If(term, z3.BitVecVal(1, size), z3.BitVecVal(0, size))
        more = size - term.size()
        assert more >= 0
        return term if more == 0 else z3.SignExt(more, term) if self.graph.low[node] < 0 else z3.ZeroExt(more, term)

    def _fitted(self, node: Node, term: z3.BitVecRef) -> z3.ExprRef:
        """The result, whose interval is known, without the bits that it does not need."""
        if self._is_truth(node):
            return z3.Extract(0, 0, term) == 1
        size = width(self.graph.low[node], self.graph.high[node])
        return term if size == term.size() else z3.Extract(size - 1, 0, term)


def width(low: int, high: int) -> int:
    """The bits of a number of an interval, in two's complement where it may be negative."""
    if low < 0:
        return max((-low - 1).bit_length(), high.bit_length() if high > 0 else 0) + 1
    return max(1, high.bit_length())
