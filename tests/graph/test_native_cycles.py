"""The algorithms in the library give what those in Python give, on random graphs."""

from __future__ import annotations

from random import Random

import pytest

from checker.engines.native.library import NativeUnavailable, load
from checker.graph.components import Part
from checker.graph.fair_cycles import Fairness, LazyMasks, fair_components
from checker.graph.lassos import ENTRIES, find_lasso, lasso_from
from checker.graph.native_cycles import KINDS, CutEdges, NativeCycles
from checker.graph.reachability import Backward, forward
from tests.graph.hand_graphs import HandGraph

FAIRNESS: tuple[Fairness, ...] = ("weak", "weak", "strong", "strong", "may", "fault")


def _available() -> bool:
    try:
        load()
    except NativeUnavailable:
        return False
    return True


pytestmark = pytest.mark.skipif(not _available(), reason="the native library is not there")


class Case:
    """A random graph with all that is asked of it."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)
        size, classes = random.choice((1, 3, 8, 30)), random.choice((1, 3, 6))
        fairness = [random.choice(FAIRNESS) for _ in range(classes)]
        leaving = random.randrange(classes) if random.random() < 0.7 else -1  # a class that no cycle takes
        if leaving >= 0:
            fairness[leaving] = "strong"
        out: list[list[tuple[int, int]]] = [[] for _ in range(size)]
        for _ in range(random.randint(0, int(size * random.choice((1, 2, 3.5))))):
            target = random.randrange(-1 if random.random() < 0.1 else 0, size)
            number = random.randrange(classes)
            if number == leaving and random.random() < 0.8:
                number = (number + 1) % classes
            out[random.randrange(size)].append((-1 if number == leaving else target, number))
        self.graph = HandGraph(out, fairness)
        self.size, self.edges = size, len(self.graph.edge_target)
        self.inside = bytearray(random.random() < random.choice((0.7, 1.0)) for _ in range(size))
        self.cut = bytearray(random.random() < random.choice((0.0, 0.2)) for _ in range(self.edges))
        self.cut_set = frozenset(edge for edge in range(self.edges) if self.cut[edge])
        self.native = NativeCycles(self.graph, fairness)
        levels = sorted(random.randint(0, 4) for _ in range(random.randint(0, 4)))
        self.sources = [(random.randrange(size), level) for level in levels]


CASES = range(4_000)


def test_distances() -> None:
    for seed in CASES:
        case = Case(seed)
        for cut, cut_set in ((None, frozenset[int]()), (CutEdges(case.cut), case.cut_set)):
            here = forward(case.graph, case.sources, case.inside, cut_set)
            there = case.native.forward(iter(case.sources), case.inside, cut)
            assert list(there.distance) == list(here.distance)
            assert list(there.edge) == list(here.edge)
            assert list(there.order) == list(here.order)
            for state in here.order:
                assert there.path(state) == here.path(state)


def test_what_reaches_a_target() -> None:
    for seed in CASES:
        case = Case(seed)
        targets = [case.random.randrange(case.size) for _ in range(case.random.randint(0, 2))]
        assert case.native.reaching(targets) == Backward(case.graph).reaching(targets)


def test_the_kinds_of_the_edges_of_states() -> None:
    for seed in CASES:
        case = Case(seed)
        masks, eager = LazyMasks(case.graph), case.graph.fair().enabled
        for state, found in enumerate(case.native.kinds()):
            expected = 0
            for number in case.graph.enabled(state):
                expected |= KINDS[case.graph.fairness[number]]
            assert found == expected
            assert masks[state] == eager[state]


def test_fair_components_and_lassos() -> None:
    several = split = 0
    for seed in CASES:
        case = Case(seed)
        fair = case.graph.fair()
        here = list(fair_components(fair, case.inside, case.cut_set))
        there = case.native.fair_parts(case.inside, CutEdges(case.cut))
        found: dict[int, list[int]] = {}
        for state, label in enumerate(there.part.labels):
            if label:
                found.setdefault(label, []).append(state)
        assert sorted(found) == list(range(1, there.count + 1))
        assert list(found.values()) == sorted(component.states for component in here)
        distances = forward(case.graph, case.sources, case.inside, case.cut_set)
        a = find_lasso(fair, here, distances)
        b = lasso_from(fair, there.nearest(distances, ENTRIES + 1), distances)
        assert (a is None, a and (a.source, a.stem, a.cycle, a.shortest)) == (
            b is None,
            b and (b.source, b.stem, b.cycle, b.shortest),
        )
        several += len(here) > 1
        split += any(set(c.states) < set(d) for c in here for d in _strong(case))
    assert several > 50
    assert split > 50, "no component was looked through again"


def _strong(case: Case) -> list[list[int]]:
    """The components that strong fairness has not divided yet."""
    from checker.graph.components import components

    inside = [state for state in range(case.size) if case.inside[state]]
    return list(components(case.graph, Part(case.inside, case.cut_set), inside))


def test_a_graph_out_of_its_bounds_is_refused() -> None:
    for change in ("target", "class", "start"):
        graph = HandGraph([[(1, 0)], [(0, 1)]], ["weak", "weak"])
        NativeCycles(graph, graph.fairness)
        if change == "target":
            graph.edge_target[1] = 2
        elif change == "class":
            graph.edge_class[0] = 2
        else:
            graph.edge_start[1] = 3
        with pytest.raises(AssertionError, match="within its bounds"):
            NativeCycles(graph, graph.fairness)


def test_a_long_path_and_a_large_cycle_need_no_recursion() -> None:
    n = 200_000
    graph = HandGraph([[((state + 1) % n, 0)] for state in range(n)], ["weak"])
    native = NativeCycles(graph, graph.fairness)
    assert native.fair_parts(bytearray(b"\1") * n).count == 1
    assert native.fair_parts(bytearray(b"\1") * (n - 1) + b"\0").count == 0
    distances = native.forward([(0, 0)], bytearray(b"\1") * n)
    assert distances.distance[n - 1] == n - 1
