"""Fair cycles that must take an edge of each of several sets, what starves an agent, and the longest paths: by brute force, and in the library."""

from __future__ import annotations

from array import array
from itertools import combinations
from random import Random

import networkx
import pytest

from checker.engines.native.library import NativeUnavailable, load
from checker.graph.cheapest import cheapest
from checker.graph.fair_cycles import FairGraph, fair_components
from checker.graph.hunger import OTHER, OWN, WANTS, Hunger, marks
from checker.graph.longest import LongestPath, longest
from checker.graph.native_cycles import CutEdges, NativeCycles
from tests.graph.hand_graphs import HandGraph, is_fair, packed

SETS = 0b11


def _available() -> bool:
    try:
        load()
    except NativeUnavailable:
        return False
    return True


native_only = pytest.mark.skipif(not _available(), reason="the native library is not there")


def random_graph(random: Random, size: int, edges: int, classes: int) -> HandGraph:
    fairness = [random.choice(("weak", "weak", "strong", "may", "fault")) for _ in range(classes)]
    out: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    for _ in range(edges):
        out[random.randrange(size)].append((random.randrange(size), random.randrange(classes)))
    return HandGraph(out, fairness)  # type: ignore[arg-type]


def by_brute_force(graph: HandGraph, sets: bytearray) -> bool:
    """Whether some edges are those of a closed walk, are fair, and take both sets."""
    every = [(graph.source_of(e), graph.edge_target[e], e) for e in range(len(graph.edge_target))]
    for size in range(1, len(every) + 1):
        for chosen in combinations(every, size):
            numbers = [edge for _, _, edge in chosen]
            taken = 0
            for edge in numbers:
                taken |= sets[edge]
            walk = networkx.MultiDiGraph()
            walk.add_edges_from(chosen)
            if taken == SETS and networkx.is_strongly_connected(walk) and is_fair(graph, numbers):
                return True
    return False


@pytest.mark.parametrize("block", range(8))
def test_cycles_that_take_every_set(block: int) -> None:
    found = 0
    for seed in range(block * 25, block * 25 + 25):
        random = Random(seed)
        graph = random_graph(random, random.randint(1, 4), random.randint(1, 8), random.randint(1, 4))
        sets = bytearray(random.choice((0, 0, 1, 2, 3)) for _ in graph.edge_target)
        fair = FairGraph(graph, graph.fairness, edge_sets=sets, sets=SETS)
        here = list(fair_components(fair, bytearray(b"\1") * graph.size))
        assert bool(here) == by_brute_force(graph, sets), seed
        found += bool(here)
    assert 0 < found < 25


@native_only
def test_sets_in_the_library() -> None:
    several = 0
    for seed in range(2_000):
        random = Random(seed)
        graph = random_graph(random, random.choice((1, 4, 12, 30)), random.randint(0, 90), random.choice((1, 3, 6)))
        sets = bytearray(random.choice((0, 0, 1, 2)) for _ in graph.edge_target)
        cut = bytearray(random.random() < 0.1 for _ in graph.edge_target)
        inside = bytearray(b"\1") * graph.size
        fair = FairGraph(graph, graph.fairness, edge_sets=sets, sets=SETS)
        here = list(fair_components(fair, inside, frozenset(e for e, c in enumerate(cut) if c)))
        parts = NativeCycles(graph, graph.fairness, sets, SETS).fair_parts(inside, CutEdges(cut))
        states: dict[int, list[int]] = {}
        for state, label in enumerate(parts.part.labels):
            if label:
                states.setdefault(label, []).append(state)
        assert list(states.values()) == sorted(component.states for component in here)
        several += len(here) > 1
    assert several > 20


class WithProgress:
    """A graph with its edges of progress."""

    def __init__(self, graph: HandGraph, progress: memoryview) -> None:
        self.packed, self.classes = packed(graph, progress), graph.classes


