"""Certificates of what holds for one team only: verified again, and refused where size, faults, lemmas or protocol are others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker import api
from checker.certificates.certificate import written
from checker.certificates.make import certificate_of
from checker.certificates.questions import questions
from checker.certificates.subject import Asked
from checker.properties.plan import read_target
from checker.report.proving import render
from checker.sentences.read import read_sentences
from tests.certificates.test_certificates import put

# a constant has the number of nodes as its bound, so that is fixed
RING = """
protocol ring(nodes: 2..4 = 3)
role Node * nodes, ordered
const least: 1..nodes = 1
shared holder: Node = Node0
role Node:
    var inside: bool = false
    may action enter when holder == self and not inside:
        inside = true
    action hand_on when holder == self and inside:
        inside = false
        holder = next_in_ring(self)
"""
SPEC = """
spec ring for "ring.team"
instance three: nodes = 3
instance four: nodes = 4
faults forgetful: forget Node <= 1
never together: any(m in Node, n in Node: m != n and m.inside and n.inside)
no deadlock
"""
LEMMAS = [f"Node{n}.inside implies holder == Node{n}" for n in range(3)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a protocol, its spec, and a certificate of `prove` for three nodes."""
    folder = tmp_path_factory.mktemp("ring")
    (folder / "ring.team").write_text(RING, encoding="utf-8")
    (folder / "ring.spec").write_text(SPEC, encoding="utf-8")
    found = api.prove(folder / "ring.spec", instance="three", properties=["together"], certificates=folder / "proofs")
    assert [proof.certificate for proof in found.proofs] == [
        str(folder / "proofs" / "ring.together.three.at_this_size.cert.json")
    ], found.proofs
    assert "It is proved for exactly nodes = 3 too:" in render(found)
    return folder


def text_of(made: Path) -> str:
    return next((made / "proofs").iterdir()).read_text(encoding="utf-8")


def verified(made: Path, text: str) -> tuple[int, str]:
    path = made / "tried.cert.json"
    path.write_text(text, encoding="utf-8")
    found = api.verify(path, made / "ring.spec")
    return found.exit_code, found.refused


def certificate(spec: Path, lemmas: list[str], *, instance: str = "three", name: str = "together") -> str:
    """With lemmas that were given, and all else made to fit them."""
    target = read_target(str(spec))
    subject = Asked(target, instance, "none", name, {}, one_size=True)
    exprs = read_sentences(lemmas, target.protocol, target.spec, instance)
    return written(certificate_of(subject, exprs, questions(subject, exprs)))


def test_it_is_verified_by_both_solvers_and_by_looking_at_all_states(made: Path) -> None:
    found = api.verify(next((made / "proofs").iterdir()), made / "ring.spec")
    assert found.exit_code == 0
    assert found.claim == "never together of ring, for exactly 3 Node, with nodes = 3, under no faults"
    said = [check.text for check in found.checks]
    assert any(text.startswith("z3: yes to ") for text in said)
    assert any(text.startswith("cvc5: yes to ") for text in said)
    assert any(text.startswith("at this size: every well-typed state (24 looked at") for text in said)
    assert said[-1].startswith("not looked at here: a run ends where a step of the protocol fails")


def test_what_a_search_decided_has_one_too(made: Path) -> None:
    found = api.prove(made / "ring.spec", instance="three", properties=["no deadlock"], certificates=made / "more")
    assert found.proofs[0].certificate
    assert api.verify(found.proofs[0].certificate).exit_code == 0


def test_what_speaks_of_runs_has_none_and_it_is_said_why(made: Path) -> None:
    spec = made / "runs.spec"
    spec.write_text(SPEC + "eventually begun: holder == Node0\n", encoding="utf-8")
    found = api.prove(spec, instance="three", properties=["begun"], certificates=made / "none")
    assert "lemmas are of what single states and steps show" in found.proofs[0].uncertified


