"""`no starvation of R` on small teams whose verdict is plain to see, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

import checker
from checker.engines.native.library import NativeUnavailable, load


def _engines() -> list[str]:
    try:
        load()
    except NativeUnavailable:
        return ["reference"]
    return ["reference", "native"]


def found(folder: Path, team: str, engine: str = "reference", faults: str = "", states: int | None = None) -> checker.Result:
    (folder / "hungry.team").write_text(f"protocol hungry()\n{team}", encoding="utf-8")
    spec = f'spec hungry for "hungry.team"\n{faults}\nno starvation of Worker\n'
    (folder / "hungry.spec").write_text(spec, encoding="utf-8")
    report = checker.check(str(folder / "hungry.spec"), engine=engine, faults=["some"] if faults else None, states_limit=states)  # type: ignore[arg-type]
    return next(r for r in report.results if r.property == "no starvation of Worker")


LOCK = """\
role Worker * 2
shared holder: Worker? = none
role Worker:
    {fairness}action take when holder == none:
        holder = self
        await tool() as inside
        holder = none
"""
LOOP = """\
role Worker * 2
role Worker:
    run:
        while true:
            await tool()
            {served}
"""
WAITS = """\
role Worker
role Other
shared go: bool = false
role Worker:
    run:
        await go as waiting
role Other:
    action spin: {effect}
"""


@pytest.mark.parametrize("engine", _engines())
@pytest.mark.parametrize(
    ("team", "verdict"),
    [
        (LOCK.format(fairness=""), "violated"),
        (LOCK.format(fairness="strongly fair "), "holds"),
        (LOCK.format(fairness="may "), "holds"),  # who may never want the lock does not want it
        (LOOP.format(served="pass"), "violated"),  # it is never done
        (LOOP.format(served="progress"), "holds"),
        (WAITS.format(effect="pass"), "violated"),
        (WAITS.format(effect="go = true"), "holds"),
        (WAITS.format(effect="pass").replace("action spin", "may action spin"), "violated"),
        (WAITS.format(effect="pass").replace("action spin", "action spin when false"), "holds"),  # it is a deadlock
    ],
)
def test_small_teams(team: str, verdict: str, engine: str, tmp_path: Path) -> None:
    result = found(tmp_path, team, engine)
    assert result.verdict == verdict
    if verdict == "violated":
        assert result.trace is not None
        assert result.trace.cycle is not None


@pytest.mark.parametrize("engine", _engines())
def test_the_stalled_and_the_dead_are_not_starved(engine: str, tmp_path: Path) -> None:
    team = LOCK.format(fairness="strongly fair ").replace("Worker * 2", "Worker * 3")
    assert found(tmp_path, team, engine, "faults some: crash Worker <= 1, stall Worker <= 1").verdict == "holds"


def test_who_is_starved_and_why(tmp_path: Path) -> None:
    assert found(tmp_path, LOCK.format(fairness="")).why == (
        "Steps 1 to 2 can repeat for ever: Worker1 starts take and goes on with take after inside, while Worker0 is idle. "
        "Worker0 never gets its turn: `Worker.take` is enabled for it before step 1, and others take the chance away."
    )
    assert found(tmp_path, WAITS.format(effect="pass")).why.endswith("Worker waits at waiting until `go` for ever.")
    assert found(tmp_path, LOOP.format(served="pass")).why.endswith(
        "Worker0 goes on and never ends what it does (`progress` in its code would say what serves it)."
    )


def test_an_incomplete_search_never_says_holds(tmp_path: Path) -> None:
    fair = LOCK.format(fairness="strongly fair ")
    assert found(tmp_path, fair, states=2).verdict == "unknown"


def test_where_a_step_fails_nothing_is_said_to_hold(tmp_path: Path) -> None:
    result = found(tmp_path, LOCK.format(fairness="strongly fair ").replace("        holder = none", "        assert false"))
    assert (result.verdict, result.reason) == ("unknown", "the protocol itself fails: see no error")
