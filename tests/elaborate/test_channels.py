"""The three kinds of channel, their capacities, and what is lost."""

from __future__ import annotations

import pytest

from checker.model.model import Note
from checker.semantics.interpreter import Interpreter
from tests.elaborate.lowered import cell, counts, failures, graph_of, model_of

PAIR = """
    protocol p
    shared got: seq[0..3, max 3] = []
    message M(n: 0..3) to B: {channel}
    role A:
        run:
            send M(1) to B
            send M(2) to B
    role B:
        on M(n) when len(got) < 3:
            got = append(got, n)
    """


def finals(protocol: str) -> set[object]:
    graph = graph_of(protocol)
    return {state[0] for i, state in enumerate(graph.states) if graph.edge_start[i] == graph.edge_start[i + 1]}


def test_a_fifo_keeps_the_order_of_a_sender() -> None:
    assert finals(PAIR.format(channel="fifo")) == {(1, 2)}


def test_an_unordered_channel_is_a_bag() -> None:
    assert finals(PAIR.format(channel="unordered")) == {(1, 2), (2, 1)}


def test_a_persistent_message_can_be_taken_again() -> None:
    found = finals(PAIR.format(channel="persistent"))
    assert found == {(a, b, c) for a in (1, 2) for b in (1, 2) for c in (1, 2)}


def test_fifo_queues_of_different_senders_are_independent() -> None:
    graph = graph_of("""
        protocol p
        shared got: seq[A, max 2] = []
        message M() to B
        role A * 2:
            run:
                send M() to B
        role B:
            on M() from a:
                got = append(got, a)
        """)
    assert cell(graph, "got") == {(), (0,), (1,), (0, 1), (1, 0)}


@pytest.mark.parametrize(
    ("policy", "failing", "sizes"),
    [("block", set(), {0, 1}), ("drop", set(), {0, 1}), ("error", {"overflow"}, {0, 1})],
)
def test_capacity(policy: str, failing: set[str], sizes: set[int]) -> None:
    text = f"""
        protocol p
        shared sent: 0..2 = 0
        message M() to B: fifo, capacity 1, {policy}
        role A:
            run:
                send M() to B
                sent = 1
                await tool()
                send M() to B
                sent = 2
        role B:
            on M():
                pass
        """
    graph = graph_of(text)
    assert failures(graph) == failing
    channel = next(v for v in graph.model.variables if v.name == "M")
    assert {len(state[channel.offset]) for state in graph.states} == sizes
    passed_while_full = (2, 1) in {(state[0], len(state[channel.offset])) for state in graph.states}
    assert passed_while_full  # `block`: after the first was taken; `drop`: also at once
    at_once = counts(graph)
    assert at_once == {"block": (5, 4), "drop": (5, 5), "error": (5, 5)}[policy]


def test_a_guard_that_is_false_leaves_the_message_waiting() -> None:
    graph = graph_of("""
        protocol p
        shared open: bool = false
        message M() to B
        role A:
            run:
                send M() to B
                await tool()
                open = true
        role B:
            on M() when open:
                pass
        """)
    assert counts(graph) == (4, 3)


def test_broadcast_goes_to_every_other_agent_of_the_role() -> None:
    model = model_of("""
        protocol p
        message M() to A
        role A * 3:
            var heard: 0..9 = 0
            action shout when heard == 0:
                heard = 9
                broadcast M() to A
            on M():
                pass
        """)
    interpreter = Interpreter(model)
    state = interpreter.initial_states()[0]
    first = interpreter.transitions(state)[0]
    assert first.agent == 0
    told = [
        (note.text, other) for note, other, _ in interpreter.notes(state, 0) if isinstance(note, Note) and note.kind == "send"
    ]
    assert told == [("M", "A1"), ("M", "A2")]


def test_a_sender_is_known_where_it_is_asked_for() -> None:
    for channel in ("fifo", "unordered", "persistent"):
        graph = graph_of(f"""
            protocol p
            shared asked: A? = none
            message M() to B: {channel}
            message R() to A
            role A * 2:
                var answered: bool = false
                run:
                    send M() to B
                on R():
                    answered = true
            role B:
                on M() from a when asked == none:
                    asked = a
                    send R() to a
            done when true
            """)
        assert cell(graph, "asked") == {None, 0, 1}
        answered = next(v for v in graph.model.variables if v.name == "A.answered")
        assert all(state[answered.offset + (1 - state[0])] is False for state in graph.states if state[0] is not None)


def test_two_roles_that_send_one_message_have_channels_of_their_own() -> None:
    graph = graph_of("""
        protocol p
        shared got: 0..2 = 0
        message M() to B
        role A:
            run:
                send M() to B
        role C:
            run:
                send M() to B
        role B:
            on M():
                got += 1
        """)
    assert [v.name for v in graph.model.variables if v.kind == "channel"] == ["M from A", "M from C"]
    assert cell(graph, "got") == {0, 1, 2}


def test_what_is_sent_to_an_agent_that_is_down() -> None:
    text = """
        protocol p
        message M() to B: fifo{lost}
        role A:
            run:
                send M() to B
        role B:
            on M():
                pass
        """
    spec = "faults c: crash B <= 1\nno deadlock\n"
    waiting = graph_of(text.format(lost=""), spec, faults="c")
    lost = graph_of(text.format(lost=", lost if down"), spec, faults="c")
    for graph, stays in ((waiting, True), (lost, False)):
        up = next(v.offset for v in graph.model.variables if v.kind == "up")
        channel = next(v.offset for v in graph.model.variables if v.kind == "channel")
        assert any(not s[up] and s[channel] for s in graph.states) is stays


def test_waiting_counts_messages_in_flight() -> None:
    graph = graph_of(PAIR.format(channel="unordered"), "always few: waiting(M) <= 2 and waiting(M, B) == waiting(M)\n")
    interpreter = Interpreter(graph.model)
    goal = graph.model.goals[0]
    assert all(interpreter.evaluate(goal.conditions[0], state) for state in graph.states)
