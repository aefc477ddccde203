"""The words that every report uses for numbers, times and verdicts."""

from __future__ import annotations

from typing import Literal

from checker.properties.result import CountExpectation, Lap, Result

Outcome = Literal["ok", "FAIL", "?"]


def counted(n: int, noun: str) -> str:
    """`1 state`, `131 states`, `12 properties`."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'}"


def lap_text(lap: Lap) -> str:
    """`3 steps (1 of them a fault), 2 messages, 4,000 tokens`: what going round once costs."""
    faults = "" if not lap.faults else f" ({lap.faults} of them {'a fault' if lap.faults == 1 else 'faults'})"
    found = [counted(lap.steps, "step") + faults]
    found += [counted(number, noun) for number, noun in ((lap.messages, "message"), (lap.rounds, "round")) if number]
    found += [f"{cost:,} {name}" for name, cost in lap.meters if cost]
    return ", ".join(found)


def duration(seconds: float) -> str:
    """`< 0.01 s`, `0.03 s`, `12 s`, `3 min 20 s`."""
    if seconds < 0.01:
        return "< 0.01 s"
    if seconds < 0.995:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def faults_text(faults: str) -> str:
    return "no faults" if faults == "none" else f"faults {faults}"


def where(instance: str, faults: str) -> str:
    """`instance pair, no faults`."""
    return f"instance {instance}, {faults_text(faults)}"


def outcome(result: Result) -> Outcome:
    """Whether a result is as expected; `unknown` never is."""
    if result.verdict == "unknown":
        return "?"
    return "ok" if result.met else "FAIL"


def verdict(result: Result) -> str:
    """The verdict as people read it, with what it rests on."""
    if result.verdict == "unknown":
        return f"unknown: {result.reason or 'no reason was given'}"
    some_state = result.kind == "sometimes"
    if result.verdict == "holds":
        other = "is REACHED, but was expected to be unreachable" if some_state else "holds, but was expected to be violated"
        return f"{'holds' if result.met else other} ({basis(result)})"
    if some_state:
        return f"{'unreachable as expected' if result.met else 'NEVER REACHED, expected to be'} ({basis(result)})"
    return f"{'violated as expected' if result.met else 'VIOLATED, expected to hold'} ({basis(result)})"


def basis(result: Result) -> str:
    """What the verdict rests on: a trace and its length, or how far the search went."""
    if result.kind == "sometimes" and result.verdict == "violated":
        return _reach(result)
    if result.trace is not None:
        return _trace_length(result)
    return _reach(result)


def _trace_length(result: Result) -> str:
    assert result.trace is not None
    steps, cycle = len(result.trace.steps), result.trace.cycle
    what = "reached" if result.kind == "sometimes" else "violated"
    if cycle is not None:
        turn = counted(steps - cycle, "step")
        return f"{counted(cycle, 'step')}, then a cycle of {turn}" if cycle else f"a cycle of {turn}"
    if steps == 0:
        return f"{what} in the initial state" if what == "reached" else "in the initial state"
    return f"{what} after {counted(steps, 'step')}" if what == "reached" else f"after {counted(steps, 'step')}"


def _reach(result: Result) -> str:
    states = counted(result.distinct, "state") + (f" up to {result.reduction}" if result.reduction else "")
    match result.basis:
        case "exhaustive":
            return f"exhaustive, {states}"
        case "every size":
            return "for every size"
        case "inductive":
            return "proved at this size"
        case "bounded":
            return f"up to depth {result.depth}, {states}"
        case "sampled":
            return f"not found in samples, {states}"


def count_text(count: CountExpectation) -> str:
    """What was expected of the counts and what came: `131 states, 228 transitions, as expected`."""
    expected = counted(count.states, "state")
    found = counted(count.counted_states, "state")
    if count.transitions is not None:
        expected += f", {counted(count.transitions, 'transition')}"
        found += f", {counted(count.counted_transitions, 'transition')}"
    if count.met:
        return f"{found}, as expected"
    if count.met is None:
        return f"unknown: the search stopped at {found}, expected {expected}"
    return f"{found}, expected {expected}"


def split_place(place: str) -> tuple[str, int, int] | None:
    """`file:line:column` in its parts, or None where it is no place."""
    parts = place.rsplit(":", 2)
    if len(parts) != 3 or not (parts[1].isdigit() and parts[2].isdigit()):
        return None
    return parts[0], int(parts[1]), int(parts[2])
