"""The library on processors that this machine does not have, where a cross compiler and an emulator are there: it finds the same."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from array import array
from pathlib import Path

import pytest

from checker.engines.native.packed import PackedEdges
from checker.engines.native.program import Program
from checker.engines.native.search import Search, Status
from checker.engines.native.sources import SOURCES, source_files
from checker.engines.native.structs import program_struct
from tests.native.assembler import two_phase
from tests.native.test_widths import CASES, switched

MACHINES = ["s390x", "aarch64"]  # the first has the other byte order
ARRAYS = {
    "fields": "tc_field", "consts": "int32_t", "code": "tc_instruction", "outcomes": "tc_outcome", "updates": "tc_update",
    "watches": "tc_watch", "state_watches": "tc_watch", "final_watches": "tc_watch", "tests": "tc_test", "needs": "uint32_t",
}  # fmt: skip

MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include "teamcheck.h"
{arrays}
static const tc_program program = {{{members}}};
int main(void)
{{
    const uint64_t initial[{words}] = {{0}};
    const tc_options options = {{.threads = 2}};
    char message[100] = "";
    tc_search *search = tc_search_new(&program, initial, 1, &options, message, sizeof message);
    if (!search || tc_search_run(search, 1e9, 0) != TC_COMPLETE)
        return puts(message), 1;
    tc_stats stats;
    tc_search_stats(search, &stats);
    uint64_t *states = malloc(stats.distinct * {words} * 8), known = 0, sum = 0;
    tc_search_states(search, 0, stats.distinct, states, NULL);
    for (uint64_t s = 0; s < stats.distinct; s++)
        known += tc_search_find(search, states + s * {words}) == (int64_t)s;
    uint32_t *degrees = malloc(stats.distinct * 4), bits = 0;
    tc_search_degrees(search, degrees, 0, NULL);
    uint64_t *first = calloc(stats.distinct / 64 + 1, 8), *more = calloc(stats.distinct + 3, 8), *edges = calloc(stats.transitions + 2, 8);
    bits = tc_graph_starts(stats.distinct, degrees, NULL, NULL, 0);
    tc_graph_starts(stats.distinct, degrees, first, more, bits);
    const tc_graph graph = {{.states = stats.distinct, .first = first, .more = more, .edge = edges, .more_bits = bits,
                            .target_bits = 21, .label_bits = 0, .edge_bits = 21}};
    if (tc_search_edges(search, &graph, 0, NULL, edges) || !tc_graph_sound(&graph, stats.transitions, 1))
        return puts("no graph"), 1;
    int32_t *targets = malloc(stats.transitions * 4);
    tc_graph_targets(&graph, 0, stats.transitions, targets);
    for (uint64_t e = 0; e < stats.transitions; e++)
        for (uint64_t word = 0; word < {words}; word++)
            sum += states[(uint64_t)targets[e] * {words} + word];
    printf("%llu %llu %llu %llu %llu\\n", (unsigned long long)stats.distinct, (unsigned long long)stats.transitions,
           (unsigned long long)stats.depth, (unsigned long long)known, (unsigned long long)sum);
    return 0;
}}
"""


def in_c(value: object) -> str:
    if isinstance(value, ctypes.Structure):
        return "{" + ", ".join(in_c(getattr(value, name)) for name, *_ in value._fields_) + "}"
    return str(value)


def program_in_c(program: Program) -> str:
    """A program that searches `program`, and prints what it found."""
    struct, arrays, members = program_struct(program), [], []
    for name, *_ in struct._fields_:
        if name in ARRAYS:
            count = getattr(struct, f"n_{name}")
            items = ", ".join(in_c(getattr(struct, name)[i]) for i in range(count)) or "0"
            arrays.append(f"static const {ARRAYS[name]} {name}[] = {{{items}}};")
            members.append(f".{name} = {name}")
        elif name != "independence":
            members.append(f".{name} = {getattr(struct, name)}")
    return MAIN.format(arrays="\n".join(arrays), members=", ".join(members), words=program.words)


def found_here(program: Program) -> list[int]:
    with Search(program, [(0,) * program.words], threads=2) as search:
        assert search.run() is Status.COMPLETE
        stats = search.stats()
        degrees = array("I", [0]) * stats.distinct
        search.degrees(degrees)
        packed = PackedEdges.with_degrees(degrees, stats.distinct, stats.transitions, classes=1, progress=False)
        search.edges(packed.struct())
        words, n = search.states(0, stats.distinct)[0], program.words
        total = sum(sum(words[n * target : n * target + n]) for target in packed.targets)
    return [stats.distinct, stats.transitions, stats.depth, stats.distinct, total % 2**64]


PROGRAMS = {"two-phase commit": two_phase(5), "words filled to the last bit": switched(CASES[129])[0]}


@pytest.fixture(scope="module", params=MACHINES)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """The name of a machine, and the command that compiles for it, with the library compiled already."""
    name: str = request.param
    compiler, emulator = f"{name}-linux-gnu-gcc", f"qemu-{name}"
    if not shutil.which(compiler) or not shutil.which(emulator):
        pytest.skip(f"no {compiler} or no {emulator}")
    folder = tmp_path_factory.mktemp(name)
    sources = [path for path in source_files() if path.endswith(".c")]
    command = [compiler, "-std=c11", "-O1", "-Wno-psabi", f"-I{SOURCES}", "-DSTATES_WORTH_THREADS=1"]
    subprocess.run([*command, "-c", *sources], cwd=folder, check=True, timeout=100)
    return name, [*command, "-static", "-pthread", *map(str, folder.glob("*.o"))]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_search_finds_the_same(name: str, machine: tuple[str, list[str]], tmp_path: Path) -> None:
    program, (processor, command) = PROGRAMS[name], machine
    main, made = tmp_path / "main.c", str(tmp_path / "main")
    main.write_text(program_in_c(program), encoding="utf-8")
    subprocess.run([*command, str(main), "-o", made], check=True, timeout=100)
    done = subprocess.run([f"qemu-{processor}", made], capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stdout.split()) == (0, [str(number) for number in found_here(program)])
