"""What a search found, and how it is told."""

from __future__ import annotations

import warnings
from itertools import groupby

from msgspec import Struct, field

from checker.testing.choices import MODE_MEANING, Mode
from checker.testing.record import Call, Record, call_text, without_addresses
from checker.testing.run import Run

LAST_CALLS = 30  # of the failing run are shown, or where there are none so many steps


class ScheduleFailure(AssertionError):
    """A schedule under which the test fails; the text is the report, the cause the exception of the test."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text())
        self.outcome = outcome


class Outcome(Struct, kw_only=True):
    """The result of `explore`, `replay` or `sweep`."""

    test: str
    runs: int = 0  # runs of the search; those to shrink and to explain are not counted
    distinct: int = 0  # schedules among them that differ
    runs_by_mode: dict[Mode, int] = field(default_factory=dict)
    complete: dict[Mode, int] = field(
        default_factory=dict
    )  # all schedules of up to so many deviations were run (latencies: a few for all)
    strongest: Mode = "latency"  # the mode that was asked for
    run: Run | None = None  # the failing run, shrunk and explained
    found_after: int = 0  # runs until the failure
    found_mode: Mode = "latency"
    points_failed: list[str] = field(default_factory=list)  # of a sweep: each cancellation with which it fails, and when
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False  # after the failure was found
    unseen: list[str] = field(default_factory=list)  # where no run failed: what checks look at, and no run had

    @property
    def passed(self) -> bool:
        """True when no run failed; it says nothing about schedules that were not run."""
        return self.run is None

    @property
    def mode(self) -> Mode | None:
        """The weakest mode in which the failure was found."""
        return self.run.settings.mode if self.run else None

    @property
    def token(self) -> str | None:
        """The replay token of the failing run."""
        return str(self.run.token) if self.run else None

    def check(self) -> Outcome:
        """Itself; raises ScheduleFailure where a run failed. Warns of checks that had nothing to look at in any run."""
        __tracebackhide__ = True  # of pytest: the report is what matters
        if self.run is not None:
            error = self.run.failure.error if self.run.failure else None
            raise ScheduleFailure(self) from error
        for remark in self.unseen:
            warnings.warn(f"{self.test}: in no run could a check tell anything: {remark}", stacklevel=3)
        return self

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The report, in plain text."""
        return without_addresses("\n".join(_failed(self, self.run) if self.run is not None else _passed(self)))


def _passed(outcome: Outcome) -> list[str]:
    modes = ", ".join(f"{mode} {runs}" for mode, runs in outcome.runs_by_mode.items())
    lines = [f"{outcome.test}: no failure in {outcome.runs} runs, {outcome.distinct} distinct schedules ({modes})"]
    for mode, most in outcome.complete.items():
        if most >= 1:
            lines.append(
                f"  {mode}: all schedules with at most {most} deviation{'s' * (most != 1)} from plain order were run (a few latencies stand for all)"
            )
    lines += [f"  note: in no run could a check tell anything: {remark}" for remark in outcome.unseen]
    return lines + [f"  note: {note}" for note in outcome.notes]


def _failed(outcome: Outcome, run: Run) -> list[str]:
    failure = run.failure
    assert failure is not None
    lines = [f"{outcome.test} fails", f"  {_reason(run)}"]
    mode = run.settings.mode
    if not run.deviations:
        lines.append("  in plain order: no deviation is needed")
    else:
        lines.append(f"  mode {mode}: {MODE_MEANING[mode]}")
        lines.append(f"  {len(run.deviations)} deviation{'s' * (len(run.deviations) != 1)} from plain order:")
        for number, account in enumerate(run.accounts, 1):
            lines.append(f"    {number}. {account.line}")
            lines += [f"         {place}: {place.text}" for place in dict.fromkeys(account.places)]
    if run.record.calls:
        lines.append("  calls at boundaries, in order of their effects:")
        lines += [f"    {line}" for line in _calls(run.record)]
    elif run.told_steps:
        lines.append("  steps, each from the line shown to the next `await`:")
        lines += [f"    {line}" for line in _steps(run)]
    if len(outcome.points_failed) > 1:
        lines.append("  it fails too when")
        lines += [f"    {point}" for point in outcome.points_failed[1:]]
    lines += [f"  note: {note}" for note in outcome.notes]
    if outcome.found_after:
        lines.append(f"  found after {outcome.found_after} run{'s' * (outcome.found_after != 1)} (mode {outcome.found_mode})")
    lines.append(f"  replay: {run.token}")
    return lines


def _reason(run: Run) -> str:
    failure = run.failure
    assert failure is not None
    where = f" ({failure.place}: {failure.place.text})" if failure.place else ""
    first, *rest = failure.text.split("\n")
    kind = {
        "exception": f"{failure.name}: ",
        "check": f"check {failure.name}: ",
        "deadlock": "deadlock: ",
        "livelock": "livelock: ",
    }
    return "\n".join([kind[failure.kind] + first + where, *(line if line.startswith("    ") else f"    {line}" for line in rest)])


def _calls(record: Record) -> list[str]:
    def moment(call: Call) -> tuple[int, int]:
        return (call.effects[0] if call.effects else call.returned_at or record.ended_at + 1, call.number)

    calls = sorted(record.calls, key=moment)
    left_out = len(calls) - LAST_CALLS
    head = [f"({left_out} earlier calls are left out)"] if left_out > 0 else []
    return head + [call_text(call) for call in calls[max(0, left_out) :]]


def _steps(run: Run) -> list[str]:
    lines = []
    for (who, place), same in groupby(run.told_steps, key=lambda step: (step.who, step.place)):
        times = list(dict.fromkeys(f"{step.at_s * 1e3:.9g} ms" for step in same))
        again = f" ({len(times)} times until {times[-1]})" if len(times) > 1 else ""
        lines.append(f"{times[0]}  {who} from {place}: {place.text}{again}")
    left_out = len(lines) - LAST_CALLS
    return [f"({left_out} earlier steps are left out)", *lines[left_out:]] if left_out > 0 else lines
