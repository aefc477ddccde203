"""Attacks the verifier: `python -m tests.native.attacked --count 1000000`.

Programs (those of the tests, random ones, models of the corpus) are corrupted in every part, once for each seed; what is still accepted
runs, built with the sanitizers of addresses and undefined behaviour, and all tiers have to agree on it (`attack/attack.c`). The exit code is 1 if
anything went wrong; the seed is said.

`--sanitize memory` needs clang (CC=clang). `--sanitize thread` is for threads: layers are small, so they all take part, and tables grow often.
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from checker.engines.native.build import compiler
from checker.engines.native.compile import Compiled, compile_model
from checker.engines.native.program import Program
from checker.engines.native.sources import SOURCES, source_files
from checker.engines.native.structs import program_struct
from checker.ground.program import ground, initial_states
from tests.native.evaluator import State
from tests.native.random_programs import random_program
from tests.native.test_partial_order import ROOT, model_of
from tests.native.test_verifier import CANONICAL, REDUCED, WIDE, WITH_FINAL, WITH_TESTS

HERE = Path(__file__).parent / "attack"
RANDOM_PROGRAMS = 40
AT_ONCE = 20_000  # seeds of one process
ARRAYS = ("fields", "consts", "code", "outcomes", "updates", "watches", "state_watches", "final_watches", "tests", "needs")
STRAIN = (
    "-DBLOCK=3", "-DSTATES_WORTH_THREADS=1", "-DLEAST_COMPACTED=4", "-DFIRST_SLOTS=128", "-DSMALL_TABLE=256",
    "-DREHASH_CHUNK=8", "-DCLEAR_CHUNK=16",
)  # fmt: skip


class Tally(NamedTuple):
    refused: int
    accepted: int  # and run
    complete: int
    broken: int


def programs() -> Iterator[tuple[Program, Sequence[State]]]:
    """With their initial states."""
    yield from ((program, [(0,) * program.words]) for program in (WITH_FINAL, WITH_TESTS, CANONICAL, REDUCED, WIDE))
    yield from map(random_program, range(RANDOM_PROGRAMS))
    for spec, instance in (("ring_tokens", "three"), ("sorting_pipeline", "four")):
        form = ground(model_of(ROOT / "specs" / "bench" / f"{spec}.spec", instance))
        yield from map(_compiled, (compile_model(form, runs=True), compile_model(form, partial_order=True)))
    form = ground(model_of(ROOT / "specs" / "paxos.spec", "small", "one_crash"), symmetry=True)
    yield _compiled(compile_model(form))


def _compiled(compiled: Compiled) -> tuple[Program, Sequence[State]]:
    form = compiled.ground
    return compiled.program, [compiled.packed(form.encoded(state)) for state in islice(initial_states(form.model), 4)]


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


def build(folder: Path, sanitizer: str) -> Path:
    """The attacker, the library within; CompiledProcessError when it does not compile."""
    made = folder / "attack"
    sources = [path for path in source_files() if path.endswith(".c")]
    flags = ["-std=c11", "-O1", "-g", "-pthread", "-Wall", "-Wextra", "-Wno-psabi", f"-I{SOURCES}", *STRAIN]
    sanitize = [f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"] if sanitizer else []
    subprocess.run(
        [*compiler(), *flags, *sanitize, *sources, *map(str, sorted(HERE.glob("*.c"))), "-o", str(made)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return made


def attack(count: int, first: int = 0, sanitizer: str = "address,undefined") -> Iterator[Tally]:
    """The tallies of AT_ONCE seeds after another; AssertionError, with what was said, when something went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        made, file = build(Path(folder), sanitizer), Path(folder) / "programs"
        file.write_bytes(b"".join(written(*each) for each in programs()))
        environment = {"ASAN_OPTIONS": "quarantine_size_mb=8", "TSAN_OPTIONS": "halt_on_error=1"}
        for start in range(first, first + count, AT_ONCE):
            size = min(AT_ONCE, first + count - start)
            done = subprocess.run(
                [str(made), str(file), str(start), str(size)], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"seeds from {start}:\n{done.stderr[-8_000:]}"
            yield Tally(*map(int, done.stdout.split()))


def total(tallies: Sequence[Tally]) -> Tally:
    return Tally(*(sum(numbers) for numbers in zip(*tallies, strict=True)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="seeds")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--sanitize", default="address,undefined", help='as for -fsanitize; "" for none')
    asked = parser.parse_args()
    tallies: list[Tally] = []
    try:
        for tally in attack(asked.count, asked.first, asked.sanitize):
            tallies.append(tally)
            so_far = total(tallies)
            print(
                f"{so_far.refused + so_far.accepted:,} programs, {so_far.accepted:,} accepted and run, "
                f"of those {so_far.complete:,} to the end and {so_far.broken:,} broken",
                flush=True,
            )
    except AssertionError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
