"""The report as workflow commands of GitHub Actions: an annotation for each verdict that is not as expected, then the summary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from checker.properties.result import Report, Result
from checker.report.text import Shown, counterexample, summary
from checker.report.wording import count_text, outcome, split_place, verdict, where

if TYPE_CHECKING:
    from checker.language.diagnostics import Diagnostic


def render(report: Report, errors: Iterable[Diagnostic] = ()) -> str:
    """The lines for the log of a workflow. Ends with a line end."""
    lines = [_result(r) for r in report.results if outcome(r) != "ok"]
    for count in report.counts:
        if not count.met:
            level = "error" if count.met is False else "warning"
            lines.append(_command(level, count.place, "counts", f"{where(count.instance, count.faults)}: {count_text(count)}"))
    lines += [_command("notice", w.place, w.kind, w.text) for w in report.warnings]
    errors = list(errors)
    for error in errors:
        text = "\n".join(filter(None, (error.title_text, error.label_text, error.help_text)))
        lines.append(_command(error.severity, "" if error.span is None else str(error.span), error.code, text))
    if not errors:
        lines += summary(report)
    return "\n".join(lines) + "\n"


def _result(result: Result) -> str:
    level = "error" if outcome(result) == "FAIL" else "warning"
    head = f"{where(result.instance, result.faults)}: {verdict(result)}"
    text = "\n".join([head, *counterexample(result, shown=Shown())[1:]]).rstrip()
    return _command(level, result.place or result.spec, result.property, text)


def _command(level: str, place: str, title: str, text: str) -> str:
    parts = split_place(place)
    fields = []
    if parts:
        fields = [f"file={_field(parts[0])}", f"line={parts[1]}", f"col={parts[2]}"]
    elif place:
        fields = [f"file={_field(place)}"]
    fields.append(f"title={_field(title)}")
    return f"::{level} {','.join(fields)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _field(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
