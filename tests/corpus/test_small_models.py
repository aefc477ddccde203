"""The counts that the specs expect are those of models written by hand without the checker, and those known from the literature."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.api import load
from checker.engines.explicit import explore
from checker.language import tree
from checker.language.parse import parse_spec, read_source
from tests.corpus import small_models as models

ROOT = Path(__file__).resolve().parents[2]

# (spec, instance, fault model) -> the same thing, written by hand
BY_HAND = {
    ("task_board", "pair", "none"): models.task_board(2, 2),
    ("two_phase_commit", "three", "none"): models.two_phase_commit(3),
    ("two_phase_commit", "five", "none"): models.two_phase_commit(5),
    ("two_phase_commit", "hasty", "none"): models.two_phase_commit(3, quorum=2),
    ("peterson", "published", "none"): models.peterson(swapped=False),
    ("peterson", "swapped", "none"): models.peterson(swapped=True),
    ("dining", "alike", "none"): models.dining(3, one_left_handed=False),
    ("dining", "alike_five", "none"): models.dining(5, one_left_handed=False),
    ("dining", "one_differs", "none"): models.dining(3, one_left_handed=True),
    ("dining", "five_differ", "none"): models.dining(5, one_left_handed=True),
    ("bounded_buffer", "tight", "none"): models.bounded_buffer(2, 1, 1, notify_all=False),
    ("bounded_buffer", "wide", "none"): models.bounded_buffer(2, 2, 2, notify_all=False),
    ("bounded_buffer", "crowded", "none"): models.bounded_buffer(4, 3, 3, notify_all=False),
    ("bounded_buffer", "wake_all", "none"): models.bounded_buffer(2, 1, 1, notify_all=True),
}

# published: stateright and the TLA+ module TwoPhase; the language design for the task board
KNOWN = {
    ("two_phase_commit", "three"): 288,
    ("two_phase_commit", "five"): 8_832,
    ("task_board", "pair"): 131,
}


def expected_counts(spec: str) -> dict[tuple[str, str], tuple[int, int | None]]:
    """(instance, fault model) -> the states and transitions that the spec expects there."""
    found = {}
    for e in parse_spec(read_source(str(ROOT / "specs" / f"{spec}.spec"))).expectations:
        if isinstance(e, tree.ExpectCounts):
            for instance in e.instances:
                for faults in [f.name for f in e.faults] or ["none"]:
                    found[instance.name, faults] = (e.states, e.transitions)
    return found


@pytest.mark.parametrize("where", BY_HAND, ids="-".join)
def test_counts_of_the_spec_are_those_of_the_model_by_hand(where: tuple[str, str, str]) -> None:
    spec, instance, faults = where
    assert models.count(BY_HAND[where]) == expected_counts(spec)[instance, faults]


@pytest.mark.parametrize("where", KNOWN, ids="-".join)
def test_counts_known_from_the_literature(where: tuple[str, str]) -> None:
    spec, instance = where
    assert expected_counts(spec)[instance, "none"][0] == KNOWN[where]


@pytest.mark.slow
def test_the_crowd_of_the_task_board_counts_what_the_design_says() -> None:
    """Too large for a `check` line of the spec; the model by hand gives the same."""
    graph = explore(load(str(ROOT / "specs" / "task_board.spec"), instance="crowd"))
    assert graph.complete
    assert (graph.distinct, graph.transitions) == (157_820, 558_432) == models.count(models.task_board(4, 3))
