"""Places in source text."""

from __future__ import annotations

from msgspec import Struct


class Span(Struct, frozen=True, order=True):
    """A stretch of a file: lines and columns count from 1, the end column is exclusive.

    `file` is the path as the user gave it; it is "" for text that has no file.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file or '<text>'}:{self.line}:{self.column}"

    def to(self, other: Span) -> Span:
        """The stretch from the start of this span to the end of `other`."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)


class Source(Struct, frozen=True):
    """A file that was read: its path as given, and its text."""

    path: str
    text: str

    def line(self, number: int) -> str:
        """Line `number` (from 1) without its line end, "" past the end."""
        lines = self.text.split("\n")
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""
