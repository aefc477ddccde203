"""What would mend a protocol: exact sets on the corpus, and each set against all others by checks of their own."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from checker import api
from checker.properties.mending.assumptions import Assumption, assume, of_fairness, of_faults, of_rules, redundant, weakened
from checker.properties.mending.result import Mending, Mendings
from checker.properties.running import verdicts_on
from checker.properties.searches import Limits
from checker.properties.tolerance.subject import subject
from checker.report.mending import render
from checker.report.tolerance_json import mendings_data

ROOT = Path(__file__).resolve().parents[3]

RACE = """protocol race()

role Worker * 2
role Clerk
shared turn: bool = false
shared served: bool = false

role Worker:
    action take when turn and not served:
        served = true

role Clerk:
    may action open when not turn and not served:
        turn = true
    action close when turn and not served:
        turn = false

done when served
"""


def spec(name: str) -> str:
    return str(ROOT / "specs" / f"{name}.spec")


def sets(found: Mendings) -> dict[str, list[list[str]]]:
    return {one.result.property: [[f"{a.kind}: {a.of}" for a in chosen] for chosen in one.sets] for one in found.mendings}


@pytest.fixture
def race(tmp_path: Path) -> str:
    (tmp_path / "race.team").write_text(RACE, encoding="utf-8")
    return str(tmp_path / "race.team")


def test_a_claim_for_ever_survives_no_crash() -> None:
    found = api.mend(spec("seed_leased"), instance="unleased", faults="one_crash")
    assert sets(found) == {"all_done": [["no fault: crash Agent"]], "no livelock": [["no fault: crash Agent"]]}
    assert found.held == ("gate", "one_owner", "twice", "no deadlock", "no error")
    assert found.exit_code == 0


def test_a_human_must_answer() -> None:
    found = api.mend(spec("patterns/human_approval"), instance="patient")
    assert sets(found) == {"decided": [["fair: Human.Ask"]]}
    assert "`on Ask` of Human happens, where it can for ever: leave out its `may`" in " ".join(render(found).split())


def test_a_chance_that_others_take_away_needs_strong_fairness(race: str) -> None:
    found = api.mend(race)
    assert sets(found) == {"no livelock": [["strongly fair: Worker.take"]]}
    assert "write `strongly fair action take`" in " ".join(render(found).split())


def test_rules_of_the_prompt_that_must_be_enforced() -> None:
    found = api.mend(spec("patterns/handoff_swarm"), instance="asked")
    assert sets(found) == {"over": [["enforced: Agent.hand_off"]], "no livelock": [["enforced: Agent.hand_off"]]}
    assert {one.question for one in found.mendings} == {"rules"}
    found = api.mend(spec("patterns/human_approval"), instance="asked")
    assert sets(found) == {"unapproved": [["enforced: Agent.execute"]]}


def test_an_enforced_rule_is_a_when_in_the_protocol(tmp_path: Path) -> None:
    """What is printed, done by hand: the check of the changed protocol holds."""
    text = (ROOT / "protocols/patterns/human_approval.team").read_text(encoding="utf-8")
    old = "when outcome == open and (may_go(approved) or not enforced) should may_go(approved):"
    assert old in text
    (tmp_path / "p.team").write_text(text.replace(old, "when outcome == open and may_go(approved):"), encoding="utf-8")
    written = (ROOT / "specs/patterns/human_approval.spec").read_text(encoding="utf-8")
    written = written.replace("../../protocols/patterns/human_approval.team", "p.team").replace(
        "faults disobedient: disobey Agent <= 1", ""
    )
    lines = [line for line in written.splitlines() if not line.startswith(("check", "expect"))]
    (tmp_path / "p.spec").write_text("\n".join(lines), encoding="utf-8")
    report = api.check(str(tmp_path / "p.spec"), instances=["asked"], properties=["unapproved"])
    assert [result.verdict for result in report.results] == ["holds"]


def test_where_nothing_helps_the_run_that_is_left_is_shown() -> None:
    found = api.mend(spec("seed_decentralized"), instance="alone", properties=["all_done"])
    [one] = found.mendings
    assert (one.sets, one.reason, found.exit_code) == ((), "", 0)
    assert one.left is not None
    assert one.left.trace is not None
    assert "No assumption of fairness or about faults mends it" in " ".join(render(found).split())


def test_a_limit_is_said() -> None:
    found = api.mend(spec("seed_leased"), instance="unleased", faults="one_crash", states_limit=20)
    assert found.exit_code == 3
    assert all(one.reason for one in found.mendings if not one.sets)


def test_the_data() -> None:
    data = mendings_data(api.mend(spec("patterns/human_approval"), instance="patient"))
    [one] = data["mendings"]
    assert one["sets"][0][0]["kind"] == "fair"
    assert one["sets"][0][0]["place"]["line"] == 52
    assert (one["result"]["property"], one["result"]["verdict"], one["left"]) == ("decided", "violated", None)


CASES = [
    ("seed_leased", "unleased", "one_crash"),
    ("patterns/human_approval", "patient", "disobedient"),
    ("two_phase_commit", "three", "manager_crash"),
    ("patterns/handoff_swarm", "enforced", "lost_handoff"),
    ("lock", "pair", "crash Client <= 1, stall Client <= 1"),
]


@pytest.mark.parametrize(("name", "instance", "faults"), CASES, ids=[case[0] for case in CASES])
def test_the_sets_are_all_the_smallest_ones(name: str, instance: str, faults: str) -> None:
    """Every set of at most two assumptions is checked by itself."""
    found = api.mend(spec(name), instance=instance, faults=faults, together=2)
    asked = [one for one in found.mendings if one.question == "assumptions"]
    assert asked
    for one in asked:
        assert {frozenset(chosen) for chosen in one.sets} == by_brute_force(spec(name), instance, faults, one)


def by_brute_force(path: str, instance: str, faults: str, one: Mending) -> set[frozenset[Assumption]]:
    name = one.result.property
    asked = subject(path, instance=instance, faults=faults, properties=[name], overrides={}, limits=Limits(), said=None)
    [job] = asked.jobs(faults)
    model = asked.model(job)
    fair = of_fairness(model) if one.result.kind in ("eventually", "whenever", "no livelock") else []
    known = [*fair, *of_faults(model), *of_rules(model)]
    holds: list[frozenset[Assumption]] = []
    for size in (1, 2):
        for chosen in map(frozenset, combinations(known, size)):
            report = verdicts_on(job, assume(model, chosen), Limits(engine="reference"))
            [result] = [result for result in report.results if result.property == name]
            if result.verdict == "holds" and not redundant(list(chosen)):
                holds.append(chosen)
    return {
        chosen
        for chosen in holds
        if not any(other < chosen for other in holds) and not (weakened(chosen) != chosen and weakened(chosen) in holds)
    }
