"""Nodes of a graph have the values that plain arithmetic gives, whatever the graph makes of them; and what it makes of some of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random

from checker.ground.graph import FOLD, Graph, Node
from tests.ground.straight_line import evaluated

INTERVALS = ((0, 1), (0, 7), (0, 5), (-2, 3))
PATTERN = 1  # the field that is a pattern of bits

Meaning = Callable[[tuple[int, ...]], int]


def random_node(graph: Graph, random: Random, truths: bool, depth: int) -> tuple[Node, Meaning]:
    """A node, and what it means in plain Python; a truth value or a number."""
    kind = random.choice(
        ("eq", "lt", "both", "either", "negate", "bit") if truths else ("add", "sub", "max", "min", "select", "popcount")
    )
    if depth == 0:
        kind = "bit" if truths else random.choice(("field", "const"))
    parts = [random_node(graph, random, asked, depth - 1) for asked in ARGUMENTS.get(kind, ())]
    nodes, meanings = [node for node, _ in parts], [meaning for _, meaning in parts]
    number = random.randrange(3)
    match kind:
        case "field":
            place = random.randrange(len(INTERVALS))
            return graph.field(place, *INTERVALS[place]), lambda fields: fields[place]
        case "const":
            return graph.const(number - 1), lambda _: number - 1
        case "bit":
            pattern = graph.field(PATTERN, *INTERVALS[PATTERN])
            bit = graph.bitand(graph.shr(pattern, graph.const(number)), graph.const(1))
            return bit, lambda fields: fields[PATTERN] >> number & 1
        case "popcount":
            masked = graph.bitand(graph.field(PATTERN, *INTERVALS[PATTERN]), graph.const(number * 3))
            return graph.popcount(masked), lambda fields: (fields[PATTERN] & number * 3).bit_count()
        case "negate":
            return graph.negate(*nodes), lambda fields: 1 - meanings[0](fields)
        case "select":
            return graph.select(*nodes), lambda fields: meanings[1](fields) if meanings[0](fields) else meanings[2](fields)
    fold = FOLD[{"both": "and", "either": "or"}.get(kind, kind)]
    return getattr(graph, kind)(*nodes), lambda fields: fold(meanings[0](fields), meanings[1](fields))


ARGUMENTS = {
    **dict.fromkeys(("eq", "lt", "add", "sub", "max", "min"), (False, False)),
    **dict.fromkeys(("both", "either"), (True, True)),
    "negate": (True,),
    "select": (True, False, False),
}


def states() -> list[tuple[int, ...]]:
    return list(product(*(range(low, high + 1) for low, high in INTERVALS)))


def test_random_nodes_have_the_values_of_plain_arithmetic() -> None:
    for seed in range(150):
        graph, random = Graph(), Random(seed)
        made = [random_node(graph, random, random.random() < 0.5, 4) for _ in range(4)]
        for fields in random.sample(states(), 60):
            values = evaluated(graph, list(fields))
            assert all(graph.low[n] <= values[n] <= graph.high[n] for n in range(len(values)))
            assert [values[node] for node, _ in made] == [meaning(fields) for _, meaning in made], seed


def test_bits_of_one_pattern_are_counted_at_once() -> None:
    graph = Graph()
    pattern, other = graph.field(0, 0, 31), graph.field(1, 0, 31)
    bits = [graph.bitand(graph.shr(pattern, graph.const(i)), graph.const(1)) for i in range(5)]
    some = graph.add(graph.add(bits[0], bits[3]), bits[1])
    assert some == graph.popcount(graph.bitand(pattern, graph.const(0b1011)))
    assert graph.add(graph.add(some, bits[2]), bits[4]) == graph.popcount(pattern)
    assert graph.code[graph.add(some, bits[3])][0] == "add", "a bit that counts twice"
    assert graph.code[graph.add(some, graph.bitand(other, graph.const(1)))][0] == "add", "a bit of another pattern"


def test_comparisons_with_constants_look_through_arithmetic() -> None:
    graph = Graph()
    number = graph.field(0, 0, 9)
    less = graph.max(graph.add(number, graph.const(-1)), graph.const(0))
    assert graph.eq(less, graph.const(3)) == graph.eq(number, graph.const(4))
    assert graph.code[graph.eq(less, graph.const(0))] == ("eq", less, graph.const(0)) or graph.code[
        graph.eq(less, graph.const(0))
    ] == ("eq", graph.const(0), less), "0 and 1 are both taken to 0"
    assert graph.eq(less, graph.const(9)) == graph.const(0)


def test_selections_with_one_alternative_are_one() -> None:
    graph = Graph()
    a, b = graph.field(0, 0, 1), graph.field(1, 0, 1)
    new, old = graph.field(2, 0, 9), graph.field(3, 0, 9)
    assert graph.select(a, graph.select(b, new, old), old) == graph.select(graph.both(a, b), new, old)
