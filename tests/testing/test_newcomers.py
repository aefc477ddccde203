"""What `teamcheck drive` tells somebody who uses it for the first time: why a path is not taken, why a step never came, what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.api import load
from checker.cli.main import main
from checker.testing import Adapter
from checker.testing.protocol.drive import Drive, drive
from checker.testing.protocol.faults import Fault
from checker.testing.protocol.paths import covering
from checker.testing.protocol.plan import Plan
from checker.testing.protocol.programs import read_token
from checker.testing.protocol.runs import Reached, replay_program
from checker.testing.protocol.telling import driven_text
from tests.testing import newcomers as n


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SERVICE", "POOL", "DESK"):
        (tmp_path / f"{name.lower()}.team").write_text(getattr(n, name))


def driven(file: str, adapter: type[Adapter], faults: str = "none", schedules: int = 30) -> tuple[Drive, str]:
    plan = Plan(load(file, faults=faults), adapter, file)
    covered = covering(plan.model, may_take=plan.may_have, sure=plan.is_sure)
    found = drive(plan, [*covered.paths, *covered.beyond], schedules=schedules)
    found.goals = covered.goals
    return found, driven_text(found, "teamcheck drive")


def test_what_was_cancelled_becomes_done() -> None:
    found, text = driven("service.team", n.CarelessService)
    assert found.exit_code == 1
    assert "NotAllowed: the state of the code is state[Job0] = done, which no behaviour of the protocol explains" in text
    token = next(one.token for one in found.driven if one.token)
    assert len({replay_program(found.plan, token, Reached()).text() for _ in range(5)}) == 1
    assert driven("service.team", n.Service)[0].exit_code == 0


def test_a_worker_that_does_nothing_crashes_and_comes_back() -> None:
    found, _ = driven("service.team", n.Service, "crash Worker <= 1, restart Worker <= 1")
    verdicts = {one.path.name: one.verdict for one in found.driven}
    assert found.exit_code == 0
    assert {verdicts["restart Worker -> Client.post"], verdicts["Client.delete -> crash Worker"]} == {"taken"}
    stopped = next(one.program for one in found.driven if one.path.name == "restart Worker -> Client.post")
    assert stopped[:2] == (Fault("stop", "Worker"), Fault("restart", "Worker"))
    text = "; ".join(map(str, stopped)) + " @ tc1.latency.0.plain"
    assert read_token(found.plan, text)[0] == stopped


def test_one_that_makes_no_call_crashes_between_its_actions() -> None:
    found, _ = driven("service.team", n.Service, "crash Client <= 1")
    one = next(one for one in found.driven if one.path.name == "Client.delete -> crash Client")
    assert one.verdict == "taken"
    assert Fault("stop", "Client0") in one.program


def test_who_cannot_be_stopped_is_told_with_what_to_write() -> None:
    _, text = driven("service.team", n.NamelessService, "crash Worker <= 1", schedules=4)
    assert "nothing is known to run as Worker: where it runs in a task of its own, start that as this agent: `with agent(" in text


def test_a_step_that_never_came_has_its_reason() -> None:
    _, text = driven("pool.team", n.SurePool, schedules=10)
    assert "never: Worker.take.backing_off, for it can come after Worker.take.calling" in text
    assert "may `pick` its answer" in text
    _, text = driven("pool.team", n.Pool, schedules=30)
    assert "protocol steps exercised: 4 of 4" in text
    _, text = driven("desk.team", n.Desk, schedules=4)
    assert "never: Reaper.expire, for the code begins it by itself, and had no time or no cause to" in text


def test_what_is_told_of_only_later_is_said() -> None:
    _, text = driven("pool.team", n.SparsePool, schedules=4)
    assert (
        "`observe` tells of state[Item0], tries[Item0] only later: let it tell each from the start, with the protocol's first value"
        in text
    )


def test_where_the_code_leaves_a_path_is_told_and_paths_that_need_no_chance_come_first() -> None:
    found, text = driven("desk.team", n.Desk)
    verdicts = {one.path.name: one.verdict for one in found.driven}
    assert verdicts["Reviewer.review.reading -> Reviewer.review"] == "taken"
    assert "two steps in a row: 7 of 7" in text  # those too for which the reaper must have its moment
    _, text = driven("desk.team", n.Desk, schedules=8)
    assert (
        "not this way (8 schedules; at most 4 of its 5 states; where the path has Reaper.expire, the code has"
        " state = approved, not open; holder = Reviewer0, not none)" in text
    )


def test_an_adapter_with_holes_is_told_what_to_write_and_nothing_of_this_tool(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scaffold", "service.team", "-o", "test_service.py"]) == 0
    assert main(["drive", "service.team", "test_service.py:Service", "--schedules", "2"]) == 1
    told = capsys.readouterr().out
    assert "NotImplementedError: make the coordinator here" in told
    assert "never: Client.post, for in no run that asked for it was it done" in told
    assert "checker/cli" not in told
