"""Two-phase commit in bytecode written by hand, with the counts that TLC and others have for TLA+'s TwoPhase."""

from __future__ import annotations

import pytest

from checker.engines.native.search import Search, Status, Witness
from tests.native.assembler import two_phase
from tests.native.comparing import check_against
from tests.native.evaluator import reach

COUNTS = {3: (288, 1_145, 10), 5: (8_832, 58_145, 16), 7: (296_448, 2_744_705, 22)}
LARGE = {8: (1_745_408, 18_507_777, 25), 9: (10_340_352, 123_558_401, 28)}
NEVER = Witness(count=0, state=-1, outcome=-1)


def check_counts(n: int, threads: int, expected: tuple[int, int, int]) -> None:
    with Search(two_phase(n), [(0,)], threads=threads) as search:
        assert search.run() is Status.COMPLETE
        stats = search.stats()
        assert (stats.distinct, stats.transitions, stats.depth) == expected
        assert (stats.expanded, stats.queue, stats.failures, stats.threads) == (stats.distinct, 0, 0, threads)
        torn, all_committed = search.watches()
        assert torn == NEVER
        assert all_committed.count == 1
        assert len(search.path(all_committed.state)) == 3 * n + 2  # prepare and receive each, commit, receive that: states
        assert stats.peak_bytes <= stats.distinct * (8 + 12) + 600_000 * threads


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("n", COUNTS)
def test_counts(n: int, threads: int) -> None:
    check_counts(n, threads, COUNTS[n])


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("n", LARGE)
def test_large_counts(n: int, threads: int) -> None:
    check_counts(n, threads, LARGE[n])


def test_everything_is_as_the_evaluator_has_it() -> None:
    program = two_phase(4)
    expected = reach(program, [(0,)])
    assert (len(expected.depth_of), sum(expected.transitions)) == (1_568, 8_257)
    check_against(program, [(0,)], expected)
