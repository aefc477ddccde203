"""`drive` with the faults of a fault model, and beside the paths; refusals after an effect: on real coordinators with the bug and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checker.api import check, load
from checker.cli.main import main
from checker.testing import Adapter
from checker.testing.protocol.drive import Drive, drive
from checker.testing.protocol.faults import Fault
from checker.testing.protocol.follow import Call
from checker.testing.protocol.paths import counterexample, covering
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Settle, read_token
from checker.testing.protocol.runs import Reached, replay_program, run_program
from tests.testing import faulty as f

MESSAGES = "lose Assign <= 1, duplicate Result <= 1"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("JOURNAL", "POST", "BOOKING"):
        (tmp_path / f"{name.lower()}.team").write_text(getattr(f, name))
    (tmp_path / "journal.spec").write_text(f.JOURNAL_SPEC)


def plan_of(file: str, adapter: type[Adapter], faults: str = "none") -> Plan:
    return Plan(load(file, faults=faults), adapter, file)


def driven(file: str, adapter: type[Adapter], faults: str = "none", beside: int = 100) -> Drive:
    plan = plan_of(file, adapter, faults)
    covered = covering(plan.model, may_take=plan.may_have)
    found = drive(plan, [*covered.paths, *covered.beyond], schedules=20, beside=beside)
    found.goals = covered.goals
    return found


def verdicts(found: Drive) -> dict[str, str]:
    return {one.path.name: one.verdict for one in found.driven}


# --- faults --------------------------------------------------------------------------------------------------------------------


def test_a_worker_that_crashes_and_comes_back_goes_on_with_what_it_had() -> None:
    found = driven("journal.spec", f.Journal, "crashes")
    assert verdicts(found)["Worker.resume -> Worker.resume.again"] == "taken"
    assert found.exit_code == 0
    assert found.reached.steps["crash Worker"] > 0
    assert found.reached.steps["restart Worker"] > 0
    assert found.reached.steps["Worker.resume.again"] > 0


def test_one_that_has_forgotten_it_is_found_only_where_it_crashes() -> None:
    assert driven("journal.spec", f.ForgetfulJournal).exit_code == 0
    found = driven("journal.spec", f.ForgetfulJournal, "crashes")
    (wrong,) = [one for one in found.driven if one.verdict == "not explained"]
    assert wrong.path.name == "Worker.resume -> Worker.resume.again"
    worker = "Worker0"
    asked = Call(action="resume", agent=worker, values=(("j", "Job0"),))
    assert wrong.program[1:] == (Fault("crash", worker), Fault("restart", worker), Settle(), asked)
    assert "Refused: Worker0.resume(j=Job0) was refused, and the protocol allowed it all the time" in wrong.why
    assert wrong.token.endswith("f0=crash_after")


def test_the_token_of_a_run_with_faults_makes_it_again() -> None:
    plan = plan_of("journal.spec", f.ForgetfulJournal, "crashes")
    (wrong,) = [one for one in driven("journal.spec", f.ForgetfulJournal, "crashes").driven if one.token]
    assert read_token(plan, wrong.token)[0] == wrong.program
    texts = {replay_program(plan, wrong.token, Reached()).text() for _ in range(10)}
    assert len(texts) == 1
    assert "was refused, and the protocol allowed it all the time" in texts.pop()


def test_faults_that_the_code_has_on_its_own_may_happen_unseen() -> None:
    class Restarting(f.Journal):
        on_its_own = ("crash Worker", "restart Worker")

    for faults in ("none", "crashes"):
        assert plan_of("journal.spec", Restarting, faults).crashes == {"Worker": frozenset()}
    plan = plan_of("journal.spec", f.Journal, "crashes")
    names = [plan.model.steps[n].name for n in (*plan.crashes["Worker"], *plan.restarts_of["Worker"])]
    assert names == ["crash Worker", "restart Worker"]
    assert not set(plan.crashes["Worker"]) & plan.beliefs.hidden


def test_an_agent_that_stalls_is_one_that_stops() -> None:
    found = driven("journal.spec", f.Journal, "stall Worker <= 1")
    assert verdicts(found)["Worker.work -> stall Worker"] == "taken"
    assert found.exit_code == 0


def test_a_violation_that_needs_a_crash_is_looked_for_in_the_code() -> None:
    plan = plan_of("journal.spec", f.Journal, "dies")
    (result,) = [r for r in check("journal.spec", faults=["dies"]).results if r.property == "finished"]
    assert result.trace is not None
    steps = [step.index for step in result.trace.steps]
    idle = counterexample(plan.model, "finished", result.trace.initial, steps)
    (one,) = drive(plan, [idle], schedules=20).driven
    assert one.program == (Fault("stop", "Worker0"),)
    assert one.verdict == "not driven"
    crash = plan.model.steps.index(next(step for step in plan.model.steps if step.name == "crash Worker"))
    claimed = next(plan.interpreter.iterate_initial_states())
    first = [outcome for outcome in plan.interpreter.outcomes(claimed) if outcome[2] is not None]
    start = next(n for n, outcome in enumerate(first) if plan.model.steps[outcome[0]].name == "Worker.work")
    after = first[start][2]
    assert after is not None
    then = next(n for n, outcome in enumerate(plan.interpreter.outcomes(after)) if outcome[0] == crash)
    (one,) = drive(plan, [counterexample(plan.model, "finished", 0, [start, then])], schedules=20).driven
    assert one.verdict == "taken"
    assert "strikes Rows.claim of Worker0" in one.why or "strikes Llm.answer of Worker0" in one.why


def test_messages_are_lost_and_arrive_twice() -> None:
    found = driven("post.team", f.Post, MESSAGES)
    assert found.exit_code == 0
    assert set(verdicts(found).values()) == {"taken"}
    assert found.open() == []


def test_a_result_that_counts_twice_is_found_only_where_it_arrives_twice() -> None:
    assert driven("post.team", f.CountingPost).exit_code == 0
    found = driven("post.team", f.CountingPost, MESSAGES)
    assert verdicts(found)["Lead.on Result (and kept) -> Lead.on Result"] == "not explained"
    assert found.exit_code == 1


def test_what_the_code_cannot_be_made_to_have_is_named() -> None:
    found = driven("post.team", f.MutePost, MESSAGES)
    (lost,) = [one for one in found.driven if one.path.name == "Lead.assign -> lose Assign"]
    assert lost.verdict == "not driven"
    assert lost.why == "it needs the fault lose Assign, and `MutePost.carried_by` does not say which call carries Assign"
    forgets = [one for one in driven("post.team", f.Post, "forget Writer <= 1").driven if one.verdict == "not driven"]
    assert forgets
    assert {one.why for one in forgets} == {"it needs the fault forget Writer, which nothing makes real code have"}


def test_a_fault_that_no_call_lets_strike_is_named() -> None:
    class Direct(f.Post):
        async def setup(self) -> None:
            await super().setup()
            self.to_writer = self.inbox

    (lost,) = [one for one in driven("post.team", Direct, MESSAGES).driven if one.path.name == "Lead.assign -> lose Assign"]
    assert (lost.verdict, lost.why) == ("not driven", "it needs the fault lose Assign, and no call at a boundary lets it strike")


# --- beside the paths ----------------------------------------------------------------------------------------------------------


def test_what_the_protocol_allows_is_possible_in_the_code_and_nothing_else() -> None:
    found = driven("booking.team", f.Booking)
    assert found.exit_code == 0
    assert (found.asked.done, found.asked.refused, found.asked.never, found.asked.unseen) == (3, 7, [], 0)


def test_what_the_protocol_does_not_allow_is_found_beside_the_paths() -> None:
    assert driven("booking.team", f.OpenBooking, beside=0).exit_code == 0
    found = driven("booking.team", f.OpenBooking)
    (wrong,) = [one for one in found.driven if one.path.kind == "beside"]
    assert wrong.path.name == "Guest1.leave() beside Guest.leave -> Guest.book"
    assert wrong.token == "Guest0.book(); Guest1.leave() after 2 states @ tc1.latency.0.plain"
    assert found.exit_code == 1


def test_what_the_protocol_allows_and_the_code_refuses_is_found_beside_the_paths() -> None:
    class Choosy(f.Booking):
        async def book(self, agent: str) -> bool:
            return agent == "Guest0" and await super().book(agent)

    assert driven("booking.team", Choosy, beside=0).exit_code == 0
    at_once, wrong = [one for one in driven("booking.team", Choosy).driven if one.path.kind == "beside"]
    assert at_once.path.name.endswith(" at once")
    assert "Refused: Guest1.book() after 1 states was refused, and the protocol allowed it all the time" in wrong.why


def test_to_wait_until_it_is_allowed_is_to_refuse() -> None:
    found = driven("booking.team", f.PatientBooking)
    assert found.exit_code == 0
    assert (found.asked.done, found.asked.refused) == (3, 7)


def test_the_number_of_calls_beside_the_paths_has_a_limit() -> None:
    found = driven("booking.team", f.Booking, beside=4)
    assert (found.asked.tried, found.asked.left) == (4, 6)


# --- refusals ------------------------------------------------------------------------------------------------------------------


def test_a_refusal_after_the_effect_of_an_action_that_waits_is_a_finding() -> None:
    asked = (Call(action="book", agent="Guest0"),)
    outcome = run_program(plan_of("booking.team", f.RegrettingBooking), asked, Reached(), schedules=5)
    assert outcome.run is not None
    assert outcome.run.failure is not None
    lines = outcome.run.failure.text.splitlines()
    assert lines[0] == "Guest0.book() was refused, but has had its effect, which no behaviour of the protocol explains"
    assert lines[-2] == "an action that was begun and came to nothing returns True: it is over, and was not refused"
    assert run_program(plan_of("booking.team", f.Booking), asked, Reached(), schedules=5).passed


# --- the command ---------------------------------------------------------------------------------------------------------------


def test_the_command_says_how_to_make_a_run_with_faults_again(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text("from tests.testing import faulty\n\n\nclass Mine(faulty.ForgetfulJournal):\n    pass\n")
    command = ["drive", "journal.spec", "mine.py:Mine", "--faults", "crashes", "--schedules", "20"]
    assert main(command) == 1
    said = capsys.readouterr().out
    token: Any = next(line for line in said.splitlines() if line.startswith("  again: ")).partition(" --replay ")
    assert token[0] == "  again: teamcheck drive journal.spec mine.py:Mine --faults crashes"
    assert main([*command, "--replay", token[2].strip("'")]) == 1
    assert "crash_after strikes Rows.claim of Worker0" in capsys.readouterr().out
