"""Which format a log is in, and its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from checker.conformance.logs.formats import langfuse, langsmith, named, otlp
from checker.conformance.logs.formats.documents import documents
from checker.conformance.logs.formats.family import with_above
from checker.conformance.logs.formats.lines import STDIN, lines
from checker.conformance.logs.formats.places import Document, Places, jq_path
from checker.conformance.logs.formats.spans import Found, TraceSpan, records
from checker.conformance.logs.formats.tables import is_table, rows
from checker.conformance.logs.formats.texts import text_records
from checker.conformance.logs.map_errors import UnreadableLog
from checker.conformance.logs.map_file import Format, MapFile
from checker.conformance.logs.records import Place, Record
from checker.conformance.logs.templates import Template
from checker.language.diagnostics import BadInput
from checker.language.source import Span

IN_ORDER: tuple[Format, ...] = ("jsonl", "text", "csv")  # whose records stand in their order where the map says nothing else

_NO_OBJECT = (
    """a record is an object: {"name": value, ...}; `--log-format text` takes lines of any form (in a map: `format = 'text'`)"""
)

_SPANS: dict[Format, tuple[Callable[[Any], bool], Callable[[Any], Iterator[Found]]]] = {
    "otlp": (otlp.is_otlp, otlp.spans),
    "langsmith": (langsmith.is_langsmith, langsmith.spans),
    "spans": (named.is_named, named.spans),
    "langfuse": (langfuse.is_langfuse, langfuse.spans),
}


def read_log(
    path: str,
    format: Format | None = None,
    *,
    map: MapFile | None = None,
    following: bool = False,
    cut: Callable[[int], None] | None = None,
    again: Callable[[], None] = lambda: None,
) -> tuple[Format, Iterator[Record]]:
    """The format (None: as the map says, or by what the first value looks like) and the records, read as they are asked for. `following`: at the end
    of the file, wait for more; `cut` is called with the line that breaks off at its end, which is left out; `again` with each span that came
    twice. Raises BadInput."""
    map = map or MapFile()
    wanted = format or map.log.format or ("text" if map.log.line is not None else "spans" if map.spans.named else None)
    if wanted == "text":
        form = None if map.log.line is None else Template(map.log.line)
        return "text", text_records(path, form, following=following)
    table = wanted == "csv" or is_table(path)
    values = rows(path, following=following) if table else documents(path, following=following, cut=cut)
    first = next(values, None)
    if first is None:
        reason = "there is nothing in it"
        raise BadInput([UnreadableLog(span=Span(path, 1, 1, 1, 1), reason=reason, advice="name a log with at least one record")])
    chosen = wanted or _looking_like(first.value, "csv" if table else "jsonl")
    everything = chain([first], values)
    if chosen in IN_ORDER:
        return chosen, _lines(path, everything, map.log.records)
    read = named.reader(map.spans) if chosen == "spans" else _SPANS[chosen][1]
    spans = _spans(path, everything, chosen, read)
    if map.spans.above:
        if following:
            raise _wrong(path, 1, "`[spans.above]` needs the whole of it, and more may come", "leave out `--follow`")
        spans = with_above(spans, map.spans.above)
    return chosen, records(spans, again)


def looks_like_text(path: str) -> bool:
    """Whether the file is lines of text: its first line begins no JSON, and it is no table."""
    if path == STDIN or is_table(path):
        return False
    first = next((line.strip() for line in lines(path) if line.strip()), b"{")
    return not (first[:1] == b"{" or (first[:1] == b"[" and first[1:].lstrip()[:1] in b'{["'))


def _looking_like(value: Any, otherwise: Format) -> Format:
    for name, (looks, _) in _SPANS.items():
        if looks(value):
            return name
    return otherwise


def _lines(path: str, values: Iterator[Document], inner: str | None) -> Iterator[Record]:
    for document in values:
        if not isinstance(document.value, dict):
            raise _wrong(path, document.line, "the line is no JSON object", _NO_OBJECT)
        if inner is not None:
            yield from _within(path, document, inner)
            continue
        yield Record(fields=document.value, place=Place(log=path, line=document.line, within=jq_path(document.within)))


def _within(path: str, document: Document, inner: str) -> Iterator[Record]:
    """The records in a list, each with the fields of the object around it too."""
    listed = document.value.get(inner)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        reason = f"there is no list of objects `{inner}` in it, where `records` says that the records are"
        raise _wrong(path, document.line, reason, "name the field that has them, or leave `records` out")
    around, places = {name: value for name, value in document.value.items() if name != inner}, Places(path, document)
    for number, one in enumerate(listed):
        yield Record(fields={**around, **one}, place=places.of((inner, number)))


def _spans(
    path: str, values: Iterator[Document], format: Format, read: Callable[[Any], Iterator[Found]]
) -> Iterator[tuple[Place, TraceSpan]]:
    for document in values:
        places = Places(path, document)
        place = Place(log=path, line=document.line, within=jq_path(document.within))
        try:
            for within, span in read(document.value):
                place = places.of(within)
                yield place, span()
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            reason = str(error) if isinstance(error, ValueError) else "its fields are not as they should be"
            at = f" (at {place.within})" if place.within else ""
            raise _wrong(path, place.line, f"this is not {format}: {reason}{at}", "name the right `--log-format`") from None


def _wrong(path: str, line: int, reason: str, advice: str) -> BadInput:
    return BadInput([UnreadableLog(span=Span(path, line, 1, line, 2), reason=reason, advice=advice)])
