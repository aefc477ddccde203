"""Every fault is an ordinary step with a tag and a budget."""

from __future__ import annotations

from checker.engines.state_graph import StateGraph
from tests.elaborate.lowered import cell, counts, fired, graph_of

WORKER = """
    protocol p
    shared x: 0..3 = 0
    role W:
        var v: 0..1 = 0
        durable var d: 0..1 = 0
        run:
            v = 1
            d = 1
            await llm() as thinking
            x = 1
    """


def of(protocol: str, faults: str) -> StateGraph:
    return graph_of(protocol, f"faults f: {faults}\nno deadlock\n", faults="f")


def values(graph: StateGraph, *names: str) -> set[tuple[object, ...]]:
    offsets = [next(v.offset for v in graph.model.variables if v.name == name) for name in names]
    return {tuple(state[o] for o in offsets) for state in graph.states}


def test_crash_loses_what_is_volatile() -> None:
    graph = of(WORKER, "crash W <= 1")
    assert values(graph, "W up", "W.v", "W.d", "W.run") == {
        (True, 0, 0, 0),
        (True, 1, 1, 1),
        (True, 1, 1, 2),
        (False, 0, 0, 0),
        (False, 0, 1, 0),
    }


def test_no_fault_without_a_budget() -> None:
    assert counts(of(WORKER, "crash W <= 0")) == counts(graph_of(WORKER)) == (3, 2)


def test_restart_begins_again() -> None:
    graph = of(WORKER, "crash W <= 1, restart W <= 1")
    assert (True, 0, 1, 0) in values(graph, "W up", "W.v", "W.d", "W.run")
    assert cell(graph, "x") == {0, 1}


def test_restart_does_not_start_what_never_was_up() -> None:
    graph = of(
        """
        protocol p
        role Boss:
            action start(w: W) when w is down:
                spawn w
        role W * 1, starts down:
            run:
                pass
        """,
        "crash W <= 1, restart W <= 1",
    )
    assert "restart W" in fired(graph)
    first = graph.edge_start[1] - graph.edge_start[0]
    assert first == 1  # only the boss can bring it up the first time


def test_unlimited_crash_and_restart_need_no_counter() -> None:
    graph = of(WORKER, "crash W unlimited, restart W unlimited")
    assert not [v for v in graph.model.variables if v.kind == "budget"]


def test_stall_is_for_ever() -> None:
    graph = of(WORKER, "stall W <= 1")
    stuck = [i for i in range(len(graph.states)) if graph.edge_start[i] == graph.edge_start[i + 1]]
    assert (True, 1) in values(graph, "W stalled", "W.run")
    assert len(stuck) == 3  # stalled before, in the middle, after


def test_forget_ends_the_activity_and_keeps_what_is_durable() -> None:
    graph = of(WORKER, "forget W <= 1")
    assert (0, 1, 0) in values(graph, "W.v", "W.d", "W.run")


def test_skip_leaves_the_rest_undone() -> None:
    graph = of(WORKER, "skip W <= 1")
    assert (0, 2) in values(graph, "x", "W.run")


def test_repeat_runs_a_finished_activity_again_with_its_parameters() -> None:
    graph = of(
        """
        protocol p
        ids T * 2
        shared done_by: map[T, 0..2] = 0
        role W:
            action work(t: T) when done_by[t] == 0:
                done_by[t] += 1
        """,
        "repeat W <= 1",
    )
    assert fired(graph) == {"W.work", "W.work (again)"}
    assert max(max(state[0], state[1]) for state in graph.states) == 2


def test_disobey_ignores_should_and_never_when() -> None:
    text = """
        protocol p
        shared x: 0..2 = 0
        role W:
            action a when x < 2 should x < 1:
                x += 1
        """
    assert cell(graph_of(text), "x") == {0, 1}
    assert cell(of(text, "disobey W unlimited"), "x") == {0, 1, 2}


NETWORK = """
    protocol p
    shared got: seq[0..2, max 3] = []
    message M(n: 0..2) to B: {channel}
    role A:
        run:
            send M(1) to B
            send M(2) to B
    role B:
        on M(n) when len(got) < 3:
            got = append(got, n)
    """


def finals(channel: str, faults: str) -> set[object]:
    graph = of(NETWORK.format(channel=channel), faults)
    faulty = {i for i, step in enumerate(graph.model.steps) if step.fault is not None}
    found = set()
    for i, state in enumerate(graph.states):
        edges = range(graph.edge_start[i], graph.edge_start[i + 1])
        if all(graph.classes[graph.edge_class[e]][0] in faulty for e in edges):
            found.add(state[0])
    return found


def test_lose_duplicate_reorder() -> None:
    assert finals("fifo", "lose M <= 1") == {(1, 2), (1,), (2,)}
    assert finals("fifo", "duplicate M <= 1") == {(1, 2), (1, 1, 2), (1, 2, 2)}
    assert finals("fifo", "reorder M <= 1") == {(1, 2), (2, 1)}
    assert finals("unordered", "lose M <= 2") == {(1, 2), (2, 1), (1,), (2,), ()}


def test_garble_changes_the_payload() -> None:
    found = finals("fifo", "garble M <= 1")
    assert found == {(1, 2)} | {(n, 2) for n in (0, 2)} | {(1, n) for n in (0, 1)}


def test_byzantine_makes_up_messages() -> None:
    graph = of(
        """
        protocol p
        shared got: set[0..2] = {}
        message M(n: 0..2) to B
        role A:
            run:
                send M(1) to B
        role B:
            on M(n):
                got += {n}
        """,
        "byzantine A <= 1",
    )
    assert {frozenset(g) for g in cell(graph, "got")} >= {frozenset({0, 1}), frozenset({2}), frozenset({1, 2})}


def test_stale_reads_give_the_value_before_the_last_write_once() -> None:
    text = """
        protocol p
        shared v: 0..2 = 0
        shared saw: 0..2 = 0
        role A:
            run:
                v = 1
                await tool()
                v = 2
        role B:
            run:
                saw = v
        """
    assert values(graph_of(text), "v", "saw") == {(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)}
    graph = of(text, "stale v <= 1")
    ends = {(s[0], s[1]) for s in graph.states if s[next(v.offset for v in graph.model.variables if v.name == "stale v")] == 1}
    assert ends == {(1, 0), (2, 0), (2, 1)}


def test_a_step_sees_its_own_write_even_when_it_read_stale() -> None:
    graph = of(
        """
        protocol p
        shared v: 0..3 = 0
        shared saw: 0..3 = 0
        role A:
            run:
                v = 1
        role B:
            run:
                v = v + 2
                saw = v
        """,
        "stale v <= 1",
    )
    assert values(graph, "v", "saw") == {(0, 0), (1, 0), (2, 2), (1, 2), (3, 3)}
