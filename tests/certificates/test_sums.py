"""Certificates whose lemmas speak of sums: verified, and refused where a lemma, or a law of sums, is not as it must be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from checker import api
from checker.certificates.certificate import written
from checker.certificates.make import certificate_of
from checker.certificates.questions import questions
from checker.certificates.subject import Asked
from checker.model.resize import resized
from checker.properties.plan import read_target
from checker.sentences.read import read_sentences
from checker.sorted import totals
from checker.sorted.logic import FALSE

SPEC = Path(__file__).parents[2] / "specs" / "patterns" / "token_ledger.spec"
BOOKS = "reserved == sum(w in Worker: hold[w])"


def certificate(folder: Path, name: str, lemmas: Sequence[str], instance: str = "small") -> Path:
    """One that says that the property follows from the lemmas, whether or not that is so."""
    target = read_target(str(SPEC))
    subject = Asked(target, instance, "none", name, {})
    given = [resized(lemma, subject.model) for lemma in read_sentences(lemmas, target.protocol, target.spec, instance)]
    path = folder / "tried.cert.json"
    path.write_text(written(certificate_of(subject, given, questions(subject, given))), encoding="utf-8")
    return path


def refused(path: Path) -> str:
    return api.verify(path, SPEC).refused


def test_sums_are_verified_by_both_solvers_and_on_states(tmp_path: Path) -> None:
    found = api.verify(certificate(tmp_path, "covered", [BOOKS]), SPEC)
    assert found.exit_code == 0
    assert [check.text for check in found.checks[2:6]] == [
        "1 lemma: each sentence says what its expression says",
        "6 questions: as they follow from the protocol and the lemmas",
        "z3: yes to 6 of 6",
        "cvc5: yes to 6 of 6",
    ]
    assert any("every well-typed state" in check.text or "some of the well-typed" in check.text for check in found.checks)


@pytest.mark.parametrize(
    ("lemma", "why"),
    [
        (BOOKS, ""),
        (BOOKS.replace("==", "<="), "fails"),
        (BOOKS.replace("hold[w]", "2 * hold[w]"), "fails"),
        (BOOKS.replace("reserved", "reserved + 1"), "fails"),
        ("reserved == count(w in Worker: hold[w] > 0)", "fails"),
    ],
)
def test_a_lemma_that_is_not_so_is_refused(tmp_path: Path, lemma: str, why: str) -> None:
    found = refused(certificate(tmp_path, "covered", [lemma]))
    assert (found == "") == (why == "")
    assert why in found or "leads out of the lemmas" in found or "violates" in found or "does not hold" in found


def test_a_law_of_sums_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    path = certificate(tmp_path, "covered", [BOOKS])
    data = json.loads(path.read_text(encoding="utf-8"))
    changed = 0
    for obligation in data["obligations"]:
        laws = [
            line for line in obligation["smtlib"].splitlines() if line.startswith("(assert (or") and "|sum 0 of Worker|" in line
        ]
        for law in laws[:1]:
            obligation["smtlib"] = obligation["smtlib"].replace(
                law, law.replace("(<= ", "(<= 1 ", 1) if "(<= " in law else law + " "
            )
            changed += 1
    assert changed
    path.write_text(json.dumps(data), encoding="utf-8")
    assert "is not what the protocol and the lemmas give" in refused(path)


def test_a_law_of_sums_that_were_wrong_would_be_seen_on_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a law from which all follows the solvers say yes to everything; the interpreter, which knows no laws, does not."""
    monkeypatch.setattr(totals, "_law", lambda more, less, places: FALSE)
    path = certificate(tmp_path, "books", [], "leaky")
    assert "leads out of the lemmas" in refused(path)
