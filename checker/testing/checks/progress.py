"""Checks of what goes on and does not end, or ends and leaves something behind."""

from __future__ import annotations

from collections.abc import Sequence

from checker.testing.checks.seen import Check, Key, Seen, about, lines, named, seen, told, worked
from checker.testing.record import Record, Unhandled


def no_waiter_left(*, apart: Sequence[str] = ()) -> Check:
    """At the end no task waits, no call is under way and no exception was lost; those of agents that a fault crashed are not counted.

    `apart`: names of tasks or agents that may go on (a server, a heartbeat).
    """

    def check(record: Record) -> list[str]:
        gone = {fault.agent for fault in record.faults if fault.kind.startswith("crash")} | set(apart)
        found = [
            f"the task {span.name} (agent {span.agent}) waits still at the end"
            for span in record.tasks
            if span.outcome is None and not {span.agent, span.name} & gone
        ]
        found += [
            f"a call is under way at the end\n    {told(call)}"
            for call in record.calls
            if call.pending and not {call.agent, call.task} & gone
        ]
        found += [_lost(lost) for lost in record.unhandled]
        return found

    return named("no_waiter_left", check)


def _lost(lost: Unhandled) -> str:
    if lost.error is None:
        return f"{lost.message} ({lost.task})" if lost.task else lost.message
    of = f" of the task {lost.task}" if lost.task else ""
    return f"an exception{of} that nobody took: {type(lost.error).__name__}: {lost.error} ({lost.message})"


def bounded_handoffs(handoff: str, *, progress: str | Sequence[str] = (), most: int = 4, key: Key = None) -> Check:
    """Never more than `most` handoffs of one key in a row without something of `progress` (of the same key) between them."""

    def check(record: Record) -> list[str]:
        events = [(s.effects[0], True, s) for s in seen(record, handoff, key) if s.effects and worked(s.entry)]
        events += [(s.effects[0], False, s) for s in seen(record, progress, key) if s.effects and worked(s.entry)]
        row: dict[object, list[Seen]] = {}
        found = []
        for _, hands_on, one in sorted(events, key=lambda event: event[0]):
            if not hands_on:
                row.pop(one.key, None)
                continue
            row.setdefault(one.key, []).append(one)
            if len(row[one.key]) == most + 1:
                found.append(lines(f"{most + 1} handoffs{about(one.key)} in a row without progress", *row[one.key]))
        return found

    return named("bounded_handoffs", check)
