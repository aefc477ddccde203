"""Literals say of nodes what the plain evaluation says, for every operation, in random straight-line code."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest

from checker.engines.inductive.encode import Bits, Encoder, Values
from checker.engines.inductive.gates import Gates, Literal
from checker.engines.inductive.solver import solver
from checker.ground.graph import Graph, Node, Unsupported
from checker.ground.run import evaluated

INTERVALS = [(0, 1), (0, 1), (0, 3), (2, 4), (-3, 2), (0, 6), (0, 100), (-70, 50)]
PATTERNS = [3, 5, 9]  # bits
NUMBERS = ["add", "sub", "mul", "div", "mod", "min", "max"]
BITS = ["bitand", "bitor", "bitclear", "popcount", "shl", "shr"]


class Code:
    """A graph with fields, and their literals."""

    def __init__(self, random: Random) -> None:
        self.random, self.graph, self.gates = random, Graph(), Gates()
        values: dict[int, Values] = {}
        bits: dict[int, Bits] = {}
        self.intervals = [*INTERVALS, *((0, 2**n - 1) for n in PATTERNS)]
        fields = [self.graph.field(number, *interval) for number, interval in enumerate(self.intervals)]
        self.numbers, self.patterns = fields[: len(INTERVALS)], fields[len(INTERVALS) :]
        self.truths = [node for node in self.numbers if self.graph.high[node] == 1 and self.graph.low[node] == 0]
        for number, (low, high) in enumerate(self.intervals):
            if number < len(INTERVALS):
                own = [self.gates.new() for _ in range(low, high + 1)]
                self.gates.one_of(own)
                values[number] = dict(zip(range(low, high + 1), own, strict=True))
            else:
                bits[number] = [self.gates.new() for _ in range(high.bit_length())]
        self.fields = values, bits
        self.encoder = Encoder(self.gates, self.graph, values, bits)

    def grow(self) -> None:
        """One operation more, on what is there."""
        graph, pick = self.graph, self.random.choice
        operation = pick([*NUMBERS, *BITS, "eq", "lt", "le", "and", "or", "not", "select", "select", "const"])
        if operation in NUMBERS:
            made = graph.apply(operation, [pick(self.numbers), pick(self.numbers)])
            if abs(graph.low[made]) < 2_000 and graph.high[made] < 2_000:
                self.numbers.append(made)
        elif operation in ("shl", "shr"):
            by = graph.const(self.random.randrange(4)) if self.random.random() < 0.5 else pick(self.truths)
            self.patterns.append(graph.apply(operation, [pick(self.patterns), by]))
        elif operation == "popcount":
            self.numbers.append(graph.popcount(pick(self.patterns)))
        elif operation in BITS:
            self.patterns.append(graph.apply(operation, [pick(self.patterns), pick(self.patterns)]))
        elif operation in ("eq", "lt", "le"):
            kind = pick([self.numbers, self.numbers, self.patterns])
            self.truths.append(getattr(graph, operation)(pick(kind), pick(kind)))
        elif operation in ("and", "or"):
            self.truths.append(graph.apply(operation, [pick(self.truths), pick(self.truths)]))
        elif operation == "not":
            self.truths.append(graph.negate(pick(self.truths)))
        elif operation == "select":
            kind = pick([self.numbers, self.patterns, self.truths])
            kind.append(graph.select(pick(self.truths), pick(kind), pick(kind)))
        else:
            self.numbers.append(graph.const(self.random.randrange(-5, 9)))

    def assumed(self, state: list[int]) -> list[Literal]:
        values, bits = self.fields
        known = [literals[state[number]] for number, literals in values.items()]
        for number, literals in bits.items():
            known += [bit if state[number] >> i & 1 else -bit for i, bit in enumerate(literals)]
        return known


def asked_for(code: Code, states: list[list[int]]) -> dict[tuple[Node, int], Literal]:
    """Of each node the literals that it has one of two values: those that it has in two of the states."""
    found: dict[tuple[Node, int], Literal] = {}
    nodes = list(dict.fromkeys([*code.numbers, *code.patterns, *code.truths]))
    for state in states[:2]:
        for node, value in zip(nodes, evaluated(code.graph, state, nodes), strict=True):
            with suppress(Unsupported):  # a quotient of numbers of many values
                found[node, value] = code.encoder.is_value(node, value)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_random_code(seed: int) -> None:
    random = Random(seed)
    code = Code(random)
    for _ in range(120):
        code.grow()
    states = [[random.randint(low, high) for low, high in code.intervals] for _ in range(25)]
    literals = asked_for(code, states)
    asked = solver(code.gates.clauses, None)
    assert len(literals) > 80
    for state in states:
        assert asked.solve(code.assumed(state))
        values = evaluated(code.graph, state, [node for node, _ in literals])
        for ((node, value), literal), real in zip(literals.items(), values, strict=True):
            assert (asked.true(abs(literal)) == (literal > 0)) == (real == value), code.graph.code[node]


def test_exactly_one_of_many() -> None:
    for count in (1, 2, 5, 6, 11):
        gates = Gates()
        literals = [gates.new() for _ in range(count)]
        gates.one_of(literals)
        asked = solver(gates.clauses, None)
        for literal in literals:
            assert asked.solve([literal])
            assert [other for other in literals if asked.true(other)] == [literal]
        assert not asked.solve([-literal for literal in literals])
