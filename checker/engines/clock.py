"""An end to work in this process: what is still going on when the time is up is interrupted there, as Ctrl-C would.

Searches and solvers have limits of their own. What lies between them (models, formulas, questions that are written down) looks at no clock, and on a
busy machine it is what takes long.
"""

from __future__ import annotations

import signal
import sys
import threading
from time import perf_counter
from types import FrameType, TracebackType
from typing import Any, Self, final

AGAIN_S = 1.0  # an interrupt that was lost, in a finaliser for instance, comes once more
LEAST_S = 0.02  # what rings sooner might ring before its block has begun


@final
class TimeIsUp(KeyboardInterrupt):
    """An interrupt by the clock."""


@final
class AtMost:
    """`with AtMost(seconds) as clock:` ends its block after so many seconds. `clock.rang` tells whether it did; what the block raised then as an
    interrupt goes no further. Clocks may stand in each other.

    Only the main thread of a process can be interrupted, and not on every system: elsewhere the clock never rings.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.rang, self.until = seconds, False, 0.0
        self._hook = sys.unraisablehook
        self._others: tuple[Any, float, float] | None = None  # their handler, what their timer had left, and when that was

    def __enter__(self) -> Self:
        self.until = perf_counter() + self.seconds
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            if not _running:
                left, _ = signal.getitimer(signal.ITIMER_REAL)
                self._others = signal.signal(signal.SIGALRM, _ring), left, perf_counter()
                self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
            _running.append(self)
            _wind()
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, where: TracebackType | None) -> bool:
        if self in _running:
            del _running[_running.index(self) :]
            _wind()
        if self._others is not None:
            handler, left, since = self._others
            signal.signal(signal.SIGALRM, handler)
            sys.unraisablehook = self._hook
            if left:
                signal.setitimer(signal.ITIMER_REAL, max(LEAST_S, left - (perf_counter() - since)))
        return self.rang and isinstance(raised, KeyboardInterrupt) and not any(clock.rang for clock in _running)

    def _unraisable(self, lost: sys.UnraisableHookArgs) -> None:
        """Of an interrupt that is lost in a finaliser nothing is said: it comes again."""
        if lost.exc_type is not TimeIsUp:
            self._hook(lost)


_running: list[AtMost] = []  # the outermost first


def _wind() -> None:
    """Set the timer for the clock that rings next; again and again for those that have rung."""
    if not _running:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        return
    first = min((clock.until for clock in _running if not clock.rang), default=0.0)
    signal.setitimer(signal.ITIMER_REAL, max(LEAST_S, first - perf_counter()), AGAIN_S)


def _ring(number: int, frame: FrameType | None) -> None:
    now = perf_counter()
    for clock in _running:
        clock.rang = clock.rang or clock.until <= now
    if any(clock.rang for clock in _running):
        raise TimeIsUp
