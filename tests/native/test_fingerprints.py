"""Searches that tell states apart by 64-bit fingerprints: the same counts and traces in less memory, and nothing that holds for certain."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from checker import api
from checker.engines.native.explore import explore_native
from checker.engines.native.program import Field, Program
from checker.engines.native.search import Search, Status
from checker.properties.native import DECIDED
from checker.properties.result import Report
from tests.native.assembler import Assembler
from tests.native.comparing import check_against
from tests.native.evaluator import reach
from tests.native.random_programs import random_program

ROOT = Path(__file__).resolve().parents[2]
SPECS = [
    ROOT / "specs" / f"{name}.spec" for name in ("paxos", "patterns/contract_net", "ring_election")
]  # some states have several words


def test_random_programs(strained: ctypes.CDLL) -> None:
    """So few states all have fingerprints of their own."""
    for seed in range(60):
        program, initial = random_program(seed, bits=9)
        expected = reach(program, initial)
        check_against(program, initial, expected, store="fingerprint")
        check_against(program, initial, expected, threads=3, library=strained, slice_s=0, store="fingerprint")


def digits(words: int) -> Program:
    """A base-4 digit in each of eight of the words, each counted up by itself."""
    a = Assembler(fields=[Field(word, 40, 2, 0) for word in range(words - 8, words)], constants=[1, 3])
    for digit in range(8):
        start = len(a.code)
        a.outcome(start, a.op("lt", digit, a.const(3)), [(digit, a.op("add", digit, a.const(1)))])
    return a.program()


@pytest.mark.parametrize("threads", [1, 2])
def test_the_words_of_finished_layers_are_given_back(threads: int) -> None:
    program, initial = digits(64), [(0,) * 64]
    with (
        Search(program, initial, threads=threads) as whole,
        Search(program, initial, threads=threads, store="fingerprint") as search,
    ):
        assert whole.run() is search.run() is Status.COMPLETE
        stats = search.stats()
        assert (stats.distinct, stats.transitions, stats.depth) == (4**8, 8 * 3 * 4**7, 24)
        assert stats.deadlocks == 1
        assert stats.peak_bytes < whole.stats().peak_bytes * 2 / 3
        assert stats.bytes < whole.stats().bytes / 3
        last = search.path(stats.first_deadlock)
        assert len(last) == 25
        assert search.fingerprint(last[-1]) == search.fingerprint_of(whole.state(whole.stats().first_deadlock))
        assert search.find(whole.state(4**8 // 2)) is not None
        with pytest.raises(IndexError):
            search.state(0)
        assert search.position() == b""


def test_a_limit_on_memory_is_kept() -> None:
    limit = 24 * 2**20
    with (
        Search(digits(64), [(0,) * 64], memory_limit_bytes=limit, threads=1) as whole,
        Search(digits(64), [(0,) * 64], memory_limit_bytes=limit, threads=1, store="fingerprint") as search,
    ):
        assert whole.run() is Status.MEMORY
        assert search.run() is Status.COMPLETE
        assert search.stats().peak_bytes <= limit


def said(report: Report) -> list[tuple[object, ...]]:
    """Without what rests on having seen everything."""
    return [
        (r.instance, r.faults, r.property, r.distinct, r.transitions, r.depth, None if r.trace is None else len(r.trace.steps))
        for r in report.results
        if r.kind in DECIDED and not (r.kind == "no error" and r.verdict != "violated")
    ]


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_what_is_shown_is_real_and_the_rest_is_unknown(path: Path) -> None:
    """Counts and traces are those of whole states; a verdict without a trace is `unknown`, with the chance that it is wrong."""
    whole = api.check(str(path), engine="native")
    found = api.check(str(path), store="fingerprint")
    assert said(found) == said(whole)
    verdicts = {(r.instance, r.faults, r.property): r.verdict for r in whole.results}
    silent = 0
    for result in found.results:
        if "fingerprints" not in result.engine:  # of one word, or of the reference interpreter
            continue
        assert result.basis == "bounded"
        if result.trace is not None:
            assert result.verdict == verdicts[result.instance, result.faults, result.property]
        else:
            assert result.verdict == "unknown"
            assert f"not found in {result.distinct:,} states" in result.reason
            chance = float(result.reason.rpartition(" ")[2])
            assert result.distinct * (result.distinct - 1) / 2**65 * 0.94 <= chance < 1e-6
            silent += 1
    assert silent >= 3


def test_states_of_one_word_are_kept_whole() -> None:
    """They are no longer than their fingerprints: there is nothing to gain and nothing to lose."""
    spec = str(ROOT / "specs" / "two_phase_commit.spec")
    found = explore_native(api.load(spec, "three"), store="fingerprint")
    assert found.compiled.program.words == 1
    assert found.store == "states"
    assert found.complete
    assert "fingerprints" not in found.engine


def test_the_birthday_bound() -> None:
    found = explore_native(api.load(str(ROOT / "specs" / "paxos.spec")), store="fingerprint")
    n = found.stats.distinct
    assert found.store == "fingerprint"
    assert found.chance_of_a_miss == n * (n - 1) / 2 / 2**64
    assert not found.complete
