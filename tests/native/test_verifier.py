"""The verifier refuses what is out of bounds, with its reason; what it lets pass never harms the process."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from checker.engines.native import library as lib
from checker.engines.native.program import Field, Instruction, Program, Watch
from checker.engines.native.search import BadProgram, Search, Status, program_struct, verify
from checker.engines.stores import Order, Store
from tests.native.assembler import two_phase
from tests.native.comparing import edges_of

GOOD = two_phase(3)  # 8 fields, 6 constants, temporaries from 14
FIRST_OUTCOME = GOOD.outcomes[0].start


ENABLED = GOOD.outcomes[0].enabled
WITH_FINAL = replace(
    GOOD, final_start=FIRST_OUTCOME, final_length=GOOD.outcomes[0].length, final_watches=(Watch(1, ENABLED),), done=ENABLED
)


def with_code(at: int, instruction: Instruction) -> Program:
    return replace(GOOD, code=(*GOOD.code[:at], instruction, *GOOD.code[at + 1 :]))


def with_outcome(**changes: object) -> Program:
    return replace(GOOD, outcomes=(replace(GOOD.outcomes[0], **changes), *GOOD.outcomes[1:]))  # type: ignore[arg-type]


def with_field(number: int, field: Field) -> Program:
    return replace(GOOD, fields=(*GOOD.fields[:number], field, *GOOD.fields[number + 1 :]))


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
    "watch 2 of 2": replace(GOOD, state_watches=(Watch(2, 0),)),
    "watch 1 reads register 999, which has no value there": with_outcome(watches=(Watch(1, 999),)),
    "watch 3 of 2": replace(GOOD, final_watches=(Watch(3, 0),)),
    "watch 1 reads register 998, which has no value there": replace(GOOD, final_watches=(Watch(1, 998),)),
    f"code 7..4007 of {len(GOOD.code)}": replace(GOOD, final_start=7, final_length=4000),
    "`done_reg` is register 999, which has no value after the final section": replace(GOOD, done=999),
}


def test_a_good_program_passes() -> None:
    assert verify(GOOD) == ""


@pytest.mark.parametrize("reason", BAD)
def test_it_refuses(reason: str) -> None:
    assert verify(BAD[reason]) == reason
    with pytest.raises(BadProgram):
        Search(BAD[reason], [])


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
    for name in ("code_start", "code_length", "label_length", "first_update", "n_updates", "first_watch", "n_watches"):
        struct = program_struct(GOOD)
        setattr(struct.outcomes[0], name, 2**32 - 1)
        assert verify(struct) != ""
    counts = ("n_code", "n_outcomes", "n_updates", "n_watches", "n_state_watches", "n_final_watches", "n_watch_ids")
    for name in (*counts, "state_code_start", "final_code_length"):
        struct = program_struct(GOOD)
        setattr(struct, name, 2**32 - 1)
        assert verify(struct) != ""


def corrupt(struct: lib.ProgramStruct, random: Random) -> None:
    """Changes one number somewhere: nearly right, or wild. Sizes only shrink: the arrays are as long as they are."""
    arrays = {"fields": struct.n_fields, "code": struct.n_code, "outcomes": struct.n_outcomes, "updates": struct.n_updates}
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
            )
        )
        setattr(struct, size, random.randint(0, getattr(struct, size)))
        return
    entry = random.choice(getattr(struct, name)[: arrays.get(name, struct.n_state_watches)])
    attribute = random.choice(entry._fields_)[0]
    near = getattr(entry, attribute) + random.choice((-2, -1, 1, 2, 8))
    setattr(entry, attribute, random.choice((near, random.getrandbits(random.choice((3, 5, 8, 16, 32))))))


KINDS: list[tuple[Store, Order]] = [
    ("states", "breadth-first"),
    ("states", "breadth-first"),
    ("states", "depth-first"),
    ("fingerprint", "breadth-first"),
    ("bitstate", "depth-first"),
]


def attack(seeds: range) -> tuple[int, int]:
    """(refused, run) among corrupted programs."""
    refused = ran = 0
    for seed in seeds:
        random = Random(seed)
        struct = program_struct(WITH_FINAL)
        for _ in range(random.choice((1, 1, 2, 5))):
            corrupt(struct, random)
        if verify(struct):
            refused += 1
            continue
        store, order = random.choice(KINDS)
        with Search(
            struct, [(0,) * struct.words], states_limit=2_000, threads=random.choice((1, 2)), store=store, order=order
        ) as search:
            while search.run(1.0) is Status.RUNNING:
                pass
            search.outcomes(), search.layers()
            if store == "states":
                search.states(0, search.stats().distinct)
            for state in {found.state for found in search.watches()} - {-1}:
                search.path(state)
            if search.stats().status is Status.COMPLETE and store == "states":
                edges_of(search, range(search.stats().distinct))
                search.evaluate(1, 1, bytearray(search.stats().distinct))
        ran += 1
    return refused, ran


def test_corrupted_programs_are_refused_or_run() -> None:
    refused, ran = attack(range(1_500))
    assert refused > 300
    assert ran > 300
