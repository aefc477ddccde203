"""Violations in a log that is still written to, told on the standard error as they are found.

Nothing is told where the log ends within a second of the first: the report says it all.
"""

from __future__ import annotations

import sys
from threading import Lock, Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.cli.progress import ProgressLine
    from checker.conformance.result import RunResult

FIRST_S = 1.0


class AtOnce:
    """Call it with each run that violates; `several`: there are several logs. `close` ends it."""

    def __init__(self, line: ProgressLine, *, several: bool) -> None:
        self._line, self._several, self._lock = line, several, Lock()
        self._waiting: list[str] | None = []
        self._timer = Timer(FIRST_S, self._begin)
        self._timer.daemon = True

    def __call__(self, run: RunResult) -> None:
        from checker.report.conformance import render_violation
        from checker.report.terminal import style_of

        text = render_violation(run, style_of(sys.stderr), several=self._several) + "\n"
        with self._lock:
            if self._waiting is None:
                self._tell(text)
                return
            if not self._waiting:
                self._timer.start()
            self._waiting.append(text)

    def _begin(self) -> None:
        with self._lock:
            self._tell("".join(self._waiting or []))
            self._waiting = None

    def _tell(self, text: str) -> None:
        if text:
            self._line.close()
            sys.stderr.write(text)
            sys.stderr.flush()

    def close(self) -> None:
        self._timer.cancel()
