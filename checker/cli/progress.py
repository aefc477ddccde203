"""Progress on the standard error: one line that changes on a terminal, a plain line now and then elsewhere.

Nothing is said of what takes less than a second.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from checker.report.wording import counted, duration, where

if TYPE_CHECKING:
    from checker.api import Progress

_FIRST_S = 1.0
_TERMINAL_S = 0.1
_PLAIN_S = 10.0


class ProgressLine:
    """Call it with each `Progress` of a check, or `say` with a text; `close` takes the line away."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._began = time.monotonic()
        self._next = self._began + (_FIRST_S if self._terminal else _PLAIN_S)
        self._shown = False

    def __call__(self, progress: Progress) -> None:
        self.say(lambda elapsed_s: progress_text(progress, elapsed_s))

    def say(self, text_of: Callable[[float], str]) -> None:
        """Show `text_of(seconds since the start)`, unless the last text was shown a moment ago."""
        now = time.monotonic()
        if now < self._next:
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


def progress_text(progress: Progress, elapsed_s: float) -> str:
    """`search 2 of 5, specs/x.spec, instance pair, no faults: 12,000 states, 31,000 transitions, depth 9, 400 wait (12 s, 3,000 states a
    second, at least 1 s more)`: as long as the states that wait will take, without those that they lead to."""
    goal = f", {progress.goal}" if progress.goal else ""
    if not progress.distinct:  # of an engine that looks at no states
        counts = counted(progress.depth, "sweep")
    else:
        counts = f"{counted(progress.distinct, 'state')}, {counted(progress.transitions, 'transition')}, depth {progress.depth}"
        counts += f", {progress.queue:,} wait"
    place = f"{progress.spec}, {where(progress.instance, progress.faults)}{goal}"
    times = duration(elapsed_s)
    if progress.states_per_s >= 1:
        times += f", {counted(round(progress.states_per_s), 'state')} a second"
        left_s = progress.queue / progress.states_per_s
        times += f", at least {duration(left_s)} more" if left_s >= 1 else ""
    return f"search {progress.search} of {progress.searches}, {place}: {counts} ({times})"


def _columns() -> int:
    import shutil

    return max(20, shutil.get_terminal_size((80, 24)).columns)
