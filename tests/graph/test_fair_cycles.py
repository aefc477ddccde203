"""Fair cycles: cases with a known answer, and random small graphs against a decision by brute force."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.graph.components import Part, components
from checker.graph.fair_cycles import FairComponent, fair_components
from checker.graph.lassos import CycleSearch, find_lasso
from checker.graph.reachability import Backward, forward
from tests.graph.hand_graphs import HandGraph, brute_force, is_fair


def found(graph: HandGraph, inside: list[int] | None = None, cut: frozenset[int] = frozenset()) -> list[FairComponent]:
    return list(fair_components(graph.fair(), inside or [1] * graph.size, cut))


def states(graph: HandGraph, inside: list[int] | None = None, cut: frozenset[int] = frozenset()) -> list[list[int]]:
    return sorted(component.states for component in found(graph, inside, cut))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[HandGraph, list[int], frozenset[int]]:
    size = draw(st.integers(1, 5))
    fairness = draw(st.lists(st.sampled_from(["weak", "weak", "strong", "strong", "may", "fault"]), min_size=1, max_size=4))
    edge = st.tuples(st.integers(-1, size - 1), st.integers(0, len(fairness) - 1))
    out: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    for source, (target, number) in draw(st.lists(st.tuples(st.integers(0, size - 1), edge), max_size=9)):
        out[source].append((target, number))
    graph = HandGraph(out, fairness)
    inside = draw(st.lists(st.sampled_from([1, 1, 1, 0]), min_size=size, max_size=size))
    edges = range(len(graph.edge_target))
    cut = draw(st.frozensets(st.sampled_from(edges), max_size=2)) if edges else frozenset()
    return graph, inside, cut


@given(graphs())
@settings(max_examples=300)
def test_the_decision_is_that_of_brute_force(case: tuple[HandGraph, list[int], frozenset[int]]) -> None:
    graph, inside, cut = case
    assert bool(list(fair_components(graph.fair(), inside, cut))) == brute_force(graph, inside, cut)


@given(graphs())
@settings(max_examples=300)
def test_every_fair_component_yields_fair_cycles_from_each_of_its_states(
    case: tuple[HandGraph, list[int], frozenset[int]],
) -> None:
    graph, inside, cut = case
    fair = graph.fair()
    for component in list(fair_components(fair, inside, cut)):
        search = CycleSearch(fair, component)
        for start in component.states:
            exact, finished = search.shortest(start)
            walked = search.walk(start)
            assert finished
            assert exact is not None
            assert len(exact) <= len(walked)
            for cycle in (exact, walked):
                assert graph.source_of(cycle[0]) == start
                assert [graph.source_of(e) for e in cycle[1:]] == [graph.edge_target[e] for e in cycle[:-1]]
                assert graph.edge_target[cycle[-1]] == start
                assert not cut & set(cycle)
                assert all(inside[graph.source_of(e)] for e in cycle)
                assert is_fair(graph, cycle)


@given(graphs())
@settings(max_examples=300)
def test_components_are_those_of_networkx(case: tuple[HandGraph, list[int], frozenset[int]]) -> None:
    graph, inside, cut = case
    usual = networkx.DiGraph()
    usual.add_nodes_from(s for s in range(graph.size) if inside[s])
    for state in range(graph.size):
        for edge in range(graph.edge_start[state], graph.edge_start[state + 1]):
            target = graph.edge_target[edge]
            if inside[state] and target >= 0 and inside[target] and edge not in cut:
                usual.add_edge(state, target)
    expected = sorted(sorted(c) for c in networkx.strongly_connected_components(usual) if len(c) > 1 or usual.has_edge(*[*c] * 2))
    part = Part(inside, cut)
    assert sorted(components(graph, part, [s for s in range(graph.size) if inside[s]])) == expected


@given(graphs())
@settings(max_examples=300)
def test_a_lasso_that_is_said_to_be_shortest_is(case: tuple[HandGraph, list[int], frozenset[int]]) -> None:
    graph, inside, cut = case
    fair = graph.fair()
    distances = forward(graph, [(0, 0)], inside, cut)
    lasso = find_lasso(fair, list(fair_components(fair, inside, cut)), distances)
    exact = [
        distances.distance[s] + len(CycleSearch(fair, c).shortest(s)[0] or [])
        for c in fair_components(fair, inside, cut)
        for s in c.states
        if distances.distance[s] >= 0
    ]
    assert (lasso is None) == (not exact)
    if lasso is not None:
        assert lasso.shortest
        assert lasso.steps == min(exact)
        at = lasso.source
        for edge in lasso.stem + lasso.cycle:
            assert graph.source_of(edge) == at
            at = graph.edge_target[edge]
        assert at == (graph.edge_target[lasso.stem[-1]] if lasso.stem else lasso.source)


def test_weak_fairness_is_decided_on_edges_not_on_states() -> None:
    # both states of the component are entered by class 0 from elsewhere, but no edge of the cycle is of class 0 (tlaplus 201)
    graph = HandGraph([[(1, 1), (2, 0)], [(0, 1), (2, 0)], [(2, 2)]], ["weak", "weak", "may"])
    assert states(graph) == [[2]]
    assert states(graph, [1, 1, 0]) == []


def test_a_class_that_the_cycle_disables_is_not_owed() -> None:
    graph = HandGraph([[(1, 1), (2, 0)], [(0, 1)], []], ["weak", "weak"])
    assert states(graph) == [[0, 1]]


def test_strong_fairness_asks_for_more_than_weak() -> None:
    graph = HandGraph([[(1, 1), (2, 0)], [(0, 1)], []], ["strong", "weak"])
    assert states(graph) == []


def test_a_fair_cycle_inside_an_unfair_component() -> None:
    # 0 -> 1 -> 0 enables the strong class 0 in state 1 only; the loop at 0 does not, and is fair by itself (tla-rs PR 59)
    graph = HandGraph([[(0, 1), (1, 2)], [(0, 2), (-1, 0)]], ["strong", "may", "may"])
    assert states(graph) == [[0]]


def test_two_strong_classes_that_starve_one_after_the_other() -> None:
    # state 2 enables class 0, never taken; without it state 1 still enables class 1, whose only edge led through 2
    graph = HandGraph([[(0, 2), (1, 2)], [(0, 2), (2, 1)], [(0, 2), (-1, 0)]], ["strong", "strong", "may"])
    assert states(graph) == [[0]]


def test_an_edge_that_fails_counts_as_enabled() -> None:
    assert states(HandGraph([[(0, 1), (-1, 0)]], ["weak", "may"])) == []
    assert states(HandGraph([[(0, 1)]], ["weak", "may"])) == [[0]]


@pytest.mark.parametrize(("kind", "expected"), [("fault", []), ("may", [[0, 1]]), ("weak", [[0, 1]])])
def test_faults_alone_are_no_run(kind: str, expected: list[list[int]]) -> None:
    assert states(HandGraph([[(1, 0)], [(0, 0)]], [kind])) == expected


def test_faults_are_never_required() -> None:
    assert states(HandGraph([[(0, 0), (1, 1)], []], ["weak", "fault"])) == [[0]]


def test_a_cut_edge_is_enabled_and_not_taken() -> None:
    graph = HandGraph([[(0, 0), (0, 1)]], ["weak", "weak"])
    assert states(graph) == [[0]]
    assert states(graph, cut=frozenset({1})) == []


def test_a_long_ring_and_its_lasso() -> None:
    n = 3_000
    graph = HandGraph([[((i + 1) % n, i % 7)] for i in range(n)], ["weak"] * 7)
    fair = graph.fair()
    lasso = find_lasso(fair, list(fair_components(fair, [1] * n)), forward(graph, [(0, 0)], [1] * n))
    assert lasso is not None
    assert len(lasso.cycle) == n


def test_forward_counts_sources_from_their_levels() -> None:
    graph = HandGraph([[(1, 0)], [(2, 0)], [(3, 0)], [], [(3, 0)]], ["weak"])
    distances = forward(graph, [(0, 0), (4, 1)], [1, 1, 1, 1, 1])
    assert list(distances.distance) == [0, 1, 2, 2, 1]
    assert distances.path(3) == (4, [3])
    assert list(forward(graph, [(0, 0), (4, 1)], [1, 0, 1, 1, 1]).distance) == [0, -1, -1, 2, 1]


def test_backward_finds_what_can_still_reach() -> None:
    graph = HandGraph([[(1, 0), (2, 0)], [(3, 0)], [(-1, 0)], []], ["weak"])
    assert list(Backward(graph).reaching([3])) == [1, 1, 0, 1]
