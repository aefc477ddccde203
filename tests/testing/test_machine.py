"""Real code against a protocol: drawn programs, findings, tokens, the corpus of failing runs, the scaffold, `drive`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unittest
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from checker.api import check, load
from checker.cli.main import main
from checker.testing import Adapter, AdapterError, machine
from checker.testing.protocol.drive import drive
from checker.testing.protocol.follow import Call
from checker.testing.protocol.paths import counterexample, covering
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Settle, read_token, token_of
from checker.testing.protocol.runs import Reached, replay_program, run_program
from tests.testing import boards

SPEC = "specs/bugs/claim_race.spec"


def plan_of(adapter: type[Adapter], instance: str = "repaired") -> Plan:
    return Plan(load(SPEC, instance), adapter, SPEC)


def call(agent: int, bead: int, after_ms: int = 0) -> Call:
    return Call(action="work", agent=f"Agent{agent}", values=(("b", f"Bead{bead}"),), after_ms=after_ms)


BOTH_WANT_ONE = (call(0, 0), call(1, 0, 5))


def run_case(case: type[unittest.TestCase], test: str) -> str:
    """The text of the failure, "" where it passes."""
    result = unittest.TestResult()
    case(test).run(result)
    found = [text for _, text in (*result.errors, *result.failures)]
    return found[0] if found else ""


def test_a_staggered_claim_is_found_in_latency_mode_and_told() -> None:
    outcome = run_program(plan_of(boards.TwoCalls), BOTH_WANT_ONE, Reached(), schedules=400)
    assert outcome.mode == "latency"
    assert outcome.found_after <= 400
    text = outcome.text()
    assert "which no behaviour of the protocol explains" in text
    assert "note: the program: Agent0.work(b=Bead0); Agent1.work(b=Bead0) +5ms" in text


@pytest.mark.parametrize("adapter", [boards.OneCall, boards.Raising])
def test_the_repaired_claim_is_explained(adapter: type[Adapter]) -> None:
    reached = Reached()
    plan = plan_of(adapter)
    assert run_program(plan, (*BOTH_WANT_ONE, Settle(), call(1, 1)), reached, schedules=40).passed
    assert reached.text(plan).splitlines()[0] == f"protocol steps exercised: 3 of 3, in {reached.runs} runs"


def test_the_protocol_as_it_was_explains_the_code_as_it_was() -> None:
    assert run_program(plan_of(boards.TwoCalls, "as_it_was"), BOTH_WANT_ONE, Reached(), schedules=40).passed


def test_a_refusal_of_what_is_allowed_all_the_time_is_a_finding() -> None:
    outcome = run_program(plan_of(boards.Timid), (call(0, 1),), Reached(), schedules=5)
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.name == "Refused"
    assert outcome.run.failure.text.startswith("Agent0.work(b=Bead1) was refused, and the protocol allowed it all the time\n")


def test_a_refusal_of_what_another_took_is_none() -> None:
    assert run_program(plan_of(boards.Timid), (call(0, 0), call(1, 0)), Reached(), schedules=1, mode="latency").run is not None
    assert run_program(plan_of(boards.OneCall), (call(0, 0), Settle(), call(1, 0)), Reached(), schedules=5).passed


def test_what_the_protocol_does_not_allow_is_told_with_what_it_allows() -> None:
    outcome = run_program(plan_of(boards.Hasty), (call(0, 0),), Reached(), schedules=5)
    assert outcome.run is not None
    assert outcome.run.failure is not None
    cells = "status[Bead0] = closed, status[Bead1] = open, assignee[Bead0] = none, assignee[Bead1] = none"
    *lines, step = outcome.run.failure.text.splitlines()
    assert step.startswith("in the step of Agent0 at ")
    assert step.endswith('boards.py:93: await self.store.update(b, "closed")')
    assert lines == [
        f"the state of the code is {cells}, which no behaviour of the protocol explains",
        "what came before is explained by:",
        "  (nothing has happened)",
        "under way: Agent0.work(b=Bead0)",
        "allowed to start next: Agent0.work(b=Bead0), Agent0.work(b=Bead1), Agent1.work(b=Bead0), Agent1.work(b=Bead1)",
    ]


# --- tokens and the machine ----------------------------------------------------------------------------------------------------


def test_a_token_is_read_as_it_was_written_and_replays() -> None:
    plan = plan_of(boards.TwoCalls)
    program = (*BOTH_WANT_ONE, Settle(), call(1, 1))
    outcome = run_program(plan, program, Reached(), schedules=400)
    assert outcome.token is not None
    token = token_of(program, outcome.token)
    assert read_token(plan, token) == (program, outcome.token)
    again = {replay_program(plan, token, Reached()).text() for _ in range(20)}
    assert len(again) == 1
    assert "which no behaviour of the protocol explains" in again.pop()


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("tc1.latency.0.plain", "is no replay token of a program"),
        ("Agent0.play(b=Bead0) @ tc1.latency.0.plain", "there is no action `play`"),
        ("Agent0.work(b=Bead7) @ tc1.latency.0.plain", "b is one of Bead0, Bead1"),
        ("Agent0 works @ tc1.latency.0.plain", "it has the form AGENT.ACTION"),
        ("Agent0.work(b=Bead0) @ tc2", "is no replay token"),
    ],
)
def test_a_token_that_cannot_be_read(token: str, said: str) -> None:
    with pytest.raises(ValueError, match="token") as error:
        replay_program(plan_of(boards.TwoCalls), token, Reached())
    assert said in str(error.value)


def test_the_machine_finds_the_smallest_program_and_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMCHECK_REPLAY", raising=False)
    case = machine(SPEC, boards.TwoCalls, instance="repaired", examples=15, schedules=5, corpus=str(tmp_path))
    assert run_case(case, "test_1_known_failures") == ""
    said = run_case(case, "test_2_programs")
    assert "note: the program: " in said
    (kept,) = tmp_path.iterdir()
    _, token = kept.read_text().splitlines()
    assert len(read_token(plan_of(boards.TwoCalls), token)[0]) == 2
    assert f"again: TEAMCHECK_REPLAY='{token}' pytest" in said
    assert "note: the program: " in said
    assert "which no behaviour of the protocol explains" in run_case(case, "test_1_known_failures")
    monkeypatch.setenv("TEAMCHECK_REPLAY", token)
    assert f"replay: {token.rpartition('@')[2].strip()}" in run_case(case, "test_1_known_failures")
    assert run_case(case, "test_2_programs") == ""


def test_a_kept_run_that_no_longer_applies_is_told_and_the_others_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMCHECK_REPLAY", raising=False)
    case = machine(SPEC, boards.TwoCalls, instance="repaired", corpus=str(tmp_path))
    kept = "Agent0.play(b=Bead0) @ tc1.latency.0.plain"
    (tmp_path / "tests.testing.boards.TwoCalls.tokens").write_text(f"{kept}\n")
    with pytest.warns(UserWarning, match=r"kept runs that no longer apply.*\n  Agent0.play.*\n.*there is no action `play`"):
        assert run_case(case, "test_1_known_failures") == ""


def test_the_machine_passes_repaired_code_and_tells_what_was_reached(tmp_path: Path) -> None:
    case: Any = machine(SPEC, boards.OneCall, instance="repaired", examples=8, schedules=4, corpus=str(tmp_path))
    assert run_case(case, "test_2_programs") == ""
    assert case.reached().startswith("protocol steps exercised: 3 of 3, in ")
    assert list(tmp_path.iterdir()) == []


# --- adapters that do not fit --------------------------------------------------------------------------------------------------


class NoMethod(Adapter):
    pass


class OtherParameters(Adapter):
    async def work(self, agent: str) -> None: ...


class OnItsOwn(Adapter):
    on_its_own = ("play",)

    async def work(self, agent: str, b: str) -> None: ...


class NoVariable(boards.OneCall):
    def observe(self) -> dict[str, Any]:
        return {"statuses": self.raw.status}


class NoValue(boards.OneCall):
    def observe(self) -> dict[str, Any]:
        return {"status": {"Bead0": "opened"}}


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        (NoMethod, "NoMethod has no method for the action `Agent.work`: write `async def work(self, agent, b)`"),
        (OtherParameters, "OtherParameters.work cannot be called for the action `Agent.work`"),
        (OnItsOwn, "OnItsOwn.on_its_own: the protocol has no action `play`"),
    ],
)
def test_an_adapter_that_does_not_fit(adapter: type[Adapter], said: str) -> None:
    with pytest.raises(AdapterError) as error:
        plan_of(adapter)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        (NoVariable, "NoVariable.observe tells of `statuses`, which is no variable of the protocol: did you mean `status`?"),
        (NoValue, 'NoValue.observe: `"opened"` is not a Status, which has open, in_progress, closed'),
    ],
)
def test_an_observation_that_does_not_fit(adapter: type[Adapter], said: str) -> None:
    outcome = run_program(plan_of(adapter), (call(0, 0),), Reached(), schedules=1)
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.name == "AdapterError"
    assert outcome.run.failure.text.startswith(said)


# --- drive ---------------------------------------------------------------------------------------------------------------------


def violation(name: str) -> Any:
    report = check(SPEC, instances=["as_it_was"], faults=["none"], properties=[name])
    (result,) = [r for r in report.results if r.property == name]
    assert result.trace is not None
    return counterexample(load(SPEC, "as_it_was"), name, result.trace.initial, [step.index for step in result.trace.steps])


def test_the_violation_of_the_protocol_is_found_in_code_that_has_it_and_in_no_other() -> None:
    path = violation("one_implementer")
    for adapter, verdict, code in ((boards.TwoCalls, "taken", 1), (boards.OneCall, "not taken", 0)):
        found = drive(plan_of(adapter, "as_it_was"), [path], schedules=40)
        assert [(one.verdict, found.exit_code) for one in found.driven] == [(verdict, code)]


def test_paths_take_every_step_and_every_two_in_a_row() -> None:
    covered = covering(load(SPEC, "repaired"))
    assert covered.cut == ""
    assert {goal for path in covered.paths for goal in path.goals} == set(covered.goals)
    assert len([goal for goal in covered.goals if len(goal) == 1]) == 3
    found = drive(plan_of(boards.OneCall), covered.paths, schedules=30)
    found.goals = covered.goals
    assert found.exit_code == 0
    assert [goal for goal in found.open() if len(goal) == 1] == []


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "test_beads.py"
    assert main(["scaffold", SPEC, "--instance", "repaired", "-o", str(file)]) == 0
    compile(file.read_text(), str(file), "exec")
    assert main(["scaffold", SPEC, "-o", str(file)]) == 2
    assert main(["drive", SPEC, f"{file}:ClaimRace", "--violations", "--schedules", "2"]) == 1
    assert "NotImplementedError: make the coordinator here" in capsys.readouterr().out
    assert main(["drive", SPEC, "tests/testing/boards.py:OneCall", "--violations", "--schedules", "20"]) == 0
    assert "the violation of one_implementer  not in the code (20 schedules)" in capsys.readouterr().out
    for given, said in (
        ("tests/testing/boards.py:OneCal", "no subclass of checker.testing.Adapter called `OneCal`: it has "),
        ("nowhere.py:OneCall", "there is no file `nowhere.py`"),
        ("OneCall", "it does not say the class"),
    ):
        assert main(["drive", SPEC, given]) == 2
        assert said in capsys.readouterr().err


TEST_FILE = """\
from checker.testing import machine
from tests.testing import boards

TestOneCall = machine("{spec}", boards.OneCall, instance="repaired", examples=1, schedules=2)
"""


def test_pytest_takes_a_token_and_tells_what_was_reached(tmp_path: Path) -> None:
    (tmp_path / "test_board.py").write_text(TEST_FILE.format(spec=Path(SPEC).resolve()))
    (plugin,) = entry_points(group="pytest11", name="teamcheck")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", plugin.value, "--rootdir", str(tmp_path)]
    # the plugins of agent frameworks take ten times as long to load as this test to run
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run(*rest: str) -> str:
        return subprocess.run(
            [*command, "test_board.py", *rest], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        ).stdout

    assert re.search(r"tests.testing.boards.OneCall: protocol steps exercised: \d of 3, in \d+ runs", run())
    asked = "Agent0.work(b=Bead0); Agent1.work(b=Bead0) @ tc1.latency.0.plain"
    assert "2 passed" in run("--teamcheck-replay", asked)
    assert "cannot be read: there is no action `nothing`" in run(
        "--teamcheck-replay", asked.replace("Agent0.work", "Agent0.nothing")
    )
