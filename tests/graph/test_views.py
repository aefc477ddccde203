"""Merged views are quotients: nothing is lost, nothing is invented, and what was cut is said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from checker.api import load
from checker.engines.explicit import explore
from checker.graph.networkx_graph import to_networkx
from checker.graph.views import view
from checker.language.diagnostics import BadInput
from tests.graph.boards import counter, task_board

ROOT = Path(__file__).resolve().parents[2]
MERGED = ["role", "control", "var:status", "var:status[Task0],Worker.work", "goals", "goals:finished"]
BOARD, CRASHING, COUNTER = explore(task_board()), explore(task_board(crashes=1)), explore(counter())


@pytest.mark.parametrize("found", [BOARD, CRASHING], ids=["board", "crashing"])
@pytest.mark.parametrize("name", MERGED)
def test_a_view_counts_every_state_and_every_transition_once(found, name: str) -> None:  # type: ignore[no-untyped-def]
    merged = view(found, name)
    assert sum(data["states"] for _, data in merged.nodes(data=True)) == found.distinct
    assert sum(data["transitions"] for *_, data in merged.edges(data=True)) == found.transitions
    assert sum(data["initial"] for _, data in merged.nodes(data=True)) == 1
    for *_, data in merged.edges(data=True):
        assert sum(number for _, number in data["actions"]) == data["transitions"]
    assert merged.graph["nodes"] == merged.graph["shown"] == len(merged)


def test_the_edges_between_statuses_are_those_of_the_states() -> None:
    full, merged = to_networkx(CRASHING), view(CRASHING, "var:status")

    def label(node: int) -> tuple[str, ...]:
        return tuple(f"status[{t}] = {full.nodes[node][f'status[{t}]']}" for t in ("Task0", "Task1"))

    expected = Counter((label(a), label(b), data["fault"]) for a, b, data in full.edges(data=True))
    found = {
        (merged.nodes[a]["label"], merged.nodes[b]["label"], data["fault"]): data["transitions"]
        for a, b, data in merged.edges(data=True)
    }
    assert found == dict(expected)
    assert Counter(map(label, full.nodes)) == {data["label"]: data["states"] for _, data in merged.nodes(data=True)}


def test_by_role_agents_are_counted_not_named() -> None:
    merged = view(BOARD, "role")
    assert {data["label"]: data["states"] for _, data in merged.nodes(data=True)} == {
        ("Worker: 2 idle",): 9,
        ("Worker: 1 idle, 1 planning",): 24,
        ("Worker: 2 planning",): 12,
        ("Worker: 1 idle, 1 working",): 36,
        ("Worker: 1 planning, 1 working",): 28,
        ("Worker: 2 working",): 22,
    }
    assert ("Worker: 1 down, 1 idle",) in {data["label"] for _, data in view(CRASHING, "role").nodes(data=True)}


def test_by_control_agents_are_named() -> None:
    labels = {data["label"] for _, data in view(BOARD, "control").nodes(data=True)}
    places = ("idle", "planning", "working")
    assert labels == {(f"Worker0: {a}", f"Worker1: {b}") for a in places for b in places}


def test_by_goals_the_predicates_are_told() -> None:
    merged = view(BOARD, "goals:one_owner,finished")
    assert {data["label"] for _, data in merged.nodes(data=True)} == {
        ("one_owner", "not finished"),
        ("not one_owner", "not finished"),
        ("one_owner", "finished"),
        ("not one_owner", "finished"),
    }
    violated = {data["label"]: dict(data["violated"]).get("one_owner", 0) for _, data in merged.nodes(data=True)}
    assert all((number > 0) == (label[0] == "not one_owner") for label, number in violated.items())


def test_done_and_stuck_states_are_counted() -> None:
    merged = view(CRASHING, "role")
    assert sum(data["stuck"] for _, data in merged.nodes(data=True)) == 8
    assert sum(data["done"] for _, data in merged.nodes(data=True)) == sum(
        data["done"] for _, data in to_networkx(CRASHING).nodes(data=True)
    )


def test_a_cut_view_says_how_many_nodes_there_are_and_where_they_would_be() -> None:
    whole, cut = view(CRASHING, "role"), view(CRASHING, "role", states=4)
    assert (len(cut), cut.graph["shown"], cut.graph["nodes"]) == (4, 4, len(whole))
    for node in range(4):
        kept = sum(data["transitions"] for *_, data in cut.out_edges(node, data=True))
        all_of_them = sum(data["transitions"] for *_, data in whole.out_edges(node, data=True))
        assert kept + cut.nodes[node].get("cut", 0) == all_of_them
    assert any("cut" in data for _, data in cut.nodes(data=True))


def test_failures_and_violating_steps_stay_visible() -> None:
    merged = view(COUNTER, "var:depth")
    assert merged.nodes[-1] == {"failure": COUNTER.failures[0][2].text}
    assert merged.edges[2, -1, "steps"]["violated"] == (("slow", 1),)
    assert merged.graph["nodes"] == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rolle", "there is no view `rolle`: write `role`"),
        ("role:x", "there is no view `role:x`"),
        ("var:", "there is no view `var:`"),
        ("goals:", "there is no view `goals:`"),
        ("", "there is no view ``"),
        ("var:statuss", "the view names `statuss`, which is no variable of this model: write `status`"),
        ("var:status[Task7]", "the view names `status[Task7]`, which is no variable of this model"),
        ("goals:one_ownr", "the view names `one_ownr`, which is no predicate of this model: write `one_owner`"),
        (
            "goals:no deadlock",
            "the view names `no deadlock`, which is no predicate of this model: it has one_owner, finished, done",
        ),
    ],
)
def test_a_view_that_cannot_be_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        view(BOARD, name)
    (diagnostic,) = refused.value.diagnostics
    assert f"{diagnostic.title_text}: {diagnostic.help_text}".startswith(text)


def test_ten_thousand_states_become_a_handful_of_nodes() -> None:
    found = explore(task_board(3, 3))
    assert found.distinct > 8_000
    merged = view(found, "role")
    assert len(merged) == 10  # places of three agents: idle, planning, working


def test_agents_that_never_wait_are_told_apart_by_their_own_variables() -> None:
    merged = view(explore(load(str(ROOT / "specs" / "two_phase_commit.spec"))), "role")
    assert merged.graph["states"] == 288
    labels = {data["label"]: data["states"] for _, data in merged.nodes(data=True)}
    assert labels["Participant: 3 undecided", "Manager: undecided"] == 1
    assert labels["Participant: 1 aborted, 1 prepared, 1 undecided", "Manager: aborted"] == 36
    ring = view(explore(load(str(ROOT / "specs" / "ring_election.spec"))), "role")
    assert ("Node: 3 not taking_part",) in {data["label"] for _, data in ring.nodes(data=True)}
