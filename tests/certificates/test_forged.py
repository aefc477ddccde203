"""Attacks on `verify`: any small change of a certificate is refused, or changes nothing that is claimed; and whatever a forger makes fit is
verified only where it is true.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from checker import api
from checker.certificates.certificate import read, written
from checker.certificates.subject import Asked
from checker.language.diagnostics import BadInput
from checker.model.expr import Expr
from checker.model.resize import NotOfThisSize, resized
from checker.properties.plan import read_target
from checker.sentences.read import read_sentences
from checker.sorted.refusals import Refused
from tests.certificates.forged import asked_of, forged, other_lemmas, untrue
from tests.certificates.mutations import mutations
from tests.certificates.test_certificates import LEMMA, LOCK, SPEC, certificate
from tests.proving.mutants import mutants

ROOT = Path(__file__).parents[2]
PROVED = {  # spec -> instance, property, lemmas by which it holds at every size
    "lock": ("pair", "no deadlock", ["all(c in Client: holder == c implies c at using)"]),
    "two_phase_commit": (
        "three",
        "no deadlock",
        [
            f"Manager.decision == undecided or Manager.decision == {decided} or any(p in Participant: waiting({other}, p) > 0)"
            for decided, other in (("committed", "Abort"), ("aborted", "Commit"))
        ],
    ),
    "patterns/token_ledger": ("small", "covered", ["reserved == sum(w in Worker: hold[w])"]),
    "patterns/token_ring": ("three", "no deadlock", ["any(n in Node: n.has or waiting(Token, n) > 0)"]),
    "patterns/handoff_chain": (
        "lets_go",
        "no deadlock",
        ["begun and answers == 0 implies any(a in Agent: a.active or waiting(Handoff, a) > 0)"],
    ),
}
HARMLESS = (
    "tool ",  # the version that made it: a note
    "subject.path ",  # where the spec is looked for: here it is named
    "subject.files.0.sha256 ",  # of the text; what it means is compared
    "subject.files.1.sha256 ",
    "without type",  # left out where it is what is taken without it
    "without old",
    "without kind",
    "binders.0.name ",  # what a variable is called is taken where it is free
    "type.high raised",  # a wider interval around the same number
    "type.low lowered",
    "the other way round",  # of questions; `a == b` for `b == a`
)
EVERY = 30  # of the changes, where not all are tried


@pytest.fixture(scope="module")
def lock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forged")
    (folder / "lock.team").write_text(LOCK, encoding="utf-8")
    (folder / "lock.spec").write_text(SPEC, encoding="utf-8")
    (folder / "proof.cert.json").write_text(certificate(str(folder / "lock.spec"), [LEMMA]), encoding="utf-8")
    return folder


def exit_code(path: Path, text: str, spec: Path) -> int:
    """2: no certificate."""
    path.write_text(text, encoding="utf-8")
    try:
        return api.verify(path, spec, time_s=5).exit_code
    except BadInput:
        return 2


def accepted(certificate: Path, spec: Path, folder: Path, first: int = 0, every: int = 1) -> list[str]:
    """The changes after which a certificate is not refused; some of them are tried."""
    found = list(mutations(certificate.read_text(encoding="utf-8")))
    assert len(found) > 300
    return [what for what, text in found[first::every] if exit_code(folder / "changed.cert.json", text, spec) not in (1, 2)]


def test_no_change_of_a_certificate_is_accepted_but_where_nothing_is_claimed(lock: Path, tmp_path: Path) -> None:
    assert exit_code(tmp_path / "same.cert.json", (lock / "proof.cert.json").read_text(encoding="utf-8"), lock / "lock.spec") == 0
    found = accepted(lock / "proof.cert.json", lock / "lock.spec", tmp_path, 5, EVERY)
    assert [what for what in found if not any(part in what for part in HARMLESS)] == []
    assert found  # some are harmless


def verified_but_untrue(
    subject: Asked, spec: Path, lemmas: Sequence[Expr], folder: Path, every: int = 1
) -> tuple[list[str], int]:
    """Forgeries that are verified although something in them is not so, and how many were verified."""
    wrong, verified = [], 0
    for what, others in list(other_lemmas(lemmas, subject.goal))[::every]:
        try:
            text = written(forged(subject, others))
        except (Refused, NotOfThisSize):
            continue
        if exit_code(folder / "forged.cert.json", text, spec) == 0:
            verified += 1
            untruth = untrue(subject, others)
            wrong += [f"{what}: {untruth}"] if untruth else []
    return wrong, verified


def test_other_lemmas_are_verified_only_where_they_hold(lock: Path, tmp_path: Path) -> None:
    spec = lock / "lock.spec"
    subject = Asked(read_target(str(spec)), "default", "none", "together", {})
    lemmas = asked_of(read((lock / "proof.cert.json").read_bytes()), subject)
    wrong, verified = verified_but_untrue(subject, spec, lemmas, tmp_path, every=2)
    assert wrong == []
    assert verified  # with the property, for one


def other_protocols(
    spec: Path, team: Path, instance: str, faults: str, name: str, lemmas: Sequence[Expr], folder: Path
) -> list[str]:
    """Mutants of the protocol for which the proof, made anew with the same lemmas, is verified although it is not so. `team` is overwritten."""
    wrong = []
    for what, text in list(mutants(team)):
        team.write_text(text, encoding="utf-8")
        try:
            subject = Asked(read_target(str(spec)), instance, faults, name, {})
            cert = written(forged(subject, lemmas))
        except (BadInput, Refused, NotOfThisSize):
            continue
        if exit_code(folder / "forged.cert.json", cert, spec) == 0 and (untruth := untrue(subject, lemmas)):
            wrong.append(f"{what}: {untruth}")
    return wrong


def test_a_proof_of_another_protocol_is_verified_only_where_it_holds(lock: Path, tmp_path: Path) -> None:
    """The protocol is changed, and everything in the certificate fits the change, but the lemmas."""
    for name in ("lock.team", "lock.spec"):
        shutil.copy(lock / name, tmp_path / name)
    spec = tmp_path / "lock.spec"
    subject = Asked(read_target(str(spec)), "default", "none", "together", {})
    lemmas = asked_of(read((lock / "proof.cert.json").read_bytes()), subject)
    assert other_protocols(spec, tmp_path / "lock.team", "default", "none", "together", lemmas, tmp_path) == []


# --- wide ------------------------------------------------------------------------------------------------------------


def proved(stem: str) -> tuple[Path, Asked, list[Expr]]:
    """The spec, and the proof."""
    instance, name, lemmas = PROVED[stem]
    spec = ROOT / "specs" / f"{stem}.spec"
    target = read_target(str(spec))
    subject = Asked(target, instance, "none", name, {})
    given = read_sentences(lemmas, target.protocol, target.spec, instance)
    return spec, subject, [resized(lemma, subject.model) for lemma in given]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("stem", PROVED)
def test_other_lemmas_of_the_corpus_are_verified_only_where_they_hold(stem: str, tmp_path: Path) -> None:
    spec, subject, lemmas = proved(stem)
    assert exit_code(tmp_path / "proof.cert.json", written(forged(subject, lemmas)), spec) == 0
    wrong, verified = verified_but_untrue(subject, spec, lemmas, tmp_path)
    assert wrong == []
    assert verified


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("stem", PROVED)
def test_proofs_of_mutants_of_the_corpus_are_verified_only_where_they_hold(stem: str, tmp_path: Path) -> None:
    spec, subject, lemmas = proved(stem)
    for kind, ending in (("protocols", "team"), ("specs", "spec")):
        (tmp_path / kind / stem).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / kind / f"{stem}.{ending}", tmp_path / kind / f"{stem}.{ending}")
    spec, team = tmp_path / "specs" / f"{stem}.spec", tmp_path / "protocols" / f"{stem}.team"
    assert other_protocols(spec, team, subject.instance, subject.faults, subject.name, lemmas, tmp_path) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("stem", PROVED)
def test_no_change_of_a_certificate_of_the_corpus_is_accepted(stem: str, tmp_path: Path) -> None:
    spec, subject, lemmas = proved(stem)
    path = tmp_path / "proof.cert.json"
    path.write_text(written(forged(subject, lemmas)), encoding="utf-8")
    found = accepted(path, spec, tmp_path, every=5)
    assert [what for what in found if not any(part in what for part in HARMLESS)] == []
