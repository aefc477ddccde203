"""Where in a document something stands: the lines of what is within a JSON value that goes over several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias, final

import msgspec
from msgspec import Struct

from checker.conformance.logs.records import Place

Within: TypeAlias = tuple[str | int, ...]  # names of fields and places in lists, from the document on


@final
class Document(Struct, frozen=True, kw_only=True):
    """A JSON value that begins on `line`, in `text` as it was read; `within`: of an element of a list that is the file, its place."""

    line: int
    value: Any
    text: bytes = b""
    within: Within = ()


@final
class Places:
    """The places of what is within one document of the log at `path`."""

    def __init__(self, path: str, document: Document) -> None:
        self.path, self.document = path, document
        self._last = 0, document.line  # a place in the text, and its line
        self._over_lines = b"\n" in document.text.strip()
        self._inner: dict[
            Within, dict[str | int, tuple[bytes, int]]
        ] = {}  # of what is gone into: its parts, and where each begins

    def of(self, within: Within) -> Place:
        """Of the part at a path: its line, or, where many parts share one, the line with the path."""
        if not self._over_lines:
            return Place(log=self.path, line=self.document.line, within=jq_path(self.document.within + within))
        try:
            at = self._part(within)[1]
        except (msgspec.DecodeError, KeyError):  # what only Python's JSON has, as NaN
            return Place(log=self.path, line=self.document.line, within=jq_path(self.document.within + within))
        return Place(log=self.path, line=self._line(at))

    def _line(self, at: int) -> int:
        known, line = self._last if at >= self._last[0] else (0, self.document.line)
        self._last = at, line + self.document.text.count(b"\n", known, at)
        return self._last[1]

    def _part(self, within: Within) -> tuple[bytes, int]:
        if not within:
            return self.document.text, 0
        around = within[:-1]
        if around not in self._inner:
            self._inner[around] = dict(_parts(*self._part(around)))
        return self._inner[around][within[-1]]


def _parts(text: bytes, begins: int) -> Iterator[tuple[str | int, tuple[bytes, int]]]:
    """The parts of a list or an object, each with where it begins in the document."""
    inner: dict[str, msgspec.Raw] | list[msgspec.Raw]
    if text.lstrip()[:1] == b"[":
        inner = msgspec.json.decode(text, type=list[msgspec.Raw])
    else:
        inner = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    at = 0
    for name, raw in inner.items() if isinstance(inner, dict) else enumerate(inner):
        part = bytes(raw)
        at = text.index(part, at)
        yield name, (part, begins + at)
        at += len(part)


def jq_path(within: Within) -> str:
    """As jq writes it: `.resourceSpans[0].spans[2]`."""
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in within)
