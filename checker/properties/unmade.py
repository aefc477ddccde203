"""The verdicts of a job whose model is too large to be made: `unknown`, with what is too large and where. The other jobs go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checker.language import tree
from checker.language.diagnostics import BadInput
from checker.properties.plan import expects_violation, property_name
from checker.properties.result import Result, Verdict

if TYPE_CHECKING:
    from checker.properties.searches import Job

LIMITS = "T7"  # codes that tell of a limit: the files are well, the instance is too large


def is_too_large(bad: BadInput) -> bool:
    return all(diagnostic.code.startswith(LIMITS) for diagnostic in bad.diagnostics)


def unmade(job: Job, bad: BadInput) -> Iterator[Result]:
    """A result for each property of the job, in order."""
    told = [d.title_text + (f" ({d.span})" if d.span is not None else "") for d in bad.diagnostics]
    for node in job.properties:
        kind, text = _kind_and_text(node)
        yield _result(job, property_name(node), kind, text, str(node.span), "; ".join(told))
    if job.errors == "always":
        yield _result(job, "no error", "no error", None, str(job.target.protocol.span), "; ".join(told))


def _kind_and_text(node: tree.PropertyDecl) -> tuple[str, str | None]:
    match node:
        case tree.Whenever():
            return "whenever", node.text
        case tree.Spending():
            return "always", None
        case tree.StateProperty():
            return node.kind, node.text
        case tree.Absence():
            return node.kind, None
    raise TypeError(node)


def _result(job: Job, name: str, kind: str, text: str | None, place: str, reason: str) -> Result:
    expected: Verdict = "violated" if expects_violation(job.target, name, job.instance, job.faults) else "holds"
    return Result(
        protocol=job.target.protocol.name,
        spec=job.target.path,
        instance=job.instance,
        faults=job.faults,
        property=name,
        kind=kind,
        text=text,
        verdict="unknown",
        basis="bounded",
        engine="none",
        expected=expected,
        met=False,
        distinct=0,
        transitions=0,
        depth=0,
        seconds=0.0,
        reason=reason,
        place=place,
    )
