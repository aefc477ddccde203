"""The figures as text: a row for each protocol as soon as it is measured, then the commands and what was not reached."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.figures import FIRST_STATE_S, SMALL_CHECK_S
from tests.bench.measure import FIRST_SMALL, SMALL

COLUMNS = (
    f"{'protocol':<19}{'states':>12}{'transitions':>13}  {'ours':>5} {'SPIN':>5}  {'ratio (least, most)':<21}"
    f"{'whole':>7}  {'2 threads (least, most)':<24}{'apart (least, most)':<21}{'trip (least, most)':<21}"
    f"{'packed':>6} {'more':>5} {'rss':>6} {'SPIN':>6}"
)


def heading(machine: Mapping[str, str], missing: Sequence[str], rounds: int) -> None:
    for name, value in machine.items():
        print(f"{name:<16} {value}")
    if missing:
        print(f"not installed: {', '.join(missing)}. Ours is measured alone.")
    print(f"\n{rounds} rounds of each: ours with one thread and with two, SPIN, two of one thread at once; each a process")


def starts(found: Sequence[Mapping[str, float]]) -> None:
    def of(name: str) -> str:
        values = [one[name] for one in found]
        return f"{statistics.median(values):.3f} s ({min(values):.3f} to {max(values):.3f})"

    print(f"\npython {' '.join(SMALL)}\n  whole process {of('wall_s')}, processor time {of('cpu_s')}")
    print(f"python -m tests.bench.ours {FIRST_SMALL}\n  start to first state {of('first_state_s')}")
    print(f"\n{COLUMNS}")


def missed_starts(found: Sequence[Mapping[str, float]]) -> list[str]:
    told = []
    first, whole = (statistics.median(one[name] for one in found) for name in ("first_state_s", "wall_s"))
    if first > FIRST_STATE_S:
        told.append(f"start to first state: {first:.3f} s, {FIRST_STATE_S} s is asked for")
    if whole > SMALL_CHECK_S:
        told.append(f"a check of 288 states: {whole:.3f} s, {SMALL_CHECK_S} s is asked for")
    return told


def row(result: Mapping[str, Any]) -> None:
    if "figures" not in result:
        return
    found, first = result["figures"], result["rounds"][0]["ours"]
    print(
        f"{result['case']['name']:<19}{first['states']:>12,}{first['transitions']:>13,}  {_middle(found['ours']):>5} "
        f"{_middle(found['spin']):>5}  {_all(found['ratio']):<21}{_middle(found['whole']):>7}  "
        f"{_all(found['speedup']):<24}{_all(found['apart']):<21}{_whole(found['round_trip_ns']):<21}"
        f"{first['state_bytes']:>6} {found['overhead_bytes']:>5.1f} {found['rss_bytes']:>6.1f} "
        f"{'-' if found['spin_rss_bytes'] is None else format(found['spin_rss_bytes'], '.1f'):>6}",
        flush=True,
    )


def _middle(spread: Mapping[str, float] | None) -> str:
    return "-" if spread is None else f"{spread['median']:.1f}"


def _all(spread: Mapping[str, float] | None) -> str:
    return "-" if spread is None else f"{spread['median']:.2f} ({spread['least']:.2f}, {spread['most']:.2f})"


def _whole(spread: Mapping[str, float] | None) -> str:
    return "-" if spread is None else f"{spread['median']:.0f} ({spread['least']:.0f}, {spread['most']:.0f})"


def symmetry(results: Sequence[Mapping[str, Any]]) -> None:
    """One state for each orbit, beside all of them."""
    found = [(result["case"]["name"], result["symmetry"]) for result in results if result.get("symmetry")]
    if found:
        print(
            f"\n{'with symmetry':<19}{'states':>12}{'of':>13}  {'compile (without)':<20}{'search (without)':<22}gain (least, most)"
        )
    for name, one in found:
        compiled = f"{one['compile_s']['median']:.3f} s ({one['compile_all_s']['median']:.3f})"
        searched = f"{one['search_s']['median']:.4f} s ({one['search_all_s']['median']:.3f})"
        print(f"{name:<19}{one['kept']:>12,}{one['states']:>13,}  {compiled:<20}{searched:<22}{_all(one['gain'])}")


def closing(results: Sequence[Mapping[str, Any]], told: Sequence[str]) -> None:
    measured = [result for result in results if "figures" in result]
    tiers = sorted({one["ours"]["tier"] for result in measured for one in result["rounds"]})
    print(
        "\nours, SPIN: millions of transitions a second of processor time, in the search alone; ratio: of the same round"
        "\nwhole: SPIN's wall time by ours, whole processes; for SPIN with making its searcher"
        "\n2 threads: wall time of the search with one by that with two. Apart: two searches of one thread at once, in"
        "\nsearches alone: what the machine has for two threads that share nothing. Trip: nanoseconds for a line of memory between two processors"
        "\nand back. Bytes a state: the packed words, what the engine has beyond them at its peak, then the largest resident set of each process,"
        "\nwhich holds Python too"
        f"\ntier that ran: {', '.join(tiers)}"
    )
    for result in measured:
        print(f"\n{result['case']['name']}, {len(result['rounds'])} rounds:")
        for command in result["commands"]:
            print(f"  {command}")
    print("\nnot reached:" if told else "\neverything that is asked for is reached")
    for line in told:
        print(f"  {line}")
