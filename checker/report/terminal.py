"""Where text goes: how wide it may be, whether it may have colour, and which characters never reach a terminal."""

from __future__ import annotations

import os
from typing import Literal, TextIO

from msgspec import Struct

Tint = Literal["bold", "dim", "red", "green", "yellow", "blue"]

_CODES: dict[Tint, str] = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34"}


class Style(Struct, frozen=True, kw_only=True):
    """How text for people is laid out: at most `width` columns, ANSI colours only with `colour`."""

    colour: bool = False
    width: int = 100

    def tint(self, text: str, *tints: Tint) -> str:
        """`text` in these colours, or as it is where there is no colour."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[t] for t in tints)}m{text}\x1b[0m"


def style_of(stream: TextIO) -> Style:
    """The style for `stream`: colour only on a terminal that wants it (`NO_COLOR`, `TERM=dumb`), as wide as it is."""
    try:
        terminal = stream.isatty()
    except ValueError:  # a closed stream
        terminal = False
    if not terminal:
        return Style()
    from shutil import get_terminal_size

    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(colour=colour, width=max(40, min(120, get_terminal_size((100, 24)).columns)))


def visible(text: str) -> str:
    """`text` with control characters written out: what a file holds must not drive the reader's terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" or c in _HARMLESS else _escaped(c) for c in text)


_HARMLESS = frozenset("\u00a0\u3000\u2003\u2002\u2009")  # blanks that str.isprintable() refuses


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cell_width(char: str) -> int:
    """How many columns a terminal gives to `char`: 0, 1 or 2."""
    if char.isascii():
        return 1
    import unicodedata

    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def text_width(text: str) -> int:
    """How many columns a terminal gives to `text`."""
    return len(text) if text.isascii() else sum(map(cell_width, text))


def padded(text: str, width: int) -> str:
    """`text` and blanks up to `width` columns."""
    return text + " " * max(0, width - text_width(text))


def wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """`text` broken between words into lines of at most `width` columns, the first after `first`, the others after `rest`."""
    rest = " " * text_width(first) if rest is None else rest
    lines, line = [], first
    empty = True
    for word in text.split():
        if not empty and text_width(line) + 1 + text_width(word) > width:
            lines.append(line)
            line, empty = rest, True
        line += word if empty else " " + word
        empty = False
    return [*lines, line]
