"""How far a search has come, on one line of a terminal: searches within searches share it. Where there is no terminal nothing is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from checker import pytest_plugin
from checker.report.line import Line
from checker.report.wording import duration

_line: Line | None = None
_within: list[str] = []


@contextmanager
def telling(what: str) -> Iterator[None]:
    """Within: what `tell` says is shown, after `what`. The outermost has the line."""
    global _line
    outermost = _line is None
    if outermost:
        _line = Line(pytest_plugin.screen(), elsewhere=False)
    _within.append(what)
    try:
        yield
    finally:
        _within.pop()
        if outermost and _line is not None:
            line, _line = _line, None
            line.close()


def tell(text: str) -> None:
    """How far the innermost search is."""
    if _line is not None:
        _line.say(lambda elapsed_s: f"{', '.join(filter(None, (*_within, text)))} ({duration(elapsed_s)})")
