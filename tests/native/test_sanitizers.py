"""The library under the compiler's sanitizers: addresses and undefined behaviour on corrupted and random programs, data races on threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checker.engines.native.build import BuildError, compile_library, compiler
from tests.native.strain import STRAIN

ROOT = Path(__file__).parents[2]

RUN = """
import sys
from checker.engines.native import library
original = library.load
library.load = lambda path=sys.argv[1]: original(path)
from checker.engines.native.search import Search, Status
from tests.native.assembler import two_phase
from tests.native.comparing import check_against
from tests.native.evaluator import reach
from tests.native.random_programs import random_program
from checker.engines.native.explore import explore_native
from tests.native.test_partial_order import ROOT, model_of
from tests.native.test_checkpoints import attack_positions, moved
from tests.native.test_depth_first import counted, expected_of, require_paths
from tests.native.test_fingerprints import digits
from tests.native.test_verifier import attack
from tests.graph.test_native_cycles import Case, CutEdges
from tests.graph.test_product import test_native_products
from tests.native.test_graphs import native_graph
for seed in range(int(sys.argv[2])):
    program, initial = random_program(seed)
    expected = reach(program, initial)
    for tier in ("best", "portable"):
        check_against(program, initial, expected, threads=3, tier=tier)
    check_against(program, initial, expected, threads=2, slice_s=0)
    check_against(program, initial, expected, threads=3, slice_s=0, store="fingerprint")
    for store in ("states", "bitstate"):
        with Search(program, initial, order="depth-first", store=store, memory_limit_bytes=2**23) as search:
            while search.run(0) is Status.RUNNING:
                pass
            assert counted(search) == expected_of(expected)
            require_paths(search, expected)
    make = lambda program, initial: Search(program, initial, threads=3, states_limit=limit)
    for limit in (len(set(initial)), 20, 100, 10_000):
        search = make(program, initial) if limit == len(set(initial)) else moved(search, program, initial, make)
        while search.run(0) is Status.RUNNING:
            search = moved(search, program, initial, make)
    search.close()
print(attack(range(int(sys.argv[3]))))
print(attack_positions(range(int(sys.argv[3]) // 4)))
with Search(digits(32), [(0,) * 32], threads=3, store="fingerprint") as search:
    assert search.run() is Status.COMPLETE
with Search(two_phase(7), [(0,)], threads=4) as search:
    while search.run(0.02) is Status.RUNNING:
        pass
    assert (search.stats().status, search.stats().distinct) == (Status.COMPLETE, 296_448)
shapes = [{}, {"order": "depth-first"}, {"store": "bitstate", "memory_limit_bytes": 2**22}]
for limits in (*shapes, *({"states_limit": 5000, **shape} for shape in shapes), {"memory_limit_bytes": 2**21}):
    with Search(two_phase(6), [(0,)], threads=3, **limits) as search:
        while search.run(0.01) is Status.RUNNING:
            pass
for seed in range(20 * int(sys.argv[2])):
    case = Case(seed)
    cut = CutEdges(case.cut)
    case.native.forward(case.sources, case.inside, cut), case.native.reaching([0]), case.native.kinds()
    case.native.fair_parts(case.inside, cut)
for seed in range(int(sys.argv[2]) // 2):
    test_native_products(seed)
for spec, instance in (("ring_tokens", "five"), ("sorting_pipeline", "four"), ("ring_tokens", "three")):
    model = model_of(ROOT / "specs" / "bench" / f"{spec}.spec", instance, "one_lost" if instance == "three" else "none")
    for store in ("states", "fingerprint"):
        assert explore_native(model, threads=3, partial_order=True, store=store).stats.reduced > 0
    graph = native_graph(model, threads=3)
    assert len(graph.edge_target) == len(graph.edge_class) == graph.transitions
print("done")
"""


def run_under(sanitizer: str, runtime: str, options: dict[str, str], folder: Path, programs: int, attacks: int) -> None:
    """Runs everything in a process of its own with the sanitizer's runtime loaded first; any report ends it with an error."""
    try:
        made = compile_library(
            folder / "sanitized.so", ["-O1", "-g", *STRAIN, f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"]
        )
    except BuildError as reason:
        pytest.skip(f"no {sanitizer} sanitizer: {reason}")
    found = subprocess.run(
        [*compiler(), f"-print-file-name={runtime}"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if not Path(found).is_absolute():
        pytest.skip(f"no {runtime}")
    environment = {**os.environ, "LD_PRELOAD": found, "PYTHONMALLOC": "malloc", **options}
    command = [sys.executable, "-c", RUN, str(made), str(programs), str(attacks)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, done.stderr[-5_000:]
    assert done.stdout.endswith("done\n")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_addresses_and_undefined_behaviour(tmp_path: Path) -> None:
    run_under("address,undefined", "libasan.so", {"ASAN_OPTIONS": "detect_leaks=0"}, tmp_path, 150, 4_000)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_data_races(tmp_path: Path) -> None:
    run_under("thread", "libtsan.so", {"TSAN_OPTIONS": "halt_on_error=1 exitcode=66"}, tmp_path, 30, 200)
