"""Properties of whole runs, proved for every size where every run ends; and what must not be proved so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import api
from checker.certificates.certificate import written
from checker.certificates.make import certificate_of
from checker.certificates.questions import questions
from checker.certificates.subject import Asked
from checker.model.resize import resized
from checker.properties.plan import read_target
from checker.properties.tolerance.subject import Subject, subject
from checker.sentences.read import read_sentences
from tests.proving.attacked import LIMITS, proved, refuted_by_search

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "specs" / "lock.spec"
RANK = "0 <= sum(c in Client: if c at using then 1 else if c in wanted then 2 else 0)"
HELD = "all(c in Client: holder == c implies c at using)"

JOBS = """
protocol jobs(workers: 1..6 = 2, tasks: 1..6 = 2)
enum State: open, going, done
ids Task * tasks
role Worker * workers
shared state: map[Task, State] = open
role Worker:
    action take(t: Task) when state[t] == open:
        state[t] = going
        await llm() as working
        state[t] = done
"""
SPEC = """
spec jobs for "jobs.team"
instance pair: workers = 2, tasks = 2
faults none
faults one_stall: stall Worker <= 1
faults some_repeat: repeat Worker <= 3
eventually over: all(t in Task: state[t] == done)
eventually always settled: all(t in Task: state[t] == done)
whenever taken: any(t in Task: state[t] != open) leads to all(t in Task: state[t] == done)
no livelock
no starvation of Worker
no unhandled message
check pair
check pair under one_stall, some_repeat
"""
ALL = {"over", "settled", "taken", "no livelock", "no starvation of Worker"}


def made(folder: Path, team: str, spec: str = SPEC) -> Subject:
    (folder / "jobs.team").write_text(team, encoding="utf-8")
    (folder / "jobs.spec").write_text(spec, encoding="utf-8")
    path = str(folder / "jobs.spec")
    return subject(path, instance="pair", faults=None, properties=None, overrides={}, limits=LIMITS, said=None)


def wrongly(base: Subject, faults: str = "none") -> tuple[set[str], set[str]]:
    """What a search violates, and what of it is proved for every size."""
    refuted = set(refuted_by_search(base, faults)) & ALL
    return refuted, proved(base, faults, 1.0, tuple(sorted(refuted)))


def test_what_every_run_comes_to(tmp_path: Path) -> None:
    made(tmp_path, JOBS)
    found = api.prove(str(tmp_path / "jobs.spec"), instance="pair", faults="none", time_s=200)
    assert {proof.property: proof.rung for proof in found.proofs} == dict.fromkeys(
        (*ALL, "no unhandled message", "no error"), "every size"
    )


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ("action take", "may action take", {"over", "settled"}),  # a run may rest before it: no work need begin
        ("state[t] = done", "state[t] = open", {"over", "settled", "taken", "no livelock"}),
    ],
)
def test_what_does_not_come_to_pass_is_not_proved(old: str, new: str, broken: set[str], tmp_path: Path) -> None:
    refuted, found = wrongly(made(tmp_path, JOBS.replace(old, new)))
    assert refuted >= broken
    assert not found


@pytest.mark.parametrize(("faults", "broken"), [("one_stall", {"over", "settled", "taken"}), ("some_repeat", set())])
def test_faults_count(faults: str, broken: set[str], tmp_path: Path) -> None:
    base = made(tmp_path, JOBS)
    refuted, found = wrongly(base, faults)
    assert (refuted, found) == (broken, set())
    assert proved(base, faults, 30.0, ("no livelock",)) == {"no livelock"}


TIMEOUTS = """
protocol jobs(workers: 1..6 = 2)
role Worker * workers
shared asked: set[Worker] = {}
shared told: set[Worker] = {}
role Worker:
    may action ask when self not in asked:
        asked += {self}
        await:
            timeout:
                told += {self}
"""
TIMEOUTS_SPEC = """
spec jobs for "jobs.team"
instance pair: workers = 2
timeouts only when stuck
whenever taken: asked != {} leads to told == asked
no livelock
check pair
"""


def test_a_timeout_waits_for_those_who_only_may_act(tmp_path: Path) -> None:
    base = made(tmp_path, TIMEOUTS, TIMEOUTS_SPEC)
    assert "taken" in refuted_by_search(base, "none")  # while another one may ask, nobody has to be told
    assert proved(base, "none", 5.0, ("taken", "no livelock")) == {"no livelock"}
    base = made(tmp_path, TIMEOUTS, TIMEOUTS_SPEC.replace("timeouts only when stuck", ""))
    assert "taken" not in refuted_by_search(base, "none")


def certificate(folder: Path, name: str, lemmas: list[str]) -> Path:
    """One that says that the property follows from the lemmas, whether or not that is so."""
    target = read_target(str(LOCK))
    asked = Asked(target, "pair", "none", name, {})
    given = [resized(lemma, asked.model) for lemma in read_sentences(lemmas, target.protocol, target.spec, "pair")]
    path = folder / "tried.cert.json"
    path.write_text(written(certificate_of(asked, given, questions(asked, given))), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "lemmas", "refused"),
    [
        ("served", [RANK, HELD], False),
        ("no livelock", [RANK], False),
        ("served", [RANK], True),  # why the holder works is not said
        ("no livelock", [RANK.replace("then 2", "then 1")], True),  # to begin lowers nothing
        ("no livelock", [RANK.replace("sum", "-5 + sum")], True),  # it is below 0
        ("no livelock", ["0 <= sum(c in Client: if c at using then 1 else 0)"], True),  # to begin raises it
    ],
)
def test_a_rank_is_checked(name: str, lemmas: list[str], refused: bool, tmp_path: Path) -> None:
    found = api.verify(str(certificate(tmp_path, name, lemmas)))
    assert (found.exit_code == 1) is refused, found


def test_without_a_rank_nothing_is_asked(tmp_path: Path) -> None:
    path = certificate(tmp_path, "no livelock", [RANK])
    data = json.loads(path.read_text(encoding="utf-8"))
    data["lemmas"] = []
    path.write_text(json.dumps(data), encoding="utf-8")
    found = api.verify(str(path))
    assert found.exit_code == 1
    assert "nothing says that every run ends" in found.refused
