"""The point of no return, on random small machines, against its definition taken word for word."""

from __future__ import annotations

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.language.types import Bool
from checker.model.expr import Apply
from checker.model.model import Goal
from checker.properties.judge import judge
from checker.properties.no_return import no_return
from checker.properties.search import Search
from checker.properties.traces import replayed
from tests.graph.hand_graphs import brute_force
from tests.properties.machines import Machine, Move, goal, searched
from tests.properties.test_brute_force import EVERYTHING, ByHand, machines, sets

LONG = 7


def closes(search: Search, asked: Goal) -> int | None:
    finding = judge(search, asked)
    assert finding.path is not None
    return no_return(search, replayed(search, finding.path), finding)


@st.composite
def chains(draw: st.DrawFn) -> tuple[Machine, list[Move]]:
    """Machines with longer ways: a line with branches."""
    number = st.integers(0, LONG - 1)
    arrows = st.lists(st.tuples(number, number), min_size=1, max_size=3, unique=True).map(tuple)
    kinds = st.sampled_from([("weak", False), ("weak", False), ("strong", False), ("may", False), ("may", True)])
    moves = draw(st.lists(st.builds(lambda a, k: Move(a, k[0], k[1]), arrows, kinds), min_size=1, max_size=4))
    line = Move(tuple((n, n + 1) for n in range(LONG - 1)))
    return Machine(LONG, [0]), [line, *moves]


@given(chains(), st.frozensets(st.integers(1, LONG - 1), min_size=1, max_size=3))
@settings(max_examples=80, deadline=None)
def test_what_cannot_be_avoided(machine: tuple[Machine, list[Move]], bad: frozenset[int]) -> None:
    asked = goal("never", machine[0].among(bad))
    search = searched(machine[0].model(machine[1], [asked]))
    finding = judge(search, asked)
    if finding.path is None:
        return
    by_hand, good = ByHand(search), frozenset(range(LONG)) - bad
    path = search.path_states(finding.path)
    first = next(place for place, state in enumerate(path) if by_hand.at[state] in bad or not by_hand.stays([state], good))
    assert closes(search, asked) == first


@given(chains(), st.frozensets(st.tuples(st.integers(0, LONG - 1), st.integers(0, LONG - 1)), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_what_no_transition_may_do(machine: tuple[Machine, list[Move]], bad: frozenset[tuple[int, int]]) -> None:
    """`step`: the bad transitions are left out, but what they are of stays enabled."""
    at = machine[0]
    pairs = [Apply("and", (at.among({a}, old=True), at.among({b})), Bool()) for a, b in sorted(bad)]
    asked = goal("step", Apply("not", (Apply("or", tuple(pairs), Bool()),), Bool()))
    search = searched(at.model(machine[1], [asked]))
    finding = judge(search, asked)
    if finding.path is None:
        return
    by_hand, graph = ByHand(search), search.graph
    pair = [(by_hand.at[graph.source(e)], by_hand.at[graph.edge_target[e]]) for e in range(graph.transitions)]
    cut = {edge for edge, both in enumerate(pair) if both in bad}
    walk = networkx.DiGraph()
    walk.add_nodes_from(range(graph.distinct))
    walk.add_edges_from((graph.source(e), graph.edge_target[e]) for e in range(graph.transitions) if e not in cut)

    def stays(state: int) -> bool:
        reached = networkx.descendants(walk, state) | {state}
        inside = [s in reached for s in range(graph.distinct)]
        return any(map(by_hand.may_stop, reached)) or brute_force(by_hand.graph, inside, cut)

    path = search.path_states(finding.path)
    before = path[: len(finding.path.indices)]
    first = next((place for place, state in enumerate(before) if not stays(state)), len(finding.path.indices))
    assert closes(search, asked) == first


@given(machines(), sets())
@settings(max_examples=200, deadline=None)
def test_a_goal_that_can_no_longer_be_reached(machine: tuple[Machine, list[Move]], p: frozenset[int]) -> None:
    asked = goal("eventually", machine[0].among(p))
    search = searched(machine[0].model(machine[1], [asked]))
    finding = judge(search, asked)
    if finding.path is None:
        return
    by_hand = ByHand(search)
    goals = {s for s in by_hand.walk if by_hand.at[s] in p & EVERYTHING}
    path = search.path_states(finding.path)
    lost = [place for place, s in enumerate(path) if not goals & (networkx.descendants(by_hand.walk, s) | {s})]
    assert closes(search, asked) == (lost[0] if lost and goals else None)
