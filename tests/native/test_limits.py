"""Limits, pauses, growth and the ends of a search: a limit is a status with counts, what was found stays right, nothing crashes."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from checker.engines.native import library
from checker.engines.native.build import BuildError, compile_library
from checker.engines.native.explore import explore_native
from checker.engines.native.program import Field
from checker.engines.native.search import BadProgram, Search, Status
from tests.native.assembler import Assembler, packed_fields, two_phase
from tests.native.comparing import check_against
from tests.native.evaluator import reach
from tests.native.test_partial_order import model_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("limit", [1, 2, 100, 1_023, 1_024, 1_025, 5_000, 60_000])
def test_a_limit_on_states_is_exact(limit: int, threads: int) -> None:
    with Search(two_phase(7), [(0,)], states_limit=limit, threads=threads) as search:
        assert search.run() is Status.LIMIT
        assert search.run() is Status.LIMIT
        stats = search.stats()
        assert stats.distinct == limit
        assert stats.queue == limit - stats.expanded
        for number in (0, limit // 2, limit - 1):
            assert search.find(search.state(number)) == number
            assert len(search.path(number)) - 1 <= stats.depth


@pytest.mark.parametrize("threads", [1, 2])
def test_a_limit_on_states_that_is_just_enough_completes(threads: int) -> None:
    with Search(two_phase(5), [(0,)], states_limit=8_832, threads=threads) as search:
        assert search.run() is Status.COMPLETE
        assert (search.stats().distinct, search.stats().transitions) == (8_832, 58_145)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_limit_on_memory_is_kept(threads: int) -> None:
    limit = 5 * 2**20
    with Search(two_phase(8), [(0,)], memory_limit_bytes=limit, threads=threads) as search:
        assert search.run() is Status.MEMORY
        stats = search.stats()
        assert stats.peak_bytes <= limit
        assert stats.distinct > limit / (8 + 12) * 0.8  # and it is used
        assert all(search.find(search.state(n)) == n for n in range(0, stats.distinct, 997))


RESIDENT = """
from checker.engines.memory import used_mib
from checker.engines.native.search import Search, Status
from tests.native.test_limits import deep
program = deep(23).program()
before = used_mib()
with Search(program, [(0,)], threads=1, memory_limit_bytes=50 * 2**20) as search:
    assert search.run() is Status.MEMORY
    assert search.stats().peak_bytes <= 50 * 2**20
    assert search.stats().distinct > 1_500_000
    print(used_mib() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_where_layers_begin_counts_as_memory() -> None:
    done = subprocess.run([sys.executable, "-c", RESIDENT], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert 40 < float(done.stdout) < 54  # in a limit of 50 MiB, and what the system rounds up


FULL = 8_832  # states of two_phase(5)


@pytest.fixture(scope="module", params=[5_000, FULL - 1, FULL])
def few_numbers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[ctypes.CDLL, int]:
    """A library that can number so many states and no more, and this number."""
    target: Path = tmp_path_factory.mktemp("native") / "few_numbers.so"
    try:
        compile_library(target, [f"-DMOST_STATES={request.param}u", "-DSTATES_WORTH_THREADS=1"])
    except BuildError as reason:
        pytest.skip(str(reason))
    return library.load(str(target)), request.param


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize(
    "options",
    [{}, {"expected_states": 10**9}, {"store": "fingerprint"}, {"order": "depth-first"}, {"states_limit": FULL}],
    ids=["states", "a hint", "fingerprints", "depth first", "a limit"],
)
def test_as_many_states_as_can_be_numbered(options: dict[str, Any], threads: int, few_numbers: tuple[ctypes.CDLL, int]) -> None:
    limited, most = few_numbers
    with Search(two_phase(5), [(0,)], threads=threads, library=limited, **options) as search:
        assert search.run() is (Status.COMPLETE if most == FULL else Status.LIMIT)
        stats = search.stats()
        assert stats.distinct == most
        if most == FULL:
            assert stats.transitions == 58_145
        if "store" not in options:
            assert all(search.find(search.state(n)) == n for n in range(most))
            assert len(search.path(most - 1)) - 1 <= stats.depth


def test_no_more_states_are_appended_than_can_be_numbered(few_numbers: tuple[ctypes.CDLL, int]) -> None:
    limited, most = few_numbers
    with Search(two_phase(5), [(0,)]) as whole, Search(two_phase(5), [(0,)], library=limited) as search:
        whole.run()
        states, predecessors = whole.states(1, whole.stats().distinct)
        if most < FULL:
            with pytest.raises(MemoryError):
                search.append(states, predecessors)
        else:
            search.append(states, predecessors)
        assert search.stats().distinct == (FULL if most == FULL else 1)


def test_limits_beyond_all_numbers_are_none() -> None:
    with Search(two_phase(3), [(0,)], states_limit=2**64 + 1, memory_limit_bytes=2**80, threads=2**32 + 1) as search:
        assert search.run() is Status.COMPLETE
        assert (search.stats().distinct, search.stats().threads) == (288, 256)
    model = model_of(ROOT / "specs" / "dining.spec", "alike")
    assert explore_native(model, memory_mib=float("inf"), states_limit=10**30).complete


def test_a_limit_too_small_for_anything_is_no_crash() -> None:
    with Search(two_phase(5), [(0,)], memory_limit_bytes=1) as search:
        assert search.run() is Status.MEMORY
        assert search.stats().distinct == 0


REFUSED_BY_THE_SYSTEM = """
import resource
from checker.engines.native.search import Search, Status
from tests.native.assembler import two_phase
program = two_phase(9)
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + 150 * 2**20, -1))
search = Search(program, [(0,)], threads=2)
assert search.run() is Status.MEMORY
stats = search.stats()
assert stats.distinct > 1_000_000
assert search.path(stats.distinct - 1)[0] == 0
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_system_that_gives_no_more_memory_is_a_status() -> None:
    subprocess.run([sys.executable, "-c", REFUSED_BY_THE_SYSTEM], cwd=ROOT, check=True, timeout=60)


@pytest.mark.parametrize("threads", [1, 2])
def test_pauses_change_nothing(threads: int) -> None:
    with Search(two_phase(7), [(0,)], threads=threads) as search:
        pauses = 0
        while search.run(0.0005) is Status.RUNNING:
            pauses += 1
            stats = search.stats()
            assert stats.queue == stats.distinct - stats.expanded
            assert search.find(search.state(stats.distinct - 1)) == stats.distinct - 1
        assert pauses > 5
        assert (search.stats().distinct, search.stats().transitions) == (296_448, 2_744_705)


@pytest.mark.parametrize("expected", [1, 1_000, 296_448, 10**6])
def test_a_hint_of_the_size_changes_nothing(expected: int) -> None:
    with Search(two_phase(7), [(0,)], expected_states=expected) as search:
        assert search.run() is Status.COMPLETE
        assert (search.stats().distinct, search.stats().transitions) == (296_448, 2_744_705)


@pytest.mark.parametrize("words", [1, 2, 5, 64])
def test_states_of_many_words(words: int) -> None:
    """One digit in each of up to eight words, counted up together or one by one."""
    used = sorted({*range(min(words, 4)), *range(max(0, words - 4), words)})
    a = Assembler(fields=[Field(word, 40, 2, 0) for word in used], constants=[0, 1, 3])
    for digit in range(len(used)):
        start = len(a.code)
        a.outcome(start, a.op("lt", digit, a.const(3)), [(digit, a.op("add", digit, a.const(1)))])
    start = len(a.code)
    zeros = [a.op("eq", digit, a.const(0)) for digit in range(len(used))]
    together = zeros[0]
    for zero in zeros[1:]:
        together = a.op("bitand", together, zero)
    a.outcome(start, together, [(digit, a.const(3)) for digit in range(len(used))])
    program, initial = a.program(), [(0,) * words]
    expected = reach(program, initial) if len(used) < 8 else None
    if expected is not None:
        check_against(program, initial, expected)
    with Search(program, initial, threads=2) as search:
        assert search.run() is Status.COMPLETE
        stats = search.stats()
        assert stats.distinct == 4 ** len(used)
        assert stats.transitions == len(used) * 3 * 4 ** (len(used) - 1) + 1
        assert (stats.deadlocks, search.state(stats.first_deadlock)) == (
            1,
            tuple(3 << 40 if w in used else 0 for w in range(words)),
        )
        assert len(search.path(stats.first_deadlock)) == 2


def deep(bits: int) -> Assembler:
    """A counter: as many layers as states."""
    a = Assembler(fields=packed_fields([bits]), constants=[1, 2**bits - 1])
    more = a.op("lt", 0, a.const(2**bits - 1))
    a.outcome(0, more, [(0, a.op("add", 0, a.const(1)))])
    return a


def test_many_layers() -> None:
    with Search(deep(17).program(), [(0,)]) as search:
        assert search.run() is Status.COMPLETE
        assert (search.stats().distinct, search.stats().depth) == (2**17, 2**17 - 1)
        assert search.layers() == list(range(2**17))
        assert search.path(2**17 - 1) == list(range(2**17))
        assert search.states(5, 8)[0].tolist() == [5, 6, 7]
        assert search.states(0, 3)[1].tolist() == [0xFFFFFFFF, 0, 1]


def test_no_initial_state_and_no_outcome() -> None:
    with Search(two_phase(3), []) as search:
        assert search.run() is Status.COMPLETE
        assert (search.stats().distinct, search.stats().deadlocks) == (0, 0)
        assert search.find((0,)) is None
        with pytest.raises(IndexError):
            search.path(0)
    a = Assembler(fields=packed_fields([3]))
    with Search(a.program(), [(5,), (2,), (5,)]) as search:
        assert search.run() is Status.COMPLETE
        assert (search.stats().distinct, search.stats().deadlocks, search.stats().first_deadlock) == (2, 2, 0)
        assert [search.state(0), search.state(1)] == [(5,), (2,)]


def test_many_initial_states() -> None:
    a = Assembler(fields=packed_fields([20]))
    with Search(a.program(), [(n // 2,) for n in range(2**17)]) as search:
        assert search.run() is Status.COMPLETE
        assert search.stats().distinct == search.stats().deadlocks == 2**16
        assert search.states(0, 2**16)[0].tolist() == list(range(2**16))


def test_bounds_of_questions() -> None:
    with Search(two_phase(3), [(0,)]) as search:
        search.run()
        for start, stop in ((0, 289), (-1, 3), (5, 4), (288, 289)):
            with pytest.raises(IndexError):
                search.states(start, stop)
        for number in (-1, 288, 2**40):
            with pytest.raises(IndexError):
                search.path(number)
        with pytest.raises(ValueError, match="a state has 1 words, not 2"):
            search.find((0, 0))
    with pytest.raises(ValueError, match="the search is closed"):
        search.stats()


def test_initial_states_that_are_none() -> None:
    with pytest.raises(BadProgram, match="an initial state has bits that belong to no field"):
        Search(two_phase(3), [(1 << 63,)])


def test_a_value_out_of_its_range_stops_the_search() -> None:
    a = Assembler(fields=packed_fields([2]), constants=[1])
    a.outcome(0, a.const(1), [(0, a.op("add", 0, a.const(1)))])
    with Search(a.program(), [(0,)]) as search:
        assert search.run() is Status.BROKEN
        assert (search.stats().broken_state, search.stats().broken_outcome) == (3, 0)


def test_a_value_out_of_its_range_does_not_matter_where_the_outcome_is_not_enabled() -> None:
    with Search(deep(3).program(), [(0,)]) as search:
        assert search.run() is Status.COMPLETE
