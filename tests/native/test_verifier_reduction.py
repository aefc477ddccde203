"""The verifier refuses what a program says of its outcomes for reduction where it breaks a rule."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from checker.engines.native.program import Program, Reduction
from checker.engines.native.search import verify
from tests.native.assembler import two_phase

PROGRAM = two_phase(3)
N = len(PROGRAM.outcomes)
FIELDS = len(PROGRAM.fields)
SOUND = Reduction(
    conditions=(0, FIELDS - 1),
    needs=((0,), *((0, 1) for _ in range(N - 1))),
    conflicts=tuple((1 << N) - 1 - (1 << i) for i in range(N)),
    enablers=((1 << N) - 1, 0),
    invisible=1,
)


def refused(program: Program, reduction: Reduction) -> str:
    return verify(replace(program, reduction=reduction))


def test_a_sound_one_is_taken() -> None:
    assert refused(PROGRAM, SOUND) == ""


@pytest.mark.parametrize(
    ("reduction", "reason"),
    [
        (
            replace(SOUND, conditions=(0, PROGRAM.registers)),
            f"condition 1 reads register {PROGRAM.registers}, which has no value there",
        ),
        (replace(SOUND, conditions=(0, PROGRAM.outcomes[0].enabled)), "condition 1 reads register"),
        (replace(SOUND, needs=((2,), *SOUND.needs[1:])), "need 0 is condition 2 of 2"),
        (replace(SOUND, conflicts=(0, *SOUND.conflicts[1:])), "outcome 1 accords with outcome 0 in one direction only"),
        (
            replace(SOUND, conflicts=(SOUND.conflicts[0] | 1 << N, *SOUND.conflicts[1:])),
            f"outcome 0: a bit for an outcome beyond {N}",
        ),
        (replace(SOUND, enablers=(1 << N, 0)), f"condition 0: a bit for an outcome beyond {N}"),
        (replace(SOUND, invisible=1 << N), f"a bit for an outcome beyond {N}"),
    ],
)
def test_a_broken_one_is_refused(reduction: Reduction, reason: str) -> None:
    assert N % 64
    assert reason in refused(PROGRAM, reduction)


def test_timeouts_that_wait_refuse_it() -> None:
    waiting = replace(PROGRAM, timeouts_only_when_stuck=True)
    assert refused(waiting, SOUND) == "no reduction where timeouts wait: they look at all other outcomes"


def test_a_canonical_section_refuses_it() -> None:
    symmetric = replace(PROGRAM, canonical_updates=((0, FIELDS),))
    assert verify(symmetric) == ""
    assert refused(symmetric, SOUND) == "no reduction together with a canonical section"
