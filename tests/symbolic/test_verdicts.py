"""What a check with the Z3 engine says: violations at sizes that no search reaches, never `holds`, and the partial answer of every end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker import api
from checker.engines import apart
from checker.engines.apart import MEMORY, TIME, Stopped
from checker.engines.symbolic import child
from checker.engines.symbolic.formula import reason_of
from checker.properties import symbolic
from checker.properties.result import Result

ROOT = Path(__file__).resolve().parents[2]
BOARD = str(Path(__file__).with_name("protocols") / "leased_board.spec")
COMMIT = str(ROOT / "specs" / "two_phase_commit.spec")


def results(path: str, **asked: object) -> dict[str, Result]:
    return {r.property: r for r in api.check(path, engine="z3", **asked).results}  # type: ignore[arg-type]


def test_a_board_of_ten_workers_and_ten_tasks() -> None:
    found = results(BOARD, instances=["careless"], faults=["crashes"], properties=["once"])["once"]
    assert (found.verdict, found.basis, found.engine) == ("violated", "bounded", "symbolic (Z3)")
    assert found.trace is not None
    assert (len(found.trace.steps), found.trace.shortest) == (5, False)


def test_two_phase_commit_of_twenty() -> None:
    found = results(COMMIT, instances=["hasty"], properties=["consistent"], overrides={"participants": "20"})["consistent"]
    assert found.verdict == "violated"
    assert found.trace is not None
    assert (len(found.trace.steps), found.trace.shortest) == (25, False)


def test_few_steps_that_no_run_has_fewer_of() -> None:
    found = results(BOARD, instances=["careless"], properties=["once"], overrides={"workers": "2", "tasks": "2"}, fewest="steps")[
        "once"
    ]
    assert found.trace is not None
    assert (len(found.trace.steps), found.trace.shortest) == (5, True)
    assert found.why.endswith("It has 5 steps, and no run has fewer.")


def test_few_faults_and_few_agents() -> None:
    asked = {"instances": ["three"], "faults": ["manager_crash"], "properties": ["no deadlock"], "sweeps": 6}
    faults = results(COMMIT, **asked, fewest="faults")["no deadlock"]
    assert faults.why.endswith("It has 1 fault, and no run of up to 6 steps has fewer; a longer one may.")
    agents = results(COMMIT, **asked, fewest="agents")["no deadlock"]
    assert agents.why.endswith("3 agents act, and no run of up to 6 steps has fewer; a longer one may.")
    none = results(COMMIT, instances=["hasty"], properties=["consistent"], fewest="faults")["consistent"]
    assert none.why.endswith("It has no fault.")


def test_what_is_not_found_is_unknown_and_never_holds() -> None:
    report = api.check(COMMIT, instances=["three"], faults=["none"], engine="z3", sweeps=2)
    verdicts = {r.property: (r.verdict, r.reason) for r in report.results}
    looked_at = "in 2 sweeps (every run of up to 2 steps, and many longer ones)"
    assert report.exit_code == 3
    assert verdicts["consistent"] == ("unknown", f"no violation {looked_at}")
    assert verdicts["no error"] == ("unknown", f"no violation {looked_at}")
    assert verdicts["commits"] == ("holds", "")
    assert verdicts["decided"] == (
        "unknown",
        "the Z3 engine looks for what a state or a single step shows, not for runs without end: leave out `--engine z3`",
    )


def test_a_limit_on_time_leaves_what_was_looked_at() -> None:
    found = results(BOARD, instances=["large"], faults=["crashes"], time_s=3)
    once = found["once"]
    assert once.verdict == "unknown"
    assert re.fullmatch(r"no violation in .*; then the limit of 3 s was reached", once.reason)


def test_without_a_limit_it_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbolic, "TIME_S", 1.0)
    found = results(BOARD, instances=["large"], faults=["crashes"], properties=["once"])["once"]
    assert (found.verdict, found.met) == ("unknown", False)
    assert re.fullmatch(r".*1 s were over, its limit where none is given: `--time 600` looks further", found.reason)


def test_a_solver_that_the_system_ends_is_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_run", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    model = api.load(COMMIT, "three")
    assert list(filter(None, child.hunted(model, sweeps=1))) == [Stopped(reason=MEMORY)]


def test_without_z3_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    found = results(COMMIT, instances=["three"], faults=["none"], properties=["consistent"])["consistent"]
    assert (found.verdict, found.reason) == ("unknown", "Z3 is not installed here: `pip install z3-solver`")


def test_control_c_leaves_what_was_looked_at() -> None:
    command = [sys.executable, "-m", "checker", "check", BOARD, "--engine", "z3", "--instance", "large", "--faults", "crashes"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        time.sleep(4)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: the solver's process gets it too
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (3, "")
    assert re.search(r"\?     once .*unknown: .*interrupted", out, re.DOTALL)
    assert "interrupted before the end" in out


def test_what_a_solver_says_is_told_without_its_terms() -> None:
    terms = " ".join(["(declare-fun = ((_ BitVec 10) (_ BitVec 10)) Bool)"] * 1_000)
    told = f"(sat.giveup interpreted functions sent to SAT solver {terms} )"
    assert reason_of(told) == "the solver gave up: sat.giveup interpreted functions sent to SAT solver"
    assert (reason_of("timeout"), reason_of("max. resource limit exceeded")) == (TIME, MEMORY)
    assert len(reason_of("x" * 1_000)) < 200
