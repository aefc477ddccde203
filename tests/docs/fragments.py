"""Pieces of protocols and specs, completed with the stage of their page and checked."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

from checker.api import check
from checker.language.diagnostics import BadInput
from checker.properties.result import Report, Result
from tests.docs.pages import Block

STATES = 3_000  # of one search: enough to see every statement of a fragment run
KINDS = ("declarations", "role", "statements", "spec")
STAGE_SPEC = 'spec board for "board.team"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A protocol and a spec for it."""

    protocol: str
    spec: str

    def check(self, folder: Path, states: int = STATES) -> Report:
        """What the tool says. Raises BadInput."""
        (folder / "board.team").write_text(self.protocol, encoding="utf-8")
        (folder / "board.spec").write_text(self.spec, encoding="utf-8")
        return check([str(folder / "board.spec")], states_limit=states)

    def refusal(self, folder: Path) -> str | None:
        """The code of the first error that it is refused with, or None."""
        try:
            self.check(folder, states=1)
        except BadInput as bad:
            return bad.diagnostics[0].code
        return None


def whole(block: Block, stage: str) -> Whole:
    """The fragment in its stage."""
    directive = block.directive
    assert directive is not None
    return completed(directive.value, block.text, stage, directive.more)


def completed(kind: str, text: str, stage: str, declarations: str = "") -> Whole:
    """`text` of one of KINDS, put where it belongs."""
    protocol, spec = stage + "\n" + declarations, STAGE_SPEC
    match kind:
        case "declarations":
            protocol += "\n" + text
        case "role":
            protocol += "\nrole Worker:\n" + textwrap.indent(text, "    ")
        case "statements":
            protocol += "\nrole Worker:\n    action example(t: Task) when status[t] == open:\n" + textwrap.indent(
                text, "        "
            )
        case "spec":
            spec += text
        case _:
            raise ValueError(f"no kind of fragment: {kind}")
    return Whole(protocol=protocol, spec=spec)


def violated(report: Report, name: str) -> Result | None:
    """The first result on a property, where it is violated."""
    return next((r for r in report.results if r.property == name and r.verdict == "violated"), None)
