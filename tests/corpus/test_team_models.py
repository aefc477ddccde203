"""The counts of the coordination bugs and team patterns are those of models written by hand, and together they use every fault."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from checker.language import tree
from checker.language.parse import parse_spec, read_source
from tests.corpus import team_models as models
from tests.corpus.small_models import count

SPECS = Path(__file__).resolve().parents[2] / "specs"
BUGS = sorted((SPECS / "bugs").glob("*.spec"))

# (spec, instance, fault model) -> the same thing, written by hand
BY_HAND = {
    ("bugs/late_delivery", "as_it_was", "none"): models.late_delivery(same_request=False),
    ("bugs/late_delivery", "repaired", "none"): models.late_delivery(same_request=True),
    ("bugs/assignee_claim", "as_it_was", "none"): models.assignee_claim(2, earliest=False),
    ("bugs/assignee_claim", "repaired", "none"): models.assignee_claim(2, earliest=True),
    ("bugs/assignee_claim", "three", "none"): models.assignee_claim(3, earliest=True),
    ("bugs/handoff_pingpong", "as_it_was", "none"): models.handoff_pingpong(2, limit=None),
    ("bugs/handoff_pingpong", "repaired", "none"): models.handoff_pingpong(2, limit=2),
    ("bugs/handoff_pingpong", "four", "none"): models.handoff_pingpong(4, limit=3),
    ("bugs/two_effects", "as_it_was", "none"): models.two_effects(looks=False),
    ("bugs/two_effects", "as_it_was", "one_crash"): models.two_effects(looks=False, crashes=1),
    ("bugs/two_effects", "as_it_was", "lost_mail"): models.two_effects(looks=False, losses=1),
    ("bugs/two_effects", "repaired", "one_crash"): models.two_effects(looks=True, crashes=1),
    ("bugs/two_effects", "repaired", "lost_mail"): models.two_effects(looks=True, losses=1),
    ("patterns/quorum_vote", "two_of_three", "none"): models.quorum_vote(3, 2),
    ("patterns/quorum_vote", "two_of_three", "one_lie"): models.quorum_vote(3, 2, lies=1),
    ("patterns/quorum_vote", "two_of_three", "restarts"): models.quorum_vote(3, 2, crashes=1, restarts=1),
    ("patterns/budgeted_retries", "plain", "none"): models.budgeted_retries(keyed=False),
    ("patterns/budgeted_retries", "keyed", "lost"): models.budgeted_retries(keyed=True, lost_calls=1, lost_receipts=1),
    ("patterns/budgeted_retries", "plain", "copied"): models.budgeted_retries(keyed=False, copies=1),
    ("patterns/budgeted_retries", "plain", "repeated"): models.budgeted_retries(keyed=False, repeats=1),
    ("patterns/review_pipeline", "as_drawn", "none"): models.review_pipeline(in_order=False, buffers=False),
    ("patterns/review_pipeline", "in_order", "none"): models.review_pipeline(in_order=True, buffers=False),
    ("patterns/review_pipeline", "as_drawn", "out_of_order"): models.review_pipeline(in_order=False, buffers=False, reorders=1),
    ("patterns/review_pipeline", "in_order", "out_of_order"): models.review_pipeline(in_order=True, buffers=False, reorders=1),
    ("patterns/review_pipeline", "buffers", "out_of_order"): models.review_pipeline(in_order=True, buffers=True, reorders=1),
    ("patterns/review_pipeline", "buffers", "no_verdict"): models.review_pipeline(in_order=True, buffers=True, skips=1),
}


def spec_at(path: Path) -> tree.Spec:
    return parse_spec(read_source(str(path)))


@pytest.mark.parametrize("where", BY_HAND, ids="-".join)
def test_counts_of_the_spec_are_those_of_the_model_by_hand(where: tuple[str, str, str]) -> None:
    name, instance, faults = where
    expected = [
        (e.states, e.transitions)
        for e in spec_at(SPECS / f"{name}.spec").expectations
        if isinstance(e, tree.ExpectCounts)
        and instance in [i.name for i in e.instances]
        and faults in ([f.name for f in e.faults] or ["none"])
    ]
    assert expected == [count(BY_HAND[where])]


def test_every_bug_of_the_field_is_there() -> None:
    assert len(BUGS) == 14


@pytest.mark.parametrize("path", BUGS, ids=lambda p: p.stem)
def test_a_bug_is_found_as_it_was_and_not_where_it_is_repaired(path: Path) -> None:
    """What is expected to be violated in `as_it_was` alone is the bug; the same properties hold in `repaired`."""
    spec = spec_at(path)
    assert {"as_it_was", "repaired"} <= {i.name for i in spec.instances}
    kinds = {p.name: p.kind for p in spec.properties if isinstance(p, tree.StateProperty)}
    bugs = {
        name.name
        for e in spec.expectations
        if isinstance(e, tree.ExpectViolated) and [i.name for i in e.instances] == ["as_it_was"]
        for name in e.properties
        if kinds.get(name.name) != "sometimes"
    }
    assert bugs


def test_every_fault_is_used_somewhere() -> None:
    used = {item.kind for path in SPECS.rglob("*.spec") for model in spec_at(path).faults for item in model.items}
    assert used == set(get_args(tree.FaultKind))
