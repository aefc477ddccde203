"""Straight-line integer code as a graph of nodes.

A `Graph` holds nodes; a node is the number of its place. Equal nodes are one node, constants are folded, and each node knows the
interval of its values, so that comparisons that are already decided disappear. Truth values are 0 and 1. Operations are total:
what is partial in the language has its condition beside it (`checker.ground.evaluate`).

    const k            field i            (a field of the state)
    add sub mul        div mod            (rounded down; by 0: 0)
    eq ne lt le        and or not         (0 or 1)
    select c a b       (a where c, else b)
    bitand bitor bitclear (a and not b)   shl shr   (bit patterns of sets, never negative)
    popcount           min max            within a low high (formulas only)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

from msgspec import Struct, field

Node: TypeAlias = int

LARGEST = 2**31 - 1
LEAVES = ("const", "field")
MOST_ASKED = 4_000_000  # nodes that are asked for, new or known: some seconds of work


class Unsupported(Exception):
    """The ground form cannot say this; `what` names the construct."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class Graph(Struct):
    """`code[n]` is (operation, arguments...), `arguments[n]` the nodes among them, `low[n]`..`high[n]` the interval of node n.

    `constants` and `negations`: the nodes of constants and the opposites of nodes, which are asked for most often.
    """

    code: list[tuple[object, ...]] = field(default_factory=list)
    arguments: list[tuple[Node, ...]] = field(default_factory=list)
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    known: dict[tuple[object, ...], Node] = field(default_factory=dict)
    constants: dict[int, Node] = field(default_factory=dict)
    negations: dict[Node, Node] = field(default_factory=dict)
    asked: int = 0
    most_asked: int | None = None  # None: MOST_ASKED

    def copy(self) -> Graph:
        return Graph(
            code=list(self.code),
            arguments=list(self.arguments),
            low=list(self.low),
            high=list(self.high),
            known=dict(self.known),
            constants=dict(self.constants),
            negations=dict(self.negations),
            asked=self.asked,
            most_asked=self.most_asked,
        )

    def _node(self, code: tuple[object, ...], low: int, high: int) -> Node:
        self.asked += 1
        if self.asked > (self.most_asked or MOST_ASKED):
            raise Unsupported(f"code of more than {self.most_asked or MOST_ASKED:,} operations")
        found = self.known.get(code)
        if found is not None:
            return found
        if low < -LARGEST or high > LARGEST:
            raise Unsupported("a number beyond 31 bits")
        self.code.append(code)
        self.arguments.append(() if code[0] in LEAVES else cast("tuple[Node, ...]", code[1:]))
        self.low.append(low)
        self.high.append(high)
        self.known[code] = len(self.code) - 1
        return len(self.code) - 1

    def apply(self, operation: str, operands: Sequence[Node]) -> Node:
        """The operation on these nodes, as the code of a node names it."""
        made: Node = getattr(self, METHODS.get(operation, operation))(*operands)
        return made

    # --- leaves -----------------------------------------------------------------------------------------------------

    def const(self, value: int) -> Node:
        node = self.constants.get(value)  # asked for more often than anything else
        if node is None:
            node = self.constants[value] = self._node(("const", int(value)), int(value), int(value))
        return node

    def field(self, number: int, low: int, high: int) -> Node:
        return self.const(low) if low == high else self._node(("field", number), low, high)

    def value(self, node: Node) -> int | None:
        """The value of a node that is known, else None."""
        return self.low[node] if self.low[node] == self.high[node] else None

    def fields_read(self, node: Node) -> frozenset[int]:
        """The fields, by number, that a node hangs on."""
        found, seen, waiting = set[int](), set[Node](), [node]
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            if self.code[at][0] == "field":
                found.add(cast("int", self.code[at][1]))
            elif self.code[at][0] != "const":
                waiting += self.arguments[at][:1] if self.code[at][0] == "within" else self.arguments[at]
        return frozenset(found)

    def within(self, a: Node, low: int, high: int) -> Node:
        """`a`, where what it is used for knows that it lies in this interval although its own is wider."""
        if low <= self.low[a] and self.high[a] <= high:
            return a
        return self._node(("within", a, low, high), low, high)

    # --- numbers ----------------------------------------------------------------------------------------------------

    def add(self, a: Node, b: Node) -> Node:
        if self.value(b) == 0:
            return a
        if self.value(a) == 0:
            return b
        (x, some), (y, others) = self._counted(a), self._counted(b)
        if x == y and some & others == 0 and some and others:  # two counts of bits of one pattern
            every = some | others
            return self.popcount(x if every == (1 << self.high[x].bit_length()) - 1 else self.bitand(x, self.const(every)))
        return self._fold("add", a, b, self.low[a] + self.low[b], self.high[a] + self.high[b])

    def _counted(self, node: Node) -> tuple[Node, int]:
        """A pattern, and the mask of those of its bits that the node counts; the mask is 0 where it is no such number."""
        operation = self.code[node][0]
        if operation == "popcount":
            of, mask = self._masked(*self.arguments[node])
            return of, (1 << self.high[of].bit_length()) - 1 if mask is None else mask
        of, mask = self._masked(node)
        if mask != 1:
            return node, 0
        by = self.value(self.arguments[of][1]) if self.code[of][0] == "shr" else None
        return (of, 1) if by is None else (self.arguments[of][0], 1 << by)

    def _masked(self, node: Node) -> tuple[Node, int | None]:
        """A pattern and the constant that it is masked with."""
        if self.code[node][0] == "bitand":
            a, b = self.arguments[node]
            for mask, of in ((a, b), (b, a)):
                if self.value(mask) is not None:
                    return of, self.value(mask)
        return node, None

    def sub(self, a: Node, b: Node) -> Node:
        if self.value(b) == 0:
            return a
        return self._fold("sub", a, b, self.low[a] - self.high[b], self.high[a] - self.low[b])

    def mul(self, a: Node, b: Node) -> Node:
        corners = [x * y for x in (self.low[a], self.high[a]) for y in (self.low[b], self.high[b])]
        if self.value(b) == 1:
            return a
        return self._fold("mul", a, b, min(corners), max(corners))

    def div(self, a: Node, b: Node) -> Node:
        divisors = [d for d in (self.low[b], self.high[b], -1, 1) if d != 0 and self.low[b] <= d <= self.high[b]]
        corners = [x // d for x in (self.low[a], self.high[a]) for d in divisors]
        if self.low[b] <= 0 <= self.high[b]:
            corners.append(0)
        return self._fold("div", a, b, min(corners), max(corners))

    def mod(self, a: Node, b: Node) -> Node:
        return self._fold("mod", a, b, min(0, self.low[b] + 1), max(0, self.high[b] - 1))

    def min(self, a: Node, b: Node) -> Node:
        if self.high[a] <= self.low[b]:
            return a
        if self.high[b] <= self.low[a]:
            return b
        return self._fold("min", a, b, min(self.low[a], self.low[b]), min(self.high[a], self.high[b]))

    def max(self, a: Node, b: Node) -> Node:
        if self.low[a] >= self.high[b]:
            return a
        if self.low[b] >= self.high[a]:
            return b
        return self._fold("max", a, b, max(self.low[a], self.low[b]), max(self.high[a], self.high[b]))

    def _fold(self, operation: str, a: Node, b: Node, low: int, high: int) -> Node:
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(FOLD[operation](x, y))
        if operation in COMMUTATIVE and b < a:
            a, b = b, a
        return self._node((operation, a, b), low, high)

    # --- comparison -------------------------------------------------------------------------------------------------

    def eq(self, a: Node, b: Node) -> Node:
        if a == b:
            return self.const(1)
        if self.high[a] < self.low[b] or self.high[b] < self.low[a]:
            return self.const(0)
        for x, y in ((a, b), (b, a)):
            known = self.value(y)
            if known is None:
                continue
            if self.low[x] >= 0 and self.high[x] <= 1:  # a truth value compared with 0 or 1
                return x if known == 1 else self.negate(x)
            operation = self.code[x][0]
            if operation in ("max", "add"):
                p, q = self.arguments[x]
                of, by = (p, self.value(q)) if self.value(p) is None else (q, self.value(p))
                if by is not None and operation == "add":
                    return self.eq(of, self.const(known - by))
                if by is not None and known > by:
                    return self.eq(of, y)
        return self._fold("eq", a, b, 0, 1)

    def ne(self, a: Node, b: Node) -> Node:
        return self.negate(self.eq(a, b))

    def lt(self, a: Node, b: Node) -> Node:
        if self.high[a] < self.low[b]:
            return self.const(1)
        if self.low[a] >= self.high[b]:
            return self.const(0)
        if self.value(a) == self.low[b] or self.value(b) == self.high[a]:
            return self.ne(a, b)
        return self._fold("lt", a, b, 0, 1)

    def le(self, a: Node, b: Node) -> Node:
        return self.negate(self.lt(b, a))

    # --- truth values -----------------------------------------------------------------------------------------------

    def both(self, a: Node, b: Node) -> Node:
        if a == b or self.low[b] == 1 or self.high[a] == 0:
            return a
        if self.low[a] == 1 or self.high[b] == 0:
            return b
        for x, y in ((a, b), (b, a)):  # one says what the other says already, or the opposite
            if self.code[y][0] == "and":
                if x in self.code[y][1:]:
                    return y
                if self.negate(x) in self.code[y][1:]:
                    return self.const(0)
        return self.const(0) if self.negate(a) == b else self._fold("and", a, b, 0, 1)

    def either(self, a: Node, b: Node) -> Node:
        if a == b or self.high[b] == 0 or self.low[a] == 1:
            return a
        if self.high[a] == 0 or self.low[b] == 1:
            return b
        return self.const(1) if self.negate(a) == b else self._fold("or", a, b, 0, 1)

    def negate(self, a: Node) -> Node:
        found = self.negations.get(a)
        if found is None:
            found = self.negations[a] = self._opposite(a)
        return found

    def _opposite(self, a: Node) -> Node:
        known = self.value(a)
        if known is not None:
            return self.const(1 - known)
        code = self.code[a]
        if code[0] == "not":
            assert isinstance(code[1], int)
            return code[1]
        return self._node(("not", a), 0, 1)

    def select(self, condition: Node, a: Node, b: Node) -> Node:
        known = self.value(condition)
        if known is not None:
            return a if known else b
        if a == b:
            return a
        if self.value(a) == 1 and self.value(b) == 0:
            return condition
        if self.value(a) == 0 and self.value(b) == 1:
            return self.negate(condition)
        code = self.code[condition]
        if code[0] == "not":
            condition, a, b = self.arguments[condition][0], b, a
        if self.code[a][0] == "select" and self.arguments[a][2] == b:  # the new value only where both conditions hold
            inner, new, _ = self.arguments[a]
            return self.select(self.both(condition, inner), new, b)
        return self._node(("select", condition, a, b), min(self.low[a], self.low[b]), max(self.high[a], self.high[b]))

    # --- bit patterns ------------------------------------------------------------------------------------------------

    def bitand(self, a: Node, b: Node) -> Node:
        return self._fold("bitand", a, b, 0, min(self.high[a], self.high[b]))

    def bitor(self, a: Node, b: Node) -> Node:
        if self.value(b) == 0:
            return a
        if self.value(a) == 0:
            return b
        top = (1 << max(self.high[a], self.high[b]).bit_length()) - 1
        return self._fold("bitor", a, b, max(self.low[a], self.low[b]), top)

    def bitclear(self, a: Node, b: Node) -> Node:
        return a if self.value(b) == 0 else self._fold("bitclear", a, b, 0, self.high[a])

    def shl(self, a: Node, b: Node) -> Node:
        return self._fold("shl", a, b, 0, self.high[a] << self.high[b])

    def shr(self, a: Node, b: Node) -> Node:
        return a if self.value(b) == 0 else self._fold("shr", a, b, 0, self.high[a] >> self.low[b])

    def popcount(self, a: Node) -> Node:
        known = self.value(a)
        if known is not None:
            return self.const(known.bit_count())
        return self._node(("popcount", a), 0, self.high[a].bit_length())


METHODS = {"and": "both", "or": "either", "not": "negate"}  # of `Graph`, where they are not called as the operation
COMMUTATIVE = frozenset({"add", "mul", "eq", "and", "or", "bitand", "bitor", "min", "max"})

FOLD: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a // b if b else 0,
    "mod": lambda a, b: a % b if b else 0,
    "min": min,
    "max": max,
    "eq": lambda a, b: int(a == b),
    "lt": lambda a, b: int(a < b),
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "bitand": lambda a, b: a & b,
    "bitor": lambda a, b: a | b,
    "bitclear": lambda a, b: a & ~b,
    "shl": lambda a, b: a << b,
    "shr": lambda a, b: a >> b,
}
