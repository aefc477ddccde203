"""Nodes of a ground form as literals.

A number of few values has a literal for each (`values`), any other its bits in two's complement (`bits`); each is made from the other where an
operation wants it. Sets are bits. All operations are exact: intervals are known, so nothing wraps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from checker.engines.inductive.gates import FALSE, TRUE, Gates, Literal
from checker.ground.graph import FOLD, Graph, Node, Unsupported

FEW = 40  # values that get a literal each
MOST_PAIRS = 1_600  # of values, of two operands whose result is made pair by pair
PATTERNS = frozenset({"bitand", "bitor", "bitclear", "shl", "shr"})

Values = dict[int, Literal]
Bits = list[Literal]  # the lowest first; the last is the sign where the number may be negative


class Encoder:
    """Literals of the nodes of one graph, where its fields have the `values` (or, where they have none, the `bits`) that are given."""

    def __init__(self, gates: Gates, graph: Graph, values: dict[int, Values], bits: dict[int, Bits]) -> None:
        self.gates = gates
        self.graph = graph
        self._fields = values, bits
        self._values: dict[Node, Values] = {}
        self._bits: dict[Node, Bits] = {}

    def truth(self, node: Node) -> Literal:
        """The literal of a node that is 0 or 1."""
        self._make(node)
        return self._truth(node)

    def is_value(self, node: Node, value: int) -> Literal:
        """Whether the node has this value."""
        self._make(node)
        return self._is(node, value)

    def bit(self, node: Node, place: int) -> Literal:
        """Whether a bit of the node, a pattern, is set."""
        self._make(node)
        bits = self._as_bits(node)
        return bits[place] if place < len(bits) else FALSE

    def after(self, news: Mapping[int, Node]) -> Encoder:
        """The literals of the nodes where these fields have the values of these nodes."""
        values, bits = dict(self._fields[0]), dict(self._fields[1])
        for field, node in news.items():
            self._make(node)
            values.pop(field, None)
            bits.pop(field, None)
            if node in self._values:
                values[field] = self._values[node]
            else:
                bits[field] = self._bits[node]
        return Encoder(self.gates, self.graph, values, bits)

    # --- the order of work -------------------------------------------------------------------------------------------

    def _make(self, node: Node) -> None:
        """The node and all that it needs, arguments first (a node is made after its arguments)."""
        found, waiting = set[Node](), [node]
        while waiting:
            at = waiting.pop()
            if at not in found and at not in self._values and at not in self._bits:
                found.add(at)
                waiting += self._operands(at)
        for at in sorted(found):
            self._made(at)

    def _operands(self, node: Node) -> Sequence[Node]:
        operation = self.graph.code[node][0]
        return self.graph.arguments[node][:1] if operation == "within" else self.graph.arguments[node]

    def _made(self, node: Node) -> None:
        operation = str(self.graph.code[node][0])
        operands = self._operands(node)
        if self._is_truth(node):
            self._values[node] = _truth_values(self._truth_of(node, operation, operands))
        elif operation == "const":
            value = self.graph.low[node]
            self._values[node] = {value: TRUE}
            self._bits[node] = [TRUE if value >> i & 1 else FALSE for i in range(self._width(node))]
        elif operation == "field":
            number = cast("int", self.graph.code[node][1])
            values, bits = self._fields
            if number in values:
                self._values[node] = values[number]
            else:
                self._bits[node] = bits[number]
        else:
            self._number(node, operation, operands)

    def _number(self, node: Node, operation: str, operands: Sequence[Node]) -> None:
        if operation == "select":
            self._select(node, operands)
        elif operation == "within":
            self._within(node, operands[0])
        elif operation == "popcount":
            self._values[node] = self._popcount(node, operands[0])
        elif operation in PATTERNS:
            self._bits[node] = self._pattern(node, operation, operands)
        elif self._size(operands[0]) * self._size(operands[1]) <= MOST_PAIRS and self._few(node):
            self._values[node] = self._by_pairs(operation, operands)
        else:
            self._bits[node] = self._arithmetic(node, operation, operands)

    # --- forms of a number -------------------------------------------------------------------------------------------

    def _is_truth(self, node: Node) -> bool:
        return self.graph.low[node] >= 0 and self.graph.high[node] <= 1

    def _size(self, node: Node) -> int:
        return self.graph.high[node] - self.graph.low[node] + 1

    def _few(self, node: Node) -> bool:
        return self._size(node) <= FEW

    def _width(self, node: Node) -> int:
        low, high = self.graph.low[node], self.graph.high[node]
        return max(high.bit_length(), (-low - 1).bit_length()) + 1 if low < 0 else max(1, high.bit_length())

    def _truth(self, node: Node) -> Literal:
        return self._is(node, 1)

    def _is(self, node: Node, value: int) -> Literal:
        if not self.graph.low[node] <= value <= self.graph.high[node]:
            return FALSE
        if node in self._values:
            return self._values[node].get(value, FALSE)
        bits = self._bits[node]
        return self.gates.all(bit if value >> i & 1 else -bit for i, bit in enumerate(bits))

    def _hot(self, node: Node) -> Values:
        """A literal for each value."""
        if node not in self._values:
            low, high = self.graph.low[node], self.graph.high[node]
            self._values[node] = {value: self._is(node, value) for value in range(low, high + 1)}
        return self._values[node]

    def _as_bits(self, node: Node, width: int | None = None) -> Bits:
        if node not in self._bits:
            values = self._values[node]
            self._bits[node] = [
                self.gates.any(literal for value, literal in values.items() if value >> i & 1) for i in range(self._width(node))
            ]
        bits = self._bits[node]
        if width is None or len(bits) >= width:
            return bits
        return [*bits, *[bits[-1] if self.graph.low[node] < 0 else FALSE] * (width - len(bits))]

    # --- truth values ------------------------------------------------------------------------------------------------

    def _truth_of(self, node: Node, operation: str, operands: Sequence[Node]) -> Literal:
        gates = self.gates
        match operation:
            case "const":
                return TRUE if self.graph.low[node] else FALSE
            case "field":
                return self._fields[0][cast("int", self.graph.code[node][1])].get(1, FALSE)
            case "not":
                return -self._truth(operands[0])
            case "and":
                return gates.all([self._truth(operands[0]), self._truth(operands[1])])
            case "or":
                return gates.any([self._truth(operands[0]), self._truth(operands[1])])
            case "eq":
                return self._equal(*operands)
            case "lt":
                return self._less(*operands)
            case "select":
                return gates.choice(self._truth(operands[0]), self._is(operands[1], 1), self._is(operands[2], 1))
            case "within":
                return self._is(operands[0], 1)
        if operation in PATTERNS:
            return self._pattern(node, operation, operands)[0]
        if operation == "popcount":
            return self._popcount(node, operands[0]).get(1, FALSE)
        if self._size(operands[0]) * self._size(operands[1]) > MOST_PAIRS:
            return self._arithmetic(node, operation, operands)[0]
        return self._by_pairs(operation, operands).get(1, FALSE)

    def _equal(self, a: Node, b: Node) -> Literal:
        for x, y in ((a, b), (b, a)):
            known = self.graph.value(y)
            if known is not None:
                return self._is(x, known)
        if self._few(a) and self._few(b):
            left, right = self._hot(a), self._hot(b)
            return self.gates.any(self.gates.all([left[value], right[value]]) for value in left.keys() & right.keys())
        width = self._wide(a, b)
        return self.gates.all(
            self.gates.same(x, y) for x, y in zip(self._as_bits(a, width), self._as_bits(b, width), strict=True)
        )

    def _wide(self, a: Node, b: Node) -> int:
        """Room for both, with a sign where one of them has one."""
        signed = self.graph.low[a] < 0 or self.graph.low[b] < 0
        return max(self._width(n) + (signed and self.graph.low[n] >= 0) for n in (a, b))

    def _less(self, a: Node, b: Node) -> Literal:
        if self._few(a) and self._few(b):
            left, right = self._hot(a), self._hot(b)
            above = {x: self.gates.any(literal for y, literal in right.items() if y > x) for x in left}
            return self.gates.any(self.gates.all([literal, above[x]]) for x, literal in left.items())
        width = self._wide(a, b)
        left_bits, right_bits = list(self._as_bits(a, width)), list(self._as_bits(b, width))
        if self.graph.low[a] < 0 or self.graph.low[b] < 0:
            left_bits[-1], right_bits[-1] = -left_bits[-1], -right_bits[-1]
        result = FALSE
        for x, y in zip(left_bits, right_bits, strict=True):
            result = self.gates.choice(self.gates.same(x, y), result, y)
        return result

    # --- numbers -----------------------------------------------------------------------------------------------------

    def _select(self, node: Node, operands: Sequence[Node]) -> None:
        condition, a, b = self._truth(operands[0]), operands[1], operands[2]
        if all(way in self._values for way in (a, b)) and self._few(node):
            left, right = self._values[a], self._values[b]
            self._values[node] = {
                value: self.gates.choice(condition, left.get(value, FALSE), right.get(value, FALSE))
                for value in sorted(left.keys() | right.keys())
            }
            return
        width = self._width(node)
        pairs = zip(self._as_bits(a, width), self._as_bits(b, width), strict=True)
        self._bits[node] = [self.gates.choice(condition, x, y) for x, y in pairs]

    def _within(self, node: Node, operand: Node) -> None:
        if operand in self._values:
            low, high = self.graph.low[node], self.graph.high[node]
            self._values[node] = {value: literal for value, literal in self._values[operand].items() if low <= value <= high}
        else:
            self._bits[node] = self._as_bits(operand, self._width(node))[: self._width(node)]

    def _by_pairs(self, operation: str, operands: Sequence[Node]) -> Values:
        gates, found = self.gates, dict[int, list[Literal]]()
        for x, a in self._hot(operands[0]).items():
            for y, b in self._hot(operands[1]).items():
                both = gates.all([a, b])
                if both != FALSE:
                    found.setdefault(FOLD[operation](x, y), []).append(both)
        return {value: gates.any(ways) for value, ways in sorted(found.items())}

    def _popcount(self, node: Node, operand: Node) -> Values:
        counts: Values = {0: TRUE}
        for bit in self._as_bits(operand):
            counts = {n: self.gates.choice(bit, counts.get(n - 1, FALSE), counts.get(n, FALSE)) for n in range(len(counts) + 1)}
        return {n: literal for n, literal in counts.items() if literal != FALSE}

    def _pattern(self, node: Node, operation: str, operands: Sequence[Node]) -> Bits:
        width = self._width(node)
        if operation in ("shl", "shr"):
            return self._shifted(operation, operands, width)
        room = max(width, self._width(operands[0]), self._width(operands[1]))
        pairs = list(zip(self._as_bits(operands[0], room), self._as_bits(operands[1], room), strict=True))[:width]
        match operation:
            case "bitand":
                return [self.gates.all([x, y]) for x, y in pairs]
            case "bitor":
                return [self.gates.any([x, y]) for x, y in pairs]
        return [self.gates.all([x, -y]) for x, y in pairs]

    def _shifted(self, operation: str, operands: Sequence[Node], width: int) -> Bits:
        bits = self._as_bits(operands[0])
        if not self._few(operands[1]):
            raise Unsupported("a shift by a number of many values")
        ways: list[list[Literal]] = [[] for _ in range(width)]
        for by, literal in self._hot(operands[1]).items():
            for place in range(width):
                source = place - by if operation == "shl" else place + by
                if 0 <= source < len(bits):
                    ways[place].append(self.gates.all([literal, bits[source]]))
        return [self.gates.any(way) for way in ways]

    def _arithmetic(self, node: Node, operation: str, operands: Sequence[Node]) -> Bits:
        a, b = operands
        width = max(self._width(node), self._wide(a, b)) + 1
        left, right = self._as_bits(a, width), self._as_bits(b, width)
        match operation:
            case "add":
                result = self._sum(left, right, FALSE)
            case "sub":
                result = self._sum(left, [-bit for bit in right], TRUE)
            case "min" | "max":
                less = self._less(a, b)
                left, right = (left, right) if operation == "min" else (right, left)
                result = [self.gates.choice(less, x, y) for x, y in zip(left, right, strict=True)]
            case "mul":
                result = [FALSE] * width
                for place in range(width):
                    part = [FALSE] * place + [self.gates.all([right[place], bit]) for bit in left[: width - place]]
                    result = self._sum(result, part, FALSE)
            case _:
                raise Unsupported(f"{'//' if operation == 'div' else '%'} of numbers of many values")
        return result[: self._width(node)]

    def _sum(self, left: Bits, right: Bits, carry: Literal) -> Bits:
        gates, result = self.gates, Bits()
        for x, y in zip(left, right, strict=True):
            half = -gates.same(x, y)
            result.append(-gates.same(half, carry))
            carry = gates.choice(half, carry, x)
        return result


def _truth_values(literal: Literal) -> Values:
    return {0: -literal, 1: literal}
