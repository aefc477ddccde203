"""Writes bytecode by hand: registers by name, code of sections, and two-phase commit as TLA+'s module TwoPhase has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from checker.engines.native.program import NO_REGISTER, OPCODES, Field, Instruction, OutcomeCode, Program, StateTest, Watch


@dataclass(slots=True, kw_only=True)
class Assembler:
    """Fields and constants first; then `state`, `outcome` in any order of calls but state before outcomes; `program` at the end.

    Registers are written as ("field", i), ("const", value) or a number of temporary from `temporary()`; `op` gives its destination.
    """

    fields: list[Field]
    constants: list[int] = field(default_factory=list)
    code: list[Instruction] = field(default_factory=list)
    outcomes: list[OutcomeCode] = field(default_factory=list)
    temporaries: int = 0

    def const(self, value: int) -> int:
        """The register of a constant, which must be among those that the assembler was made with."""
        return len(self.fields) + self.constants.index(value)

    def op(self, name: str, a: int, b: int = 0, c: int = 0) -> int:
        """Appends an instruction; its destination is a new temporary."""
        destination = len(self.fields) + len(self.constants) + self.temporaries
        self.temporaries += 1
        self.code.append(Instruction(OPCODES.index(name), destination, a, b, c))
        return destination

    def outcome(
        self,
        start: int,
        enabled: int,
        updates: Sequence[tuple[int, int]],
        *,
        guard: int | None = None,
        failed: int = NO_REGISTER,
        watches: Sequence[Watch] = (),
        is_fault: bool = False,
        is_timeout: bool = False,
        label_length: int = 0,
        label_base: int = 0,
        label: int = NO_REGISTER,
        progress: int = NO_REGISTER,
        needs: Sequence[int] = (),
    ) -> None:
        """Ends the code of an outcome that began at `start`; its last `label_length` instructions are for the label."""
        length = len(self.code) - start - label_length
        self.outcomes.append(
            OutcomeCode(
                start=start, length=length, guard=length if guard is None else guard, enabled=enabled, failed=failed,
                updates=tuple(updates), watches=tuple(watches), is_fault=is_fault, is_timeout=is_timeout,
                label_length=label_length, label_base=label_base, label=label, progress=progress, needs=tuple(needs),
            )
        )  # fmt: skip

    def program(
        self,
        *,
        state_length: int = 0,
        state_watches: Sequence[Watch] = (),
        final_start: int = 0,
        final_length: int = 0,
        final_watches: Sequence[Watch] = (),
        done: int = NO_REGISTER,
        watches: int = 0,
        timeouts_only_when_stuck: bool = False,
        tests: Sequence[StateTest] = (),
    ) -> Program:
        return Program(
            words=max(at.word for at in self.fields) + 1,
            fields=tuple(self.fields),
            constants=tuple(self.constants),
            registers=len(self.fields) + len(self.constants) + self.temporaries,
            code=tuple(self.code),
            state_length=state_length,
            state_watches=tuple(state_watches),
            final_start=final_start,
            final_length=final_length,
            final_watches=tuple(final_watches),
            done=done,
            outcomes=tuple(self.outcomes),
            watches=watches,
            timeouts_only_when_stuck=timeouts_only_when_stuck,
            tests=tuple(tests),
        )


def packed_fields(widths: Sequence[int], lows: Sequence[int] | None = None) -> list[Field]:
    """Fields one after another, none across the end of a word."""
    fields, bit = [], 0
    for i, width in enumerate(widths):
        if bit % 64 + width > 64:
            bit += 64 - bit % 64
        fields.append(Field(bit // 64, bit % 64, width, lows[i] if lows else 0))
        bit += width
    return fields


def two_phase(n: int) -> Program:
    """TLA+'s TwoPhase with n participants: 0 working, 1 prepared, 2 committed, 3 aborted; manager 0 undecided, 1 committed, 2 aborted.

    Watch 0: one participant has committed and another has aborted; watch 1: everybody has committed.
    """
    states, decision, votes, sent, commit, abort = range(n), n, n + 1, n + 2, n + 3, n + 4
    fields = packed_fields([2] * n + [2, n, n, 1, 1])
    a = Assembler(fields=fields, constants=sorted({0, 1, 2, 3, (1 << n) - 1} | {1 << i for i in range(n)}))
    is_in = {value: [a.op("eq", s, a.const(value)) for s in states] for value in (0, 2, 3)}
    undecided = a.op("eq", decision, a.const(0))
    any_of, all_of = {}, {}
    for value in (2, 3):
        any_of[value] = all_of[value] = is_in[value][0]
        for flag in is_in[value][1:]:
            any_of[value] = a.op("bitor", any_of[value], flag)
            all_of[value] = a.op("bitand", all_of[value], flag)
    torn = a.op("bitand", any_of[2], any_of[3])
    state_length = len(a.code)

    start = len(a.code)
    everybody = a.op("eq", votes, a.const((1 << n) - 1))
    a.outcome(start, a.op("bitand", undecided, everybody), [(decision, a.const(1)), (commit, a.const(1))])
    start = len(a.code)
    a.outcome(start, undecided, [(decision, a.const(2)), (abort, a.const(1))])
    for i in range(n):
        bit = a.const(1 << i)
        start = len(a.code)
        arrived = a.op("not", a.op("eq", a.op("bitand", sent, bit), a.const(0)))
        enabled = a.op("bitand", undecided, arrived)
        guard = len(a.code) - start
        a.outcome(start, enabled, [(votes, a.op("bitor", votes, bit))], guard=guard)
        start = len(a.code)
        a.outcome(start, is_in[0][i], [(i, a.const(1)), (sent, a.op("bitor", sent, bit))], guard=0)
        a.outcome(len(a.code), is_in[0][i], [(i, a.const(3))])
        a.outcome(len(a.code), commit, [(i, a.const(2))])
        a.outcome(len(a.code), abort, [(i, a.const(3))])
    return a.program(state_length=state_length, state_watches=[Watch(0, torn), Watch(1, all_of[2])], watches=2)
