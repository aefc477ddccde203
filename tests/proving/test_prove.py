"""`prove`, whole: what is said of protocols that are proved, refuted, refused and undecided."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

from checker import api
from checker.cli.main import main
from checker.language.diagnostics import BadInput
from checker.report.proving import render

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"

CASES = {
    "lock": ("specs/lock.spec", "pair", "one_crash", None),
    "two_phase_commit": ("specs/two_phase_commit.spec", "three", "none", ["final"]),
    "hasty": ("specs/two_phase_commit.spec", "hasty", "none", ["consistent"]),
    "claim_race": ("specs/bugs/claim_race.spec", "as_it_was", "none", ["no deadlock", "no lost update on status"]),
    "peterson": ("specs/peterson.spec", "published", "none", ["both_critical", "served", "contended"]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    path, instance, faults, properties = CASES[name]
    found = api.prove(path, instance=instance, faults=faults, properties=properties, time_s=100)
    assert found.exit_code == 0
    text = re.sub(r"(?:< )?\d+(?:\.\d+)? s\b", "T s", render(found, traces=False))
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


LEASE = """
protocol lease(workers: 1..6 = 2, slots: 1..3 = 1, limit: 2..4 = 2)
role Worker * workers
shared busy: set[Worker] = {}
shared used: 0..6 = 0
role Worker:
    action enter when self not in busy:
        busy += {self}
        used = len(busy)
    action leave when self in busy:
        busy -= {self}
        used = len(busy)
