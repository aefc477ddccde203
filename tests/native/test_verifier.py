"""The verifier refuses what is out of bounds, with its reason; what it lets pass never harms the process."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from checker.engines.native import library as lib
from checker.engines.native.program import NO_REGISTER, Field, Instruction, Program, Reduction, StateTest, Watch
from checker.engines.native.search import BadProgram, Search, Status, verify
from checker.engines.native.structs import program_struct
from checker.engines.stores import Order, Store
from tests.native.assembler import Assembler, two_phase
from tests.native.comparing import edges_of

GOOD = two_phase(3)  # 8 fields, 6 constants, temporaries from 14
FIRST_OUTCOME = GOOD.outcomes[0].start


ENABLED = GOOD.outcomes[0].enabled
WITH_FINAL = replace(
    GOOD, final_start=FIRST_OUTCOME, final_length=GOOD.outcomes[0].length, final_watches=(Watch(1, ENABLED),), done=ENABLED
)


WITH_TESTS = replace(
    GOOD,
    tests=(StateTest(0, 3, False), StateTest(GOOD.code[0].d, 1, True)),
    outcomes=(replace(GOOD.outcomes[0], needs=(0, 1, 1), enabled=NO_REGISTER), *GOOD.outcomes[1:]),
)


def with_code(at: int, instruction: Instruction) -> Program:
    return replace(GOOD, code=(*GOOD.code[:at], instruction, *GOOD.code[at + 1 :]))


def with_outcome(**changes: object) -> Program:
    return replace(GOOD, outcomes=(replace(GOOD.outcomes[0], **changes), *GOOD.outcomes[1:]))  # type: ignore[arg-type]


def with_field(number: int, field: Field) -> Program:
    return replace(GOOD, fields=(*GOOD.fields[:number], field, *GOOD.fields[number + 1 :]))


CANONICAL = replace(GOOD, canonical_start=0, canonical_length=3, canonical_updates=((1, GOOD.code[0].d), (0, GOOD.code[2].d)))

BAD = {
    "words is 0, not 1 to 64": replace(GOOD, words=0),
    "words is 65, not 1 to 64": replace(GOOD, words=65),
    "more than 65535 registers": replace(GOOD, registers=65536),
    "more than 65535 watches": replace(GOOD, watches=65536),
    "8 fields and 6 constants do not fit into 13 registers": replace(GOOD, registers=13),
    "field 1: word 1 of 1": with_field(1, Field(1, 0, 2, 0)),
    "field 1: 0 bits from bit 2": with_field(1, Field(0, 2, 0, 0)),
    "field 1: 32 bits from bit 20": with_field(1, Field(0, 20, 32, 0)),
    "field 1: 5 bits from bit 60": with_field(1, Field(0, 60, 5, 0)),
    "field 1: its highest value is above 2^31 - 1": with_field(1, Field(0, 2, 2, 2**31 - 3)),
    "field 1 overlaps another one": with_field(1, Field(0, 1, 2, 0)),
    "instruction 0: operation 20 is not known": with_code(0, Instruction(20, 16, 0, 0, 0)),
    "instruction 0 reads register 60000, which has no value there": with_code(0, Instruction(0, 16, 0, 60000, 0)),
    "instruction 0 reads register 17, which has no value there": with_code(0, Instruction(0, 16, 0, 17, 0)),
    "instruction 0 writes register 3, which is not a temporary": with_code(0, Instruction(0, 3, 0, 0, 0)),
    "instruction 0 writes register 60000, which is not a temporary": with_code(0, Instruction(0, 60000, 0, 0, 0)),
    f"instruction {FIRST_OUTCOME} writes register 16, which the state section keeps for all outcomes": with_code(
        FIRST_OUTCOME, Instruction(0, 16, 0, 0, 0)
    ),
    f"code 0..4000 of {len(GOOD.code)}": replace(GOOD, state_length=4000),
    "outcome 0: its guard is longer than its code": with_outcome(guard=3),
    "outcome 0: a flag is not 0 or 1": with_outcome(is_fault=2),
    "outcome 0: `enabled` is register 999, which has no value after the guard": with_outcome(enabled=999),
    f"outcome 0: instruction {FIRST_OUTCOME + 1} writes `enabled` after the guard": replace(
        with_outcome(guard=1, enabled=GOOD.code[FIRST_OUTCOME].d),
        code=(
            *GOOD.code[: FIRST_OUTCOME + 1],
            GOOD.code[FIRST_OUTCOME + 1]._replace(d=GOOD.code[FIRST_OUTCOME].d),
            *GOOD.code[FIRST_OUTCOME + 2 :],
        ),
    ),
    "outcome 0: `failed` is register 999, which has no value there": with_outcome(failed=999),
    "outcome 0 updates field 8 of 8": with_outcome(updates=((8, 0),)),
    "outcome 0 updates field 1 twice": with_outcome(updates=((1, 0), (1, 0))),
    "outcome 0: an update reads register 999, which has no value there": with_outcome(updates=((1, 999),)),
    "outcome 0: `label` is register 999, which has no value there": with_outcome(label=999),
    "outcome 0: `progress` is register 999, which has no value there": with_outcome(progress=999),
    f"code {GOOD.outcomes[0].start + GOOD.outcomes[0].length}..{GOOD.outcomes[0].start + GOOD.outcomes[0].length + 4000} of {len(GOOD.code)}": (
        with_outcome(label_length=4000)
    ),
    "need 2: test 1 of 1": replace(WITH_TESTS, tests=WITH_TESTS.tests[:1], outcomes=(with_outcome(needs=(0, 0, 1)).outcomes)),
    "test 1 reads register 998, which has no value after the state section": replace(
        GOOD, tests=(StateTest(0, 1, False), StateTest(998, 1, False))
    ),
    f"test 0 reads register {ENABLED}, which has no value after the state section": replace(
        GOOD, tests=(StateTest(ENABLED, 1, False),)
    ),
    "test 0: a flag is not 0 or 1": replace(GOOD, tests=(StateTest(0, 1, 2),)),  # type: ignore[arg-type]
    "watch 2 of 2": replace(GOOD, state_watches=(Watch(2, 0),)),
    "watch 1 reads register 999, which has no value there": with_outcome(watches=(Watch(1, 999),)),
    "watch 3 of 2": replace(GOOD, final_watches=(Watch(3, 0),)),
    "watch 1 reads register 998, which has no value there": replace(GOOD, final_watches=(Watch(1, 998),)),
    f"code 7..4007 of {len(GOOD.code)}": replace(GOOD, final_start=7, final_length=4000),
    f"code 7..4007 of {len(GOOD.code)} ": replace(CANONICAL, canonical_start=7, canonical_length=4000),
    f"instruction 1 reads register {GOOD.code[0].d}, which has no value there": replace(
        CANONICAL,
        code=(GOOD.code[0], GOOD.code[0]._replace(a=GOOD.code[0].d), *GOOD.code[2:]),
        canonical_start=1,
        canonical_length=1,
        canonical_updates=(),
    ),
    "the canonical section updates field 8 of 8": replace(CANONICAL, canonical_updates=((8, 0),)),
    "the canonical section updates field 1 twice": replace(CANONICAL, canonical_updates=((1, 0), (1, 0))),
    "the canonical section: an update reads register 999, which has no value there": replace(
        CANONICAL, canonical_updates=((1, 999),)
    ),
    "the canonical section: an update reads register 17, which has no value there": replace(
        CANONICAL, canonical_updates=((1, 17),)
    ),
    "`done_reg` is register 999, which has no value after the final section": replace(GOOD, done=999),
}


def test_a_good_program_passes() -> None:
    assert verify(GOOD) == ""


@pytest.mark.parametrize("reason", BAD)
def test_it_refuses(reason: str) -> None:
    assert verify(BAD[reason]) == reason.strip()
    with pytest.raises(BadProgram):
        Search(BAD[reason], [])


def test_tests_that_read_what_is_there_after_the_state_section_pass() -> None:
    assert verify(WITH_TESTS) == ""


def test_a_canonical_section_has_registers_of_its_own() -> None:
    assert verify(CANONICAL) == ""
    alone = replace(CANONICAL, canonical_start=len(GOOD.code), code=(*GOOD.code, *GOOD.code[:3]))
    assert verify(alone) == "", "it may write what the state section keeps"
    unwritten = GOOD.registers  # only the canonical section writes it
    own = replace(alone, registers=unwritten + 1, code=(*GOOD.code, *(i._replace(d=unwritten) for i in GOOD.code[:3])))
    own = replace(own, canonical_updates=((1, unwritten),))
    assert verify(own) == ""
    refused = replace(own, outcomes=(replace(GOOD.outcomes[0], updates=((1, unwritten),)), *GOOD.outcomes[1:]))
    assert verify(refused) == f"outcome 0: an update reads register {unwritten}, which has no value there"


def test_a_canonical_section_that_leaves_a_field_breaks_the_search() -> None:
    a = Assembler(fields=[Field(0, 0, 2, 0)], constants=[1, 3])
    a.outcome(0, a.op("lt", 0, a.const(3)), [(0, a.const(3))])
    start = len(a.code)
    more = a.op("add", 0, a.op("lt", a.const(1), 0))
    program = replace(a.program(), canonical_start=start, canonical_length=2, canonical_updates=((0, more),))
    with Search(program, [(0,)]) as search:
        assert search.run() is Status.BROKEN
        assert (search.stats().broken_state, search.stats().broken_outcome) == (-1, -1)
    with pytest.raises(BadProgram, match="an initial state leaves the range of a field"):
        Search(program, [(3,)])


def test_an_outcome_may_not_read_what_another_one_wrote() -> None:
    other = GOOD.code[GOOD.outcomes[2].start].d
    assert verify(with_outcome(updates=((1, other),))).endswith("which has no value there")


def test_the_final_section_is_bound_like_an_outcome() -> None:
    other = GOOD.code[FIRST_OUTCOME].d
    assert verify(replace(GOOD, done=other)).endswith("which has no value after the final section")
    own = replace(GOOD, done=other, final_start=FIRST_OUTCOME, final_length=1)
    assert verify(own) == ""
    assert verify(replace(own, final_start=0)).endswith("which the state section keeps for all outcomes")


def test_ranges_that_wrap_around_are_refused() -> None:
    for name in (
        "first_need",
        "n_needs",
        "code_start",
        "code_length",
        "label_length",
        "first_update",
        "n_updates",
        "first_watch",
        "n_watches",
    ):
        struct = program_struct(WITH_TESTS)
        setattr(struct.outcomes[0], name, 2**32 - 1)
        assert verify(struct) != ""
    counts = (
        "n_code",
        "n_outcomes",
        "n_updates",
        "n_watches",
        "n_state_watches",
        "n_final_watches",
        "n_watch_ids",
        "n_tests",
        "n_needs",
    )
    canonical = ("canonical_code_start", "canonical_code_length", "first_canonical_update", "n_canonical_updates")
    for name in (*counts, *canonical, "state_code_start", "final_code_length"):
        struct = program_struct(
            replace(
                WITH_TESTS,
                canonical_start=CANONICAL.canonical_start,
                canonical_length=CANONICAL.canonical_length,
                canonical_updates=CANONICAL.canonical_updates,
            )
        )
        setattr(struct, name, 2**32 - 1)
        assert verify(struct) != ""


def reduced(program: Program) -> Program:
    n = len(program.outcomes)
    reduction = Reduction(
        conditions=(0, len(program.fields) - 1),
        needs=((0,), *((0, 1) for _ in range(n - 1))),
        conflicts=tuple((1 << n) - 1 - (1 << i | 1 << (i + 5) % n | 1 << (i - 5) % n) for i in range(n)),
        enablers=((1 << n) - 1, 0),
        invisible=(1 << n) - 2,
    )
    return replace(program, reduction=reduction)


REDUCED = reduced(GOOD)
WIDE = reduced(two_phase(13))  # sets of outcomes have two words


def test_a_program_for_reduction_passes() -> None:
    assert len(WIDE.outcomes) == 67
    assert verify(REDUCED) == verify(WIDE) == ""


def another(number: int, random: Random) -> int:
    """Nearly right, or wild."""
    return random.choice((number + random.choice((-2, -1, 1, 2, 8)), random.getrandbits(random.choice((3, 5, 8, 16, 32)))))


def corrupt_reduction(struct: lib.ProgramStruct, random: Random) -> None:
    """Changes one number, or one bit, of what the program says of its outcomes; or whether two outcomes accord, in both directions."""
    d, n = struct.independence.contents, struct.n_outcomes
    row = (n + 63) // 64
    lengths = {"conditions": d.n_conditions, "first_need": n + 1, "needs": d.n_needs}
    rows = {"conflicts": n * row, "enablers": d.n_conditions * row, "invisible": row}
    name = random.choice(("n_conditions", "n_needs", "both", *lengths, *rows))
    if name.startswith("n_"):
        setattr(d, name, random.randint(0, getattr(d, name)))
    elif name == "both" and n:
        i, j = random.randrange(n), random.randrange(n)
        d.conflicts[i * row + j // 64] ^= 1 << j % 64
        d.conflicts[j * row + i // 64] ^= (i != j) << i % 64
    elif size := lengths.get(name):
        array, at = getattr(d, name), random.randrange(size)
        array[at] = another(array[at], random)
    elif size := rows.get(name):
        getattr(d, name)[random.randrange(size)] ^= 1 << random.randrange(random.choice((max(1, n), 64)))


def corrupt(struct: lib.ProgramStruct, random: Random) -> None:
    """Changes one number somewhere. Sizes only shrink: the arrays are as long as they are."""
    if struct.independence and random.random() < 0.7:
        corrupt_reduction(struct, random)
        return
    arrays = {
        "fields": struct.n_fields, "code": struct.n_code, "outcomes": struct.n_outcomes, "updates": struct.n_updates,
        "tests": struct.n_tests,
    }  # fmt: skip
    name = random.choice(("", *(name for name, size in {**arrays, "state_watches": struct.n_state_watches}.items() if size)))
    if not name:
        size = random.choice(
            (
                *(f"n_{array}" for array in arrays),
                "n_consts",
                "n_registers",
                "n_state_watches",
                "state_code_length",
                "final_code_length",
                "canonical_code_length",
                "n_canonical_updates",
            )
        )
        setattr(struct, size, random.randint(0, getattr(struct, size)))
        return
    entry = random.choice(getattr(struct, name)[: arrays.get(name, struct.n_state_watches)])
    attribute = random.choice(entry._fields_)[0]
    setattr(entry, attribute, another(getattr(entry, attribute), random))


KINDS: list[tuple[Store, Order]] = [
    ("states", "breadth-first"),
    ("states", "breadth-first"),
    ("states", "depth-first"),
    ("fingerprint", "breadth-first"),
    ("bitstate", "depth-first"),
]


def attack(seeds: range, programs: tuple[Program, ...] = (WITH_FINAL, WITH_TESTS, CANONICAL, REDUCED, WIDE)) -> tuple[int, int]:
    """(refused, run) among corrupted programs."""
    refused = ran = 0
    for seed in seeds:
        random = Random(seed)
        struct = program_struct(random.choice(programs))
        for _ in range(random.choice((1, 1, 2, 5))):
            corrupt(struct, random)
        if verify(struct):
            refused += 1
            continue
        store, order = random.choice(KINDS)
        threads = random.choice((1, 2))
        try:
            search = Search(struct, [(0,) * struct.words], states_limit=2_000, threads=threads, store=store, order=order)
        except BadProgram:  # the canonical section makes no state of the initial one; reduction depth first
            refused += 1
            continue
        with search:
            while search.run(1.0) is Status.RUNNING:
                pass
            search.outcomes(), search.layers()
            if store == "states":
                search.states(0, search.stats().distinct)
            for state in {found.state for found in search.watches()} - {-1}:
                search.path(state)
            whole = store == "states" and not struct.n_canonical_updates and not struct.independence
            if search.stats().status is Status.COMPLETE and whole:
                edges_of(search, range(search.stats().distinct))
                search.evaluate(1, 1, bytearray(search.stats().distinct))
        ran += 1
    return refused, ran


def test_corrupted_programs_are_refused_or_run() -> None:
    refused, ran = attack(range(1_500))
    assert refused > 300
    assert ran > 300


@pytest.mark.parametrize(("program", "seeds"), [(REDUCED, 1_000), (WIDE, 300)])
def test_corrupted_reductions_are_refused_or_run(program: Program, seeds: int) -> None:
    refused, ran = attack(range(seeds), (program,))
    assert refused > seeds / 5
    assert ran > seeds / 10
