"""Certificates whose lemmas say that there is somebody: verified, and refused where what they say is too much, or not enough."""

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

SPECS = Path(__file__).parents[2] / "specs" / "patterns"
CHAIN, RING = (SPECS / f"{stem}.spec" for stem in ("handoff_chain", "token_ring"))
SOMEBODY = "begun and answers == 0 implies any(a in Agent: a.active or waiting(Handoff, a) > 0)"
ANOTHER = (
    "all(b in Agent: begun and answers == 0 and not b.active and waiting(Handoff, b) == 0"
    " implies any(a in Agent: a != b and (a.active or waiting(Handoff, a) > 0)))"
)


def certificate(folder: Path, spec: Path, name: str, lemmas: Sequence[str], instance: str) -> Path:
    """One that says that the property follows from the lemmas, whether or not that is so."""
    target = read_target(str(spec))
    subject = Asked(target, instance, "none", name, {})
    given = [resized(lemma, subject.model) for lemma in read_sentences(lemmas, target.protocol, target.spec, instance)]
    path = folder / "tried.cert.json"
    path.write_text(written(certificate_of(subject, given, questions(subject, given))), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lemma", "refused"),
    [
        (SOMEBODY, False),
        (SOMEBODY.replace(" or waiting(Handoff, a) > 0", ""), True),  # it may be on its way
        (SOMEBODY.replace("begun and ", ""), True),  # nobody has it before it begins
        (SOMEBODY.replace("answers == 0", "answers == 1"), True),  # true of other states, and of no help
        (SOMEBODY.replace("any", "all"), True),
        (ANOTHER, False),
        (ANOTHER.replace("not b.active and ", ""), True),
        (ANOTHER.replace("any(a", "all(a"), True),
    ],
)
def test_a_conversation_is_always_with_somebody(tmp_path: Path, lemma: str, refused: bool) -> None:
    found = api.verify(certificate(tmp_path, CHAIN, "no deadlock", [lemma], "lets_go"), CHAIN)
    assert (found.exit_code != 0) == bool(found.refused) == refused, found


def test_a_lemma_about_somebody_that_was_exchanged_is_refused(tmp_path: Path) -> None:
    path = certificate(tmp_path, RING, "no deadlock", ["any(n in Node: n.has or waiting(Token, n) > 0)"], "three")
    assert api.verify(path, RING).exit_code == 0
    data = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(data["lemmas"][0]["expression"])
    assert '"any"' in text
    data["lemmas"][0]["expression"] = json.loads(text.replace('"any"', '"all"', 1))
    path.write_text(json.dumps(data), encoding="utf-8")
    assert "is not the sentence that stands beside it" in api.verify(path, RING).refused
