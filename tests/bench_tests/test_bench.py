"""The bench: its figures, what it reads of SPIN's answers, its cases."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from checker.engines.native.library import NativeUnavailable, load
from tests.bench.cases import FULL, QUICK, ROOT, named, with_settings
from tests.bench.figures import Round, figures, missed, reduced, spread
from tests.bench.process import CommandFailed, Run, run
from tests.bench.runs import COMMANDS, measured
from tests.bench.spin import TooShallow, _vector, agree, answer_of

SAID = """
State-vector 28 byte, depth reached 25, errors: {errors}
  1745408 states, stored
 18507778 transitions (= stored+matched)
"""


def round_of(our_cpu: float, spin_cpu: float, two_wall: float) -> Round:
    counts = {"states": 1_000, "transitions": 4_000_000}
    ours = {"search_s": 2.0, "search_cpu_s": our_cpu, "wall_s": 3.0, "state_bytes": 8, "peak_bytes": 21_000, "rss_bytes": 50_000}
    return {
        "ours": {**counts, **ours},
        "two threads": {**counts, **ours, "search_s": two_wall, "search_cpu_s": 2 * our_cpu},
        "spin": {**counts, "cpu_s": spin_cpu, "wall_s": 7.0, "rss_bytes": 90_000},
    }


def answer(said: str) -> Run:
    return Run(wall_s=1.5, cpu_s=1.25, rss_bytes=4096, output=said)


def test_ratios_are_of_the_same_round() -> None:
    found = figures([round_of(1.0, 2.0, 1.0), round_of(2.0, 12.0, 1.6), round_of(1.0, 4.0, 1.25)], made_wall_s=2.0)
    assert str(found.ratio) == "4.00 (2.00 to 6.00)"
    assert str(found.ours) == "4.00 (2.00 to 4.00)"
    assert str(found.spin) == "1.00 (0.33 to 2.00)"
    assert str(found.speedup) == "1.60 (1.25 to 2.00)"
    assert str(found.whole) == "3.00 (3.00 to 3.00)"
    assert (found.overhead_bytes, found.rss_bytes, found.spin_rss_bytes) == (13.0, 50.0, 90.0)


def test_ours_alone() -> None:
    rounds = [{"ours": round_of(1.0, 2.0, 1.0)["ours"]}]
    found = figures(rounds)
    assert (found.spin, found.ratio, found.whole, found.speedup, found.spin_rss_bytes) == (None,) * 5
    assert spread([]) is None


def test_symmetry_is_beside_the_search_of_all_states() -> None:
    rounds = [round_of(1.0, 2.0, 1.0), round_of(3.0, 2.0, 1.0)]
    for one in rounds:
        one["ours"]["compile_s"] = 0.1
        one["orbits"] = {**one["ours"], "states": 10, "compile_s": 0.15, "search_cpu_s": 0.05}
    found = reduced(rounds)
    assert (found.states, found.kept) == (1_000, 10)
    assert str(found.gain) == "10.50 (5.50 to 15.50)"
    assert (str(found.search_s), str(found.search_all_s)) == ("0.05 (0.05 to 0.05)", "2.00 (1.00 to 3.00)")


def test_what_is_not_reached_is_told() -> None:
    found = figures([round_of(1.0, 4.0, 1.25)])
    assert missed("x", 5.0, 10**7, found) == [
        "x: 4.00 x SPIN's transitions a CPU second, 5 x is asked for",
        "x: 13.0 bytes a state beyond the packed state, 12 are asked for",
        "x: two threads 1.60 x one, 1.7 x is asked for",
    ]
    assert missed("x", 4.0, 10**6, found) == ["x: 13.0 bytes a state beyond the packed state, 12 are asked for"]


def test_what_spin_says_is_read() -> None:
    found = answer_of(answer(SAID.format(errors=0)))
    assert (found.states, found.transitions, found.vector_bytes, found.cpu_s) == (1_745_408, 18_507_777, 28, 1.25)


def test_numbers_are_read_as_spin_writes_them() -> None:
    large = SAID.format(errors=0).replace(" 18507778 ", " 1.235584e+08 ")
    assert answer_of(answer(large)).transitions == 123_558_399
    assert agree(123_558_401, 123_558_399)
    assert not agree(123_558_401, 123_558_412)
    assert agree(18_507_777, 18_507_777)
    assert not agree(18_507_777, 18_507_776)


def test_a_search_that_spin_did_not_finish_is_no_figure() -> None:
    with pytest.raises(CommandFailed, match="found errors"):
        answer_of(answer(SAID.format(errors=1)))
    with pytest.raises(CommandFailed, match="Search not completed"):
        answer_of(answer("Warning: Search not completed\n" + SAID.format(errors=0)))
    with pytest.raises(CommandFailed, match="does not say"):
        answer_of(answer(""))
    with pytest.raises(TooShallow):
        answer_of(answer("error: max search depth too small\n" + SAID.format(errors=0)))


def test_long_states_get_room_in_spin() -> None:
    assert _vector("byte a = 0;\nbit b = 0;\n") == []
    assert _vector("int v_1 = 0; /* a */\n" * 300) == ["-DVECTORSZ=1456"]


def test_a_process_is_measured() -> None:
    done = run([sys.executable, "-c", "print(len(b'x' * 2**27))"], ROOT)
    assert done.output == "134217728\n"
    assert 0 < done.cpu_s <= done.wall_s + 0.5
    assert done.rss_bytes > 2**27
    with pytest.raises(CommandFailed, match="exit code 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"], ROOT)


def test_cases_have_names_of_their_own_and_specs_that_are_there() -> None:
    names = [case.name for case in (*QUICK, *FULL)]
    assert len(set(names)) == len(names)
    assert len(QUICK) >= 6
    assert all(Path(ROOT, case.spec).is_file() for case in (*QUICK, *FULL))


def test_settings_make_another_size() -> None:
    case = with_settings(named("two_phase_commit_7"), ["participants=4"])
    assert (dict(case.settings), case.states) == ({"participants": "4"}, 0)
    with pytest.raises(SystemExit, match="there is no x"):
        named("x")


def test_ours_in_a_process_of_its_own() -> None:
    try:
        load()
    except NativeUnavailable as reason:
        pytest.skip(str(reason))
    done = run([sys.executable, "-m", "tests.bench.ours", "two_phase_commit_3"], ROOT)
    found = json.loads(done.output)
    assert (found["states"], found["transitions"], found["threads"]) == (288, 1_145, 1)
    assert found["search_cpu_s"] > 0
    assert (
        json.loads(run([sys.executable, "-m", "tests.bench.ours", "two_phase_commit_3", "--symmetry"], ROOT).output)["states"]
        == 80
    )


def test_the_program_for_spin_asks_what_ours_asks() -> None:
    said = run([sys.executable, "-m", "tests.bench.ours", "two_phase_commit_3", "--promela"], ROOT).output
    assert "assert(holds_consistent)" in said
    assert "assert(holds_final)" in said
    assert "never_commits" not in said


def test_what_takes_long_is_measured_as_a_whole_process() -> None:
    command = next(command for command in COMMANDS if command.name == "tolerate_lock")
    line = measured(command)
    assert line.startswith("tolerate_lock: ")
    assert "s of processor time" in line
    assert "6 properties under" in line
