"""The library and the plain evaluator find the same on programs made at random."""

from __future__ import annotations

import ctypes

import pytest
from msgspec.structs import replace

from checker.engines.native.program import NO_REGISTER, OPCODES, Field, Program, Watch
from checker.engines.native.search import BadProgram, Search, verify
from tests.native.assembler import Assembler, packed_fields
from tests.native.comparing import check_against
from tests.native.evaluator import OPERATIONS, reach
from tests.native.random_programs import CONSTANTS, random_program

TIERS = ("portable", "avx2", "avx512")


def tiers(program: Program) -> list[str]:
    """Those that this machine runs."""
    found = []
    for tier in TIERS:
        try:
            Search(program, [], tier=tier).close()
        except BadProgram:
            continue
        else:
            found.append(tier)
    return found


def test_the_evaluator_knows_every_operation() -> None:
    assert tuple(OPERATIONS) == OPCODES


@pytest.mark.parametrize("start", range(0, 150, 50))
def test_random_programs(start: int) -> None:
    sizes = []
    for seed in range(start, start + 50):
        program, initial = random_program(seed)
        assert verify(program) == ""
        expected = reach(program, initial)
        sizes.append(len(expected.depth_of))
        for tier in tiers(program):
            check_against(program, initial, expected, tier=tier)
    assert sum(size > 50 for size in sizes) >= 5, "the programs are too small to tell anything"


@pytest.mark.parametrize("start", range(0, 24, 8))
def test_threads_and_pauses_change_nothing(start: int, strained: ctypes.CDLL) -> None:
    for seed in range(start, start + 8):
        program, initial = random_program(seed, bits=10)
        expected = reach(program, initial)
        for threads in (1, 2, 5):
            check_against(program, initial, expected, threads=threads, library=strained)
        check_against(program, initial, expected, threads=3, library=strained, slice_s=0)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("start", range(1000, 5000, 1000))
def test_many_random_programs(start: int, strained: ctypes.CDLL) -> None:
    for seed in range(start, start + 1000):
        program, initial = random_program(seed, bits=9)
        expected = reach(program, initial)
        check_against(program, initial, expected)
        check_against(program, initial, expected, threads=2, library=strained)


@pytest.mark.parametrize("name", OPCODES)
def test_every_operation_at_the_edges(name: str) -> None:
    """A state for each pair of interesting operands: every result is compared with the evaluator's through a watch for each bit."""
    edges = sorted({*CONSTANTS, 30, 5, -2, 2**30, -(2**30)})
    fields = [Field(0, 0, 5, 0), Field(0, 5, 5, 0)]
    a = Assembler(fields=fields, constants=sorted({*edges, *range(len(edges) + 1), *(1 << i for i in range(31))}))

    def chosen(place: int) -> int:
        value = a.const(0)
        for number, edge in enumerate(edges):
            value = a.op("select", a.op("eq", place, a.const(number)), a.const(edge), value)
        return value

    result = a.op(name, chosen(0), chosen(1), 0)
    watches = [Watch(i, a.op("bitand", result, a.const(1 << i if i < 31 else -(2**31)))) for i in range(32)]
    state_length = len(a.code)
    for place in (0, 1):
        start = len(a.code)
        more = a.op("lt", place, a.const(len(edges) - 1))
        a.outcome(start, more, [(place, a.op("add", place, a.const(1)))])
    program = a.program(state_length=state_length, state_watches=watches, watches=32, done=NO_REGISTER)
    expected = reach(program, [(0,)])
    assert len(expected.depth_of) == len(edges) ** 2
    for tier in tiers(program):
        check_against(program, [(0,)], expected, tier=tier)


def test_code_that_an_outcome_and_the_canonical_section_share() -> None:
    a = Assembler(fields=packed_fields([3, 3, 3]), constants=[1, 5])
    a.outcome(0, a.const(1), [(1, a.const(5))])
    low = a.op("bitand", 1, a.const(1))  # nothing else reads the second field
    a.outcome(0, a.const(1), [(0, low)])
    program = replace(a.program(), canonical_start=0, canonical_length=1, canonical_updates=((2, low),))
    expected = reach(program, [(0,)])
    assert len(expected.depth_of) == 3
    check_against(program, [(0,)], expected)
