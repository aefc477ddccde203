"""Starting, ending and cleaning up a controlled loop, and the accounts it keeps of its tasks."""

from __future__ import annotations

import asyncio
import sys
import threading
import weakref
from asyncio import base_events
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from checker.testing.agents import agent_of, current_agent
from checker.testing.foreign import ForeignThreads
from checker.testing.lanes import ControlledTask, Lane, coroutine_name, is_default_name
from checker.testing.no_io import NoIO
from checker.testing.record import Record, TaskSpan, Unhandled
from checker.testing.settings import Settings
from checker.testing.stuck import Stretch

CLEANUP_STEPS = 2_000


class Lifecycle(NoIO):
    """What a loop needs around its turns; `ControlledLoop` adds the turns."""

    record: Record
    settings: Settings
    lanes: list[Lane]
    lane_of: dict[asyncio.Task[Any], Lane]
    current: Lane

    def __init__(self) -> None:
        self.owner = threading.get_ident()  # the thread that made the loop, and runs it
        self.thread: int | None = None  # the same while it runs
        self.foreign = ForeignThreads(self)
        self.stretch = Stretch()
        self.task_factory: Callable[..., Any] | None = None
        self.slow_callback_duration = 0.1
        self.ending = False  # the test has ended: what still runs is cleanup, and is not recorded
        self._tasks_seen = 0
        self._closed = False
        self._stopping = False
        self._handler: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], Any] | None = None
        self._generators: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()

    def turn(self) -> None:
        raise NotImplementedError

    def new_lane(self, kind: Any, label: str, agent: Any) -> Lane:
        raise NotImplementedError

    def next_serial(self) -> int:
        raise NotImplementedError

    def elapsed_s(self) -> float:
        raise NotImplementedError

    def idle_threads(self) -> set[int]:
        raise NotImplementedError

    # --- running ------------------------------------------------------------------------------------------------------------

    def run_forever(self) -> None:
        if self._closed:
            raise RuntimeError("Event loop is closed")
        if self.thread is not None:
            raise RuntimeError("This event loop is already running")
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._generator_started, finalizer=self._generator_dropped)
        self.thread = threading.get_ident()
        asyncio._set_running_loop(self)
        try:
            while not self._stopping:
                self.turn()
        finally:
            self._stopping = False
            self.thread = None
            asyncio._set_running_loop(None)
            sys.set_asyncgen_hooks(*hooks)

    def run_until_complete(self, future: Any) -> Any:
        __tracebackhide__ = True  # of pytest
        task = asyncio.ensure_future(future, loop=self)
        stop: Any = base_events._run_until_complete_cb  # type: ignore[attr-defined]  # anyio knows the root task by it
        task.add_done_callback(stop)
        try:
            self.run_forever()
        finally:
            task.remove_done_callback(stop)
        if not task.done():
            raise RuntimeError("Event loop stopped before Future completed.")
        return task.result()

    def stop(self) -> None:
        self._stopping = True

    def is_running(self) -> bool:
        return self.thread is not None

    def is_closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        if self.is_running():
            raise RuntimeError("Cannot close a running event loop")
        self._closed = True

    def refuses_work(self) -> bool:
        """Work that comes after the end (from finalizers, mostly) is dropped in silence, as nobody could run it."""
        return self._closed

    # --- cleaning up --------------------------------------------------------------------------------------------------------

    def clean_up(self) -> None:
        """Cancels what still waits, lets it unwind in plain order, and closes what does not end. Nothing of it is recorded."""
        self.ending = True
        waiting = [lane.task for lane in self.lanes if lane.task is not None and not lane.task.done() and not lane.dead]
        for task in waiting:
            task.cancel()
        with suppress(Exception):
            self._let_unwind(waiting)
        with suppress(Exception):
            self._let_unwind([self._unrecorded(self.shutdown_asyncgens())])
        for lane in self.lanes:
            if lane.task is not None:
                _forget(lane.task)
        self.close()

    def _unrecorded(self, coroutine: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = self.create_task(coroutine)
        return task

    def _let_unwind(self, tasks: list[asyncio.Task[Any]]) -> None:
        asyncio._set_running_loop(self)
        self.thread = threading.get_ident()
        try:
            for _ in range(CLEANUP_STEPS):
                if all(task.done() for task in tasks):
                    break
                self.turn()
        finally:
            self.thread = None
            asyncio._set_running_loop(None)

    async def shutdown_asyncgens(self) -> None:
        generators = [self._generators[key] for key in sorted(self._generators)]
        self._generators.clear()
        await asyncio.gather(*(generator.aclose() for generator in generators), return_exceptions=True)

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Jobs run in the turns of this loop: there is no executor to shut down."""

    def _generator_started(self, generator: Any) -> None:
        self._generators[self.next_serial()] = generator

    def _generator_dropped(self, generator: Any) -> None:
        if not self._closed:
            self.call_soon_threadsafe(self.create_task, generator.aclose())

    # --- accounts of tasks --------------------------------------------------------------------------------------------------

    def adopt(self, task: asyncio.Task[Any], context: Any = None) -> Lane:
        """The lane of a task, made when the loop first sees it; a task without a name of its own gets one of this run."""
        lane = self.lane_of.get(task)
        if lane is not None:
            return lane
        self._tasks_seen += 1
        number = self._tasks_seen
        if is_default_name(task.get_name()):
            task.set_name(f"{coroutine_name(task.get_coro())}-{number}")
        agent = current_agent() if context is None else agent_of(context)
        name = task.get_name()
        lane = self.lane_of[task] = self.new_lane("task", name, agent)
        lane.task = task
        if isinstance(task, ControlledTask):
            task.lane = lane
        if not self.ending:
            at = self.record.next_at()
            parent = self.current.label if self.current.number else None
            lane.span = TaskSpan(
                number=number, name=name, agent=agent.name if agent else name, parent=parent, started_at=at, started_s=self.elapsed_s()
            )  # fmt: skip
            self.record.tasks.append(lane.span)
            if agent is not None and agent.lane == lane.number and agent.name == name:
                self.record.agents.append(agent.name)
        return lane

    def note_end(self, lane: Lane) -> None:
        """The task of the lane is done."""
        task, span = lane.task, lane.span
        if task is None or span is None or span.ended_at is not None or self.ending:
            return
        span.ended_at, span.ended_s = self.record.next_at(), self.elapsed_s()
        if task.cancelled():
            span.outcome = "cancelled"
            return
        span.error = task._exception  # `exception()` would count as taking it
        span.outcome = "returned" if span.error is None else "raised"

    def note_crash(self, lane: Lane) -> None:
        if lane.span is not None and lane.span.ended_at is None:
            lane.span.ended_at, lane.span.ended_s, lane.span.outcome = self.record.next_at(), self.elapsed_s(), "crashed"

    def note_final(self) -> None:
        """Completes the record: the names of tasks as they are now, and the exceptions that no code has taken, which asyncio would log."""
        for lane in self.lanes:
            if lane.span is None or lane.task is None:
                continue
            lane.span.name, lane.span.agent = lane.label, lane.who
            if lane.number > 1 and lane.task.done() and getattr(lane.task, "_log_traceback", False):
                self.note_unhandled("the exception of this task was never taken", lane.task.exception(), lane.label)

    # --- exceptions that nobody handles -------------------------------------------------------------------------------------

    def set_exception_handler(self, handler: Any) -> None:
        self._handler = handler

    def get_exception_handler(self) -> Any:
        return self._handler

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        if not self.ending:
            error, task = context.get("exception"), context.get("task")
            name = task.get_name() if isinstance(task, asyncio.Task) else None
            self.note_unhandled(str(context.get("message", "")), error, name)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if self._handler is None or self.ending:
            self.default_exception_handler(context)
            return
        try:
            self._handler(self, context)
        except Exception as error:
            self.note_unhandled("the exception handler of the loop raised", error, None)

    def note_unhandled(self, message: str, error: BaseException | None, task: str | None) -> None:
        at = self.record.next_at()
        self.record.unhandled.append(Unhandled(at=at, at_s=self.elapsed_s(), message=message, error=error, task=task))

    # --- small things -------------------------------------------------------------------------------------------------------

    def get_debug(self) -> bool:
        return False

    def set_debug(self, enabled: bool) -> None:
        """Accepted and not used: the debug mode of asyncio measures real time."""

    def set_task_factory(self, factory: Any) -> None:
        self.task_factory = factory

    def get_task_factory(self) -> Any:
        return self.task_factory


def _forget(task: asyncio.Task[Any]) -> None:
    """A task that will never run again is not complained about, and its coroutine is closed while nobody watches."""
    if task.done():
        if not task.cancelled():
            task.exception()
        return
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    with suppress(BaseException):
        coroutine: Any = task.get_coro()
        coroutine.close()
