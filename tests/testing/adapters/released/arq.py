"""Bugs of arq."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from checker.testing import together
from tests.testing.adapters.released.table import bug


@bug("arq==0.25.0", "arq==0.26.3", "ResultNotFound")
async def a_result_that_comes_meanwhile() -> None:
    """`Job.result()` raises ResultNotFound for a job that ends between its two looks, at the result and at the queue (arq, pull
    request 374).
    """
    from arq.worker import func

    from checker.testing.adapters.arq import FakeServer, redis, worker

    async def add(context: Any, x: int, y: int) -> int:
        return x + y

    server = FakeServer()
    job = await redis(server).enqueue_job("add", 1, 2)
    assert job is not None
    asked = await together(client=job.result(timeout=30), worker=worker([func(add, name="add")], server).async_run())
    assert asked["client"] == 3


@bug("arq==0.24.0 redis<5", "arq==0.26.3", "JobStatus.not_found")
async def a_status_that_is_asked_meanwhile() -> None:
    """`Job.status()` does not find a job that ends between its looks (arq, issue 329)."""
    from arq.jobs import JobStatus
    from arq.worker import func

    from checker.testing.adapters.arq import FakeServer, redis, worker

    async def add(context: Any, x: int, y: int) -> int:
        return x + y

    server = FakeServer()
    job = await redis(server).enqueue_job("add", 1, 2)
    assert job is not None
    asked = await together(client=job.status(), worker=worker([func(add, name="add")], server).async_run())
    assert asked["client"] != JobStatus.not_found, f"the job is {asked['client']}"


@bug("arq==0.26.1", "arq==0.26.3", "after 10 s")
async def a_job_that_waits_for_its_retry() -> None:
    """A job that asks to be tried again later is run at once by a second worker that has just seen it (arq, issue 482)."""
    from arq import Retry
    from arq.worker import func

    from checker.testing.adapters.arq import FakeServer, redis, worker

    tries: list[float] = []

    async def flaky(context: Any) -> None:
        tries.append(time.monotonic())
        if len(tries) == 1:
            raise Retry(defer=10)

    server = FakeServer()
    await redis(server).enqueue_job("flaky")
    workers = [worker([func(flaky, name="flaky")], server) for _ in range(2)]
    await together(ann=workers[0].async_run(), bob=workers[1].async_run())
    first, second = tries
    assert second - first > 9, f"it is tried again after {second - first:.3f} s, and was to be after 10 s"


@bug("arq==0.23 pydantic<2 redis<5 fakeredis>=2.26", "arq==0.26.3 redis<6 fakeredis>=2.26", "TimeoutError")
async def a_job_that_fills_its_worker() -> None:
    """A job cannot be aborted while its worker has as many as it may have (arq, issue 290)."""
    from arq.worker import func

    from checker.testing.adapters.arq import FakeServer, redis, worker

    async def report(context: Any) -> None:
        await asyncio.sleep(100)

    server = FakeServer()
    job: Any = await redis(server).enqueue_job("report")
    running = asyncio.create_task(worker([func(report, name="report")], server, max_jobs=1, allow_abort_jobs=True).async_run())
    await asyncio.sleep(5)
    assert await job.abort(timeout=30)
    running.cancel()
