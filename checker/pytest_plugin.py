"""For pytest: a replay token on its command line, a line of progress on its terminal, and at the end what each machine came through.

Every run of pytest loads this.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

REPLAY_VARIABLE = "TEAMCHECK_REPLAY"
AT_THE_END: list[Callable[[], str]] = []  # what tests of this process want to be told: a line each
_BELOW = ("\x1bD\x1b[A\x1b7\x1b[B", "\x1b8")  # to the line below, with room made for it, and back
_config: Any = None
_stopping = False


def pytest_addoption(parser: Any) -> None:
    help = f"make the one run of this replay token in place of each search, as {REPLAY_VARIABLE} in the environment does"
    parser.getgroup("teamcheck").addoption("--teamcheck-replay", metavar="TOKEN", help=help)


def pytest_configure(config: Any) -> None:
    global _config
    _config = config
    token = config.getoption("--teamcheck-replay")
    if token:
        os.environ[REPLAY_VARIABLE] = token


def pytest_unconfigure(config: Any) -> None:
    global _config
    if _config is config:
        _config = None


def pytest_runtest_teardown(item: Any) -> None:
    global _stopping
    if _stopping:
        _stopping = False
        item.session.shouldstop = "interrupted; what had been found by then is told"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for told in AT_THE_END:
        terminalreporter.write_line(told())


def stop_after_this_test() -> None:
    """An interrupt ended a search that had found a failure, which is told as such: then pytest stops."""
    global _stopping
    _stopping = _config is not None


class Screen:
    """The terminal of pytest, though it captures what tests write: one line below that of the results."""

    def __init__(self, capture: Any) -> None:
        self._capture = capture

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        """Each text is written at once."""

    def write(self, text: str) -> None:
        with self._capture.global_and_fixture_disabled() if self._capture is not None else nullcontext():
            sys.stderr.write(_BELOW[0] + text + _BELOW[1])
            sys.stderr.flush()


def screen() -> Any:
    """Where progress goes within pytest; None outside it, and where it has no terminal."""
    reporter = None if _config is None else _config.pluginmanager.getplugin("terminalreporter")
    if reporter is None or not getattr(reporter, "isatty", False):
        return None
    return Screen(_config.pluginmanager.getplugin("capturemanager"))
