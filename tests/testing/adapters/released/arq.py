"""Bugs of arq."""

from __future__ import annotations

from typing import Any

from checker.testing import together
from tests.testing.adapters.released.table import bug


@bug("arq==0.25.0", "arq==0.26.3", "ResultNotFound")
async def a_result_that_comes_meanwhile() -> None:
    """`Job.result()` raises ResultNotFound for a job that ends between its two looks, at the result and at the queue."""
    from arq.worker import func

    from checker.testing.adapters.arq import FakeServer, redis, worker

    async def add(context: Any, x: int, y: int) -> int:
        return x + y

    server = FakeServer()
    job = await redis(server).enqueue_job("add", 1, 2)
    assert job is not None
    asked = await together(client=job.result(timeout=30), worker=worker([func(add, name="add")], server).async_run())
    assert asked["client"] == 3
