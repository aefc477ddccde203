"""Lemmas of simple forms: what states bear out is offered, what they refute is not, and only what holds is proved by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.certificates.subject import Asked
from checker.engines.inductive.templates import templates
from checker.properties.plan import read_target
from checker.sentences.sentence import sentence
from tests.proving.table import rows

ROOT = Path(__file__).parents[2]
NEEDED = "all(p in Plan: majority(a in Agent: vote[a] == p) or p not in decided)"


def offered(instance: str) -> list[str]:
    subject = Asked(read_target(str(ROOT / "specs" / "patterns" / "toy_consensus.spec")), instance, "none", "agreement", {})
    return [sentence(lemma, subject.checked, subject.model).text for lemma in templates(subject.model)]


def test_whoever_decides_has_a_majority_unless_votes_change() -> None:
    assert NEEDED in offered("three")
    assert NEEDED not in offered("revote")
    assert offered("three") == offered("three")


def test_the_lemma_reads_as_english() -> None:
    subject = Asked(read_target(str(ROOT / "specs" / "patterns" / "toy_consensus.spec")), "three", "none", "agreement", {})
    said = [sentence(lemma, subject.checked, subject.model) for lemma in templates(subject.model)]
    (english,) = [one.plain for one in said if one.text == NEEDED]
    assert english == (
        "for every plan p: (for more than half of Agent, each called a: the vote of a is p) or p is not among decided"
    )


@pytest.mark.parametrize(("instance", "proved"), [("three", True), ("revote", False)])
def test_agreement_is_proved_by_quorums_where_it_holds(instance: str, proved: bool) -> None:
    (found,) = rows("patterns/toy_consensus", instance, "none", ("agreement",), time_s=30.0)
    assert found.proved == proved, found
