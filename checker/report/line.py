"""One line of progress that changes on a terminal; elsewhere a plain line now and then, or nothing.

Nothing is said of what takes less than a second.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

_FIRST_S = 1.0
_TERMINAL_S = 0.1
_PLAIN_S = 10.0


class Line:
    """`say` shows a text, `close` takes the line away. `elsewhere`: whether plain lines are written where there is no terminal."""

    def __init__(self, stream: TextIO | None = None, *, elsewhere: bool = True) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._silent = not (self._terminal or elsewhere)
        self._began = time.monotonic()
        self._next = self._began + (_FIRST_S if self._terminal else _PLAIN_S)
        self._shown = False

    def say(self, text_of: Callable[[float], str]) -> None:
        """Show `text_of(seconds since the start)`, unless the last text was shown a moment ago."""
        now = time.monotonic()
        if now < self._next or self._silent:
            return
        self._next = now + (_TERMINAL_S if self._terminal else _PLAIN_S)
        text = text_of(now - self._began)
        if self._terminal:
            width = _columns() - 1
            self._stream.write("\r" + text[:width].ljust(width))
            self._shown = True
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def close(self) -> None:
        if self._shown:
            self._stream.write("\r" + " " * (_columns() - 1) + "\r")
            self._stream.flush()
            self._shown = False


def _columns() -> int:
    import shutil

    return max(20, shutil.get_terminal_size((80, 24)).columns)