@native_only
def test_hunger_in_the_library() -> None:
    for seed in range(500):
        random = Random(seed)
        graph = random_graph(random, random.choice((1, 4, 12)), random.randint(0, 40), 6)
        roles = bytearray(random.choice((0, OTHER, OWN, OWN | WANTS)) for _ in range(6))
        serves = array("H", (random.choice((0, 2, 4)) if role & OWN else 0 for role in roles))
        letters = array("H", (random.randrange(8) for _ in range(graph.size)))
        progress = memoryview(bytearray(random.random() < 0.3 for _ in graph.edge_target))
        for by_progress in (False, True):
            hunger = Hunger(letters=letters, roles=roles, serves=serves, by_progress=by_progress)
            sets, cut = NativeCycles(WithProgress(graph, progress), graph.fairness).hunger(hunger)
            assert (bytearray(sets), bytearray(cut)) == marks(graph, hunger, progress)


@native_only
def test_longest_paths() -> None:
    for seed in range(500):
        random = Random(seed)
        graph = random_graph(random, random.choice((1, 4, 12, 30)), random.randint(0, 60), 3)
        inside = bytearray(random.random() < 0.8 for _ in range(graph.size))
        ends = bytearray(random.random() < 0.1 for _ in range(graph.size))
        counted, limit = bytearray(random.randint(0, 1) for _ in range(3)), random.randint(1, 9)
        here = longest(graph, inside, ends, counted, limit)
        assert list(NativeCycles(graph, graph.fairness).longest(inside, ends, counted, limit)) == list(here)
        assert list(here) == _by_rounds(graph, inside, ends, counted, limit)


def _by_rounds(graph: HandGraph, inside: bytearray, ends: bytearray, counted: bytearray, limit: int) -> list[int]:
    """What can be had with k counted edges, from what can be had with k - 1: sets of states."""
    members = [s for s in range(graph.size) if inside[s]]
    found = [0] * graph.size
    able = set(members)  # of at least 0
    walk = networkx.DiGraph()
    walk.add_nodes_from(members)
    free = networkx.DiGraph()
    free.add_nodes_from(members)
    for edge in range(len(graph.edge_target)):
        source, target = graph.source_of(edge), graph.edge_target[edge]
        if inside[source] and inside[target]:
            (walk if counted[graph.edge_class[edge]] else free).add_edge(source, target)
    for level in range(1, limit + 1):
        begun = {s for s in members if ends[s] or any(t in able for t in walk.successors(s))}
        able = {s for s in members if begun & ({s} | networkx.descendants(free, s))}
        for state in able:
            found[state] = level
    return found


@native_only
def test_longest_paths_by_weight() -> None:
    """On graphs without cycles: of classes and of states, far above what a byte or 32 bits hold."""
    for seed in range(300):
        random = Random(seed)
        size = random.choice((1, 4, 12, 30))
        out = [
            [(random.randrange(state + 1, size), random.randrange(3)) for _ in range(random.randint(0, 3))]
            if state + 1 < size
            else []
            for state in range(size)
        ]
        graph = HandGraph(out, ["weak"] * 3)
        counted = [random.choice((0, 1, 8_000, 5_000_000_000)) for _ in range(3)]
        gained = [random.choice((0, 0, 3)) for _ in range(size)] if random.random() < 0.5 else None
        inside, ends = bytearray(b"\1") * size, bytearray(size)
        here = longest(graph, inside, ends, counted, 1 << 60, gained)
        assert list(NativeCycles(graph, graph.fairness).longest(inside, ends, counted, 1 << 60, gained)) == list(here)
        walk = networkx.MultiDiGraph()
        walk.add_nodes_from(range(size))
        for edge, target in enumerate(graph.edge_target):
            takes = counted[graph.edge_class[edge]] + (gained[target] if gained else 0)
            walk.add_edge(graph.source_of(edge), target, weight=takes)
        assert max(here) == networkx.dag_longest_path_length(walk)
        first = max(range(size), key=here.__getitem__)
        edges, _ = LongestPath(graph, inside, ends, counted, here, gained).walk(first, here[first])
        assert sum(counted[graph.edge_class[e]] + (gained[graph.edge_target[e]] if gained else 0) for e in edges) == here[first]
        goal = [random.random() < 0.3 for _ in range(size)]
        assert cheapest(graph, [0], goal, counted, gained) == _by_dijkstra(walk, goal)


def _by_dijkstra(walk: networkx.MultiDiGraph, goal: list[bool]) -> int | None:
    far = networkx.single_source_dijkstra_path_length(walk, 0)
    return min((cost for state, cost in far.items() if goal[state]), default=None)
