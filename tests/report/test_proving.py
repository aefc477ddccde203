"""Proofs and verifications, as text for people and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from checker import api
from checker.certificates.verification import Check, Verification
from checker.proving.result import Proof, Proofs, Searched, Stuck
from checker.report.proving import render
from checker.report.proving_json import to_data
from checker.report.verification import render as render_verification
from checker.report.verification import to_data as verification_data
from checker.sentences.sentence import Sentence
from tests.report.test_tolerance import validate

ROOT = Path(__file__).parents[2]

LEMMA = Sentence(
    text="all(w in Worker: w at working implies owner[w.work.t!] == w)",
    exact=True,
    plain="for every worker w: whenever w waits at working, the owner of the t of w's work is w",
)


def proof(name: str, rung: str, **more: object) -> Proof:
    facts = {"property": name, "kind": "always", "text": None, "place": "p.spec:3:1", "rung": rung, "expected": "holds"}
    return Proof(**{**facts, "met": rung != "open", **more})  # type: ignore[arg-type]


PROOFS = Proofs(
    protocol="p",
    spec="p.spec",
    instance="pair",
    faults="none",
    asked=(("workers", 2),),
    varying=(("Worker", "workers"),),
    fixed=(("careful", "true"),),
    refused="",
    assumptions=("Every number means every number from 1.",),
    proofs=(
        proof(
            "owned",
            "every size",
            text="who works owns",
            lemmas=(LEMMA,),
            solvers=("Z3",),
            obligations=7,
            certificate="p.owned.cert.json",
        ),
        proof("no error", "every size", kind="no error", solvers=("Z3",)),
        proof("kept", "sizes", reason="no lemmas were found that are enough", sizes=(("workers", 2),)),
        proof(
            "lost",
            "open",
            reason="the time was used up",
            stuck=Stuck(
                sizes=(("workers", 1),),
                state=(("owner[Task0]", "Worker0"),),
                step="Worker0 starts work",
                after=(("owner[Task0]", "none"),),
            ),
        ),
        proof("twice", "violated", met=False, sizes=(("workers", 3),)),
        proof("met", "violated", expected="violated", sizes=(("workers", 3),)),
        proof("seen", "this size", kind="sometimes"),
        proof("invariant", "this size", lemmas=(LEMMA,), solvers=("glucose (python-sat)", "Z3"), sizes=(("workers", 2),)),
    ),
    seconds=1.5,
    searched=Searched(up_to=3, also=((("workers", 5),),), states=1234, stopped="the time was used up"),
)

TEXT = """\
p.spec  instance pair, no faults
  every size: any number of Worker (1, 2, 3, ... without end), with careful = true

  always owned: proved for every size
    "who works owns"
    because all of this holds at the start, and no step of anybody ends it:
      1. all(w in Worker: w at working implies owner[w.work.t!] == w)
         (for every worker w: whenever w waits at working, the owner of the t of w's work is w)
    Decided by Z3: 7 questions, < 0.01 s.
    certificate: p.owned.cert.json  (check it: teamcheck verify p.owned.cert.json)

  no error: proved for every size
    It holds at the start, and no step of anybody ends it.
    There is nothing in the protocol that could fail.

  always kept: holds at the sizes searched
    All states were searched at the sizes that are named at the end.
    Not proved for every size: no lemmas were found that are enough.

  always lost: could not be decided
    Neither proved nor refuted: the time was used up.
    Where the proof for every size stops, at workers = 1 (PERHAPS NEVER REACHED, no violation):
      owner[Task0] = Worker0
      and all else as at the start
      then Worker0 starts work: owner[Task0] = none

  always twice: VIOLATED at workers = 3

  always met: violated at workers = 3, as expected

  sometimes seen: reached

  always invariant: holds at this size
    Proved for exactly workers = 2, by what follows. A team of another size may do something else.
    because all of this holds at the start, and no step of anybody ends it:
      1. all(w in Worker: w at working implies owner[w.work.t!] == w)
         (for every worker w: whenever w waits at working, the owner of the t of w's work is w)
    Found by glucose (python-sat), checked by Z3, < 0.01 s.

  searched through: workers up to 3; and workers = 5 (1,234 states)
  no further: the time was used up

8 properties: 2 proved for every size, 2 decided at this size, 1 searched through, 2 violated, 1 undecided, 1 not as expected (1.5 s)
"""


def test_the_text() -> None:
    assert render(PROOFS) == TEXT


ACCOUNT = """\
what is spent, and what is still owed, is together never more than what was owed at the start: 70 for each worker
still owed for each worker w, by the first line that fits:
  70  when w does not wait at working
   5"""


def test_an_account_of_what_is_spent_has_a_line_for_each_amount() -> None:
    lemma = Sentence(text="(tokens spent) + sum(...) <= 140", exact=False, plain=ACCOUNT)
    shown = render(replace(PROOFS, proofs=(proof("tokens", "every size", lemmas=(lemma,), solvers=("Z3",), obligations=3),)))
    assert (
        """\
      1. what is spent, and what is still owed, is together never more than what was owed at the
           start: 70 for each worker
         still owed for each worker w, by the first line that fits:
           70 when w does not wait at working
            5
"""
        in shown
    )
    assert "sum(...)" not in shown


@pytest.mark.parametrize(
    ("proofs", "note"),
    [
        ([proof("owned", "every size", solvers=("Z3",))], "what is proved for every size holds as long as no step fails"),
        ([proof("owned", "this size", solvers=("Z3",))], "what is proved holds as long as no step fails"),
        ([proof("owned", "this size")], ""),  # all states were searched, and it would be unknown if a step failed
        ([proof("owned", "this size", solvers=("Z3",)), proof("no error", "this size")], ""),
        (
            [proof("owned", "every size", solvers=("Z3",)), proof("no error", "sizes")],
            "what is proved for every size holds as long",
        ),
        ([proof("owned", "every size", solvers=("Z3",)), proof("no error", "every size")], ""),
        (
            [proof("owned", "sizes", solvers=("Z3",)), proof("no error", "violated")],
            "a step of the protocol fails (`no error` is",
        ),
        ([proof("no error", "every size")], ""),
    ],
)
def test_what_a_proof_rests_on_is_said(proofs: list[Proof], note: str) -> None:
    shown = render(replace(PROOFS, proofs=tuple(proofs)))
    assert ("note: " in shown) == bool(note)
    assert note in shown


def test_a_state_where_nobody_can_act_is_said_to_be_one() -> None:
    stuck = Stuck(sizes=(), state=(), step="", after=())
    shown = render(replace(PROOFS, proofs=(proof("no deadlock", "open", kind="no deadlock", stuck=stuck),)))
    assert "no violation):\n      all is as at the start\n      there nobody can do anything, and not all is done\n" in shown


def test_the_exit_code() -> None:
    assert PROOFS.exit_code == 1
    good = [one for one in PROOFS.proofs if one.met]
    assert replace(PROOFS, proofs=tuple(good)).exit_code == 0
    assert replace(PROOFS, proofs=tuple(good), only_proofs=True).exit_code == 3
    assert replace(PROOFS, proofs=tuple(good), interrupted=True).exit_code == 3
    assert replace(PROOFS, proofs=tuple(one for one in PROOFS.proofs if one.rung == "open")).exit_code == 3


def test_the_data_is_as_the_schema_says() -> None:
    validate(to_data(PROOFS), "prove_schema.json")
    validate(to_data(api.prove(ROOT / "specs" / "lock.spec", time_s=20)), "prove_schema.json")


VERIFICATION = Verification(
    certificate="p.cert.json",
    claim="always owned of p, for any number of Worker, under no faults",
    checks=(
        Check(word="ok", text="the protocol: p.spec is what was proved"),
        Check(word="note", text="cvc5 is not installed here: `pip install teamcheck[cvc5]`"),
        Check(word="?", text="not decided by any solver: initiation #0"),
    ),
    seconds=0.5,
)


@pytest.mark.parametrize(
    ("more", "code", "last"),
    [((), 3, "not decided (0.50 s)"), ((Check(word="REFUSED", text="it is not so"),), 1, "refused (0.50 s)")],
)
def test_a_verification(more: tuple[Check, ...], code: int, last: str) -> None:
    found = replace(VERIFICATION, checks=VERIFICATION.checks + more)
    validate(verification_data(found), "verify_schema.json")
    assert found.exit_code == code
    lines = render_verification(found).splitlines()
    assert lines[:5] == [
        "p.cert.json",
        "  always owned of p, for any number of Worker, under no faults",
        "  ok      the protocol: p.spec is what was proved",
        "  note    cvc5 is not installed here: `pip install teamcheck[cvc5]`",
        "  ?       not decided by any solver: initiation #0",
    ]
    assert lines[-1] == last


def test_lemmas_that_an_earlier_proof_lists_are_not_listed_again() -> None:
    lemmas = tuple(replace(LEMMA, text=f"rounds <= {bound}", plain=f"rounds is at most {bound}") for bound in (7, 8, 9))
    both = (
        proof("kept", "every size", lemmas=lemmas, solvers=("Z3",)),
        proof("lost", "every size", lemmas=lemmas[::-1], solvers=("Z3",)),
        proof("half", "every size", lemmas=lemmas[:2], solvers=("Z3",)),
    )
    text = render(replace(PROOFS, proofs=both))
    kept, lost, half = (text[text.index(f"always {name}") :].split("\n\n")[0] for name in ("kept", "lost", "half"))
    assert "1. rounds <= 7" in kept
    assert "the same 3 as under always kept" in lost
    assert "rounds" not in lost
    assert "1. rounds <= 7" in half
