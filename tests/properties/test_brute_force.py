"""Verdicts on runs, on random small machines, against their definition taken word for word."""

from __future__ import annotations

from collections.abc import Collection

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.properties.judge import judge
from checker.properties.search import Search
from checker.properties.traces import replayed
from tests.graph.hand_graphs import HandGraph, brute_force
from tests.properties.machines import Machine, Move, goal, searched

SIZE = 4


@st.composite
def machines(draw: st.DrawFn) -> tuple[Machine, list[Move]]:
    number = st.integers(0, SIZE - 1)
    arrows = st.lists(st.tuples(number, number), min_size=1, max_size=3, unique=True).map(tuple)
    kinds = st.sampled_from([("weak", False), ("weak", False), ("strong", False), ("may", False), ("may", True)])
    moves = draw(
        st.lists(
            st.builds(lambda a, k, m: Move(a, k[0], k[1], m), arrows, kinds, st.sampled_from([None, None, "progress"])),
            min_size=1,
            max_size=4,
        )
    )
    initial = draw(st.lists(number, min_size=1, max_size=2, unique=True))
    return Machine(SIZE, sorted(initial)), moves


def sets() -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(0, SIZE - 1))


class ByHand:
    """The same graph, for brute force; `at` gives the machine's number of each state."""

    def __init__(self, search: Search) -> None:
        graph = search.graph
        fairness = ["fault" if s.fault else s.fairness for s in (search.model.steps[c[0]] for c in graph.classes)]
        out = [[(graph.edge_target[e], graph.edge_class[e]) for e in graph.edges(s)] for s in range(graph.distinct)]
        self.graph = HandGraph(out, fairness)  # type: ignore[arg-type]
        self.at = [state[0] for state in graph.states]
        self.initial = graph.initial
        self.walk = networkx.DiGraph()
        self.walk.add_nodes_from(range(graph.distinct))
        self.walk.add_edges_from((s, t) for s, edges in enumerate(out) for t, _ in edges)

    def may_stop(self, state: int) -> bool:
        return all(self.graph.fairness[c] in ("may", "fault") for c in self.graph.enabled(state))

    def stays(self, sources: Collection[int], numbers: Collection[int]) -> bool:
        """Some fair run from one of the sources stays among states with these numbers for ever, or ends there."""
        allowed = [s for s in self.walk if self.at[s] in numbers]
        part = self.walk.subgraph(allowed)
        reached = {t for s in sources if s in part for t in networkx.descendants(part, s) | {s}}
        return any(map(self.may_stop, reached)) or brute_force(self.graph, [s in reached for s in range(len(self.at))])


EVERYTHING = frozenset(range(SIZE))


@given(machines(), sets())
@settings(max_examples=200)
def test_eventually(machine: tuple[Machine, list[Move]], p: frozenset[int]) -> None:
    asked = goal("eventually", machine[0].among(p))
    search = searched(machine[0].model(machine[1], [asked]))
    by_hand = ByHand(search)
    finding = judge(search, asked)
    assert (finding.verdict == "violated") == by_hand.stays(by_hand.initial, EVERYTHING - p)
    if finding.path is not None:
        run = replayed(search, finding.path)
        assert all(state[0] not in p for state in (run.start, *(t.after for t in run.taken)))


@given(machines(), sets(), sets())
@settings(max_examples=200)
def test_whenever(machine: tuple[Machine, list[Move]], p: frozenset[int], q: frozenset[int]) -> None:
    asked = goal("whenever", machine[0].among(p), machine[0].among(q))
    search = searched(machine[0].model(machine[1], [asked]))
    by_hand = ByHand(search)
    triggered = [s for s, number in enumerate(by_hand.at) if number in p]
    finding = judge(search, asked)
    assert (finding.verdict == "violated") == by_hand.stays(triggered, EVERYTHING - q)
    if finding.path is not None:
        run = replayed(search, finding.path)
        states = [run.start[0], *(t.after[0] for t in run.taken)]
        last_goal = max((place for place, number in enumerate(states) if number in q), default=-1)
        assert any(number in p for number in states[last_goal + 1 :])


