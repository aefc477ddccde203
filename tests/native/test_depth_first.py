"""Depth-first searches find what breadth-first ones find, by other ways; searches by bits of an array find no more than there is."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from checker import api
from checker.engines.native.explore import explore_native
from checker.engines.native.search import BadProgram, Search, Status
from checker.engines.stores import Store
from checker.properties.native import DECIDED, NO_EDGES
from checker.properties.result import Report, Result
from tests.native.assembler import two_phase
from tests.native.evaluator import Reached, reach
from tests.native.random_programs import random_program
from tests.native.test_limits import deep

ROOT = Path(__file__).resolve().parents[2]
SPECS = [ROOT / "specs" / f"{name}.spec" for name in ("two_phase_commit", "dining", "patterns/contract_net", "seed_leased")]


# --- the library ---------------------------------------------------------------------------------------------------------


def counted(search: Search) -> tuple[object, ...]:
    """All that does not depend on the order."""
    stats = search.stats()
    outcomes = search.outcomes()
    return (
        stats.distinct,
        stats.expanded,
        [o.transitions for o in outcomes],
        [o.failures.count for o in outcomes],
        [w.count for w in search.watches()],
        stats.deadlocks,
    )


def expected_of(found: Reached) -> tuple[object, ...]:
    return (
        len(found.depth_of),
        len(found.depth_of),
        found.transitions,
        [count for count, _ in found.failures],
        [count for count, _ in found.watches],
        found.deadlocks[0],
    )


def require_paths(search: Search, found: Reached) -> None:
    """The ways to all that was seen first are ways: along edges, from an initial state."""
    stats = search.stats()
    seen = [w.state for w in search.watches()] + [o.failures.state for o in search.outcomes()] + [stats.first_deadlock]
    steps = {(source, target) for source, target, _, _ in found.edges}
    for state in {number for number in seen if number >= 0}:
        path = [search.state(number) for number in search.path(state)]
        assert found.depth_of[path[0]] == 0
        if steps:  # they are not told where states stand for orbits
            assert all(pair in steps for pair in pairwise(path))
        assert len(set(path)) == len(path)


@pytest.mark.parametrize("store", ["states", "bitstate"])
@pytest.mark.parametrize("slice_s", [0, 60])
def test_random_programs(store: Store, slice_s: float, strained: ctypes.CDLL) -> None:
    """In an array that is nearly empty no state of so few is taken for another."""
    for seed in range(80):
        program, initial = random_program(seed, bits=9)
        found = reach(program, initial)
        for library in (None, strained):
            with Search(program, initial, store=store, order="depth-first", library=library, memory_limit_bytes=2**24) as search:
                while (status := search.run(slice_s)) is Status.RUNNING:
                    pass
                assert status is Status.COMPLETE
                assert counted(search) == expected_of(found)
                assert search.stats().threads == 1
                assert search.stats().queue == 0
                assert search.layers() == []
                require_paths(search, found)
                if store == "states":
                    assert {search.state(number) for number in range(search.stats().distinct)} == set(found.depth_of)


def test_it_goes_deep_before_it_goes_wide() -> None:
    model = api.load(str(ROOT / "specs" / "dining.spec"), "one_differs", overrides={"philosophers": "8"})
    deep_one, wide = explore_native(model, order="depth-first"), explore_native(model)
    assert counted(deep_one.search) == counted(wide.search)
    assert (deep_one.stats.distinct, deep_one.stats.depth, wide.stats.depth) == (24_126, 164, 16)
    assert (deep_one.complete, deep_one.fired) == (True, wide.fired)
    assert max(len(deep_one.search.path(number)) for number in range(24_126)) == 165


def test_a_long_way_down() -> None:
    """As many steps as states: no recursion, and of the bits alone the way itself is kept."""
    for store in ("states", "bitstate"):
        with Search(deep(17).program(), [(0,)], order="depth-first", store=store, memory_limit_bytes=2**25) as search:  # type: ignore[arg-type]
            assert search.run() is Status.COMPLETE
            stats = search.stats()
            assert (stats.distinct, stats.depth, stats.deadlocks) == (2**17, 2**17 - 1, 1)
            assert [search.state(n)[0] for n in search.path(stats.first_deadlock)] == list(range(2**17))


@pytest.mark.parametrize("store", ["states", "bitstate"])
@pytest.mark.parametrize("limit", [1, 2, 100, 1_023, 1_024, 1_025, 60_000])
def test_a_limit_on_states_is_exact(limit: int, store: Store) -> None:
    with Search(two_phase(7), [(0,)], states_limit=limit, order="depth-first", store=store, memory_limit_bytes=2**26) as search:
        assert search.run() is Status.LIMIT
        assert search.run() is Status.LIMIT
        assert search.stats().distinct == limit


@pytest.mark.parametrize("store", ["states", "bitstate"])
@pytest.mark.parametrize("limit_mib", [2, 3, 5])
def test_a_limit_on_memory_is_kept(limit_mib: int, store: Store) -> None:
    with Search(two_phase(8), [(0,)], memory_limit_bytes=limit_mib << 20, order="depth-first", store=store) as search:
        status = search.run()
        assert status is (Status.COMPLETE if store == "bitstate" else Status.MEMORY)
        assert search.stats().peak_bytes <= limit_mib << 20
        assert 0 < search.stats().distinct <= 1_745_408


def test_what_is_not_to_be_had() -> None:
    with pytest.raises(ValueError, match="fingerprints are for breadth-first searches"):
        Search(two_phase(3), [(0,)], order="depth-first", store="fingerprint")
    with Search(two_phase(3), [(0,)], order="depth-first") as search:
        search.run()
        assert search.position() == b""
    with Search(two_phase(3), [(0,)], store="bitstate", memory_limit_bytes=2**20) as search:
        search.run()
        with pytest.raises(ValueError):
            search.degrees(bytearray(4 * 288))
    with pytest.raises(BadProgram, match="an initial state has bits that belong to no field"):
        Search(two_phase(3), [(1 << 63,)], order="depth-first")


def test_no_initial_state_and_many() -> None:
    for store in ("states", "bitstate"):
        with Search(two_phase(3), [], order="depth-first", store=store, memory_limit_bytes=2**20) as search:  # type: ignore[arg-type]
            assert search.run() is Status.COMPLETE
            assert search.stats().distinct == 0
        some = [(n,) for n in range(3)]
        with (
            Search(two_phase(3), some, order="depth-first", store=store, memory_limit_bytes=2**20) as search,  # type: ignore[arg-type]
            Search(two_phase(3), some) as wide,
        ):
            assert search.run() is wide.run() is Status.COMPLETE
            assert counted(search) == counted(wide)


# --- bits ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit_mib", [2, 4, 8, 16])
def test_the_estimate_of_what_was_missed(limit_mib: int) -> None:
    with Search(two_phase(8), [(0,)], store="bitstate", memory_limit_bytes=limit_mib << 20) as search:
        assert search.run() is Status.COMPLETE
        stats = search.stats()
        missed = 1_745_408 - stats.distinct
        assert 0.8 * stats.mistaken < missed < 1.25 * stats.mistaken
        assert 0.67 * limit_mib * 2**23 < stats.array_bits < 0.75 * limit_mib * 2**23
        assert 0.02 < stats.bits_set / stats.array_bits < 0.4


def test_bits_take_less_memory_than_states() -> None:
    limit = 3 << 20
    with (
        Search(two_phase(8), [(0,)], memory_limit_bytes=limit) as whole,
        Search(two_phase(8), [(0,)], memory_limit_bytes=limit, store="bitstate") as search,
    ):
        assert whole.run() is Status.MEMORY
        assert search.run() is Status.COMPLETE
        assert search.stats().distinct > 0.99 * 1_745_408 > 8 * whole.stats().distinct
        assert search.stats().peak_bytes <= limit


# --- verdicts ------------------------------------------------------------------------------------------------------------


def verdicts(report: Report) -> dict[tuple[str, str, str], Result]:
    return {(r.instance, r.faults, r.property): r for r in report.results}


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_depth_first_gives_the_same_verdicts(path: Path) -> None:
    """The same counts, too; a trace may be longer, and says so."""
    wide, deep_ones = verdicts(api.check(str(path), engine="native")), verdicts(api.check(str(path), order="depth-first"))
    assert wide.keys() == deep_ones.keys()
    for key, result in deep_ones.items():
        other = wide[key]
        assert (result.verdict, result.basis, result.distinct, result.transitions) == (
            other.verdict,
            other.basis,
            other.distinct,
            other.transitions,
        )
        assert (result.trace is None) == (other.trace is None)
        if result.kind in DECIDED:
            assert "1 thread, depth first" in result.engine
        if result.kind in DECIDED and result.trace is not None and other.trace is not None:
            assert len(result.trace.steps) >= len(other.trace.steps)
            assert not result.trace.shortest


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_with_bits_what_is_shown_is_real_and_the_rest_is_unknown(path: Path) -> None:
    wide, found = verdicts(api.check(str(path), engine="native")), api.check(str(path), store="bitstate", memory_mib=1500)
    silent = 0
    for result in found.results:
        assert result.engine.endswith("1 thread, depth first, bits of an array)")
        assert result.basis == "bounded"
        if result.trace is not None and result.verdict != "unknown":
            assert result.verdict == wide[result.instance, result.faults, result.property].verdict
        elif result.kind not in DECIDED:
            assert (result.verdict, result.reason) == ("unknown", NO_EDGES)
        else:
            assert result.verdict == "unknown"
            assert "told apart by the bits that they set in" in result.reason
            silent += 1
    assert silent >= 2
    assert not found.counts


def test_a_long_way_is_replayed() -> None:
    spec = str(ROOT / "specs" / "dining.spec")
    for store in ("states", "bitstate"):
        report = api.check(
            spec,
            instances=["alike"],
            properties=["no deadlock"],
            overrides={"philosophers": "9"},
            order="depth-first",
            store=store,
            memory_mib=1500,
        )
        trace = report.results[0].trace
        assert trace is not None
        assert (len(trace.steps), trace.shortest) == (382, False)
        assert [trace.end[f"holder[Philosopher{p}]"] for p in range(9)] == [f"Philosopher{(p - 1) % 9}" for p in range(9)]


@pytest.mark.parametrize("options", [{}, {"order": "depth-first"}, {"store": "bitstate"}], ids=str)
def test_no_memory_for_a_single_state_is_unknown(options: dict[str, str]) -> None:
    report = api.check(str(ROOT / "specs" / "lock.spec"), engine="native", memory_mib=1, **options)  # type: ignore[arg-type]
    told = {result.reason for result in report.results if result.kind in DECIDED}
    assert told == {"the search is incomplete: the limit of memory was reached (0 MiB) (after 0 states)"}
    assert {result.verdict for result in report.results} == {"unknown"}


LITTLE = """
import resource, sys
from checker import api
with open("/proc/self/statm") as statm:
    used = int(statm.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (96 << 20), resource.RLIM_INFINITY))
