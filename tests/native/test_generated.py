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
