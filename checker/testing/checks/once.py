"""Checks of how often something took effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from checker.testing.checks.seen import Check, Key, Seen, about, granted, hashable, lines, named, part, seen, worked
from checker.testing.record import Record


def claimed_once(
    claim: str, *, key: Key = None, released: str | Sequence[str] = (), won: Callable[[Any], bool] = granted
) -> Check:
    """No two claims of one key are granted without a release between them.

    `won` tells whether a call was a claim that succeeded; by default it returned something true that is not None. A claim counts from its effect
    on, a release from its effect on; a holder that claims again what it holds does no harm.
    """

    def check(record: Record) -> list[str]:
        events = [(s.effects[0], "claim", s) for s in seen(record, claim, key) if s.effects and won(s.entry)]
        events += [(s.effects[0], "release", s) for s in seen(record, released, key) if s.effects and worked(s.entry)]
        holders: dict[Any, Seen] = {}
        found = []
        for _, what, one in sorted(events, key=lambda event: event[0]):
            if what == "release":
                holders.pop(one.key, None)
                continue
            before = holders.get(one.key)
            if before is not None and before.agent != one.agent:
                found.append(lines(f"two claims{about(one.key)} are granted, to {before.agent} and to {one.agent}", before, one))
            holders[one.key] = one
        return found

    return named("claimed_once", check)


def at_most_once(done: str | Sequence[str], *, key: Key = None, counts: Callable[[Any], bool] = worked) -> Check:
    """It takes effect at most once for each key, deliveries of the fault `duplicate` included.

    `counts` tells whether a call counts; by default it raised no error of its own.
    """

    def check(record: Record) -> list[str]:
        effects: dict[Any, list[Seen]] = defaultdict(list)
        for one in seen(record, done, key):
            if counts(one.entry):
                effects[one.key] += [one] * len(one.effects)
        return [
            lines(f"{len(several)} effects{about(key)} where one is allowed", *several)
            for key, several in effects.items()
            if len(several) > 1
        ]

    return named("at_most_once", check)


def answered_once(request: str, answer: str, *, key: Key, answer_key: Key = None) -> Check:
    """Each request that was made has exactly one answer, and no answer comes without a request. `answer_key`: where the answer is told by another
    argument than the request."""

    def check(record: Record) -> list[str]:
        asked = {s.key: s for s in seen(record, request, key) if s.effects}
        answers: dict[Any, list[Seen]] = defaultdict(list)
        for one in seen(record, answer, key if answer_key is None else answer_key):
            if worked(one.entry):
                answers[one.key] += [one] * len(one.effects)
        found = [lines(f"the request{about(k)} has no answer", s) for k, s in asked.items() if k not in answers]
        for about_what, several in answers.items():
            if about_what not in asked:
                found.append(lines(f"an answer{about(about_what)} that nobody asked for", *several))
            elif len(several) > 1:
                said = f"the request{about(about_what)} has {len(several)} answers"
                found.append(lines(said, asked[about_what], *several))
        return found

    return named("answered_once", check)


def joined_once(branch: str, join: str, *, key: Key, taken: int | str | Callable[[Any], Iterable[Any]]) -> Check:
    """The joins take each branch that ended, each once. `taken`: the keys of the branches that a join took, as an argument or as a function of its
    `Call` or `Mark`."""

    def check(record: Record) -> list[str]:
        ended = {s.key: s for s in seen(record, branch, key) if worked(s.entry)}
        joins = [s for s in seen(record, join) if worked(s.entry)]
        takers: dict[Any, list[Seen]] = defaultdict(list)
        for one in joins:
            for what in part(one.entry, taken):
                takers[hashable(what)].append(one)
        found = [lines(f"no join takes the branch {what!r}", s, *joins) for what, s in ended.items() if what not in takers]
        for what, several in takers.items():
            if len(several) > 1:
                found.append(lines(f"the branch {what!r} is taken {len(several)} times", *several))
            if what not in ended:
                found.append(lines(f"the branch {what!r} is taken, and did not end", *several))
        return found

    return named("joined_once", check)


def resumed_exactly(step: str, *, key: int | str | Callable[[Any], Any], steps: Sequence[Any]) -> Check:
    """The steps took effect in this order, none twice and none left out, whatever was resumed in between.

    An agent that crashed for good may leave the rest of them undone: a run whose last step is missing without a gap before it is no finding where
    an agent crashed.
    """

    def check(record: Record) -> list[str]:
        effects = sorted((at, s) for s in seen(record, step, key) if worked(s.entry) for at in s.effects)
        order: list[Seen] = [s for _, s in effects]
        first: dict[Any, Seen] = {}
        found = []
        for one in order:
            if one.key in first:
                found.append(lines(f"the step {one.key!r} is repeated", first[one.key], one))
            first.setdefault(one.key, one)
        done = [k for k in steps if k in first]
        crashed = any(fault.kind.startswith("crash") for fault in record.faults)
        left_out = [
            k for n, k in enumerate(steps) if k not in first and (not crashed or any(later in first for later in steps[n:]))
        ]
        found += [lines(f"the step {k!r} is left out", *order) for k in left_out]
        came = [k for k in dict.fromkeys(s.key for s in order) if k in set(done)]
        if came != done:
            found.append(lines(f"the steps came in the order {came!r}", *order))
        return found

    return named("resumed_exactly", check)
