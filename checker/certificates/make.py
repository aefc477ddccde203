"""Certificates of proofs, written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from checker.certificates.certificate import (
    FORMAT,
    FORMAT_VERSION,
    SUFFIX,
    Certificate,
    Obligation,
    Subject,
    written,
)
from checker.certificates.certificate_errors import NoFolder
from checker.certificates.claims import assumptions_of, claim_of, lemma_of
from checker.certificates.questions import Question
from checker.certificates.subject import Asked, files_of, model_hash
from checker.language.diagnostics import BadInput
from checker.model.expr import Expr
from checker.version import VERSION


def certificate_of(subject: Asked, lemmas: Iterable[Expr], asked: Sequence[Question]) -> Certificate:
    """`lemmas` over the model of `subject`; `asked`: all questions, each of which a solver has said yes to."""
    about = Subject(
        path=subject.target.path,
        files=files_of(subject.target),
        protocol=subject.model.protocol,
        instance=subject.instance,
        faults=subject.faults,
        settings=subject.settings,
        model_sha256=model_hash(subject.model),
    )
    return Certificate(
        format=FORMAT,
        format_version=FORMAT_VERSION,
        tool=VERSION,
        subject=about,
        claim=claim_of(subject),
        lemmas=[lemma_of(lemma, subject) for lemma in lemmas],
        assumptions=assumptions_of(subject),
        obligations=[Obligation(name=q.name, smtlib=q.smtlib) for q in asked],
    )


def require_folder(folder: str) -> None:
    """Make it where it is not there. Raises BadInput."""
    try:
        os.makedirs(folder, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(0, "permission denied")
    except OSError as error:
        raise BadInput([NoFolder(span=None, path=folder, reason=(error.strerror or str(error)).lower())]) from None


def write_certificate(certificate: Certificate, folder: str) -> str:
    """The path of the file: `lock.together.cert.json`, with the faults where there are some, and `at_this_size` for one size only."""
    about, claim = certificate.subject, certificate.claim
    parts = [about.protocol, claim.property, about.instance]
    parts += [] if about.faults == "none" else [about.faults]
    parts += [] if claim.varying else ["at_this_size"]
    name = ".".join(re.sub(r"[^A-Za-z0-9]+", "_", part).strip("_") for part in parts)
    path = os.path.join(folder, name + SUFFIX)
    with open(path, "w", encoding="utf-8") as file:
        file.write(written(certificate))
    return path
