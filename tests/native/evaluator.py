"""What bytecode means, in plain Python one state at a time: the search library is held to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from checker.engines.native.program import NO_REGISTER, OPCODES, Instruction, OutcomeCode, Program

State = tuple[int, ...]


def wrapped(value: int) -> int:
    """The number that 32 bits hold in its place."""
    return (value + 2**31) % 2**32 - 2**31


OPERATIONS: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, c: a + b,
    "sub": lambda a, b, c: a - b,
    "mul": lambda a, b, c: a * b,
    "div": lambda a, b, c: a // b if b else 0,
    "mod": lambda a, b, c: a % b if b else 0,
    "eq": lambda a, b, c: a == b,
    "lt": lambda a, b, c: a < b,
    "and": lambda a, b, c: a != 0 and b != 0,
    "or": lambda a, b, c: a != 0 or b != 0,
    "not": lambda a, b, c: a == 0,
    "select": lambda a, b, c: b if a else c,
    "bitand": lambda a, b, c: a & b,
    "bitor": lambda a, b, c: a | b,
    "bitclear": lambda a, b, c: a & ~b,
    "shl": lambda a, b, c: a << (b & 31),
    "shr": lambda a, b, c: a >> (b & 31),
    "popcount": lambda a, b, c: (a % 2**32).bit_count(),
    "min": lambda a, b, c: min(a, b),
    "max": lambda a, b, c: max(a, b),
    "copy": lambda a, b, c: a,
}


def execute(code: Sequence[Instruction], registers: list[int]) -> None:
    """Runs instructions; operands that an operation does not have may be any registers."""
    for opcode, d, a, b, c in code:
        registers[d] = wrapped(int(OPERATIONS[OPCODES[opcode]](registers[a], registers[b], registers[c])))


@dataclass(slots=True, kw_only=True)
class Reached:
    """All that a search finds. Witnesses are depths of the first ones: `failures` by outcome, `watches` by watch, -1 for never.

    `edges`: how many there are of each (source, target, label, progress).
    """

    depth_of: dict[State, int] = field(default_factory=dict)
    transitions: list[int]
    failures: list[tuple[int, int]]
    watches: list[tuple[int, int]]
    deadlocks: tuple[int, int] = (0, -1)
    edges: Counter[tuple[State, State, int, bool]] = field(default_factory=Counter)


def seen(witness: tuple[int, int], depth: int) -> tuple[int, int]:
    count, first = witness
    return count + 1, depth if first < 0 else first


def unpacked(program: Program, state: State) -> list[int]:
    """The registers before any code: fields, constants, and zeros."""
    fields = [(state[at.word] >> at.shift) % 2**at.width + at.low for at in program.fields]
    known = [*fields, *program.constants]
    return known + [0] * (program.registers - len(known))


def replaced(program: Program, updates: Sequence[tuple[int, int]], state: State, registers: list[int]) -> State:
    """The state with fields replaced by registers."""
    words = list(state)
    for number, register in updates:
        at = program.fields[number]
        raw = registers[register] - at.low
        assert 0 <= raw < 2**at.width
        words[at.word] = words[at.word] & ~((2**at.width - 1) << at.shift) | raw << at.shift
    return tuple(words)


def representative(program: Program, state: State) -> State:
    """What stands for the state."""
    registers = unpacked(program, state)
    execute(program.code[program.canonical_start :][: program.canonical_length], registers)
    return replaced(program, program.canonical_updates, state, registers)


def expand(program: Program, state: State, depth: int, found: Reached) -> list[State]:
    """The successors of a state; what happens in it and on its transitions is added to `found`."""
    shared = unpacked(program, state)
    execute(program.code[: program.state_length], shared)
    for watch in program.state_watches:
        if shared[watch.register]:
            found.watches[watch.watch] = seen(found.watches[watch.watch], depth)
    passed = [((shared[test.register] & test.mask) == 0) == test.zero for test in program.tests]
    enabled: list[tuple[int, OutcomeCode, list[int]]] = []
    for number, outcome in enumerate(program.outcomes):
        registers = list(shared)
        execute(program.code[outcome.start : outcome.start + outcome.length], registers)
        if all(passed[test] for test in outcome.needs) and (outcome.enabled == NO_REGISTER or registers[outcome.enabled]):
            enabled.append((number, outcome, registers))
    if program.timeouts_only_when_stuck and any(not o.is_fault and not o.is_timeout for _, o, _ in enabled):
        enabled = [entry for entry in enabled if not entry[1].is_timeout]
    if all(o.is_fault for _, o, _ in enabled):
        look_at_final(program, list(shared), depth, found)
    successors = []
    for number, outcome, registers in enabled:
        found.transitions[number] += 1
        if outcome.failed != NO_REGISTER and registers[outcome.failed]:
            found.failures[number] = seen(found.failures[number], depth)
            continue
        for watch in outcome.watches:
            if registers[watch.register]:
                found.watches[watch.watch] = seen(found.watches[watch.watch], depth)
        successors.append(representative(program, replaced(program, outcome.updates, state, registers)))
        if program.canonical_updates:
            continue  # the library gives no edges between orbits
        found.edges[(state, successors[-1], *labelled(program, outcome, registers))] += 1
    return successors


def look_at_final(program: Program, registers: list[int], depth: int, found: Reached) -> None:
    """What is decided in a final state: a deadlock, and the final watches."""
    execute(program.code[program.final_start : program.final_start + program.final_length], registers)
    for watch in program.final_watches:
        if registers[watch.register]:
            found.watches[watch.watch] = seen(found.watches[watch.watch], depth)
    if program.done == NO_REGISTER or registers[program.done] == 0:
        found.deadlocks = seen(found.deadlocks, depth)


def labelled(program: Program, outcome: OutcomeCode, registers: list[int]) -> tuple[int, bool]:
    """The label of a transition, and whether it is progress."""
    start = outcome.start + outcome.length
    execute(program.code[start : start + outcome.label_length], registers)
    label = outcome.label_base + (0 if outcome.label == NO_REGISTER else registers[outcome.label])
    return label % 2**32, outcome.progress != NO_REGISTER and registers[outcome.progress] != 0


def reach(program: Program, initial: Sequence[State]) -> Reached:
    """Every reachable state, breadth first."""
    n = len(program.outcomes)
    found = Reached(transitions=[0] * n, failures=[(0, -1)] * n, watches=[(0, -1)] * program.watches)
    layer, depth = list(dict.fromkeys(representative(program, state) for state in initial)), 0
    found.depth_of = dict.fromkeys(layer, 0)
    while layer:
        following = []
        for state in layer:
            for successor in expand(program, state, depth, found):
                if successor not in found.depth_of:
                    found.depth_of[successor] = depth + 1
                    following.append(successor)
        layer, depth = following, depth + 1
    return found
