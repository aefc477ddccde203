"""From the rounds of a case to its figures: ratios with their spread, and what is asked of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

OVERHEAD_BYTES = 12  # a state may take this much more than its packed words at the peak
SPEEDUP = 1.7  # of two threads over one
STATES_FOR_SPEEDUP = 10**7
FIRST_STATE_S = 0.1
SMALL_CHECK_S = 0.3

Round = dict[str, Any]  # what a round of a case measured: "ours", and where they ran "two threads", "apart", "spin"


class Spread(Struct, frozen=True, kw_only=True):
    """The middle of some measurements, and how far they reach."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f} to {self.most:.2f})"


def spread(values: Iterable[float]) -> Spread | None:
    """None where there is nothing."""
    numbers = sorted(values)
    if not numbers:
        return None
    return Spread(median=statistics.median(numbers), least=numbers[0], most=numbers[-1])


class Figures(Struct, frozen=True, kw_only=True):
    """What the rounds of a case come to. Rates are millions of transitions a second of processor time in the search alone.

    `ratio`: our rate by SPIN's of the same round. `whole`: SPIN's wall time by ours, whole processes, making the searcher included
    for SPIN. `speedup`: wall time of the search with one thread by that with two;
    `apart`: what the machine has for two searches at once that share nothing, in searches alone; `round_trip_ns`: between two processors,
    right after the search with two threads. `overhead_bytes`: bytes a state at the engine's
    peak beyond its packed words. What cannot be said is None.
    """

    ours: Spread | None
    spin: Spread | None
    ratio: Spread | None
    whole: Spread | None
    speedup: Spread | None
    speedup_cpu: Spread | None
    apart: Spread | None
    round_trip_ns: Spread | None
    overhead_bytes: float
    rss_bytes: float
    spin_rss_bytes: float | None


def figures(rounds: Sequence[Round], made_wall_s: float = 0.0) -> Figures:
    """`made_wall_s`: the wall time in which SPIN's searcher was made."""
    with_spin = [r for r in rounds if "spin" in r]
    with_two = [r for r in rounds if "two threads" in r]
    first = rounds[0]["ours"]
    return Figures(
        ours=spread(_our_rate(r) for r in rounds),
        spin=spread(_spin_rate(r) for r in with_spin),
        ratio=spread(_our_rate(r) / _spin_rate(r) for r in with_spin),
        whole=spread((r["spin"]["wall_s"] + made_wall_s) / r["ours"]["wall_s"] for r in with_spin),
        speedup=spread(r["ours"]["search_s"] / r["two threads"]["search_s"] for r in with_two),
        speedup_cpu=spread(r["two threads"]["search_cpu_s"] / r["ours"]["search_cpu_s"] for r in with_two),
        apart=spread(sum(r["ours"]["search_s"] / one["search_s"] for one in r["apart"]) for r in rounds if "apart" in r),
        round_trip_ns=spread(r["round_trip_ns"] for r in rounds if r.get("round_trip_ns") is not None),
        overhead_bytes=first["peak_bytes"] / first["states"] - first["state_bytes"],
        rss_bytes=statistics.median(r["ours"]["rss_bytes"] / r["ours"]["states"] for r in rounds),
        spin_rss_bytes=statistics.median(r["spin"]["rss_bytes"] / r["spin"]["states"] for r in with_spin) if with_spin else None,
    )


class Reduced(Struct, frozen=True, kw_only=True):
    """What symmetry comes to, beside the search of all states in the same round: `kept` states of `states`; times in seconds,
    `compile_s` from the model to the first state, `search_s` of processor time, `gain` the time of both without symmetry by that with it.
    """

    states: int
    kept: int
    compile_s: Spread | None
    compile_all_s: Spread | None
    search_s: Spread | None
    search_all_s: Spread | None
    gain: Spread | None


def reduced(rounds: Sequence[Round]) -> Reduced:
    """Of rounds that have a search of one state for each orbit."""
    return Reduced(
        states=rounds[0]["ours"]["states"],
        kept=rounds[0]["orbits"]["states"],
        compile_s=spread(r["orbits"]["compile_s"] for r in rounds),
        compile_all_s=spread(r["ours"]["compile_s"] for r in rounds),
        search_s=spread(r["orbits"]["search_cpu_s"] for r in rounds),
        search_all_s=spread(r["ours"]["search_cpu_s"] for r in rounds),
        gain=spread(_whole(r["ours"]) / _whole(r["orbits"]) for r in rounds),
    )


def _whole(one: dict[str, Any]) -> float:
    return float(one["compile_s"] + one["search_cpu_s"])


def _our_rate(one: Round) -> float:
    return float(one["ours"]["transitions"] / one["ours"]["search_cpu_s"] / 1e6)


def _spin_rate(one: Round) -> float:
    return float(one["spin"]["transitions"] / one["spin"]["cpu_s"] / 1e6)


def missed(name: str, wanted_ratio: float, states: int, found: Figures) -> list[str]:
    """What is asked for and not reached, by the medians."""
    told = []
    if found.ratio is not None and found.ratio.median < wanted_ratio:
        told.append(f"{name}: {found.ratio.median:.2f} x SPIN's transitions a CPU second, {wanted_ratio:g} x is asked for")
    if found.overhead_bytes > OVERHEAD_BYTES:
        told.append(f"{name}: {found.overhead_bytes:.1f} bytes a state beyond the packed state, {OVERHEAD_BYTES} are asked for")
    if found.speedup is not None and states >= STATES_FOR_SPEEDUP and found.speedup.median < SPEEDUP:
        machine = "" if found.apart is None else f"; two searches that share nothing, at once: {found.apart.median:.2f} x"
        if found.round_trip_ns is not None:
            machine += f"; a line of memory takes {found.round_trip_ns} ns between the processors and back"
        told.append(f"{name}: two threads {found.speedup.median:.2f} x one, {SPEEDUP} x is asked for{machine}")
    return told
