"""Progress of a search on the standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.report.line import Line
from checker.report.wording import counted, duration, where

if TYPE_CHECKING:
    from checker.api import Progress


class ProgressLine(Line):
    """Call it with each `Progress` of a check, or `say` with a text; `close` takes the line away."""

    def __call__(self, progress: Progress) -> None:
        self.say(lambda elapsed_s: progress_text(progress, elapsed_s))


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
    place += f", by the {progress.instead}" if progress.instead else ""
    times = duration(elapsed_s)
    if progress.states_per_s >= 1:
        times += f", {counted(round(progress.states_per_s), 'state')} a second"
        left_s = progress.queue / progress.states_per_s
        times += f", at least {duration(left_s)} more" if left_s >= 1 else ""
    return f"search {progress.search} of {progress.searches}, {place}: {counts} ({times})"
