"""Attacks the verifier: `python -m tests.native.attacked --count 1000000`.

Programs (those of the tests, random ones, models of the corpus) are corrupted in every part, once for each seed; what is still accepted
runs, built with the sanitizers of addresses and undefined behaviour, and all tiers have to agree on it (`attack/attack.c`). The exit code is 1 if
anything went wrong; the seed is said.

`--evaluate N`: of each N small programs that ran to their end, one is compared with the plain evaluator, too. `--sanitize memory` needs clang
(CC=clang). `--sanitize thread` is for threads: layers are small, so they all take part, and tables grow often.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from checker.engines.native.build import compiler
from checker.engines.native.compile import Compiled, compile_model
from checker.engines.native.program import Program
from checker.engines.native.sources import SOURCES, source_files
from checker.ground.program import ground, initial_states
from tests.native.comparing import check_against
from tests.native.evaluator import State, reach
from tests.native.random_programs import random_program
from tests.native.strain import STRAIN
from tests.native.subjects import read, written
from tests.native.test_partial_order import ROOT, model_of
from tests.native.test_verifier import CANONICAL, REDUCED, WIDE, WITH_FINAL, WITH_TESTS

HERE = Path(__file__).parent / "attack"
RANDOM_PROGRAMS = 40
AT_ONCE = 20_000  # seeds of one process


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


def build(folder: Path, sanitizer: str) -> Path:
    """The attacker, the library within; CalledProcessError when it does not compile."""
    made = folder / "attack"
    sources = [path for path in source_files() if path.endswith(".c")]
    flags = ["-std=c11", "-O1", "-g", "-pthread", "-Wall", "-Wextra", "-Wno-psabi", f"-I{SOURCES}", *STRAIN]
    sanitize = [f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"] if sanitizer else []
    subprocess.run(
        [*compiler(), *flags, *sanitize, *sources, *map(str, sorted(HERE.glob("*.c"))), "-o", str(made)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return made


def attack(count: int, first: int = 0, sanitizer: str = "address,undefined") -> Iterator[tuple[Tally, bytes]]:
    """For AT_ONCE seeds after another the tally, and the small programs that ran to their end (`subjects.read`); AssertionError, with what was
    said, when something went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        made, file, small = build(Path(folder), sanitizer), Path(folder) / "programs", Path(folder) / "small"
        file.write_bytes(b"".join(written(*each) for each in programs()))
        environment = {"ASAN_OPTIONS": "quarantine_size_mb=8", "TSAN_OPTIONS": "halt_on_error=1"}
        for start in range(first, first + count, AT_ONCE):
            size = min(AT_ONCE, first + count - start)
            command = [str(made), str(file), str(start), str(size), str(small)]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"seeds from {start}:\n{done.stderr[-8_000:]}"
            yield Tally(*map(int, done.stdout.split())), small.read_bytes()


def evaluate(small: bytes, every: int) -> int:
    """Compares one program of `every` with the evaluator; how many."""
    chosen = list(islice(read(small), 0, None, every))
    for program, initial in chosen:
        check_against(program, initial, reach(program, initial))
    return len(chosen)


def total(tallies: Sequence[Tally]) -> Tally:
    return Tally(*(sum(numbers) for numbers in zip(*tallies, strict=True)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="seeds")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--evaluate", type=int, default=0, metavar="N", help="compare one program of N; 0: none")
    parser.add_argument("--sanitize", default="address,undefined", help='as for -fsanitize; "" for none')
    asked = parser.parse_args()
    tallies: list[Tally] = []
    compared = 0
    try:
        for tally, small in attack(asked.count, asked.first, asked.sanitize):
            tallies.append(tally)
            compared += evaluate(small, asked.evaluate) if asked.evaluate else 0
            so_far = total(tallies)
            print(
                f"{so_far.refused + so_far.accepted:,} programs, {so_far.accepted:,} accepted and run, "
                f"of those {so_far.complete:,} to the end and {so_far.broken:,} broken, {compared:,} evaluated",
                flush=True,
            )
    except AssertionError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
