"""Checking a certificate: everything is made again from the protocol, and compared with what the certificate says; then it is decided anew.

Nothing in the certificate is believed. Its model, goal and obligations must be those that the files give; its lemmas are taken as they are, and three
judges look at what they prove: Z3, cvc5 where it is installed, and the reference interpreter on all states of small instances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import final

from checker.certificates.certificate import Certificate, Damaged, Varying, read
from checker.certificates.certificate_errors import BadCertificate, NoFolder, NoSubject
from checker.certificates.claims import assumptions_of, claim_of, claim_text, lemma_of
from checker.certificates.enumeration import try_out
from checker.certificates.expressions import NotOfTheModel, from_node
from checker.certificates.questions import ENDS, Question, answers, by_small_sizes, questions, write_smtlib
from checker.certificates.subject import Asked, files_of, found_target, model_hash
from checker.certificates.verification import Check, Verification
from checker.language.diagnostics import BadInput
from checker.model.expr import Expr
from checker.model.model import Model
from checker.model.resize import NotOfThisSize, resized
from checker.properties.plan import Target
from checker.sorted.refusals import Refused
from checker.sorted.solve import Solver, SolverMissing
from checker.version import VERSION

Said = Callable[[str], None]
SOLVERS: tuple[Solver, ...] = ("z3", "cvc5")
TIME_S = 60.0  # for each question and each instance, where no limit is given
MOST_INSTANCES = 4
OTHER_TEXT = (
    "the text is another one than when this was proved. The claim rests on what it means, which is made anew from the text as it is now"
    " and is the same: the team, its steps, the faults, the property. Comments, layout, and what else the spec asks were not compared"
)
OTHER_VERSION = "if it is refused for the words of a lemma or the text of a question alone, prove it again with this version"


class Refusal(Exception):
    """The certificate does not say what is so; the text says what."""


def verify(
    path: str,
    subject: str | None = None,
    *,
    smtlib: str | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    said: Said | None = None,
) -> Verification:
    """Check the certificate at `path` against the spec or protocol at `subject` (None: the file that it names). `smtlib`: a folder; the
    questions are written there too. `time_s`: of each question and each instance. Raises BadInput where there is no certificate, or nothing
    to check it against.
    """
    began = perf_counter()
    certificate = _certificate(path)
    target = _target(path, certificate, subject)
    verifier = _Verifier(certificate, target, smtlib, TIME_S if time_s is None else time_s, memory_mib, said)
    checks = []
    try:
        for check in verifier.checks():
            checks.append(check)
            if said is not None:
                said(check.text)
    except Refusal as refusal:
        checks.append(Check(word="REFUSED", text=str(refusal)))
    return Verification(certificate=path, claim=claim_text(certificate), checks=tuple(checks), seconds=perf_counter() - began)


def _certificate(path: str) -> Certificate:
    try:
        with open(path, "rb") as file:
            return read(file.read())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    except Damaged as damaged:
        reason = str(damaged)
    raise BadInput([BadCertificate(span=None, path=path, reason=reason)])


def _target(path: str, certificate: Certificate, subject: str | None) -> Target:
    named = certificate.subject.path if subject is None else subject
    target = found_target(named)
    if target is None:
        raise BadInput([NoSubject(span=None, path=named, certificate=path)])
    return target


@final
class _Verifier:
    def __init__(
        self,
        certificate: Certificate,
        target: Target,
        smtlib: str | None,
        time_s: float,
        memory_mib: float | None,
        said: Said | None,
    ) -> None:
        self.certificate, self.target, self.smtlib = certificate, target, smtlib
        self.time_s, self.memory_mib, self.said = time_s, memory_mib, said

    def checks(self) -> Iterator[Check]:
        """What is found, in order. Raises Refusal."""
        subject = self._subject()
        yield from self._same_model(subject)
        yield self._same_claim(subject)
        lemmas = self._lemmas(subject)
        yield Check(word="ok", text=_counted(len(lemmas), "lemma") + ": each sentence says what its expression says")
        asked = self._questions(subject, lemmas)
        yield Check(word="ok", text=f"{_counted(len(asked), 'question')}: as they follow from the protocol and the lemmas")
        if self.smtlib is not None:
            yield self._written(asked, self.smtlib)
        yield from self._decided(asked)
        if not subject.one_size:
            yield from self._without_quantifiers(subject, lemmas)
        yield from self._tried_out(subject, lemmas)
        if subject.goal.kind != "no error":
            yield Check(word="note", text=f"not looked at here: {ENDS}")

    # --- what it is about --------------------------------------------------------------------------------------------

    def _subject(self) -> Asked:
        about, claim = self.certificate.subject, self.certificate.claim
        try:
            one_size, names = not claim.varying, {one.sort for one in claim.varying}
            made = partial(Asked, self.target, about.instance, about.faults, claim.property, about.settings, one_size=one_size)
            orders_fixed = not any(sort.ordered and sort.name in names for sort in made().model.sorts)
            return made(orders_fixed=orders_fixed)
        except BadInput as bad:
            raise Refusal(f"it does not fit {self.target.path}: {bad.diagnostics[0].title_text}") from None
        except (StopIteration, KeyError):
            raise Refusal(f"{self.target.path} has no property `{claim.property}`") from None

    def _same_model(self, subject: Asked) -> Iterator[Check]:
        about = self.certificate.subject
        if model_hash(subject.model) != about.model_sha256 or subject.model.protocol != about.protocol:
            raise Refusal(f"it is not about {self.target.path} as it is now: the model of that file is another one")
        yield Check(word="ok", text=f"the protocol: {self.target.path} is what was proved")
        files = files_of(self.target)
        then, now = [file.path for file in about.files], [file.path for file in files]
        if then != now:
            raise Refusal(f"it names other files: {_shown(then)}, and what is proved here stands in {_shown(now)}")
        changed = [now.path for then, now in zip(about.files, files, strict=True) if then != now]
        if changed:
            yield Check(word="note", text=f"{', '.join(changed)}: {OTHER_TEXT}")
        if self.certificate.tool != VERSION:
            yield Check(word="note", text=f"it was made by version {self.certificate.tool}, this is {VERSION}: {OTHER_VERSION}")

    def _same_claim(self, subject: Asked) -> Check:
        claimed = self.certificate.claim
        try:
            claim = claim_of(subject)
        except Refused as refused:
            raise Refusal(f"this cannot be claimed of any number of agents or things: {refused}") from None
        for what, then, now in (
            ("the kind of the property", claimed.kind, claim.kind),
            ("the property", claimed.sentence, claim.sentence),
            ("what may have any size", [v.sort for v in claimed.varying], [v.sort for v in claim.varying]),
            ("what sets the sizes that vary", list(map(_set_by, claimed.varying)), list(map(_set_by, claim.varying))),
            ("how many there are", claimed.sizes, claim.sizes),
            ("what is fixed", claimed.fixed, claim.fixed),
            ("what the proof rests on", self.certificate.assumptions, assumptions_of(subject)),
        ):
            if then != now:
                raise Refusal(f"{what} is not as the certificate says: it is {_shown(now)}, not {_shown(then)}")
        return Check(word="ok", text="the claim: property, sizes and faults are as the certificate says")

    def _lemmas(self, subject: Asked) -> list[Expr]:
        found = []
        for number, lemma in enumerate(self.certificate.lemmas, 1):
            try:
                expr = from_node(lemma.expression, subject.model)
            except NotOfTheModel as wrong:
                raise Refusal(f"lemma {number} says nothing of this protocol: {wrong}") from None
            if lemma_of(expr, subject) != lemma:
                said = lemma_of(expr, subject).sentence
                raise Refusal(f"lemma {number} is not the sentence that stands beside it: it says `{said}`")
            found.append(expr)
        return found

    def _questions(self, subject: Asked, lemmas: Sequence[Expr]) -> list[Question]:
        try:
            made = questions(subject, lemmas)
        except Refused as refused:
            raise Refusal(f"the proof cannot be stated: {refused}") from None
        given = {obligation.name: obligation.smtlib for obligation in self.certificate.obligations}
        if len(given) != len(self.certificate.obligations) or given.keys() != {question.name for question in made}:
            raise Refusal("its questions are not those that the protocol and the lemmas give: some are missing or too many")
        for question in made:
            if given[question.name] != question.smtlib:
                raise Refusal(f"the SMT-LIB text of `{question.name}` is not what the protocol and the lemmas give")
        return made

    def _written(self, asked: Sequence[Question], folder: str) -> Check:
        try:
            paths = write_smtlib(asked, folder)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise BadInput([NoFolder(span=None, path=folder, reason=reason)]) from None
        return Check(word="ok", text=f"{_counted(len(paths), 'file')} written to {folder}: a solver must answer `unsat` to each")

    # --- deciding it anew --------------------------------------------------------------------------------------------

    def _decided(self, asked: Sequence[Question]) -> Iterator[Check]:
        decided: set[str] = set()
        for solver in SOLVERS:
            try:
                yield self._by(solver, asked, decided)
            except SolverMissing as missing:
                yield Check(word="note", text=str(missing))
        left = [question.name for question in asked if question.name not in decided]
        if left:
            yield Check(word="?", text=f"not decided by any solver: {', '.join(left)}")

    def _by(self, solver: Solver, asked: Sequence[Question], decided: set[str]) -> Check:
        yes, reasons = 0, []
        for solved in answers(asked, solver, time_s=self.time_s, memory_mib=self.memory_mib):
            name = solved.question.name
            if solved.verdict == "sat":
                why = _why_not(name, len(self.certificate.lemmas))
                raise Refusal(f"{solver} finds that it does not follow: `{name}` fails, so {why}")
            if solved.verdict == "unsat":
                yes += 1
                decided.add(name)
            else:
                reasons.append(f"{name}: {solved.reason}")
            if self.said is not None:
                self.said(f"{solver}: {yes} of {len(asked)}")
        open_still = f"; not decided: {', '.join(reasons)}" if reasons else ""
        return Check(word="note" if reasons else "ok", text=f"{solver}: yes to {yes} of {len(asked)}{open_still}")

    def _without_quantifiers(self, subject: Asked, lemmas: Sequence[Expr]) -> Iterator[Check]:
        """What few elements decide is decided once more so."""
        with suppress(SolverMissing):
            small = by_small_sizes(subject, lemmas, time_s=self.time_s, memory_mib=self.memory_mib)
            if small.shown:
                sizes = ", ".join(f"{size} {sort}" for sort, size in small.sizes.items()) or "the sizes that are fixed"
                text = f"without quantifiers: yes to {small.shown} of {small.asked}, which {sizes} decide for every size"
                yield Check(word="ok", text=text)

    def _tried_out(self, subject: Asked, lemmas: Sequence[Expr]) -> Iterator[Check]:
        """At the size that is claimed; else on small instances, smallest first, up to the first with too many states to look at all."""
        for named, made in self._instances(subject):
            try:
                model = made()
                here = [resized(lemma, model) for lemma in lemmas]
            except BadInput:  # a constant of the instance is written out for another size
                continue
            except NotOfThisSize as reason:
                yield Check(word="note", text=f"{named}: not tried out, {reason}")
                continue
            if self.said is not None:
                self.said(f"trying out {named}")
            tried = try_out(model, here, subject.goal_of(model), self.time_s)
            if tried.wrong:
                raise Refusal(f"{named}: {tried.wrong}")
            which = "every well-typed state" if tried.all else "some of the well-typed states"
            states = f"{tried.looked_at:,} looked at, the lemmas hold in {tried.within:,}"
            yield Check(word="ok", text=f"{named}: {which} ({states}), no step leads out of them")
            if not tried.all:
                return

    def _instances(self, subject: Asked) -> Iterator[tuple[str, Callable[[], Model]]]:
        """Each with its name."""
        if subject.one_size:
            yield "at this size", lambda: subject.model
            return
        for size in range(1, MOST_INSTANCES + 1):
            yield ", ".join(f"{name} = {size}" for name in subject.parameters), partial(subject.model_at, size)


def _why_not(question: str, lemmas: int) -> str:
    """What it means that a question fails. Of lemmas and a property the lemmas come first."""
    about, _, place = question.partition(" #")
    part, _, step = about.partition(" ")
    which = f"lemma {int(place) + 1}" if place and int(place) < lemmas else "the property"
    match part:
        case "initiation":
            return f"{which} need not hold at the start"
        case "consecution":
            return f"`{step}` may end {which}"
    return f"the lemmas allow that {f'`{step}` violates the property' if step else 'the property is violated'}"


def _set_by(varying: Varying) -> str:
    return f"{varying.parameter or 'nothing'} that of {varying.sort}"


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"`{value}`" if value else "nothing"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, dict):
        return ", ".join(f"{name} = {one}" for name, one in value.items()) or "nothing"
    return str(value)
