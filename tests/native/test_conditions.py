"""Outcomes taken apart into tests, a guard and the rest are the same outcomes."""

from __future__ import annotations

from random import Random

from checker.engines.native.conditions import ALL_BITS, Conditions, NodeTest, conditions
from checker.ground.graph import Graph, Node
from checker.ground.program import GroundOutcome
from tests.ground.straight_line import evaluated
from tests.ground.test_graph import INTERVALS, random_node, states


def outcome(enabled: Node, failed: Node, update: Node, watched: Node) -> GroundOutcome:
    return GroundOutcome(
        step=0,
        enabled=enabled,
        failed=failed,
        updates=((0, update),),
        goals=(("goal", watched),),
        undefined=(("goal", watched),),
        instance=(),
        progress=watched,
    )


def is_enabled(taken: Conditions, values: list[int]) -> bool:
    passed = all(((values[test.node] & test.mask) == 0) == test.zero for test in taken.tests)
    return passed and (taken.guard is None or values[taken.guard] == 1)


def watched(one: GroundOutcome) -> list[Node]:
    """The nodes that count where it is enabled."""
    return [one.failed, *(node for _, node in (*one.updates, *one.goals, *one.undefined))]


def test_random_outcomes_stay_the_same() -> None:
    with_guard = 0
    for seed in range(200):
        graph, random = Graph(), Random(seed)
        parts = [random_node(graph, random, True, random.choice((0, 1, 3)))[0] for _ in range(5)]
        outcomes = []
        for _ in range(4):
            enabled = graph.both(graph.both(*random.sample(parts, 2)), random_node(graph, random, True, 4)[0])
            failed = graph.both(enabled, random_node(graph, random, True, 2)[0])
            update = graph.select(enabled, graph.select(random.choice(parts), graph.const(1), graph.const(0)), graph.const(1))
            outcomes.append(outcome(enabled, failed, update, graph.either(random.choice(parts), failed)))
        taken = conditions(graph, outcomes)
        with_guard += sum(one.guard is not None for one in taken)
        for fields in random.sample(states(), 40):
            values = evaluated(graph, list(fields))
            for before, after in zip(outcomes, taken, strict=True):
                assert is_enabled(after, values) == (values[before.enabled] == 1), seed
                if values[before.enabled]:
                    assert [values[n] for n in watched(after.outcome)] == [values[n] for n in watched(before)], seed
    assert with_guard > 50


def test_bits_places_and_what_is_known() -> None:
    graph = Graph()
    place, pattern = graph.field(0, 0, 3), graph.field(1, 0, 7)
    there, bit = graph.eq(place, graph.const(0)), graph.bitand(graph.shr(pattern, graph.const(2)), graph.const(1))
    enabled = graph.both(there, bit)
    update = graph.select(enabled, graph.const(3), place)
    (taken,) = conditions(graph, [outcome(enabled, graph.both(enabled, graph.negate(bit)), update, graph.both(bit, there))])
    assert taken.tests == (NodeTest(place, ALL_BITS, True), NodeTest(pattern, 0b100, False))
    assert taken.guard is None
    assert [graph.value(node) for node in watched(taken.outcome)] == [0, 3, 1, 1]


def test_what_takes_long_and_only_one_asks_waits() -> None:
    graph, random = Graph(), Random(1)
    cheap = graph.eq(graph.field(0, *INTERVALS[0]), graph.const(1))
    while len(graph.code) < 40:
        long, _ = random_node(graph, random, True, 5)
    enabled = graph.both(cheap, long)
    one = outcome(enabled, graph.const(0), graph.const(0), graph.const(0))
    (alone,) = conditions(graph, [one])
    assert alone.guard is not None
    assert all(taken.guard is None for taken in conditions(graph, [one, one]))
