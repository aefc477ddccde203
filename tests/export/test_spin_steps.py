"""SPIN decides what exported programs ask of whole runs as we do, under weak fairness of steps, and what it has no word for is refused by name."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from msgspec.structs import replace

from checker.api import load
from checker.export.promela_steps import promela_steps
from checker.ground.graph import Unsupported
from checker.ground.program import ground
from checker.properties.judge import judge
from tests.export.spin import MISSING
from tests.export.spin_runs import without_next
from tests.export.spin_steps import claims_of, compared, spin_verdicts
from tests.export.test_spin import SPECS, models
from tests.properties.formulas import random_formula
from tests.properties.machines import Machine, Move, goal, searched

ROOT = Path(__file__).resolve().parents[2]
needs_spin = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


def spec(name: str) -> str:
    return str(ROOT / "specs" / f"{name}.spec")


@needs_spin
@pytest.mark.parametrize(
    ("name", "instance", "faults", "verdicts"),
    [
        ("lock", "pair", "one_crash", {"served": "violated"}),
        ("peterson", "swapped", "none", {"served": "holds"}),  # several initial states
        ("two_phase_commit", "three", "none", {"decided": "holds"}),
        ("latte", "claimed_again", "none", {"all_done": "violated"}),
        ("bugs/handoff_pingpong", "as_it_was", "none", {"answered_in_the_end": "violated"}),
        ("bugs/shutdown_hang", "repaired", "one_stall", {"team_deleted": "holds"}),
        ("patterns/human_approval", "patient", "none", {"decided": "violated"}),  # a `may`
        ("ring_election", "three", "one_lost", {"known": "violated"}),  # 58 processes
    ],
)
def test_some_of_the_corpus(tmp_path: Path, name: str, instance: str, faults: str, verdicts: dict[str, str]) -> None:
    found = compared(load(spec(name), instance, faults), tmp_path)
    assert found == {name: (verdict, verdict) for name, verdict in verdicts.items()}


@needs_spin
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_whole_corpus(tmp_path: Path, path: Path) -> None:
    for name, model in models(path):
        found = compared(model, tmp_path)
        assert {of: pair for of, pair in found.items() if pair[0] != pair[1]} == {}, name


def random_machine(seed: int, folder: Path) -> str:
    """The verdict on a random formula of a random machine, some of whose steps are owed no fairness, on which SPIN must agree."""
    chance = random.Random(seed)
    size = chance.randint(2, 5)
    moves = []
    for _ in range(chance.randint(1, 4)):
        arrows = {(chance.randrange(size), chance.randrange(size)) for _ in range(chance.randint(1, 3))}
        moves.append(Move(tuple(sorted(arrows)), fairness=chance.choice(["weak", "weak", "may"])))
    machine = Machine(size)
    conditions = [machine.among(chance.sample(range(size), chance.randint(1, size - 1))) for _ in range(2)]
    asked = replace(goal("ltl", *conditions), formula=without_next(random_formula(chance, 2, chance.randint(1, 4))))
    model = machine.model(moves, [asked])
    ours = judge(searched(model), asked).verdict
    made = claims_of(model)
    assert made is not None
    assert spin_verdicts(made, folder) == {asked.name: ours}, f"seed {seed}\n{made.text}"
    return ours


@needs_spin
def test_random_machines(tmp_path: Path) -> None:
    assert {random_machine(seed, tmp_path) for seed in range(8)} == {"holds", "violated"}


@needs_spin
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_random_machines(tmp_path: Path) -> None:
    found = [random_machine(seed, tmp_path) for seed in range(100, 300)]
    assert min(found.count("holds"), found.count("violated")) > 40


TEAM = """protocol p()
role W * 2
shared n: 0..3 = 0
role W:
    {fairness}action go when n < 3:
        n += 1
done when n == 3
"""

SPEC = """spec p for "p.team"
eventually full: n == 3
whenever quick: n == 0 leads to n == 3 within 9 steps
ltl later: next n == 1
no livelock
sometimes some: n == 2
faults crashes: crash W unlimited
faults one: crash W <= 1
"""


@pytest.mark.parametrize(
    ("fairness", "faults", "what"),
    [
        ("strongly fair ", "none", "strong fairness of W.go"),
        ("", "crashes", "the fault crash W without a limit: a run does not consist of faults alone from some point on"),
    ],
)
def test_what_spin_has_no_word_for_is_refused(tmp_path: Path, fairness: str, faults: str, what: str) -> None:
    (tmp_path / "p.team").write_text(TEAM.format(fairness=fairness))
    (tmp_path / "p.spec").write_text(SPEC)
    with pytest.raises(Unsupported) as refused:
        promela_steps(ground(load(str(tmp_path / "p.spec"), faults=faults)))
    assert refused.value.what.startswith(what)


def test_more_steps_than_processes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "p.team").write_text(TEAM.format(fairness="").replace("W * 2", "W * 260"))
    with pytest.raises(Unsupported, match="more than 252 steps that fairness tells apart"):
        promela_steps(ground(load(str(tmp_path / "p.team"))))


def test_what_is_no_claim_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "p.team").write_text(TEAM.format(fairness=""))
    (tmp_path / "p.spec").write_text(SPEC)
    made = promela_steps(ground(load(str(tmp_path / "p.spec"), faults="one")))
    assert made.claims == {"full": "run_full"}
    assert made.left_out == {
        "quick": "`within`",
        "later": "`next`",
        "no livelock": "`no livelock` is no claim here",
        "some": "`sometimes` is no claim here",
        "no error": "`no error` is no claim here",
    }
    assert " * Not checked here: later (`next`)." in made.text
    assert "ltl run_full { <> (run_full_0) }" in made.text
