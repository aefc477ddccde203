"""The fault `collect`: the garbage collector runs while a call is under way, and takes the tasks that nobody holds.

"The event loop only keeps weak references to tasks. A task that isn't referenced elsewhere may get garbage collected at any time, even
before it's done" (documentation of `asyncio.create_task`). The accounts of a controlled loop hold every task, so here they let go of
them for a moment, and what the call waits for is held by nobody but its task. A task that is reached from anywhere else survives.
"""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.testing.loop import ControlledLoop


async def sleep_unheld(loop: ControlledLoop, seconds: float) -> None:
    """Sleeps while the collector runs; does not return where the calling task is taken."""
    future = loop.create_future()
    loop.call_later(seconds, _wake, weakref.ref(future))
    loop.call_soon(_collect, loop)
    await future


def _wake(held: weakref.ref[asyncio.Future[Any]]) -> None:
    future = held()
    if future is not None and not future.done():
        future.set_result(None)


def _collect(loop: ControlledLoop) -> None:
    waiting = []
    for lane in loop.lanes:
        if lane.task is not None and not lane.task.done():
            waiting.append((weakref.ref(lane.task), lane))
            del loop.lane_of[lane.task]
            lane.task = None
    gc.collect()
    for held, lane in waiting:
        task = held()
        if task is not None:
            lane.task, loop.lane_of[task] = task, lane
        elif lane.span is not None:
            lane.span.ended_at, lane.span.ended_s, lane.span.outcome = loop.record.next_at(), loop.elapsed_s(), "collected"
