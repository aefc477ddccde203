"""States that fill their words to the last bit, and ones that have one bit more: no value of a word is taken for something else."""

from __future__ import annotations

import ctypes

import pytest

from checker.engines.native.explore import explore_native
from checker.engines.native.program import Program
from checker.engines.native.search import TIERS, Search, Status
from checker.engines.stores import Store
from checker.ground.graph import Unsupported
from tests.elaborate.generator import Generated
from tests.native.agreeing import agree, models, with_final_goals
from tests.native.assembler import Assembler, packed_fields
from tests.native.comparing import check_against
from tests.native.evaluator import State, reach

FULL = [31, 31, 2]  # the bits of a word


def switched(widths: list[int]) -> tuple[Program, list[State]]:
    """Fields of these widths, each by itself switched between its lowest and highest value where they are few; else word by word."""
    lows = [(0, -1, -(2 ** (width - 1)))[number % 3] for number, width in enumerate(widths)]
    fields = packed_fields(widths, lows)
    ends = [(at.low, at.low + 2**at.width - 1) for at in fields]
    a = Assembler(fields=fields, constants=sorted({value for pair in ends for value in pair}))
    words = fields[-1].word + 1
    groups = [[n for n, at in enumerate(fields) if at.word == word] for word in range(words)]
    if len(fields) < 9:
        groups = [[n] for n in range(len(fields))]
    for group in groups:
        start = len(a.code)
        low = a.op("eq", group[0], a.const(ends[group[0]][0]))
        updates = [(n, a.op("select", low, a.const(ends[n][1]), a.const(ends[n][0]))) for n in group]
        a.outcome(start, a.op("eq", low, low), updates)
    return a.program(), [(0,) * words]


CASES = {
    1: [1], 63: [31, 31, 1], 64: FULL, 65: [*FULL, 1], 127: [*FULL, 31, 31, 1], 128: FULL * 2, 129: [*FULL, *FULL, 1],
    512: FULL * 8, 513: [*FULL * 8, 1],
}  # fmt: skip


@pytest.mark.parametrize("bits", CASES)
def test_states_that_fill_their_words(bits: int, strained: ctypes.CDLL) -> None:
    assert sum(CASES[bits]) == bits
    program, initial = switched(CASES[bits])
    assert program.words == -(-bits // 64)
    expected = reach(program, initial)
    full = (2**64 - 1,) * (bits // 64)
    assert any(state[: bits // 64] == full for state in expected.depth_of)
    stores: tuple[Store, ...] = ("states", "fingerprint")
    for store in stores:
        for tier in TIERS:
            check_against(program, initial, expected, tier=tier, store=store)
        check_against(program, initial, expected, threads=3, library=strained, slice_s=0, store=store)


@pytest.mark.parametrize("bits", CASES)
def test_depth_first_and_by_bits(bits: int) -> None:
    program, initial = switched(CASES[bits])
    expected = reach(program, initial)
    kinds: tuple[tuple[Store, int], ...] = (("states", 0), ("bitstate", 2**23))
    for store, memory in kinds:
        with Search(program, initial, order="depth-first", store=store, memory_limit_bytes=memory) as search:
            assert search.run() is Status.COMPLETE
            assert search.stats().distinct == len(expected.depth_of)
            assert search.stats().transitions == sum(expected.transitions)


WIDE = """protocol wide(workers: 1..2 = 2)

role Worker * workers
shared x: {low}..{high} = {first}

role Worker:
    action up when x < {high}:
        x = {high}
        await pause as up
    action down when x > {low}:
        x = {low}
        await pause as down
    action over when x == {high}:
        x = x - 1
"""


def wide(low: int, high: int) -> Generated:
    return Generated(protocol=WIDE.format(low=low, high=high, first=high - 1), spec=f"never high: x == {high}\n", stores=())


@pytest.mark.parametrize(
    ("low", "high"), [(1, 2**31 - 1), (5, 2**31 - 8), (2**30 + 1, 2**31 - 1), (-3, 2**31 - 4), (2 - 2**31, -1), (0, 2**31 - 1)]
)
def test_numbers_up_to_the_largest(low: int, high: int) -> None:
    """All that the bits of a field can say is more than its values, and would not always be within 32 bits."""
    model, *_ = models(wide(low, high))
    assert agree(with_final_goals(model))


def test_more_values_than_a_field_has_are_told() -> None:
    model, *_ = models(wide(-3, 2**31 - 2))
    with pytest.raises(Unsupported, match=r"a number of 2,147,483,650 values: the native engine takes 2,147,483,648"):
        explore_native(model)
