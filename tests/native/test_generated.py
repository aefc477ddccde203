"""The native engine finds what the reference interpreter finds in generated protocols."""

from __future__ import annotations

import pytest

from checker.engines.explicit import explore
from checker.engines.native.explore import explore_native
from tests.elaborate.generator import Generated
from tests.native.agreeing import agree, available, models, with_final_goals
from tests.native.many import Progress, run

pytestmark = pytest.mark.skipif(not available(), reason="the native library is not there")


@pytest.mark.timeout(1200)
def test_two_thousand_models() -> None:
    progress = Progress()
    run(2_000, progress, None)
    assert progress.disagreeing == []
    assert progress.compared >= 2_000


BLOCKS = """protocol p
role R * 2
role S
shared v0: 0..1 = 0
message M0() to S: fifo, capacity 2
role R:
    run:
        for r_0 in R:
            while v0 == 0 at most 2:
                send M0() to S
role S:
    on M0():
        v0 = 0
"""


def test_that_a_round_would_block_does_not_hide_that_one_before_it_fails() -> None:
    """The first round fills the channel and fails."""
    model = models(Generated(protocol=BLOCKS, spec="", stores=()))[0]
    assert len(explore(model).failures) == 2
    native = explore_native(model)
    assert native.failed == 0
    assert native.stats.failures == 2
    assert agree(with_final_goals(model))


BLOCK_ALIKE = """protocol p
role R * 2
role S
shared v: R? = none
message M() to S: fifo, capacity 1
role R:
    action a:
        for r in R:
            if v != r:
                send M() to S
                v = r
"""
BLOCKS_ONE_WAY = """protocol p
role R * 2, ordered
role S
shared v: R? = none
shared full: bool = false
message M() to S: fifo, capacity 1
role R:
    action fill when not full:
        send M() to S
        full = true
    action a when full:
        for r in R:
            if r == first(R):
                v = r
            else:
                if v == none:
                    send M() to S
                v = none
"""


@pytest.mark.parametrize(("protocol", "failures"), [(BLOCK_ALIKE, 0), (BLOCKS_ONE_WAY, 4)])
def test_orders_of_rounds_differ_where_only_some_block_and_not_where_all_do(protocol: str, failures: int) -> None:
    model = models(Generated(protocol=protocol, spec="", stores=()))[0]
    assert len(explore(model).failures) == failures
    assert explore_native(model).stats.failures == failures
    assert agree(with_final_goals(model))