report = api.check(
    "specs/two_phase_commit.spec", instances=["three"], faults=["none"], properties=["consistent"], overrides={"participants": "9"},
    store=sys.argv[1], order=sys.argv[2], engine="native", threads=1,
)
print(report.results[0].reason)
"""


@pytest.mark.parametrize("order", ["breadth-first", "depth-first"])
@pytest.mark.parametrize("store", ["states", "bitstate"])
def test_little_address_space(store: str, order: str) -> None:
    """What the system refuses is told with counts; bits do with less than states."""
    command = [sys.executable, "-c", LITTLE, store, order]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    expected = "not found in 10,3" if store == "bitstate" else "the search is incomplete: the limit of memory was reached"
    assert expected in done.stdout, done.stderr


FEW_STATES = """
from checker.engines.native.search import Search, Status
from tests.native.assembler import two_phase
with Search(two_phase(5), [(0,)], order="depth-first", store="bitstate", memory_limit_bytes=2**32) as search:
    assert search.run() is Status.COMPLETE
    assert search.stats().distinct == 8_832
peak_kib = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
assert peak_kib < 2**18 + 8_832 * 3 * 4
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_few_states_take_little_of_a_large_array() -> None:
    subprocess.run([sys.executable, "-c", FEW_STATES], cwd=ROOT, check=True, timeout=100)
