"""Programs and their initial states as `attack/subject.c` reads and writes them: structs and arrays one after another."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from checker.engines.native import library as lib
from checker.engines.native.program import Field, Instruction, OutcomeCode, Program, StateTest, Watch
from checker.engines.native.structs import program_struct
from tests.native.evaluator import State

ARRAYS: dict[str, Any] = {
    "fields": lib.FieldStruct, "consts": ctypes.c_int32, "code": lib.InstructionStruct, "outcomes": lib.OutcomeStruct,
    "updates": lib.UpdateStruct, "watches": lib.WatchStruct, "state_watches": lib.WatchStruct,
    "final_watches": lib.WatchStruct, "tests": lib.TestStruct, "needs": ctypes.c_uint32,
}  # fmt: skip
UNARY, TERNARY = (9, 16, 19), (10,)  # operations, as tc_arity in program.h


def written(program: Program, initial: Sequence[State]) -> bytes:
    """As `subject_read` reads it."""
    struct = program_struct(program)
    parts = [bytes(struct), *(_bytes_of(getattr(struct, name), getattr(struct, f"n_{name}")) for name in ARRAYS)]
    if struct.independence:
        d, n = struct.independence.contents, struct.n_outcomes
        row = (n + 63) // 64
        lengths = {
            "conditions": d.n_conditions, "first_need": n + 1, "needs": d.n_needs,
            "conflicts": n * row, "enablers": d.n_conditions * row, "invisible": row,
        }  # fmt: skip
        parts += [bytes(d), *(_bytes_of(getattr(d, name), length) for name, length in lengths.items())]
    words = array("Q", [len(initial), *chain.from_iterable(initial)])
    return b"".join((*parts, words.tobytes()))


def _bytes_of(items: Any, length: int) -> bytes:
    return ctypes.string_at(items, length * ctypes.sizeof(items._type_)) if length else b""


def read(text: bytes) -> Iterator[tuple[Program, list[State]]]:
    """Those of a file, which have no independence; but for those whose state section begins elsewhere than a Program's does."""
    at = 0

    def taken(type: Any, n: int) -> Any:
        nonlocal at
        items = (type * n).from_buffer_copy(text, at)
        at += ctypes.sizeof(items)
        return items

    while at < len(text):
        struct = taken(lib.ProgramStruct, 1)[0]
        arrays = {name: taken(type, getattr(struct, f"n_{name}")) for name, type in ARRAYS.items()}
        words = taken(ctypes.c_uint64, taken(ctypes.c_uint64, 1)[0] * struct.words)
        if struct.state_code_start == 0:
            states = [tuple(words[i : i + struct.words]) for i in range(0, len(words), struct.words)]
            yield _program(struct, arrays), states


def _program(struct: lib.ProgramStruct, arrays: dict[str, Any]) -> Program:
    updates = tuple((update.field, update.reg) for update in arrays["updates"])
    watches = _watches(arrays["watches"])
    needs = tuple(arrays["needs"])
    canonical = struct.first_canonical_update
    return Program(
        words=struct.words,
        fields=tuple(Field(f.word, f.shift, f.width, f.low) for f in arrays["fields"]),
        constants=tuple(arrays["consts"]),
        registers=struct.n_registers,
        code=tuple(_instruction(i) for i in arrays["code"]),
        state_length=struct.state_code_length,
        state_watches=_watches(arrays["state_watches"]),
        final_start=struct.final_code_start,
        final_length=struct.final_code_length,
        final_watches=_watches(arrays["final_watches"]),
        done=struct.done_reg,
        outcomes=tuple(
            OutcomeCode(
                start=o.code_start, length=o.code_length, guard=o.guard_length, enabled=o.enabled, failed=o.failed,
                updates=updates[o.first_update :][: o.n_updates], watches=watches[o.first_watch :][: o.n_watches],
                is_fault=bool(o.is_fault), is_timeout=bool(o.is_timeout), label_length=o.label_length, label_base=o.label_base,
                label=o.label, progress=o.progress, needs=needs[o.first_need :][: o.n_needs],
            )
            for o in arrays["outcomes"]
        ),
        watches=struct.n_watch_ids,
        timeouts_only_when_stuck=bool(struct.timeouts_only_when_stuck),
        tests=tuple(StateTest(t.reg, t.mask, bool(t.zero)) for t in arrays["tests"]),
        canonical_start=struct.canonical_code_start,
        canonical_length=struct.canonical_code_length,
        canonical_updates=updates[canonical:][: struct.n_canonical_updates],
    )  # fmt: skip


def _watches(items: Any) -> tuple[Watch, ...]:
    return tuple(Watch(item.watch, item.reg) for item in items)


def _instruction(i: lib.InstructionStruct) -> Instruction:
    """Operands that the operation does not have may be any number; here they are 0."""
    return Instruction(i.op, i.d, i.a, 0 if i.op in UNARY else i.b, i.c if i.op in TERNARY else 0)
