"""Petri nets, and a window over channels that lose: their numbers are those of a formula or of a search written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from checker import api
from checker.engines.explicit import explore
from tests.export.spin import MISSING, disagreements
from tests.published.test_published import counted, spec_of

S = TypeVar("S")
Marking = tuple[int, ...]  # of each cell: free cards, then parts that are being made, bad, good
Window = tuple[int, int, tuple[tuple[int, int], ...], tuple[int, ...], int]  # base, due, both channels, what is expected


def by_hand(start: S, following: Callable[[S], Iterator[S]]) -> tuple[int, int, int]:
    """States, transitions, and how far the farthest state is away."""
    seen, level, transitions, depth = {start}, [start], 0, -1
    while level:
        after: list[S] = []
        for state in level:
            for other in following(state):
                transitions += 1
                if other not in seen:
                    seen.add(other)
                    after.append(other)
        level, depth = after, depth + 1
    return len(seen), transitions, depth


def fired(marking: Marking) -> Iterator[Marking]:
    """Each transition of the net takes a token from each of its first places, and puts one on each of its others."""
    free, making, bad, good = ([4 * cell + place for cell in range(4)] for place in range(4))
    net = [([making[c]], [bad[c]]) for c in range(4)] + [([bad[c]], [making[c]]) for c in range(4)]
    net += [([making[c]], [good[c]]) for c in range(4)]
    net += [([free[0]], [making[0]]), ([good[3]], [free[3]])]
    net.append(([good[0], free[1], free[2]], [free[0], making[1], making[2]]))
    net.append(([good[1], good[2], free[3]], [free[1], free[2], making[3]]))
    for taken, put in net:
        if all(marking[place] for place in taken):
            yield tuple(tokens - (place in taken) + (place in put) for place, tokens in enumerate(marking))


@pytest.mark.parametrize(("instance", "cards"), [("one", 1), ("two", 2)])
def test_the_cells_have_the_markings_of_the_net(instance: str, cards: int) -> None:
    report = api.check(spec_of("kanban"), instances=[instance], engine="native")
    assert counted(report) == {by_hand((cards, 0, 0, 0) * 4, fired)[:2]}


def test_three_cards_for_each_cell_have_the_states_and_transitions_that_are_known() -> None:
    assert counted(api.check(spec_of("kanban"), instances=["three"], engine="native")) == {(58_400, 446_400)}


@pytest.mark.parametrize(("instance", "seats"), [("five", 5), ("ten", 10)])
def test_each_fork_lies_or_one_of_two_philosophers_has_it(instance: str, seats: int) -> None:
    """So there are 3^n states. In the 9 states of the forks beside a philosopher, 3 times each of them lies, and once he has both: 7 steps."""
    report = api.check(spec_of("philosophers_net"), instances=[instance], engine="native")
    assert counted(report) == {(3**seats, 7 * seats * 3 ** (seats - 2))}
    depths = {r.depth for r in report.results}
    assert depths == {seats}, "at the farthest each has one fork, and all wait"


def moved(window: int, numbers: int, items: int, room: int, *, lossy: bool) -> Callable[[Window], Iterator[Window]]:
    def following(state: Window) -> Iterator[Window]:
        base, due, data, acks, expected = state
        if due < min(items, base + window) and len(data) < room:
            yield base, due + 1, (*data, (due % numbers, due)), acks, expected
        if due > base:
            yield base, base, data, acks, expected
        if acks:
            more = (acks[0] - base) % numbers
            yield base + (more if more <= due - base else 0), due, data, acks[1:], expected
        if data and len(acks) < room:
            after = expected + (data[0][0] == expected % numbers)
            yield base, due, data[1:], (*acks, after % numbers), after
        if lossy:
            yield from ((base, due, changed_by_loss, acks, expected) for changed_by_loss in without_one(data))
            yield from ((base, due, data, changed_by_loss, expected) for changed_by_loss in without_one(acks))

    return following


def without_one(queue: tuple[S, ...]) -> Iterator[tuple[S, ...]]:
    """Any of them can be lost: two that are alike are two steps to one state."""
    return (queue[:place] + queue[place + 1 :] for place in range(len(queue)))


@pytest.mark.parametrize("faults", ["none", "loss"])
def test_a_window_over_channels_has_the_states_of_a_search_by_hand(faults: str) -> None:
    report = api.check(spec_of("go_back"), instances=["wide"], faults=[faults], engine="native")
    found = by_hand((0, 0, (), (), 0), moved(2, 3, 4, 2, lossy=faults == "loss"))
    assert {(r.distinct, r.transitions, r.depth) for r in report.results} == {found}
    assert report.exit_code == 0


def test_a_window_as_wide_as_there_are_numbers_takes_an_old_item_for_a_new_one() -> None:
    """The receiver has all three, no acknowledgement comes, the first is sent again, and its number is that of the fourth."""
    found = api.check(spec_of("go_back"), instances=["too_wide"], properties=["no error"], engine="native")
    assert found.exit_code == 0
    trace = found.results[0].trace
    assert trace is not None
    assert trace.shortest
    assert [step.action for step in trace.steps].count("Sender.send_next") == 4


@pytest.mark.parametrize(
    ("name", "instance", "faults"), [("kanban", "one", "none"), ("philosophers_net", "five", "none"), ("go_back", "wide", "loss")]
)
def test_the_interpreter_and_spin_count_the_same(name: str, instance: str, faults: str, tmp_path: Path) -> None:
    model = api.load(spec_of(name), instance=instance, faults=faults)
    report = api.check(spec_of(name), instances=[instance], faults=[faults], engine="native")
    graph = explore(model)
    assert counted(report) == {(graph.distinct, graph.transitions)}
    if not MISSING:
        assert disagreements(model, tmp_path) == []


@pytest.mark.parametrize("option", [{"partial_order": "always"}, {"symmetry": True}, {"order": "depth-first"}])
@pytest.mark.parametrize("name", ["go_back", "kanban", "philosophers_net"])
def test_other_ways_to_search_change_no_verdict(name: str, option: dict[str, Any]) -> None:
    assert all(r.met for r in api.check(spec_of(name), engine="native", **option).results)
