"""Real coordinators against their protocols: queues on threads, messages, background tasks, refusals, lost replies, reentrant agents, crashes."""

from __future__ import annotations

import unittest
from pathlib import Path
from typing import Any, ClassVar

import pytest

from checker.api import check, load
from checker.cli.main import main
from checker.testing import Adapter, AdapterError, machine
from checker.testing.protocol.drive import drive
from checker.testing.protocol.first import first_programs
from checker.testing.protocol.follow import Call
from checker.testing.protocol.paths import counterexample, covering
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import Settle
from checker.testing.protocol.runs import Reached, run_program
from tests.testing import coordinators as c


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEAMCHECK_REPLAY", raising=False)
    for name in ("QUEUE", "HANDOUT", "LOCK", "REENTRANT"):
        (tmp_path / f"{name.lower()}.team").write_text(getattr(c, name))


def plan_of(name: str, adapter: type[Adapter], faults: str = "none", **sizes: int) -> Plan:
    return Plan(load(f"{name}.team", faults=faults, overrides=dict(sizes)), adapter, f"{name}.team")


def call(agent: str, action: str, after_ms: int = 0, **values: str) -> Call:
    return Call(action=action, agent=agent, values=tuple(values.items()), after_ms=after_ms)


def failure(plan: Plan, *program: Any, **options: Any) -> str:
    """The name of the failure and its first line, "" where there is none."""
    outcome = run_program(plan, program, Reached(), **{"schedules": 20, **options})
    if outcome.run is None:
        return ""
    assert outcome.run.failure is not None
    return f"{outcome.run.failure.name}: {outcome.run.failure.text.splitlines()[0]}"


TWO_JOBS = (call("Worker0", "work", j="Job0"), call("Worker0", "work", j="Job1"))


def test_a_late_worker_is_found_and_a_fenced_one_explained() -> None:
    found = failure(plan_of("queue", c.LateQueue), *TWO_JOBS)
    assert found.startswith("NotAllowed: the state of the code is status[Job0] = done, ")
    assert failure(plan_of("queue", c.Queue), *TWO_JOBS) == ""


def test_a_refusal_while_what_is_seen_allows_the_action_is_a_finding() -> None:
    program = (call("Worker0", "work", j="Job0"), call("Reaper", "reap", 5_000, j="Job0"))
    said = failure(plan_of("queue", c.AskedQueue), *program)
    assert said == "Refused: Reaper.reap(j=Job0) +5000ms was refused, and the protocol allowed it all the time"
    assert failure(plan_of("queue", c.LenientQueue), *program) == ""


def test_what_may_refuse_names_is_an_action() -> None:
    class Adapted(c.LenientQueue):
        may_refuse = ("reaps",)

    with pytest.raises(AdapterError, match=r"Adapted.may_refuse: the protocol has no action `reaps`"):
        plan_of("queue", Adapted)


def cases(name: str, adapter: type[Adapter], test: str = "test_2_programs", **options: Any) -> tuple[str, Any]:
    case: Any = machine(f"{name}.team", adapter, **{"examples": 10, "schedules": 4, **options})
    result = unittest.TestResult()
    case(test).run(result)
    return "".join(text for _, text in (*result.errors, *result.failures)), case


def test_a_machine_on_two_roles_and_messages() -> None:
    said, case = cases("handout", c.Handout)
    assert said == ""
    assert case.reached().startswith("protocol steps exercised: 5 of 5, in ")
    said, _ = cases("handout", c.TrustingHandout)
    assert "which no behaviour of the protocol explains" in said
    assert "Lead takes Result" in said or "Lead does give_up" in said


@pytest.mark.parametrize(
    ("name", "adapter", "finds"),
    [
        ("queue", c.Queue, False),
        ("queue", c.LateQueue, True),
        ("queue", c.AskedQueue, True),
        ("handout", c.Handout, False),
        ("handout", c.TrustingHandout, True),
        ("lock", c.Lock, False),
        ("lock", c.LyingLock, True),
        ("reentrant", c.Desk, False),
    ],
)
def test_the_first_programs_are_the_same_everywhere_and_find_what_is_wrong(
    name: str, adapter: type[Adapter], finds: bool
) -> None:
    plan = plan_of(name, adapter)
    programs = first_programs(plan)
    assert programs == first_programs(plan_of(name, adapter))
    assert any(failure(plan, *program, schedules=4) for program in programs) is finds


def test_a_refusal_that_had_its_effect_is_a_finding() -> None:
    program = (call("Agent0", "take"), call("Agent1", "take"))
    assert failure(plan_of("lock", c.Lock), *program) == ""
    said = failure(plan_of("lock", c.LyingLock), *program)
    assert said.startswith(("Refused: ", "NotAllowed: "))
    assert "was refused" in said


