"""For pytest: a replay token on its command line, and at the end what each machine came through. Every run of pytest loads this."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

REPLAY_VARIABLE = "TEAMCHECK_REPLAY"
AT_THE_END: list[Callable[[], str]] = []  # what tests of this process want to be told: a line each


def pytest_addoption(parser: Any) -> None:
    help = f"make the one run of this replay token in place of each search, as {REPLAY_VARIABLE} in the environment does"
    parser.getgroup("teamcheck").addoption("--teamcheck-replay", metavar="TOKEN", help=help)


def pytest_configure(config: Any) -> None:
    token = config.getoption("--teamcheck-replay")
    if token:
        os.environ[REPLAY_VARIABLE] = token


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for told in AT_THE_END:
        terminalreporter.write_line(told())
