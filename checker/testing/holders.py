"""Who holds a lock: asyncio does not keep it, the report of a deadlock needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from checker.testing.environment import current_loop

_acquire, _release = asyncio.Lock.acquire, asyncio.Lock.release


async def _noted_acquire(self: Any) -> Literal[True]:
    got = await _acquire(self)
    loop = current_loop()
    if loop is not None:
        self._teamcheck_holder = loop.current
    return got


def _noted_release(self: Any) -> None:
    self._teamcheck_holder = None
    _release(self)


@contextmanager
def noted_holders() -> Iterator[None]:
    """Within: each `asyncio.Lock` knows the lane that acquired it."""
    asyncio.Lock.acquire, asyncio.Lock.release = _noted_acquire, _noted_release  # type: ignore[method-assign]
    try:
        yield
    finally:
        asyncio.Lock.acquire, asyncio.Lock.release = _acquire, _release  # type: ignore[method-assign]


def holder_of(lock: Any) -> str | None:
    """The name of the agent or task that holds the lock, with what has become of it."""
    lane = getattr(lock, "_teamcheck_holder", None)
    if lane is None:
        return None
    if lane.dead:
        return f"{lane.who}, which has crashed"
    return f"{lane.who}, which has ended" if lane.task is not None and lane.task.done() else str(lane.who)
