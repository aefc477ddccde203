"""What is claimed of a subject, made from the files: the certificate's own words are compared with these."""

from __future__ import annotations

from checker.certificates.certificate import Certificate, Claim, Lemma
from checker.certificates.expressions import to_node
from checker.certificates.questions import ASSUMED, open_sorts
from checker.certificates.subject import Asked
from checker.language.types import show
from checker.model.expr import Expr
from checker.sentences.sentence import sentence


def claim_of(subject: Asked) -> Claim:
    """Raises Refused where every size is asked for, and nothing can be claimed of it."""
    goal, checked = subject.goal, subject.checked
    varying = open_sorts(subject)
    parameters, sorts = {one.parameter for one in varying}, {one.sort for one in varying}
    sizes = {sort.name: sort.size for sort in subject.model.sorts if not sort.single and sort.name not in sorts}
    fixed = {n: show(c.type, c.value) for n, c in checked.parameters.items() if n not in parameters}
    asked = " ; ".join(sentence(condition, checked, subject.model).text for condition in goal.conditions)
    return Claim(property=goal.name, kind=goal.kind, sentence=asked, varying=varying, sizes=sizes, fixed=fixed)


def assumptions_of(subject: Asked) -> list[str]:
    """What a proof rests on, and in which ways its formulas allow more than the protocol does."""
    return [
        ASSUMED[0],
        *(() if subject.one_size else ASSUMED[1:]),
        *(f"The formulas allow more: {one}." for one in subject.form.approximations),
    ]


def lemma_of(expr: Expr, subject: Asked) -> Lemma:
    said = sentence(expr, subject.checked, subject.model)
    return Lemma(sentence=said.text, exact=said.exact, expression=to_node(expr))


def claim_text(certificate: Certificate) -> str:
    """What a certificate says was proved, in a sentence."""
    claim, about = certificate.claim, certificate.subject
    if claim.varying:
        sizes = f"any number of {' and of '.join(one.sort for one in claim.varying)}"
    else:
        sizes = f"exactly {' and '.join(f'{size} {sort}' for sort, size in claim.sizes.items()) or 'this team'}"
    fixed = f", with {', '.join(f'{name} = {value}' for name, value in claim.fixed.items())}" if claim.fixed else ""
    faults = "no faults" if about.faults == "none" else f"faults {about.faults}"
    named = claim.property if claim.property.startswith(claim.kind) else f"{claim.kind} {claim.property}"
    return f"{named} of {about.protocol}, for {sizes}{fixed}, under {faults}"
