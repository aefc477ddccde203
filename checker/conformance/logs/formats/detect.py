"""Which format a log is in, and its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Literal, TypeAlias

from checker.conformance.logs.formats import langfuse, langsmith, otlp
from checker.conformance.logs.formats.documents import documents
from checker.conformance.logs.formats.spans import TraceSpan, records
from checker.conformance.logs.map_errors import UnreadableLog
from checker.conformance.logs.records import Record
from checker.language.diagnostics import BadInput
from checker.language.source import Span

Format: TypeAlias = Literal["jsonl", "otlp", "langsmith", "langfuse"]

_SPANS: dict[Format, tuple[Callable[[Any], bool], Callable[[Any], Iterator[TraceSpan]]]] = {
    "otlp": (otlp.is_otlp, otlp.spans),
    "langsmith": (langsmith.is_langsmith, langsmith.spans),
    "langfuse": (langfuse.is_langfuse, langfuse.spans),
}


def read_log(
    path: str, format: Format | None = None, *, following: bool = False, cut: Callable[[int], None] | None = None
) -> tuple[Format, Iterator[Record]]:
    """The format (None: by what the first value looks like) and the records, read as they are asked for. `following`: at the end of the file, wait
    for more; `cut` is called with the line that breaks off at its end, which is left out. Raises BadInput."""
    values = documents(path, following=following, cut=cut)
    first = next(values, None)
    if first is None:
        reason = "there is nothing in it"
        raise BadInput([UnreadableLog(span=Span(path, 1, 1, 1, 1), reason=reason, advice="name a log with at least one record")])
    chosen = _looking_like(first[1]) if format is None else format
    everything = chain([first], values)
    if chosen == "jsonl":
        return chosen, _lines(path, everything)
    return chosen, records(path, _spans(path, everything, chosen))


def _looking_like(value: Any) -> Format:
    for name, (looks, _) in _SPANS.items():
        if looks(value):
            return name
    return "jsonl"


def _lines(path: str, values: Iterator[tuple[int, Any]]) -> Iterator[Record]:
    for line, value in values:
        if not isinstance(value, dict):
            raise _wrong(path, line, "the line is no JSON object", 'a record is an object: {"name": value, ...}')
        yield Record(fields=value, path=path, line=line)


def _spans(path: str, values: Iterator[tuple[int, Any]], format: Format) -> Iterator[tuple[int, TraceSpan]]:
    read = _SPANS[format][1]
    for line, value in values:
        try:
            yield from ((line, span) for span in read(value))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            reason = str(error) if isinstance(error, ValueError) else "its fields are not as they should be"
            raise _wrong(path, line, f"this is not {format}: {reason}", "name the right `--log-format`") from None


def _wrong(path: str, line: int, reason: str, advice: str) -> BadInput:
    return BadInput([UnreadableLog(span=Span(path, line, 1, line, 2), reason=reason, advice=advice)])
