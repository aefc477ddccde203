"""A program as the library reads it: the structs of its C interface."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Any

from msgspec.structs import astuple

from checker.engines.native import library as lib
from checker.engines.native.program import Program, Reduction, Watch


def _structs(struct: type[ctypes.Structure], rows: Iterable[Sequence[int]]) -> Any:
    values = [struct(*row) for row in rows]
    return (struct * max(1, len(values)))(*values)


def _shorts(struct: type[ctypes.Structure], rows: Sequence[Sequence[int]], padding: tuple[int, ...] = ()) -> Any:
    """As `_structs`, of a struct that is nothing but 16-bit numbers: there are very many of them."""
    values = array("H", chain.from_iterable((*row, *padding) for row in rows) if padding else chain.from_iterable(rows))
    assert values.itemsize == 2
    assert 2 * len(values) == ctypes.sizeof(struct) * len(rows)
    return (struct * len(rows)).from_buffer(values) if rows else (struct * 1)()


_last: list[tuple[Program, lib.ProgramStruct]] = []


def kept_struct(program: Program) -> lib.ProgramStruct:
    """`program_struct`; that of the last program is kept, for many searches in a row may run the same one. The library only reads it."""
    if not _last or _last[0][0] is not program:
        _last[:] = [(program, program_struct(program))]
    return _last[0][1]


def program_struct(program: Program) -> lib.ProgramStruct:
    """The program as the library reads it; ctypes keeps the arrays alive with the struct."""
    updates: list[tuple[int, int]] = []
    watches: list[Watch] = []
    needs: list[int] = []
    outcomes = []
    for o in program.outcomes:
        needed = (len(needs), len(o.needs))
        first = (len(updates), len(o.updates), len(watches), len(o.watches))
        code = (o.start, o.length, o.guard, o.label_length)
        registers = (o.enabled, o.failed, o.label, o.progress)
        outcomes.append((*needed, *code, *first, o.label_base, *registers, o.is_fault, o.is_timeout, 0))
        needs += o.needs
        updates += o.updates
        watches += o.watches
    first_canonical = len(updates)
    updates += program.canonical_updates
    return lib.ProgramStruct(
        program.words, len(program.fields), len(program.constants), program.registers,
        len(program.code), len(outcomes), len(updates), len(watches), len(program.state_watches),
        len(program.final_watches), program.watches, len(program.tests), len(needs),
        0, program.state_length, program.final_start, program.final_length,
        program.canonical_start, program.canonical_length, first_canonical, len(program.canonical_updates),
        program.done, program.timeouts_only_when_stuck,
        _structs(lib.FieldStruct, map(astuple, program.fields)),
        (ctypes.c_int32 * max(1, len(program.constants)))(*program.constants),
        _shorts(lib.InstructionStruct, program.code, padding=(0,)),
        _structs(lib.OutcomeStruct, outcomes),
        _shorts(lib.UpdateStruct, updates),
        _structs(lib.WatchStruct, map(astuple, watches)),
        _structs(lib.WatchStruct, map(astuple, program.state_watches)),
        _structs(lib.WatchStruct, map(astuple, program.final_watches)),
        _structs(lib.TestStruct, [(test.mask, test.register, test.zero) for test in program.tests]),
        (ctypes.c_uint32 * max(1, len(needs)))(*needs),
        None if program.reduction is None else ctypes.pointer(_independence(program.reduction)),
    )  # fmt: skip


def _independence(reduction: Reduction) -> lib.IndependenceStruct:
    n = len(reduction.conflicts)
    first = list(accumulate((len(needs) for needs in reduction.needs), initial=0))
    return lib.IndependenceStruct(
        len(reduction.conditions),
        first[-1],
        _numbers(ctypes.c_uint16, reduction.conditions),
        _numbers(ctypes.c_uint32, first),
        _numbers(ctypes.c_uint32, [place for needs in reduction.needs for place in needs]),
        *(_numbers(ctypes.c_uint64, _rows(sets, n)) for sets in (reduction.conflicts, reduction.enablers, [reduction.invisible])),
    )


def _rows(sets: Iterable[int], n: int) -> list[int]:
    """Each set of n things as 64-bit words."""
    return [set >> place & (1 << 64) - 1 for set in sets for place in range(0, n, 64)]


def _numbers(type: Any, numbers: Sequence[int]) -> Any:
    return (type * max(1, len(numbers)))(*numbers)