@given(machines(), sets())
@settings(max_examples=200)
def test_livelock(machine: tuple[Machine, list[Move]], done: frozenset[int]) -> None:
    asked = goal("no livelock")
    model = machine[0].model(machine[1], [asked], machine[0].among(done))
    search = searched(model)
    by_hand = ByHand(search)
    marked = [e for e, marks in search.graph.edge_marks.items() if "progress" in marks]
    inside = [model.has_progress or number not in done for number in by_hand.at]
    undone = [number not in done for number in by_hand.at]
    expected = brute_force(by_hand.graph, inside, marked if model.has_progress else (), undone)
    finding = judge(search, asked)
    assert (finding.verdict == "violated") == expected
    if finding.path is not None:
        run = replayed(search, finding.path)
        around = run.taken[finding.path.cycle :]
        assert around
        assert not (model.has_progress and any("progress" in t.transition.marks for t in around))
        assert any(t.after[0] not in done for t in around)
        assert model.has_progress or not any(t.after[0] in done for t in around)


@given(machines(), sets())
@settings(max_examples=150)
def test_an_invariant_and_its_contrary_in_the_end_never_both_hold(machine: tuple[Machine, list[Move]], p: frozenset[int]) -> None:
    """`always P` and `eventually not P` are contradictory, as are two contrary `eventually always` (fizzbee 212)."""
    always, contrary = goal("always", machine[0].among(p)), goal("eventually", machine[0].among(EVERYTHING - p))
    search = searched(machine[0].model(machine[1], [always, contrary]))
    assert {judge(search, always).verdict, judge(search, contrary).verdict} != {"holds"}


@given(machines(), sets(), st.integers(1, SIZE))
@settings(max_examples=150)
def test_a_limit_never_turns_a_verdict_into_its_contrary(
    machine: tuple[Machine, list[Move]], p: frozenset[int], limit: int
) -> None:
    goals = [
        *(goal(kind, machine[0].among(p)) for kind in ("always", "never", "step", "sometimes", "eventually")),
        *(goal(kind) for kind in ("no deadlock", "no livelock", "no unhandled message")),
    ]
    model = machine[0].model(machine[1], goals, machine[0].among(EVERYTHING - p))
    whole, part = searched(model), searched(model, limit)
    for asked in goals:
        assert judge(part, asked).verdict in (judge(whole, asked).verdict, "unknown")
        if not part.graph.complete and judge(part, asked).verdict == "holds":
            assert asked.kind == "sometimes"


@given(machines(), sets(), sets())
@settings(max_examples=150)
def test_counterexamples_and_witnesses_are_as_near_as_can_be(
    machine: tuple[Machine, list[Move]], p: frozenset[int], done: frozenset[int]
) -> None:
    """A trace that is said to be shortest is, and it ends where the property breaks (quint 1802)."""
    drawn, moves = machine
    goals = [
        goal("always", drawn.among(p)),
        goal("never", drawn.among(p)),
        goal("sometimes", drawn.among(p)),
        goal("no deadlock"),
    ]
    search = searched(drawn.model(moves, goals, drawn.among(done)))
    by_hand = ByHand(search)
    depth = {
        s: min(
            networkx.shortest_path_length(by_hand.walk, i, s) for i in by_hand.initial if networkx.has_path(by_hand.walk, i, s)
        )
        for s in by_hand.walk
    }
    quiet = {s for s in by_hand.walk if all(by_hand.graph.fairness[c] == "fault" for c in by_hand.graph.enabled(s))}
    wanted = {
        "always": {s for s in by_hand.walk if by_hand.at[s] not in p},
        "never": {s for s in by_hand.walk if by_hand.at[s] in p},
        "sometimes": {s for s in by_hand.walk if by_hand.at[s] in p},
        "no deadlock": {s for s in quiet if by_hand.at[s] not in done},
    }
    for asked in goals:
        finding, ends = judge(search, asked), wanted[asked.kind]
        assert (finding.verdict == "violated") == (bool(ends) != (asked.kind == "sometimes"))
        if finding.path is not None:
            assert finding.path.shortest
            assert finding.path.end in ends
            assert len(finding.path.indices) == min(depth[s] for s in ends)
            replayed(search, finding.path)
