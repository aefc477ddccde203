"""arq on the controlled loop: clients and workers over a redis in memory, whose commands take time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from checker.testing import run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import pair

pytest.importorskip("arq", reason="arq is not installed: pip install 'teamcheck[arq]'")
pytest.importorskip("fakeredis", reason="fakeredis is not installed: pip install 'teamcheck[arq]'")

from arq.worker import func

from checker.testing.adapters import arq as adapter


async def two_workers() -> None:
    """Two workers share a queue; each job runs once."""
    server, ran = adapter.FakeServer(), []

    async def job(context: Any, x: int) -> int:
        ran.append(x)
        await asyncio.sleep(0.01)
        return x

    client = adapter.redis(server)
    for x in (1, 2):
        await client.enqueue_job("job", x)
    workers = [adapter.worker([func(job, name="job")], server, poll_delay=0.1) for _ in range(2)]
    await together(ann=workers[0].async_run(), bob=workers[1].async_run())
    assert sorted(ran) == [1, 2]


def test_workers_run_alike() -> None:
    runs_alike(two_workers)


def test_commands_are_recorded() -> None:
    record = run_once(two_workers).record
    commands = {adapter.command_of(call) for call in record.of("redis", "execute", agent="ann")}
    assert {"ZRANGEBYSCORE", "WATCH", "EXISTS", "EXEC"} <= commands


# --- check, then act, on redis -------------------------------------------------------------------------------------------------


async def claims(repaired: bool) -> None:
    """Two jobs on two workers look whether nobody owns the report, and take it."""
    server, owners = adapter.FakeServer(), []

    async def claim(context: Any, who: str) -> None:
        store = context["redis"]
        if repaired:
            taken = await store.set("owner", who, nx=True)
        else:
            taken = await store.get("owner") is None
            if taken:
                await store.set("owner", who)
        if taken:
            owners.append(who)

    client = adapter.redis(server)
    for who in ("ann", "bob"):
        await client.enqueue_job("claim", who)
    workers = [adapter.worker([func(claim, name="claim")], server, max_jobs=1, poll_delay=0.1) for _ in range(2)]
    await together(one=workers[0].async_run(), two=workers[1].async_run())
    assert len(owners) == 1, f"claimed by {owners}"


claims_race, claims_repaired = pair(claims)


def test_a_job_that_checks_then_acts() -> None:
    outcome = finds(claims_race)
    assert "redis.execute('GET', 'owner'" in str(outcome)
    never_reports(claims_repaired)
