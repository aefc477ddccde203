"""SPIN on a program of our export: compiled once, then run as often as asked."""

from __future__ import annotations

import math
import re
from pathlib import Path

from msgspec import Struct

from tests.bench.process import CommandFailed, Run, run

COMPILE = ("gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE")
DIGITS = 8  # of a number, that SPIN writes
DEPTHS = (10**6, 10**7, 10**8)  # states on a path of the depth-first search
MOST_DEFAULT_VECTOR = 900  # bytes of variables that SPIN's default of 1,024 for a state takes


class TooShallow(Exception):
    """The search met a path longer than its stack."""


class SpinAnswer(Struct, frozen=True, kw_only=True):
    """One run of the searcher. `wall_s`, `cpu_s`, `rss_bytes`: of the searcher's process alone."""

    states: int
    transitions: int
    vector_bytes: int
    wall_s: float
    cpu_s: float
    rss_bytes: int


class Searcher(Struct, kw_only=True):
    """A compiled program. `made`: what SPIN and the compiler took; `commands`: what was run, for whoever repeats it."""

    folder: Path
    commands: list[str]
    made_wall_s: float
    made_cpu_s: float
    hash_bits: int
    depth: int = 0  # place in DEPTHS

    def command(self) -> list[str]:
        return ["./pan", f"-m{DEPTHS[self.depth]}", f"-w{self.hash_bits}", "-n"]

    def run(self) -> SpinAnswer:
        """One search; with a larger stack where the one that served so far is too small."""
        while True:
            try:
                return answer_of(run(self.command(), self.folder))
            except TooShallow:
                self.depth += 1
                if self.depth == len(DEPTHS):
                    raise CommandFailed(f"a path of more than {DEPTHS[-1]:,} states") from None


def searcher(program: str, folder: Path, states: int, memory_mib: int) -> Searcher:
    """Makes SPIN's searcher with a hash table for that many states, so that it is not slowed by a small one."""
    (folder / "model.pml").write_text(program, encoding="utf-8")
    compile = [*COMPILE, f"-DMEMLIM={memory_mib}", *_vector(program), "-o", "pan", "pan.c"]
    generate = ["spin", "-o2", "-a", "model.pml"]
    runs = [run(generate, folder), run(compile, folder)]
    return Searcher(
        folder=folder,
        commands=[" ".join(generate), " ".join(compile)],
        made_wall_s=sum(one.wall_s for one in runs),
        made_cpu_s=sum(one.cpu_s for one in runs),
        hash_bits=min(30, max(18, math.ceil(math.log2(states)))),
    )


def _vector(program: str) -> list[str]:
    """The compiler's option for a long state; none where the default does."""
    sizes = {"bit": 1, "byte": 1, "short": 2, "int": 4}
    size = sum(sizes[kind] for kind in re.findall(r"^(bit|byte|short|int) ", program, re.M))
    return [] if size <= MOST_DEFAULT_VECTOR else [f"-DVECTORSZ={size + 256}"]


def agree(exact: int, written: int) -> bool:
    """Whether SPIN may have written a number so: exactly, or to its digits, one more or less in the last of them."""
    lost = max(0, len(str(exact)) - DIGITS)
    return abs(exact - written) <= (int(10**lost) if lost else 0)


def answer_of(done: Run) -> SpinAnswer:
    """Reads what the searcher says. Raises TooShallow, CommandFailed for errors and unfinished searches."""
    if "max search depth too small" in done.output:
        raise TooShallow
    if _number(r"errors: (\d+)", done.output) or "Search not completed" in done.output:
        raise CommandFailed(f"SPIN stopped or found errors:\n{done.output[-2_000:]}")
    return SpinAnswer(
        states=_number(r"(\S+) states, stored", done.output),
        transitions=_number(r"(\S+) transitions", done.output) - 1,  # SPIN counts the start as one
        vector_bytes=_number(r"State-vector (\d+) byte", done.output),
        wall_s=done.wall_s,
        cpu_s=done.cpu_s,
        rss_bytes=done.rss_bytes,
    )


def _number(pattern: str, said: str) -> int:
    """A number as SPIN writes it: `123558402` is 1.235584e+08 there."""
    found = re.search(pattern, said)
    if found is None:
        raise CommandFailed(f"SPIN does not say `{pattern}`:\n{said[-2_000:]}")
    return round(float(found[1]))