"""
LEASE_SPEC = """
spec lease for "lease.team"
instance pair: workers = 2
always few: used <= 3
always counted: used == len(busy)
no deadlock
"""


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    (tmp_path / "lease.team").write_text(LEASE, encoding="utf-8")
    (tmp_path / "lease.spec").write_text(LEASE_SPEC, encoding="utf-8")
    return tmp_path / "lease.spec"


def test_what_holds_at_the_size_asked_for_may_be_violated_at_a_larger_one(lease: Path) -> None:
    found = api.prove(lease, properties=["few"], time_s=60)
    (few,) = found.proofs
    assert (few.rung, few.sizes, few.held_up_to, few.met, found.exit_code) == ("violated", (("workers", 4),), 3, False, 1)
    assert few.result is not None
    assert few.result.trace is not None
    assert len(few.result.trace.steps) == 4
    assert "--set workers=4" in few.result.replay


def test_what_is_not_proved_for_every_size_may_be_asked_to_be(lease: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["prove", str(ROOT / "specs" / "peterson.spec"), "--property", "both_critical"]
    assert main(given) == 0
    assert main([*given, "--every-size"]) == 3
    assert main(["prove", str(ROOT / "specs" / "lock.spec"), "--property", "together", "--every-size"]) == 0
    capsys.readouterr()


def test_a_size_that_a_table_is_written_out_for_stays_as_it_is(tmp_path: Path) -> None:
    """Others are searched all the same."""
    (tmp_path / "graph.team").write_text(
        "protocol graph(agents: 1..3 = 2, tasks: 1..3 = 2)\nids Task * tasks\nrole Agent * agents\n"
        "const needs: map[Task, set[Task]] = {}\nshared finished: set[Task] = {}\n"
        "role Agent:\n    action finish(t: Task) when needs[t] subset finished:\n        finished += {t}\n",
        encoding="utf-8",
    )
    (tmp_path / "graph.spec").write_text(
        'spec graph for "graph.team"\ninstance chain: tasks = 2, needs = {1: {0}}\n'
        "eventually over: all(t in Task: t in finished)\n",
        encoding="utf-8",
    )
    found = api.prove(tmp_path / "graph.spec", properties=["over"], time_s=60)
    assert [proof.rung for proof in found.proofs] == ["sizes"]
    assert found.asked == (("agents", 2),)
    assert found.searched is not None
    assert (found.searched.up_to, found.searched.ended) == (3, True)


def test_one_parameter_may_be_the_size_of_two_sorts(tmp_path: Path) -> None:
    """Where induction fails is looked for at sizes that there are: as many of the one as of the other. `no error` is told once."""
    (tmp_path / "pairs.team").write_text(
        "protocol pairs(workers: 1..4 = 2)\nids Task * workers\nrole Worker * workers\n"
        "shared taken: set[Task] = {}\nshared busy: set[Worker] = {}\n"
        "role Worker:\n    action take(t: Task) when t not in taken and self not in busy:\n"
        "        taken += {t}\n        busy += {self}\n",
        encoding="utf-8",
    )
    (tmp_path / "pairs.spec").write_text(
        'spec pairs for "pairs.team"\nalways even: all(w in Worker: w in busy) implies all(t in Task: t in taken)\nno error\n',
        encoding="utf-8",
    )
    found = api.prove(tmp_path / "pairs.spec", time_s=20)
    assert [(proof.property, proof.rung) for proof in found.proofs] == [("even", "sizes"), ("no error", "every size")]


def test_wrong_names_and_folders_are_bad_input(lease: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for wrong in (
        {"instance": "none"},
        {"faults": "crash Agent <= 1"},
        {"properties": ["few", "fwe"]},
        {"overrides": {"workrs": 2}},
    ):
        with pytest.raises(BadInput):
            api.prove(lease, **wrong)  # type: ignore[arg-type]
    with pytest.raises(BadInput) as bad:
        api.prove(lease, certificates=tmp_path / "file" / "proofs")
    assert bad.value.diagnostics[0].title_text.startswith(f"cannot write to `{tmp_path / 'file' / 'proofs'}`")


WITHOUT = """
import sys
for name in ("pysat", "pysat.solvers", "cvc5"):
    sys.modules[name] = None
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "pysat" else found(name, *more)
from checker.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_without_the_extras_it_says_so_and_goes_on(tmp_path: Path) -> None:
    run = [sys.executable, "-c", WITHOUT]
    proved = subprocess.run(
        [*run, "prove", "specs/lock.spec", "--property", "together", "--certificate", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert proved.returncode == 0, proved.stderr
    assert "note: python-sat is not installed here: Z3 looks for lemmas in its place" in proved.stdout
    assert "never together: proved for every size" in proved.stdout
    verified = subprocess.run(
        [*run, "verify", str(tmp_path / "lock.together.pair.cert.json")], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert verified.returncode == 0, verified.stderr
    assert "note    cvc5 is not installed here: `pip install teamcheck[cvc5]`" in verified.stdout


def test_an_interrupt_ends_it_with_what_is_known() -> None:
    code, out = _interrupted_after(8)
    if code == 130:  # a busy machine had not begun
        code, out = _interrupted_after(40)
    assert code == 3
    assert "sometimes adopted: reached" in out
    assert "interrupted before the end" in out


def _interrupted_after(seconds: float) -> tuple[int, str]:
    words = [sys.executable, "-m", "checker", "prove", "specs/paxos.spec", "--time", "600", "--traces", "none"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=100)
    return process.returncode, out


def test_the_time_is_that_of_the_whole_command() -> None:
    began = perf_counter()
    found = api.prove(ROOT / "specs" / "paxos.spec", time_s=3)
    assert perf_counter() - began < 3 * 1.15 + 2
    assert len(found.proofs) == 7
    assert not found.interrupted
    assert all(proof.reason for proof in found.proofs if proof.rung == "open")


def test_a_violation_that_only_a_proof_at_the_size_finds_is_taken_by_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches end before they come there."""
    from checker.proving import searched

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(searched, "MOST_STATES", 10)
    found = api.prove("specs/two_phase_commit.spec", instance="hasty", properties=["consistent"], time_s=60)
    (consistent,) = found.proofs
    assert (consistent.rung, consistent.sizes, consistent.met) == ("violated", (("participants", 3),), True)
    assert consistent.result is not None
    assert consistent.result.engine == "inductive"
    assert consistent.result.trace is not None
    assert consistent.stuck is None
    states = consistent.result.trace.end
    assert {"committed", "aborted"} <= {states[f"Participant{i}.state"] for i in range(3)}


def test_what_is_too_large_for_a_search_is_proved_at_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.proving import searched

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(searched, "MOST_STATES", 5)
    found = api.prove("specs/peterson.spec", instance="published", properties=["both_critical"], time_s=60)
    (proof,) = found.proofs
    assert (proof.rung, proof.met, found.exit_code) == ("this size", True, 0)
    assert proof.lemmas
    assert proof.solvers[-1] == "Z3"
    assert "Proved for the team of this instance, by what follows." in render(found)


def test_without_the_time_for_anything_all_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.proving import searched
    from checker.proving.attempt import Attempts

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(searched, "MOST_STATES", 2)
    monkeypatch.setattr(Attempts, "every_size", lambda *_, **__: None)
    monkeypatch.setattr(Attempts, "this_size", lambda *_: None)
    found = api.prove("specs/two_phase_commit.spec", properties=["consistent", "commits"], time_s=20)
    assert [(proof.rung, proof.met) for proof in found.proofs] == [("open", False), ("open", False)]
    assert found.exit_code == 3


TICKETS = """\
protocol tickets(agents: 1..4 = 2, tickets: 2..4 = 3)
ids Ticket * tickets, ordered
role Agent * agents
shared free: Ticket = first(Ticket)
shared owner: map[Ticket, Agent?] = none
role Agent:
    action take when free < last(Ticket):
        owner[free] = self
        free = next(free)
"""
TICKETS_SPEC = """\
spec tickets for "p.team"
always later_is_free "what has not come yet is nobody's": all(t in Ticket: t > free implies owner[t] == none)
never all_taken: all(t in Ticket: t < last(Ticket) implies owner[t] != none) and free < last(Ticket)
no error
"""


def test_what_is_ordered_has_any_size(tmp_path: Path) -> None:
    (tmp_path / "p.team").write_text(TICKETS, encoding="utf-8")
    (tmp_path / "p.spec").write_text(TICKETS_SPEC, encoding="utf-8")
    found = api.prove(tmp_path / "p.spec", time_s=40, certificates=tmp_path / "proofs")
    assert found.varying == (("Ticket", "tickets"), ("Agent", "agents"))
    assert {(proof.property, proof.rung, proof.only_with) for proof in found.proofs} == {
        ("later_is_free", "every size", ()),
        ("all_taken", "every size", ()),
        ("no error", "every size", ()),
    }
    for proof in found.proofs:
        assert api.verify(proof.certificate).exit_code == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_where_the_number_of_what_is_ordered_is_needed_it_is_said(tmp_path: Path) -> None:
    spec = ROOT / "specs" / "patterns" / "ticket_lock.spec"
    found = api.prove(spec, instance="whole", properties=["together"], time_s=200, certificates=tmp_path)
    (proof,) = found.proofs
    assert (proof.rung, proof.only_with) == ("every size", (("tickets", 4),))
    assert "never together: proved for every size, with tickets = 4\n" in render(found)
    checked = api.verify(proof.certificate)
    assert (checked.exit_code, checked.claim) == (
        0,
        "never together of ticket_lock, for any number of Agent, with tickets = 4, atomic = true, under no faults",
    )


CONSENSUS = """\
protocol consensus(voters: 1..7 = 3, tellers: 1..3 = 2)
enum Choice: merge, reject
role Voter * voters
role Teller * tellers
shared cast: map[Voter, Choice?] = none
shared told: set[Choice] = {}
role Voter:
    action vote(c: Choice) when cast[self] == none:
        cast[self] = c
role Teller:
    var result: Choice? = none
    action decide(c: Choice) when result == none:
        if majority(v in Voter: cast[v] == c):
            result = c
    action tell(c: Choice) when majority(v in Voter: cast[v] == c):
        told += {c}
"""
CONSENSUS_SPEC = """\
spec consensus for "consensus.team"
always agreement: all(a in Teller, b in Teller: a.result == none or b.result == none or a.result == b.result)
always one_told: not (merge in told and reject in told)
always told_what_is_decided: all(a in Teller, c in Choice: a.result == c implies all(d in told: d == c))
"""


def test_a_majority_that_a_step_counted_is_remembered_by_what_it_wrote(tmp_path: Path) -> None:
    (tmp_path / "consensus.team").write_text(CONSENSUS, encoding="utf-8")
    (tmp_path / "consensus.spec").write_text(CONSENSUS_SPEC, encoding="utf-8")
    found = api.prove(tmp_path / "consensus.spec", time_s=60)
    assert {one.rung for one in found.proofs} == {"every size"}
    agreement = next(one for one in found.proofs if one.property == "agreement")
    assert [lemma.text for lemma in agreement.lemmas] == [
        "all(t in Teller, c in Choice: t.result == c implies majority(v in Voter: cast[v] == c))"
    ]


def test_a_minority_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "consensus.team").write_text(
        CONSENSUS.replace(
            "majority(v in Voter: cast[v] == c):\n            result", "any(v in Voter: cast[v] == c):\n            result"
        ),
        encoding="utf-8",
    )
    (tmp_path / "consensus.spec").write_text(CONSENSUS_SPEC, encoding="utf-8")
    found = api.prove(tmp_path / "consensus.spec", properties=["agreement"], time_s=20)
    assert [one.rung for one in found.proofs] == ["violated"]


TWO_SENDERS = """\
protocol two(workers: 1..3 = 2, leads: 1..3 = 2)
role Worker * workers
role Lead * leads
role Hub
message Done() to Hub: unordered, capacity 2
shared got: 0..2 = 0
role Worker:
    action a:
        send Done() to Hub
role Lead:
    action b:
        send Done() to Hub
role Hub:
    on Done() from s: Worker:
        got = 1
    on Done() from s: Lead:
        got = 2
"""


def test_two_roles_may_send_one_kind_of_message(tmp_path: Path) -> None:
    (tmp_path / "two.team").write_text(TWO_SENDERS, encoding="utf-8")
    (tmp_path / "two.spec").write_text('spec two for "two.team"\nno error\n', encoding="utf-8")
    assert [one.rung for one in api.prove(tmp_path / "two.spec", time_s=20).proofs] == ["every size"]


VOTES_BY_MESSAGE = """\
protocol election(voters: 1..5 = 3)
enum Choice: merge, reject
role Voter * voters
role Lead
message Vote(c: Choice) to Lead: unordered, capacity 4
shared decided: set[Choice] = {}
role Voter:
    var cast: Choice? = none
    action vote(c: Choice) when cast == none:
        cast = c
        send Vote(c) to Lead
role Lead:
    var votes: map[Voter, Choice?] = none
    on Vote(c) from v:
        votes[v] = c
    action decide(c: Choice) when majority(v in Voter: votes[v] == c):
        decided += {c}
"""


def test_rules_of_a_fixed_form_carry_a_majority_through_messages(tmp_path: Path) -> None:
    (tmp_path / "election.team").write_text(VOTES_BY_MESSAGE, encoding="utf-8")
    spec = 'spec election for "election.team"\nalways one: not (merge in decided and reject in decided)\n'
    (tmp_path / "election.spec").write_text(spec, encoding="utf-8")
    (one,) = api.prove(tmp_path / "election.spec", properties=["one"], time_s=90).proofs
    assert one.rung == "every size"
    assert "all(v in Voter: Lead.votes[v] == merge implies v.cast == merge)" in [lemma.text for lemma in one.lemmas]