def test_after_a_lost_reply_either_may_be() -> None:
    assert failure(plan_of("lock", c.SilentLock), call("Agent0", "take"), Settle(), call("Agent1", "take")) == ""


def test_the_activities_of_a_reentrant_agent_run_at_once() -> None:
    c.Desk.during.clear()
    plan = plan_of("reentrant", c.Desk)
    assert plan.reentrant("draft")
    assert not plan_of("queue", c.Queue).reentrant("work")
    assert failure(plan, call("Agent", "draft"), call("Agent", "mail", 50), call("Agent", "mail")) == ""
    assert 2 in c.Desk.during


def test_an_agent_that_crashed_is_asked_no_more_unless_it_restarts() -> None:
    program = (call("Worker0", "work", j="Job0"), Settle(), call("Worker0", "work", j="Job1"))
    assert failure(plan_of("queue", c.Queue), *program, faults={"crash": 1}, schedules=40) == ""
    restarts = plan_of("queue", c.Queue, "crash Worker <= 1, restart Worker <= 1")
    assert restarts.restarts("work")
    assert failure(restarts, *program, faults={"crash": 1}, schedules=40) == ""


# --- drive ---------------------------------------------------------------------------------------------------------------------


SPEC = """\
spec bad for "queue.team"
never one_done: any(j in Job: status[j] == done)
eventually ends: all(j in Job: status[j] == done)
no deadlock
"""


class Blind(c.Queue):
    def observe(self) -> dict[str, Any]:
        return {}


class OwnersOnly(c.Queue):
    def observe(self) -> dict[str, Any]:
        return {"owner": super().observe()["owner"]}


def violations() -> list[Any]:
    Path("bad.spec").write_text(SPEC)
    model = load("bad.spec")
    found = [r for r in check("bad.spec").results if r.verdict == "violated"]
    assert [r.property for r in found] == ["one_done", "ends", "no deadlock"]
    traces = [(r.property, r.trace) for r in found if r.trace is not None]
    return [counterexample(model, name, t.initial, [s.index for s in t.steps], t.cycle) for name, t in traces]


def test_a_violation_that_the_adapter_does_not_show_is_not_said_to_be_in_the_code() -> None:
    paths = violations()
    for adapter, verdicts in (
        (Blind, ["not seen", "not seen", "not seen"]),
        (OwnersOnly, ["not seen", "not taken", "not seen"]),
    ):
        found = drive(plan_of("queue", adapter), paths, schedules=3)
        assert [one.verdict for one in found.driven] == verdicts
    assert drive(plan_of("queue", Blind), paths, schedules=3).driven[0].why == "`observe` does not tell of status[Job0]"


def test_a_violation_that_stops_is_not_one_that_is_passed_through() -> None:
    (deadlock,) = [path for path in violations() if path.violates == "no deadlock"]
    assert deadlock.stops
    assert drive(plan_of("queue", c.Queue), [deadlock], schedules=5).driven[0].verdict in ("taken", "not taken")
    halfway = counterexample(load("bad.spec"), "no deadlock", 0, [0])
    assert drive(plan_of("queue", c.Queue), [halfway], schedules=5).driven[0].verdict == "not taken"


def test_drive_is_interrupted_with_what_it_has() -> None:
    class Interrupting(c.Lock):
        asked: ClassVar[list[str]] = []

        async def take(self, agent: str) -> bool:
            self.asked.append(agent)
            if len(self.asked) > 3:
                raise KeyboardInterrupt
            return await super().take(agent)

    found = drive(plan_of("lock", Interrupting), covering(load("lock.team")).paths, schedules=2)
    assert found.interrupted
    assert found.exit_code == 3
    assert len(Interrupting.asked) == 4


def test_drive_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.spec").write_text(SPEC)
    Path("mine.py").write_text(
        "from tests.testing.test_coordinators import Blind as _Blind\n"
        "class Blind(_Blind): pass\n"
        "class Strange(_Blind):\n"
        "    def observe(self): return {'statu': {}}\n"
    )
    assert main(["drive", "bad.spec", "mine.py:Blind", "--violations", "--schedules", "2"]) == 0
    assert "the violation of one_done     cannot tell (" in capsys.readouterr().out
    assert main(["drive", "bad.spec", "mine.py:Strange", "--violations", "--schedules", "2"]) == 2
    assert "`statu`, which is no variable of the protocol: did you mean `status`?" in capsys.readouterr().err
    assert main(["drive", "bad.spec", "mine.py:Blind", "--violations", "--schedules", "2", "--states", "3"]) == 3
    assert "not looked for: no error (" in capsys.readouterr().out
