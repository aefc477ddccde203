"""Classic protocols, built by hand: well formed, with the counts that are known or counted without the checker."""

from __future__ import annotations

from itertools import product

import pytest

from checker.engines.explicit import explore
from checker.model.model import Model
from checker.model.validate import misfits, validate
from tests.semantics.hand_models import dining_philosophers, lossy_channel, two_phase_commit


@pytest.mark.parametrize(
    ("participants", "states", "transitions", "depth"),
    [(3, 288, 1145, 10), (5, 8832, 58145, 16)],  # TLC: 1,146 and 58,146 generated, the initial state among them
)
def test_two_phase_commit_has_the_published_counts(participants: int, states: int, transitions: int, depth: int) -> None:
    graph = explore(two_phase_commit(participants))
    assert (graph.distinct, graph.transitions, graph.max_depth, graph.complete) == (states, transitions, depth, True)
    assert graph.failures == []


def philosophers(seats: int) -> tuple[int, int]:
    """States and transitions, by listing: who eats has a neighbour at the right who has not taken that fork, which is the neighbour's left one."""
    thinking, waiting, eating = range(3)
    found = [
        s for s in product(range(3), repeat=seats) if all(s[i] != eating or s[(i + 1) % seats] == thinking for i in range(seats))
    ]
    moves = 0
    for s in found:
        for i in range(seats):
            right, left = s[(i + 1) % seats], s[i - 1]
            moves += s[i] == eating
            moves += s[i] == thinking and left != eating
            moves += s[i] == waiting and right == thinking
    return len(found), moves


@pytest.mark.parametrize("seats", [2, 3, 4, 5])
def test_dining_philosophers_deadlock_in_one_state(seats: int) -> None:
    graph = explore(dining_philosophers(seats))
    assert (graph.distinct, graph.transitions) == philosophers(seats)
    (stuck,) = graph.final_states()
    assert graph.states[stuck] == (*(1 for _ in range(seats)), *range(seats))
    assert len(graph.path(stuck)[1]) == seats


def lossy(messages: int, capacity: int) -> tuple[int, int]:
    """States and transitions of the lossy channel, on counts of each number in place of a bag."""
    start = (0, (0,) * messages, -1)
    seen, waiting, moves = {start}, [start], 0
    while waiting:
        sent, bag, greatest = waiting.pop()
        found = []
        for m in range(messages):
            if bag[m]:
                fewer = (*bag[:m], bag[m] - 1, *bag[m + 1 :])
                found += [(sent, fewer, max(m, greatest)), (sent, fewer, greatest)]
                if sum(bag) < capacity:
                    found.append((sent, (*bag[:m], bag[m] + 1, *bag[m + 1 :]), greatest))
        if sent < messages and sum(bag) < capacity:
            found.append((sent + 1, (*bag[:sent], bag[sent] + 1, *bag[sent + 1 :]), greatest))
        moves += len(found)
        waiting += set(found) - seen
        seen |= set(found)
    return len(seen), moves


@pytest.mark.parametrize(("messages", "capacity"), [(1, 1), (2, 2), (3, 2), (4, 3)])
def test_lossy_channel(messages: int, capacity: int) -> None:
    graph = explore(lossy_channel(messages, capacity))
    assert (graph.distinct, graph.transitions) == lossy(messages, capacity)
    assert graph.failures == []


@pytest.mark.parametrize(
    "model", [two_phase_commit(3), dining_philosophers(3), lossy_channel(3, 2)], ids=["2pc", "forks", "lossy"]
)
def test_they_are_well_formed_and_stay_in_their_types(model: Model) -> None:
    assert validate(model) == []
    assert [text for state in explore(model).states for text in misfits(model, state)] == []
