"""Lines of text as records: the fields that a form names in them, or those of the JSON object that a line is."""

from __future__ import annotations

from collections.abc import Iterator

from checker.conformance.logs.formats.lines import lines, unreadable
from checker.conformance.logs.records import Place, Record, parsed
from checker.conformance.logs.templates import Template


def text_records(path: str, form: Template | None, *, following: bool = False) -> Iterator[Record]:
    """Each line with its `text`, and what `form` names in it where it is of that form. Empty lines are passed over. Raises BadInput."""
    for number, line in enumerate(lines(path, following=following), 1):
        try:
            text = line.decode().strip()
        except UnicodeDecodeError as error:
            reason = f"byte {line[error.start]:#04x} of the line is no UTF-8"
            raise unreadable(path, number, reason, "write the log as UTF-8") from None
        if not text:
            continue
        object = parsed(text)
        named = (form.read(text) if form is not None else None) or {}
        yield Record(fields=object if isinstance(object, dict) else {"text": text, **named}, place=Place(log=path, line=number))
