"""Programs made at random from a seed: every operation, several words, faults, timeouts, failures, watches, guards apart from the rest.

Every third has a canonical section: any map from states to states, that need not be the same when it is done twice."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from checker.engines.native.program import NO_REGISTER, OPCODES, Field, Program, Watch
from tests.native.assembler import Assembler
from tests.native.evaluator import State

CONSTANTS = (0, 1, 2, 3, 7, -1, -3, 31, 1000, 2**31 - 1, -(2**31), -(2**31) + 1, 123456789)


def random_fields(random: Random, bits: int) -> list[Field]:
    """Fields of `bits` bits together, in one to three words, with gaps; low ends from far below zero to the highest possible."""
    words = random.randint(1, 3)
    ends, fields = [0] * words, []
    while bits:
        width = random.randint(1, min(bits, 5))
        word = random.randrange(words)
        shift = ends[word] + random.choice((0, 0, 1, 7))
        low = random.choice((0, 0, 1, -1, -5, 100, -(2**31), 2**31 - 2**width))
        fields.append(Field(word, shift, width, low))
        ends[word] = shift + width
        bits -= width
    assert max(ends) <= 64
    return fields


def random_values(a: Assembler, random: Random, readable: list[int], n: int) -> list[int]:
    """The destinations of n instructions over what is readable and over each other."""
    made: list[int] = []
    for _ in range(n):
        operands = [random.choice(readable + made * 3) for _ in range(3)]
        made.append(a.op(random.choice(OPCODES), *operands))
    return made


def random_outcome(a: Assembler, random: Random, readable: list[int], watches: int) -> None:
    start = len(a.code)
    made = random_values(a, random, readable, random.randint(0, 4))
    enabled = random.choice(made or readable)
    if random.random() < 0.7:
        number = random.randrange(len(a.fields))
        at = a.fields[number]
        bound = a.const(random.choice((at.low, at.low + 2**at.width - 1)))
        enabled = a.op("not", a.op("eq", number, bound)) if random.random() < 0.8 else a.op("eq", number, bound)
    guard = len(a.code) - start
    made += random_values(a, random, readable + made, random.randint(1, 5))
    failed = a.op("eq", random.choice(made), random.choice(readable)) if random.random() < 0.3 else NO_REGISTER
    updates = []
    for number in random.sample(range(len(a.fields)), random.randint(min(1, len(a.fields)), min(3, len(a.fields)))):
        at = a.fields[number]
        low, high = a.const(at.low), a.const(at.low + 2**at.width - 1)
        by = random.choice(made) if random.random() < 0.4 else a.const(random.choice((1, 1, -1, 3)))
        near = a.op(random.choice(("add", "add", "sub", "copy", "bitor")), number, by)
        updates.append((number, a.op("max", a.op("min", near, high), low)))
    watched = [Watch(random.randrange(watches), random.choice(made)) for _ in range(random.randint(0, 2))]
    end = len(a.code)
    made += random_values(a, random, readable + made, random.randint(0, 3))
    known = [NO_REGISTER, *readable, *made * 3]
    a.outcome(
        start, enabled, updates, guard=guard, failed=failed, is_fault=random.random() < 0.2, is_timeout=random.random() < 0.3,
        watches=watched, label_length=len(a.code) - end, label_base=random.choice((0, 5, 2**32 - 1)),
        label=random.choice(known), progress=random.choice(known),
    )  # fmt: skip


def random_program(seed: int, bits: int = 8) -> tuple[Program, list[State]]:
    """A program with at most 2**bits states, and its initial states (some of them twice)."""
    random = Random(seed)
    fields = random_fields(random, bits)
    ends = {end for at in fields for end in (at.low, at.low + 2**at.width - 1)}
    a = Assembler(fields=fields, constants=[*CONSTANTS, *sorted(ends - set(CONSTANTS))])
    readable = list(range(len(fields) + len(a.constants)))
    readable += random_values(a, random, readable, random.randint(0, 12))
    state_length, watches = len(a.code), random.randint(1, 4)
    for _ in range(random.randint(2, 8)):
        random_outcome(a, random, readable, watches)
    final_start = len(a.code)
    at_the_end = readable + random_values(a, random, readable, random.randint(0, 4))
    program = a.program(
        state_length=state_length,
        state_watches=[Watch(random.randrange(watches), random.choice(readable)) for _ in range(random.randint(0, 3))],
        final_start=final_start,
        final_length=len(a.code) - final_start,
        final_watches=[Watch(random.randrange(watches), random.choice(at_the_end)) for _ in range(random.randint(0, 2))],
        done=random.choice((NO_REGISTER, NO_REGISTER, random.choice(at_the_end))),
        watches=watches,
        timeouts_only_when_stuck=random.random() < 0.5,
    )
    initial = []
    for _ in range(random.randint(1, 4)):
        words = [0] * program.words
        for at in fields:
            words[at.word] |= random.randrange(2**at.width) << at.shift
        initial.append(tuple(words))
    if seed % 3 == 2:
        program = with_canonical_section(program, a, Random(-seed))
    return program, initial + initial[:1]


def with_canonical_section(program: Program, a: Assembler, random: Random) -> Program:
    """The program, whose code `a` assembled, with updates of some of its fields for every state that is found."""
    start, updates = len(a.code), []
    made = random_values(a, random, list(range(len(a.fields) + len(a.constants))), random.randint(1, 4))
    for number in random.sample(range(len(a.fields)), random.randint(1, len(a.fields))):
        at = a.fields[number]
        low, high = a.const(at.low), a.const(at.low + 2**at.width - 1)
        near = a.op("min", a.op("max", random.choice([number, number, *made]), low), high)
        updates.append((number, a.op("max", near, number) if random.random() < 0.5 else near))
    return replace(
        program,
        code=tuple(a.code),
        registers=len(a.fields) + len(a.constants) + a.temporaries,
        canonical_start=start,
        canonical_length=len(a.code) - start,
        canonical_updates=tuple(updates),
    )