TAMPERED = {
    "the instance": ("subject.instance", "four", "it is not about"),
    "the size": ("subject.settings", {"nodes": "2"}, "it is not about"),
    "the size that is claimed": (
        "claim.sizes",
        {"Node": 4},
        "how many there are is not as the certificate says: it is Node = 3, not Node = 4",
    ),
    "the size of nothing": ("claim.sizes", {}, "how many there are is not as the certificate says"),
    "the parameters": ("claim.fixed", {"nodes": "4"}, "what is fixed is not as"),
    "every size": ("claim.varying", [{"sort": "Node", "parameter": "nodes"}], "this cannot be claimed of any number"),
    "the faults": ("subject.faults", "forgetful", "it is not about"),
    "faults that are not there": ("subject.faults", "crash Robot <= 1", "it does not fit"),
    "the property": ("claim.property", "no deadlock", "it is not about"),
    "the model": ("subject.model_sha256", "0" * 64, "it is not about"),
    "a file": ("subject.files.0.path", "other.spec", "it names other files"),
    "no lemmas": ("lemmas", [], "its questions are not those"),
    "a sentence": ("lemmas.0.sentence", "true", "lemma 1 is not the sentence that stands beside it"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_refused(made: Path, what: str) -> None:
    path, value, reason = TAMPERED[what]
    data = json.loads(text_of(made))
    put(data, path, value)
    code, refused = verified(made, json.dumps(data))
    assert (code, reason in refused) == (1, True), refused


def test_a_lemma_that_is_missing_or_weaker_or_stronger_is_refused(made: Path) -> None:
    spec = made / "ring.spec"
    assert verified(made, certificate(spec, LEMMAS)) == (0, "")
    for lemmas, fails in (
        (LEMMAS[1:], "consecution Node.enter"),  # dropped
        ([LEMMAS[0] + " or nodes == 3", *LEMMAS[1:]], "consecution Node.enter"),  # weakened until it says nothing
        (["Node0.inside == (holder == Node0)", *LEMMAS[1:]], "initiation"),  # strengthened
        ([*LEMMAS, "not Node2.inside"], "consecution Node.enter"),
    ):
        code, refused = verified(made, certificate(spec, lemmas))
        assert (code, "z3 finds that it does not follow" in refused, fails in refused) == (1, True, True), refused


def test_lemmas_of_one_size_are_no_proof_at_another(made: Path) -> None:
    """All else made to fit: of four nodes these say nothing about the fourth."""
    code, refused = verified(made, certificate(made / "ring.spec", LEMMAS, instance="four"))
    assert (code, "does not follow" in refused) == (1, True)


CHANGED = {
    "a step": ("inside = false\n        holder", "holder", "the model of that file is another one"),
    "a guard": ("when holder == self and not inside", "when not inside", "the model of that file is another one"),
    "where it begins": ("= Node0", "= Node1", "the model of that file is another one"),
    "the size by default": ("2..4 = 3", "2..4 = 2", ""),
    "only a comment": ("role Node:", "# who goes round\nrole Node:", ""),
}


@pytest.mark.parametrize("what", CHANGED)
def test_another_protocol_is_refused_and_another_text_is_told(made: Path, tmp_path: Path, what: str) -> None:
    old, new, reason = CHANGED[what]
    (tmp_path / "ring.team").write_text(RING.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "ring.spec").write_text(SPEC, encoding="utf-8")
    (tmp_path / "it.cert.json").write_text(text_of(made), encoding="utf-8")
    found = api.verify(tmp_path / "it.cert.json", tmp_path / "ring.spec")
    assert (found.exit_code, reason in found.refused) == (1 if reason else 0, True), found
    if not reason:
        assert any("ring.team: the text is another one" in check.text for check in found.checks)


SPECS_CHANGED = {
    "the faults of another model": ("forget Node <= 1", "forget Node <= 2", ""),
    "the property": ("m != n and m.inside", "m != n and not m.inside", "the model of that file is another one"),
    "the size of the instance": ("three: nodes = 3", "three: nodes = 4", "the model of that file is another one"),
}


@pytest.mark.parametrize("what", SPECS_CHANGED)
def test_another_spec_is_refused_where_the_claim_rests_on_it(made: Path, tmp_path: Path, what: str) -> None:
    old, new, reason = SPECS_CHANGED[what]
    (tmp_path / "ring.team").write_text(RING, encoding="utf-8")
    (tmp_path / "ring.spec").write_text(SPEC.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "it.cert.json").write_text(text_of(made), encoding="utf-8")
    found = api.verify(tmp_path / "it.cert.json", tmp_path / "ring.spec")
    assert (found.exit_code, reason in found.refused) == (1 if reason else 0, True), found


def test_a_fault_model_that_has_changed_is_refused(made: Path, tmp_path: Path) -> None:
    """The name stays, what it allows does not."""
    (tmp_path / "ring.team").write_text(RING, encoding="utf-8")
    (tmp_path / "ring.spec").write_text(SPEC, encoding="utf-8")
    found = api.prove(
        tmp_path / "ring.spec", instance="three", faults="forgetful", properties=["together"], certificates=tmp_path
    )
    assert api.verify(found.proofs[0].certificate).exit_code == 0
    (tmp_path / "ring.spec").write_text(SPEC.replace("forget Node <= 1", "forget Node <= 2"), encoding="utf-8")
    assert "the model of that file is another one" in api.verify(found.proofs[0].certificate).refused


CORPUS = {  # stem -> instance, faults, property
    "peterson": ("published", "none", "both_critical"),
    "dining": ("one_differs", "none", "no deadlock"),
    "bugs/handoff_pingpong": ("as_it_was", "none", "no error"),
    "patterns/budgeted_retries": ("keyed", "none", "no error"),
    "seed_preassigned": ("published", "none", "no error"),
    "two_phase_commit": ("three", "none", "consistent"),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("stem", CORPUS)
def test_proofs_of_the_corpus_at_one_size_are_verified(stem: str, tmp_path: Path) -> None:
    from checker.properties.searches import Limits, model_of
    from checker.properties.tolerance.subject import subject
    from checker.proving.attempt import Attempts

    instance, faults, name = CORPUS[stem]
    spec = str(Path(__file__).parents[2] / "specs" / f"{stem}.spec")
    base = subject(spec, instance=instance, faults=faults, properties=None, overrides={}, limits=Limits(), said=None)
    attempts = Attempts(base, faults, str(tmp_path))
    goals: dict[str, Any] = {goal.name: goal for job in base.jobs(faults) for goal in model_of(job).goals}
    attempts.this_size(goals[name], 60.0)
    found = attempts.of(name)
    assert (found.this_size, found.uncertified) == (True, ""), found
    assert api.verify(found.certificate).exit_code == 0
