"""State graphs as networkx graphs: the same states and steps, readable."""

from __future__ import annotations

import time

import networkx
import pytest

from checker.engines.explicit import explore
from checker.graph import networkx_graph
from checker.graph.graph_errors import TooManyStatesForNetworkx
from checker.graph.networkx_graph import to_networkx
from checker.language.diagnostics import BadInput
from checker.semantics.interpreter import Interpreter
from tests.graph.boards import counter, task_board


def test_the_task_board_has_its_known_counts() -> None:
    graph = to_networkx(explore(task_board()))
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (131, 228)
    assert (graph.graph["states"], graph.graph["transitions"], graph.graph["complete"]) == (131, 228, True)
    crashing = to_networkx(explore(task_board(crashes=1)))
    assert (crashing.number_of_nodes(), crashing.number_of_edges()) == (265, 610)
    assert sum(data["final"] and not data["done"] for _, data in crashing.nodes(data=True)) == 8
    assert {edge["fault"] for *_, edge in crashing.edges(data=True)} == {"", "crash Worker"}


def test_a_state_is_readable_and_raw() -> None:
    graph = to_networkx(explore(task_board()))
    assert graph.nodes[0] == {
        "status[Task0]": "open",
        "status[Task1]": "open",
        "owner[Task0]": "none",
        "owner[Task1]": "none",
        "Worker0.work": "idle",
        "Worker1.work": "idle",
        "Worker0.work.t": "none",
        "Worker1.work.t": "none",
        "state": (0, 0, None, None, 0, 0, None, None),
        "initial": True,
        "final": False,
        "done": False,
        "depth": 0,
        "violated": (),
    }
    ends = [data for _, data in graph.nodes(data=True) if data["final"]]
    assert len(ends) == 4
    assert all(data["done"] and data["depth"] >= 6 for data in ends)


def test_a_step_is_readable() -> None:
    graph = to_networkx(explore(task_board(crashes=1)))
    assert graph.edges[0, 1, 0] == {
        "agent": "Worker0",
        "action": "Worker.work",
        "parameters": (("t", "Task0"),),
        "fault": "",
        "label": "Worker0 starts work (Task0)",
        "marks": (),
        "violated": (),
    }
    faults = {edge["label"] for *_, edge in graph.out_edges(0, data=True) if edge["fault"]}
    assert faults == {"Worker0 crashes", "Worker1 crashes"}


def test_the_edges_are_the_transitions_of_the_interpreter_and_their_keys_replay() -> None:
    model = task_board(crashes=1)
    interpreter = Interpreter(model)
    graph = to_networkx(explore(model))
    for node, data in graph.nodes(data=True):
        targets = {key: graph.nodes[to]["state"] for _, to, key in graph.out_edges(node, keys=True)}
        expected = [transition.target for transition in interpreter.transitions(data["state"])]
        assert [targets[i] for i in range(len(expected))] == expected


def test_violated_goals_are_marked_on_states() -> None:
    graph = to_networkx(explore(task_board(crashes=1)))
    found = {}
    for _, data in graph.nodes(data=True):
        for goal in data["violated"]:
            found[goal] = found.get(goal, 0) + 1
            if goal == "one_owner":
                assert any(
                    data[f"Worker{w}.work"] == "working" and data[f"owner[{data[f'Worker{w}.work.t']}]"] != f"Worker{w}"
                    for w in (0, 1)
                )
    assert found == {"one_owner": 60, "no deadlock": 8}
    nearest = min(data["depth"] for _, data in graph.nodes(data=True) if "one_owner" in data["violated"])
    assert nearest == 4


def test_a_failing_step_leads_to_a_node_that_is_no_state() -> None:
    graph = to_networkx(explore(counter(2)))
    assert sorted(graph.nodes) == [-1, 0, 1, 2]
    assert list(graph.nodes[-1]) == ["failure"]
    assert graph.has_edge(2, -1)
    assert graph.graph["states"] == 3
    assert graph.nodes[2]["final"] is False
    assert [edge["violated"] for *_, edge in graph.edges(data=True)] == [(), ("slow",), ("slow",)]


def test_a_cell_whose_name_means_something_else_here_keeps_its_kind() -> None:
    graph = to_networkx(explore(counter(2)))
    assert graph.nodes[1]["shared depth"] == "1"
    assert graph.nodes[1]["depth"] == 1


def test_the_first_states_say_what_was_cut() -> None:
    whole = to_networkx(explore(task_board()))
    graph = to_networkx(explore(task_board()), states=12)
    assert sorted(graph.nodes) == list(range(12))
    assert (graph.graph["shown"], graph.graph["states"]) == (12, 131)
    for node in range(12):
        assert graph.out_degree(node) + graph.nodes[node].get("cut", 0) == whole.out_degree(node)


def test_a_search_that_was_stopped_claims_no_final_states() -> None:
    graph = to_networkx(explore(task_board(), states_limit=20))
    assert graph.graph["complete"] is False
    assert "20 states" in graph.graph["stopped"]
    assert not any(data["final"] for _, data in graph.nodes(data=True))


def test_too_many_states_are_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    found = explore(task_board())
    monkeypatch.setattr(networkx_graph, "MOST_STATES", 130)
    with pytest.raises(BadInput) as refused:
        to_networkx(found)
    (diagnostic,) = refused.value.diagnostics
    assert isinstance(diagnostic, TooManyStatesForNetworkx)
    assert diagnostic.title_text.startswith("131 states and 228 transitions are too many for a networkx graph")
    assert "arrays" in diagnostic.help_text
    assert len(to_networkx(found, states=130)) == 130


def test_networkx_algorithms_run_on_it() -> None:
    graph = to_networkx(explore(task_board()))
    assert networkx.is_directed_acyclic_graph(graph)
    assert networkx.shortest_path_length(graph, 0)[130] == graph.nodes[130]["depth"]


@pytest.mark.slow
def test_a_hundred_thousand_states_take_seconds() -> None:
    found = explore(task_board(4, 3))
    assert (found.distinct, found.transitions) == (157_820, 558_432)
    started = time.perf_counter()
    graph = to_networkx(found)
    assert time.perf_counter() - started < 30
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (157_820, 558_432)
