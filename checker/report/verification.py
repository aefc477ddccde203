"""What came of checking a certificate, for people and as JSON."""

from __future__ import annotations

import json
from typing import Any

from checker.certificates.verification import Verification, Word
from checker.report.terminal import Style, Tint, padded, visible, wrapped
from checker.report.tolerance_json import head
from checker.report.wording import duration

_PLAIN = Style()
_TINTS: dict[Word, Tint] = {"ok": "green", "REFUSED": "red", "?": "yellow", "note": "dim"}


def render(found: Verification, style: Style = _PLAIN) -> str:
    """The whole report. Ends with a line end."""
    lines = [style.tint(visible(found.certificate), "bold")]
    lines += wrapped(visible(found.claim), style.width, "  ", "    ")
    for check in found.checks:
        first = f"  {style.tint(padded(check.word, 8), 'bold', _TINTS[check.word])}"
        text = wrapped(visible(check.text), style.width - 10, "", "")
        lines += [first + text[0], *(" " * 10 + line for line in text[1:])]
    return "\n".join([*lines, "", summary(found, style)]) + "\n"


def summary(found: Verification, style: Style = _PLAIN) -> str:
    match found.exit_code:
        case 0:
            text = style.tint("verified", "bold", "green")
        case 1:
            text = style.tint("refused", "bold", "red")
        case _:
            text = style.tint("not decided", "bold", "yellow")
    return f"{text} ({duration(found.seconds)})"


def render_json(found: Verification) -> str:
    """The JSON text. Ends with a line end."""
    return json.dumps(to_data(found), indent=2, ensure_ascii=False) + "\n"


def to_data(found: Verification) -> dict[str, Any]:
    words = {"ok": "ok", "REFUSED": "refused", "?": "open", "note": "note"}
    return {
        **head(),
        "exit_code": found.exit_code,
        "seconds": round(found.seconds, 3),
        "certificate": found.certificate,
        "claim": found.claim,
        "verified": found.exit_code == 0,
        "refused": found.refused or None,
        "checks": [{"word": words[check.word], "text": check.text} for check in found.checks],
    }
