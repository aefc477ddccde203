"""Diagnostics for people: code, place, the source line with carets, the cause, one action.

error[T204]: `claimd` is not a Status
  --> protocols/task_board.team:17:21
   |
17 |         status[t] = claimd
   |                     ^^^^^^ `Status` has open, claimed, done
help: write `claimed`            more: teamcheck explain T204
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache

from checker.language.diagnostics import Diagnostic
from checker.language.source import Span
from checker.report.terminal import Style, Tint, cell_width, text_width, visible

_PLAIN = Style()
_CUT = " ... "  # stands for what was cut from a long line
_LINES_AT_MOST = 4  # lines shown of a span of several lines
_MORE = 33  # the column of `more: ...`, where the help is short


def render(diagnostics: Iterable[Diagnostic], style: Style = _PLAIN) -> str:
    """Every diagnostic in the order given, one blank line between, and their count. Ends with a line end; "" for none."""
    shown = list(diagnostics)
    if not shown:
        return ""
    blocks = ["\n".join(lines(d, style)) for d in shown]
    return "\n\n".join(blocks) + "\n\n" + _count(shown, style) + "\n"


def lines(diagnostic: Diagnostic, style: Style = _PLAIN) -> list[str]:
    """One diagnostic as lines."""
    tint: Tint = "red" if diagnostic.severity == "error" else "yellow"
    head = style.tint(f"{diagnostic.severity}[{diagnostic.code}]", "bold", tint)
    found = [f"{head}: {style.tint(_one_line(diagnostic.title_text), 'bold')}"]
    gutter = _gutter(diagnostic)
    if diagnostic.span is not None:
        found += _excerpt(diagnostic.span, _one_line(diagnostic.label_text), gutter, style, "^", tint)
    for span, text in diagnostic.related:
        found.append(f"{style.tint('note', 'bold')}: {_one_line(text)}")
        found += _excerpt(span, "", gutter, style, "-", "blue")
    return found + _help(diagnostic, style)


def _one_line(text: str) -> str:
    """No line of a message may break: names and values in it come from the user's file."""
    return visible(text.replace("\n", " ").replace("\t", " "))


def _help(diagnostic: Diagnostic, style: Style) -> list[str]:
    more = style.tint(f"more: teamcheck explain {diagnostic.code}", "dim")
    parts = [visible(part) for part in diagnostic.help_text.split("\n")]
    if not parts[0]:
        return [more]
    first = f"{style.tint('help', 'bold')}: {parts[0]}"
    if len(parts) == 1 and len(parts[0]) + 8 <= style.width - 30:
        return [first + " " * max(2, _MORE - 6 - text_width(parts[0])) + more]
    return [first, *(f"      {part}" for part in parts[1:]), more]


def _gutter(diagnostic: Diagnostic) -> int:
    spans = [s for s in (diagnostic.span, *(s for s, _ in diagnostic.related)) if s is not None]
    return max((len(str(s.end_line)) for s in spans), default=1)


def _excerpt(span: Span, label: str, gutter: int, style: Style, mark: str, tint: Tint) -> list[str]:
    arrow = style.tint(" " * gutter + "-->", "blue")
    found = [f"{arrow} {_one_line(str(span))}"]
    text = _lines_of(span.file)
    if not 0 < span.line <= len(text):
        return [*found, *([f"{' ' * gutter} = {label}"] if label else [])]
    bar = style.tint(" " * gutter + " |", "blue")
    found.append(bar)
    last = min(max(span.end_line, span.line), len(text))
    numbers = list(range(span.line, last + 1))
    skipped = len(numbers) > _LINES_AT_MOST
    if skipped:
        numbers = [*numbers[: _LINES_AT_MOST - 1], last]
    for number in numbers:
        if skipped and number == last:
            found.append(style.tint(f"{'...':<{gutter + 2}}", "blue").rstrip())
        line, marks = _marked(text[number - 1], *_columns(span, number, last, text[number - 1]), style.width - gutter - 4, mark)
        found.append((style.tint(f"{number:>{gutter}} |", "blue") + " " + line).rstrip())
        under = label if number == last else ""
        found.append(f"{bar} {style.tint((marks + ' ' + under).rstrip(), tint)}".rstrip())
    return found


def _columns(span: Span, number: int, last: int, line: str) -> tuple[int, int]:
    """The marked columns of a line, from 0, the end exclusive. Of a line in the middle: all but its indentation."""
    length = len(line.rstrip())
    start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
    end = span.end_column - 1 if number == last == max(span.end_line, span.line) else length
    start = max(0, min(start, len(line)))
    return start, max(end, start + 1)


def _marked(line: str, start: int, end: int, room: int, mark: str) -> tuple[str, str]:
    """The line as shown and the marks under columns `start` to `end`; a line that is too long is cut around the marks."""
    pieces = [_piece(c) for c in line]
    widths = [sum(map(cell_width, p)) for p in pieces]
    low, high = _window(widths, start, end, room)
    before = _CUT.lstrip() if low > 0 else ""
    after = _CUT.rstrip() if high < len(pieces) else ""
    shown = before + "".join(pieces[low:high]) + after
    blank = len(before) + sum(widths[low:start])
    width = sum(widths[start : min(end, high)]) or 1
    return shown, " " * blank + mark * width


def _piece(char: str) -> str:
    return "    " if char == "\t" else visible(char)


def _window(widths: Sequence[int], start: int, end: int, room: int) -> tuple[int, int]:
    """The stretch of characters to show: all of the line where it fits, else as much as fits around the marks."""
    if sum(widths) <= room:
        return 0, len(widths)
    room -= 2 * len(_CUT)
    low = high = min(start, len(widths))
    used = 0
    while high < min(end, len(widths)) and used + widths[high] <= room:
        used += widths[high]
        high += 1
    while True:
        grown = False
        if low > 0 and used + widths[low - 1] <= room:
            low -= 1
            used += widths[low]
            grown = True
        if high < len(widths) and used + widths[high] <= room:
            used += widths[high]
            high += 1
            grown = True
        if not grown:
            return low, high


@lru_cache(maxsize=64)
def _lines_of(path: str) -> tuple[str, ...]:
    """The lines of a file, none where it cannot be read: a diagnostic without its excerpt is still one."""
    if not os.path.isfile(path):  # a pipe has been read, and would not answer again
        return ()
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            text = file.read(64 << 20)
    except (OSError, ValueError):
        return ()
    if text[:4096].count("\0") * 4 > len(text[:4096]) or text.startswith("\x1f\ufffd"):  # no text, or a packed one
        return ()
    return tuple(line.rstrip("\r") for line in text.split("\n"))


def _count(shown: Sequence[Diagnostic], style: Style) -> str:
    errors = sum(d.severity == "error" for d in shown)
    warnings = len(shown) - errors
    parts = [f"{n} {word}{'s' if n != 1 else ''}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    files = len({d.span.file for d in shown if d.span is not None})
    where = f" in {files} files" if files > 1 else ""
    return style.tint(", ".join(parts) + where, "bold")
