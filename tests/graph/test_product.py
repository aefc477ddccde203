"""The product with an automaton in the library is that of Python, on random machines and formulas."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from checker.engines.native.edges import NativeGraph
from checker.engines.native.explore import explore_native
from checker.engines.native.library import NativeUnavailable, load
from checker.graph.product import Product
from checker.model.formula import negated
from checker.properties.judge import judge
from checker.properties.ltl.automaton import automaton_of
from checker.properties.native_search import NativeSearch
from checker.properties.traces import replayed
from tests.properties.machines import searched
from tests.properties.test_ltl import random_goal, random_machine


def _available() -> bool:
    try:
        load()
    except NativeUnavailable:
        return False
    return True


pytestmark = pytest.mark.skipif(not _available(), reason="the native library is not there")


@pytest.mark.parametrize("seed", range(150))
def test_native_products(seed: int) -> None:
    chance = random.Random(seed)
    machine, moves = random_machine(chance)
    asked = replace(random_goal(chance, machine), name="asked")
    assert asked.formula is not None
    model = machine.model(moves, [asked])
    explored = explore_native(model, runs=True)
    graph = NativeGraph(explored, model)
    native, python = NativeSearch(graph, graph.interpreter), searched(model)
    conditions = dict(enumerate(asked.conditions))
    automaton = automaton_of(negated(asked.formula))
    ours = native.product(conditions, automaton).product
    theirs = Product(graph, native.letters(conditions), automaton, graph.initial)
    for part in ("node_state", "node_reader", "edge_start", "edge_target", "edge_class", "edge_sets"):
        assert list(getattr(ours, part)) == list(getattr(theirs, part)), part
    for node in range(len(ours.node_state)):
        for edge in range(ours.edge_start[node], ours.edge_start[node + 1]):
            assert ours.edge_of(edge, node) == theirs.edge_of(edge, node)
    found, wanted = judge(native, asked), judge(python, asked)
    assert found.verdict == wanted.verdict
    if found.path is not None:
        assert wanted.path is not None
        assert len(found.path.indices) == len(wanted.path.indices)
        replayed(native, found.path)
    explored.search.close()
