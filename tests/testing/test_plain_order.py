"""Plain order is asyncio's own: random programs run on asyncio's loop, with another clock, and on ours, with equal traces."""

from __future__ import annotations

import asyncio
import heapq
import random
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from checker.testing import Settings, run_once

Program = Callable[[], Coroutine[Any, Any, list[str]]]


class Selector(selectors.SelectSelector):
    """Never sees input or output; to wait moves the clock on."""

    now_ns = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        assert timeout is not None, "the program waits for ever"
        self.now_ns += round(timeout * 1e9)
        return []


class Timer(asyncio.TimerHandle):
    """Timers of one instant fire in the order in which they were set, as they do where each step of code takes a little time."""

    made = 0

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        Timer.made += 1
        self.key = (round(self.when() * 1e9), Timer.made)

    def __lt__(self, other: Any) -> bool:
        return bool(self.key < other.key)


class Reference(asyncio.SelectorEventLoop):
    """The event loop of asyncio, with a clock that jumps."""

    def __init__(self) -> None:
        self.selector = Selector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now_ns / 1e9

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        timer = Timer(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer


def program(seed: int) -> Program:
    """A random program of six tasks over locks, events, queues, timers and callbacks; it returns what happened in order."""

    async def main() -> list[str]:
        rng = random.Random(seed)
        loop = asyncio.get_running_loop()
        trace: list[str] = []
        start = loop.time()
        lock, event, queue = asyncio.Lock(), asyncio.Event(), asyncio.Queue[int](2)
        semaphore, condition = asyncio.Semaphore(2), asyncio.Condition()

        async def act(who: str, kind: int) -> None:
            trace.append(f"{who}:{kind}@{loop.time() - start:.6f}")
            if kind == 0:
                await asyncio.sleep(0)
            elif kind == 1:
                await asyncio.sleep(rng.choice((0.001, 0.002, 0.003, 0.0)))
            elif kind == 2:
                async with lock:
                    await asyncio.sleep(rng.choice((0, 0.001)))
            elif kind == 3:
                event.set()
                await asyncio.sleep(0)
                event.clear()
            elif kind == 4:
                loop.call_soon(trace.append, f"{who} soon")
                loop.call_later(0.0015, trace.append, f"{who} later")
                loop.call_later(0, trace.append, f"{who} at once")
            elif kind == 5:
                await asyncio.gather(act(f"{who}.g", 0), act(f"{who}.h", 1))
            elif kind == 6:
                async with semaphore:
                    await asyncio.sleep(0.001)
            elif kind == 7:
                try:
                    async with asyncio.timeout(0.0025):
                        await event.wait()
                except TimeoutError:
                    trace.append(f"{who} timeout")
            elif kind == 8:
                child = asyncio.ensure_future(act(f"{who}.c", 1))
                await asyncio.sleep(0)
                child.cancel()
                await asyncio.wait([child])
            elif kind == 9:
                async with condition:
                    condition.notify_all()
            elif kind == 10:
                queue.put_nowait(1) if not queue.full() else None
                try:
                    await asyncio.wait_for(queue.get(), 0.001)
                except TimeoutError:
                    trace.append(f"{who} empty")
            elif kind == 11:
                async with condition:
                    try:
                        await asyncio.wait_for(condition.wait(), 0.002)
                    except TimeoutError:
                        trace.append(f"{who} unnotified")

        async def worker(who: str, kinds: list[int]) -> None:
            for kind in kinds:
                await act(who, kind)
            trace.append(f"{who} ends")

        plans = {f"w{i}": [rng.randrange(12) for _ in range(6)] for i in range(6)}
        async with asyncio.TaskGroup() as group:
            for who, kinds in plans.items():
                group.create_task(worker(who, kinds))
        return trace

    return main


@pytest.mark.parametrize("block", range(10))
def test_plain_order_is_the_order_of_asyncio(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        with asyncio.Runner(loop_factory=Reference) as runner:
            expected = runner.run(program(seed)())
        run = run_once(program(seed), Settings(mode="latency"))
        assert run.failure is None
        assert run.result == expected
        assert len(expected) > 40
