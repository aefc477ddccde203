"""A bytecode program, as numbers: what the native library verifies and runs.

Registers are columns of 32-bit integers, one entry for each state of a batch. Register i below `len(fields)` is field i; the constants
follow; the rest are temporaries. See `src/` for the instruction set.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

OPCODES = (
    "add", "sub", "mul", "div", "mod", "eq", "lt", "and", "or", "not", "select",
    "bitand", "bitor", "bitclear", "shl", "shr", "popcount", "min", "max", "copy",
)  # fmt: skip

NO_REGISTER = 0xFFFF


class Field(Struct, frozen=True):
    """`width` bits of word `word` from bit `shift`; the value is they plus `low`."""

    word: int
    shift: int
    width: int
    low: int


class Instruction(NamedTuple):
    opcode: int
    d: int
    a: int
    b: int
    c: int


class Watch(Struct, frozen=True):
    """Watch number `watch` fires where register `register` is not 0."""

    watch: int
    register: int


class StateTest(Struct, frozen=True):
    """Passes where the register has a bit of `mask`; with `zero`, where it has none."""

    register: int
    mask: int
    zero: bool


class OutcomeCode(Struct, frozen=True, kw_only=True):
    """`code[start : start + length]` computes the registers; `updates` are (field, register) of the successor.

    It is there where all tests of the numbers `needs` pass and the register `enabled` is not 0 (NO_REGISTER: wherever the tests pass),
    which is known after the first `guard` instructions. `failed` is NO_REGISTER where the outcome cannot fail.
    `label_length` instructions after them are for labels of edges alone: `label_base` plus the register `label` (NO_REGISTER: 0).
    The transition is progress where the register `progress` is not 0 (NO_REGISTER: never).
    """

    start: int
    length: int
    guard: int
    enabled: int
    failed: int
    updates: tuple[tuple[int, int], ...]
    watches: tuple[Watch, ...]
    is_fault: bool
    is_timeout: bool
    label_length: int = 0
    label_base: int = 0
    label: int = NO_REGISTER
    progress: int = NO_REGISTER
    needs: tuple[int, ...] = ()


class Reduction(Struct, frozen=True, kw_only=True):
    """For partial-order reduction; sets of outcomes are numbers: bit i is outcome i (`checker.ground.independence`).

    `conditions`: registers that the state section leaves; outcome i is enabled where all of `needs[i]` (places among them) are not 0.
    """

    conditions: tuple[int, ...]
    needs: tuple[tuple[int, ...], ...]
    conflicts: tuple[int, ...]
    enablers: tuple[int, ...]
    invisible: int


class Program(Struct, frozen=True, kw_only=True):
    """`code[:state_length]` is run once for each batch and leaves what the outcomes share and the tests and the state watches need.

    `code[final_start:][:final_length]` is run for batches with final states and leaves what `done` and the final watches need.
    `code[canonical_start:][:canonical_length]` is run for successors and initial states, in registers of its own: `canonical_updates`,
    (field, register), make of one the state that stands for its orbit. Empty where every state stands for itself.
    """

    words: int
    fields: tuple[Field, ...]
    constants: tuple[int, ...]
    registers: int
    code: tuple[Instruction, ...]
    state_length: int
    state_watches: tuple[Watch, ...]
    final_start: int
    final_length: int
    final_watches: tuple[Watch, ...]
    done: int
    outcomes: tuple[OutcomeCode, ...]
    watches: int
    timeouts_only_when_stuck: bool
    tests: tuple[StateTest, ...] = ()
    canonical_start: int = 0
    canonical_length: int = 0
    canonical_updates: tuple[tuple[int, int], ...] = ()
    reduction: Reduction | None = None
