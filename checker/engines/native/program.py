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


class Field(NamedTuple):
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


class Watch(NamedTuple):
    """Watch number `watch` fires where register `register` is not 0."""

    watch: int
    register: int


class OutcomeCode(Struct, frozen=True, kw_only=True):
    """`code[start : start + length]` computes the registers; `updates` are (field, register) of the successor.

    `enabled` is known after the first `guard` instructions. `failed` is NO_REGISTER where the outcome cannot fail.
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


class Program(Struct, frozen=True, kw_only=True):
    """`code[:state_length]` is run once for each batch and leaves what the outcomes share and the state watches need.

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
    canonical_start: int = 0
    canonical_length: int = 0
    canonical_updates: tuple[tuple[int, int], ...] = ()
