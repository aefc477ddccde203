"""Rules of a fixed form, and what steps counted: what states refute is not offered, and only what holds is proved by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.api import load
from checker.certificates.subject import Asked
from checker.engines.explicit import explore
from checker.engines.inductive.templates import templates
from checker.engines.inductive.written import what_was_counted
from checker.properties.plan import read_target
from checker.semantics.interpreter import Interpreter
from checker.sentences.sentence import sentence
from tests.proving.table import rows

ROOT = Path(__file__).parents[2]
SPEC = str(ROOT / "specs" / "patterns" / "toy_consensus.spec")


def subject(instance: str) -> Asked:
    return Asked(read_target(SPEC), instance, "none", "agreement", {})


def test_what_a_step_counted_is_said_of_what_it_wrote() -> None:
    asked = subject("three")
    (counted,) = (sentence(lemma, asked.checked, asked.model) for lemma in what_was_counted(asked.model))
    assert counted.text == "all(p in Plan: p in decided implies majority(a in Agent: vote[a] == p))"
    assert counted.plain == (
        "for every plan p: whenever p is among decided, for more than half of Agent, each called a: the vote of a is p"
    )


@pytest.mark.parametrize("stem", ["patterns/blackboard_cas", "two_phase_commit"])
def test_no_state_refutes_a_rule(stem: str) -> None:
    model = load(ROOT / "specs" / f"{stem}.spec")
    found, interpreter = [rule for names in (1, 2, 3) for rule in templates(model, names)], Interpreter(model)
    assert found == [rule for names in (1, 2, 3) for rule in templates(model, names)]
    assert len(found) >= 3
    for state in explore(model, states_limit=200).states:
        assert all(interpreter.evaluate(rule, state) for rule in found)


@pytest.mark.parametrize(
    ("stem", "names", "twice", "rule"),
    [
        ("patterns/epoch_lock", 2, False, "all(f in Epoch, g in Epoch: f < g and granted[f] == none implies granted[g] == none)"),
        ("patterns/ticket_lock", 2, False, "all(t in Ticket, a in Agent: next_free == t implies a.mine != t)"),
        ("patterns/handoff_chain", 1, True, "all(a in Agent: not (waiting(Handoff, a) > 1))"),
    ],
)
def test_rules_speak_of_orders_and_of_how_often_a_message_waits(stem: str, names: int, twice: bool, rule: str) -> None:
    target = read_target(str(ROOT / "specs" / f"{stem}.spec"))
    asked = Asked(target, next(iter(target.instances)), "none", "no error", {})
    assert rule in [sentence(found, asked.checked, asked.model).text for found in templates(asked.model, names, twice=twice)]


@pytest.mark.parametrize(("instance", "proved"), [("three", True), ("revote", False)])
def test_agreement_is_proved_by_quorums_where_it_holds(instance: str, proved: bool) -> None:
    (found,) = rows("patterns/toy_consensus", instance, "none", ("agreement",), time_s=30.0)
    assert found.proved == proved, found
