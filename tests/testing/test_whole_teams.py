"""Whole coordinators, tested as a newcomer would: each bug is found, with a report that shows it, and its repair passes the same search."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import pytest

from checker.testing import Outcome, boundary, explore, sweep, together
from tests.testing.whole_teams import Blackboard, Model, Sessions, Supervisor, Swarm, WorkerFailed, contribute


class Thinker:
    async def think(self, region: str) -> str:
        return "idea"


class Handler:
    async def handle(self, job: int) -> str:
        return f"done {job}"


async def blackboard(repaired: bool) -> None:
    """A source thinks for long, its lease is lost meanwhile, and it writes still."""
    board = boundary(Blackboard(fenced=repaired))
    thinker = boundary(Thinker())

    async def source() -> None:
        while not await contribute(board, "r", thinker.think):
            await asyncio.sleep(12)

    await together(ann=source(), bob=source())
    assert board.ideas["r"] == ("idea", "idea"), f"two ideas were had, and {len(board.ideas['r'])} is there"


async def supervisor(repaired: bool) -> None:
    team = Supervisor(boundary(Handler(), error=WorkerFailed).handle, puts_back=repaired)
    for job in range(3):
        team.queue.put_nowait(job)
    await team.run()
    assert sorted(team.results) == [0, 1, 2]


async def conversation(repaired: bool) -> None:
    sessions = Sessions(versions=repaired)
    swarm = Swarm(boundary(sessions), boundary(Model()), safe=True)
    await together(ann=swarm.turn("s", "my bill"), bob=swarm.turn("s", "hello"))
    assert len(sessions.rows["s"].messages) == 4, f"a turn is lost: {sessions.rows['s'].messages}"
    assert sessions.rows["s"].active == "billing"


async def places(repaired: bool) -> None:
    swarm = Swarm(boundary(Sessions(versions=True)), boundary(Model()), safe=repaired)
    await together(ann=swarm.turn("a", "hello"), bob=swarm.turn("b", "hello"))
    await asyncio.wait_for(swarm.turn("c", "hello"), 600)


def searched(team: Any, repaired: bool) -> Outcome:
    test = functools.partial(team, repaired)
    if team is blackboard:
        return explore(test, mode="latency", faults={"delay": 2})
    if team is supervisor:
        return explore(test, faults={"error_before": 1, "error_after": 1})
    return explore(test) if team is conversation else sweep(test)


TEAMS = [blackboard, supervisor, conversation, places]


@pytest.mark.parametrize("team", TEAMS)
def test_a_repaired_team_passes(team: Any) -> None:
    searched(team, True).check()


@pytest.mark.parametrize(
    ("team", "said"),
    [
        (blackboard, "two ideas were had, and 1 is there"),
        (supervisor, "test waits for a Queue to be worked off"),
        (conversation, "a turn is lost: ['hello', 'triage read 1']"),
        (places, "bob waits for a Semaphore"),
    ],
)
def test_the_bug_of_a_team_is_found(team: Any, said: str) -> None:
    outcome = searched(team, False)
    assert outcome.mode == "latency"
    assert said in outcome.text()
    assert outcome.found_after <= 60


def test_calls_are_told_as_they_were() -> None:
    lines = [line.strip() for line in searched(conversation, False).text().splitlines()]
    assert "0 ms  ann: Sessions.load('s') -> Session(active='triage', messages=[], version=0), 1 ms" in lines
    assert "1 ms  ann: Model.answer('triage', ['my bill']) -> {'text': 'triage read 1', 'handoff': 'billing'}, 1 ms" in lines
