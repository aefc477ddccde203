"""A system that refuses memory or a thread at any moment: a search ends with a status, and what it had found by then is right."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from checker.engines.native import library
from checker.engines.native.build import BuildError, compile_library
from checker.engines.native.program import Program
from checker.engines.native.search import Search, Status
from tests.native.assembler import two_phase
from tests.native.test_limits import deep

SMALL = ["-DBLOCK=3", "-DSTATES_WORTH_THREADS=1", "-DLEAST_COMPACTED=4", "-DLARGE_PAGE=65536", "-DFIRST_COMMIT=65536"]
HEADER = Path(__file__).with_name("scarce.h")
ALWAYS = 2**31 - 1
SHAPES: dict[str, tuple[Program, dict[str, Any]]] = {
    "breadth first": (two_phase(6), {"threads": 3}),
    "fingerprints": (two_phase(6), {"threads": 2, "store": "fingerprint"}),
    "depth first": (two_phase(6), {"order": "depth-first"}),
    "bits": (two_phase(4), {"store": "bitstate", "memory_limit_bytes": 2**23}),
    "many layers": (deep(9).program(), {"threads": 1}),
    "with a hint": (two_phase(4), {"threads": 2, "expected_states": 100_000}),
}


@pytest.fixture(scope="module")
def scarce(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """A library whose requests can be refused, and that makes many of them for few states."""
    target: Path = tmp_path_factory.mktemp("native") / "scarce.so"
    try:
        compile_library(target, [*SMALL, "-include", str(HEADER)])
    except BuildError as reason:
        pytest.skip(str(reason))
    return library.load(str(target))


@contextmanager
def refusing(scarce: ctypes.CDLL, first: int, end: int) -> Iterator[Callable[[], int]]:
    """Refuses the requests first .. end-1 from now on; tells how many there were."""
    requests, begin, stop = (ctypes.c_long.in_dll(scarce, f"scarce_{name}") for name in ("requests", "from", "end"))
    requests.value, begin.value, stop.value = 0, first, end
    try:
        yield lambda: requests.value
    finally:
        stop.value = 0


def found(search: Search) -> tuple[int, int, int]:
    stats = search.stats()
    return stats.distinct, stats.transitions, stats.deadlocks


def require_consistent(search: Search, whole: bool) -> None:
    """What was found before the memory was used up can be asked for."""
    stats, layers = search.stats(), search.layers()
    assert layers == sorted(set(layers))
    assert all(start < stats.distinct for start in layers)
    if whole and stats.distinct:
        for number in {0, stats.distinct // 2, stats.distinct - 1}:
            assert search.find(search.state(number)) == number
            assert search.path(number)[-1] == number


@pytest.mark.parametrize("lasting", [True, False], ids=["from then on", "once"])
@pytest.mark.parametrize("shape", SHAPES)
def test_each_request_is_refused_in_turn(shape: str, lasting: bool, scarce: ctypes.CDLL) -> None:
    program, options = SHAPES[shape]
    make = lambda: Search(program, [(0,)], library=scarce, **options)  # noqa: E731
    with refusing(scarce, ALWAYS, ALWAYS) as requests, make() as search:
        assert search.run() is Status.COMPLETE
        expected, most = found(search), requests()
    ends = set()
    for request in range(most):
        with refusing(scarce, request, ALWAYS if lasting else request + 1):
            try:
                search = make()
            except MemoryError:
                ends.add("no search")
                continue
            status = search.run()
        with search:
            ends.add(status.name)
            assert status in (Status.COMPLETE, Status.MEMORY)
            require_consistent(search, options.get("store", "states") == "states")
            if status is Status.COMPLETE:
                assert found(search) == expected
            elif position := search.position():
                again = make()
                states, predecessors = search.states(0, search.stats().distinct)
                initial = again.stats().distinct
                again.append(states[initial * program.words :], predecessors[initial:])
                again.resume(position)
                with again:
                    assert again.run() is Status.COMPLETE
                    assert found(again) == expected
    assert "no search" in ends
    assert ends & {"COMPLETE", "MEMORY"}
