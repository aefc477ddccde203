"""The controlled event loop: one handle at a time, in an order that is chosen, on a clock that jumps.

Plain order is that of `asyncio.BaseEventLoop._run_once`: rounds, in each of which the timers that are due are appended to the ready
handles, and then as many handles run as were ready when the round began. A step of code takes no virtual time; timers that are due
at the same nanosecond fire in the order in which they were set, as they do where every step takes a little time. So what happens in
plain order, and in mode `latency` (which changes only how long boundaries take), can happen in plain asyncio.

Plain callbacks (`call_soon`, timers, done callbacks) share one lane: asyncio documents that they run in the order of registration,
and no mode changes that. The steps of one task stay in order of themselves.
"""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any

from checker.testing.agents import Agent, agent_of, current_agent
from checker.testing.choices import CALLBACKS
from checker.testing.chooser import Chooser
from checker.testing.errors import Deadlock, Livelock
from checker.testing.jobs import Jobs
from checker.testing.lanes import ControlledFuture, ControlledTask, Lane, Ready
from checker.testing.lifecycle import Lifecycle
from checker.testing.record import Call, Fault, Record
from checker.testing.settings import Settings
from checker.testing.witness import Witness

NS = 1_000_000_000
START_NS = 10_000 * NS  # of the loop's clock: code may take a time of zero for none, and real clocks are far from it
NEVER = float("inf")
TEST = 1  # the number of the lane of the test itself
MOST_LATE = 3  # timers that the loop may wake up too late for
FAR_NS = NS  # a jump of the clock before which threads that have not ended are looked at longer
POLLED = 500  # rounds in one moment: after these, time goes on although work is ready, as it does where code only looks again and again
POLLED_MORE = 100  # rounds that double how far it may go on, from a millisecond
INBOX_EVERY = 1_000  # steps after which posts of foreign threads are taken although work is ready


class ControlledLoop(Lifecycle):
    """An asyncio event loop under control. `run_once` makes one for each run."""

    def __init__(self, chooser: Chooser, record: Record, settings: Settings, witness: Witness | None = None) -> None:
        super().__init__()
        self.chooser = chooser
        self.record = record
        self.settings = settings
        self.witness = witness
        self.steps = 0
        self.fingerprint = 0  # of the order in which lanes ran
        self.lanes: list[Lane] = [Lane(CALLBACKS, "callbacks", "callbacks")]
        self.lane_of: dict[asyncio.Task[Any], Lane] = {}
        self.current: Lane = self.lanes[CALLBACKS]
        self.jobs = Jobs(self)
        self.clock_moved: Callable[[int], None] | None = None  # told by how many nanoseconds the clock has moved on
        self._now_ns = START_NS
        self._serial = 0
        self._ready: list[Ready] = []
        self._round = 0  # handles left in this round
        self._rounds_here = 0  # since the clock last jumped as nothing was ready
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []
        self._slack_ns = round(settings.slack_s * NS)
        self._late_ns = round(settings.late_s * NS)
        self._long = settings.max_steps // 2  # steps, after which a run may be one that never ends
        self.watches: list[Callable[[], None]] = []  # called after every step; what they raise ends the run
        self.watched: Lane | None = None  # whose step they look at
        self._parked: list[Ready] = []  # of crashed agents: kept, so that no `finally` of theirs runs
        self.crashed: list[str] = []  # the agents (or tasks) that a fault has stopped, in this order
        self.strikes: Callable[[str, Call], bool] | None = None  # whether a fault may strike at a call, where a test says so
        self.at_rest: Callable[[], str | None] = lambda: (
            ""
        )  # asked before a deadlock is called: why it is one, None: something goes on

    # --- time ---------------------------------------------------------------------------------------------------------------

    def time(self) -> float:
        return self._now_ns / NS

    def time_ns(self) -> int:
        return self._now_ns

    def elapsed_ns(self) -> int:
        """Virtual time since the start of the run."""
        return self._now_ns - START_NS

    def elapsed_s(self) -> float:
        return (self._now_ns - START_NS) / NS

    def spend(self, seconds: float) -> None:
        """Moves the clock on without giving others a turn, as a blocking call does."""
        self._move_clock(self._now_ns + max(0, round(seconds * NS)))

    def _move_clock(self, now_ns: int) -> None:
        moved, self._now_ns = now_ns - self._now_ns, now_ns
        if moved and self.clock_moved is not None:
            self.clock_moved(moved)

    # --- what is ready ------------------------------------------------------------------------------------------------------

    def next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:  # type: ignore[override]
        handle = asyncio.Handle(callback, args, self, context)
        if not self._closed:
            self._enqueue(handle, callback)
        return handle

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:  # type: ignore[override]
        if threading.get_ident() == self.owner:
            return self.call_soon(callback, *args, context=context)
        handle = asyncio.Handle(callback, args, self, context)
        job = self.jobs.current()
        if job is None or not job.hands_over(lambda: self._enqueue(handle, callback)):
            self.foreign.post(handle, callback)
        return handle

    def set_default_executor(self, executor: Any) -> None:
        """Its number of threads counts; its jobs run in the turns of this loop."""
        self.jobs.default = executor

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now_ns / NS + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        if not self._closed and when != NEVER:
            timer._scheduled = True  # type: ignore[attr-defined]
            self._serial += 1
            heapq.heappush(self._timers, (round(when * NS), self._serial, timer))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are left out when their time comes."""

    def _enqueue(self, handle: asyncio.Handle, callback: Any) -> None:
        owner = getattr(callback, "__self__", None)
        if isinstance(owner, asyncio.Task):
            known = owner.lane if isinstance(owner, ControlledTask) else self.lane_of.get(owner)
            lane = known or self.adopt(owner, handle._context)  # type: ignore[attr-defined]
        else:
            lane = self.lanes[CALLBACKS]
        (self._parked if lane.dead else self._ready).append(Ready(handle, lane, self._now_ns))

    def enqueue_in(self, lane: Lane, handle: asyncio.Handle) -> None:
        (self._parked if lane.dead else self._ready).append(Ready(handle, lane, self._now_ns))

    def ready_lanes(self) -> list[Lane]:
        """Each lane that has ready work, once, the one whose work is oldest first."""
        return list(dict.fromkeys([ready.lane for ready in self._ready if not ready.handle._cancelled]))

    def first_ready(self, lane: Lane) -> asyncio.Handle:
        return next(ready.handle for ready in self._ready if ready.lane is lane and not ready.handle.cancelled())

    def new_lane(self, kind: Any, label: str, agent: Agent | None) -> Lane:
        lane = Lane(len(self.lanes), kind, label, agent)
        if agent is not None and not agent.lane:
            agent.lane = lane.number
        self.lanes.append(lane)
        if self.witness:
            self.witness.made(lane)
        return lane

    # --- one turn -----------------------------------------------------------------------------------------------------------

    def turn(self) -> None:
        """Runs one handle, or moves the clock to the next timer. Raises Deadlock where neither is possible."""
        if self.foreign.inbox and self.steps % INBOX_EVERY == 0:
            self._take_posts()
        if self._round <= 0 or not self._ready:
            self._take_due_timers()
            self._round = len(self._ready)
            if not self._round:
                self._idle()
                return
            self._rounds_here += 1
            if self._rounds_here > POLLED:
                self._go_on()
        self._round -= 1
        chooser = self.chooser
        ready = self._overtaking() if chooser.overtakes and self._timers else None
        if ready is None:
            waiting = self._ready
            ready = waiting.pop(self._position() if chooser.reorders and len(waiting) > 1 else 0)
        if not ready.handle._cancelled:
            self._run(ready)

    def _take_due_timers(self) -> None:
        timers: list[tuple[int, int, Any]] = self._timers
        while timers and timers[0][0] <= self._now_ns:
            timer = heapq.heappop(timers)[2]
            timer._scheduled = False
            if not timer._cancelled:
                self._enqueue(timer, timer._callback)

    def _go_on(self) -> None:
        """Code that waits for a timer by `sleep(0)` gets there, as each look takes time: many looks where it is far, for work may be just long."""
        when = self._next_timer_ns()
        if when is not None and when - self._now_ns <= NS // 1_000 * 2 ** ((self._rounds_here - POLLED) // POLLED_MORE):
            self._move_clock(when)
            self._rounds_here -= POLLED_MORE  # who goes on looking gets to the next one sooner
            self._take_due_timers()
            self._round = len(self._ready)

    def _take_posts(self) -> None:
        for handle, callback in self.foreign.take():
            self._enqueue(handle, callback)

    def _next_timer_ns(self) -> int | None:
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)[2]._scheduled = False  # type: ignore[attr-defined]
        return timers[0][0] if timers else None

    def is_at_rest(self) -> bool:
        """Whether nothing is ready, set, or under way in a job, besides what runs now."""
        return not (self._ready or self.jobs.waiting() or self.foreign.inbox) and self._next_timer_ns() is None

    def _idle(self) -> None:
        """Nothing is ready: a helper thread may post something, else the clock jumps to the next timer."""
        when = self._next_timer_ns()
        if self.foreign.wait(final=when is None, far=when is not None and when > self._now_ns + FAR_NS):
            self.record.foreign_threads = True
            self._take_posts()
        elif when is not None:
            self._rounds_here = 0
            self._move_clock(max(self._now_ns, self._wakes_at(when)))
        elif (why := self.at_rest()) is not None:
            raise Deadlock(why)

    def _wakes_at(self, when: int) -> int:
        """At the next timer, or later: a loop that was held up finds all ready that has become due meanwhile, oldest first."""
        timers: list[tuple[int, int, Any]] = self._timers
        limit = when + self._late_ns
        found = [due for due, _, timer in timers if when < due <= limit and not timer._cancelled] if len(timers) > 1 else ()
        if not found:
            return when
        later = sorted(set(found))[:MOST_LATE]
        chosen = self.chooser.wake(len(later), self.witness.wake(self, when, later) if self.witness else None)
        return later[chosen - 1] if chosen else when

    def due_by(self, until_ns: int) -> list[asyncio.TimerHandle]:
        """The timers that have come by then, the first one first."""
        return [timer for due, _, timer in sorted(self._timers, key=lambda t: t[:2]) if due <= until_ns and not timer.cancelled()]

    def _overtaking(self) -> Ready | None:
        """The next timer, where it is due within the slack and is chosen to go before the ready work."""
        when = self._next_timer_ns()
        if when is None or when <= self._now_ns or when - self._ready[0].since_ns > self._slack_ns:
            return None
        if not self.chooser.timer(self.witness.timer(self, self._timers[0][2], when) if self.witness else None):
            return None
        self._move_clock(when)
        timer = heapq.heappop(self._timers)[2]
        timer._scheduled = False  # type: ignore[attr-defined]
        return Ready(timer, self.lanes[CALLBACKS], when)

    def _position(self) -> int:
        """Where, among the ready handles, the one stands that is chosen to run."""
        lanes = self.ready_lanes()
        if len(lanes) < 2:
            return 0
        tell = self.witness.order(self, lanes) if self.witness else None
        chosen = lanes[self.chooser.order([lane.number for lane in lanes], tell)]
        place = 0
        while self._ready[place].lane is not chosen:
            place += 1
        return place

    def _run(self, ready: Ready) -> None:
        lane, handle = ready.lane, ready.handle
        if self.crashed and self._is_of_crashed(ready):
            self._parked.append(ready)
            return
        self.steps += 1
        self.fingerprint = (self.fingerprint * 1_000_003 + lane.number + 1) & 0xFFFFFFFFFFFFFFFF
        if self.steps > self._long:
            self._note_long(lane)
        self.current = lane
        if self.witness:
            self.witness.step(self, lane)
        if self.chooser.sweeps and lane.task is not None:
            self._maybe_cancel(lane, lane.task, "as it resumes" if lane.started else "before it starts")
        lane.started = True
        handle._run()
        self.current = self.lanes[CALLBACKS]
        if lane.task is not None:
            if lane.task.done():
                self.note_end(lane)
            elif self.chooser.sweeps:
                self._maybe_cancel(lane, lane.task, "")
        if self.watches:
            self.watched = lane
            for watch in self.watches:
                watch()
            self.watched = None

    def _note_long(self, lane: Lane) -> None:
        """A step of a run that may never end: it is in plain order, which is fair to every lane."""
        self.chooser.quiet = True
        self.stretch.note(self, lane)
        if self.steps > self.settings.max_steps:
            raise Livelock

    def idle_threads(self) -> set[int]:
        return self.jobs.idle_threads()

    # --- faults -------------------------------------------------------------------------------------------------------------

    def _is_of_crashed(self, ready: Ready) -> bool:
        if ready.lane.kind != "callbacks":
            return ready.lane.dead
        agent = agent_of(ready.handle._context)  # type: ignore[attr-defined]
        return agent is not None and agent.crashed

    def _maybe_cancel(self, lane: Lane, task: asyncio.Task[Any], when: str) -> None:
        """A suspension is two points: right after it, and when what the task waits for has come, which a cancellation then takes from it."""
        if not self.may_cancel(lane):
            return
        if self.chooser.cancel(self.witness.cancel(self, lane, when) if self.witness else None):
            self.note_fault("cancel", lane.who, lane.label)
            task.cancel()

    def may_cancel(self, lane: Lane) -> bool:
        wanted = self.settings.cancel
        if lane.number == TEST:
            return False
        return wanted is True or (wanted is not False and lane.label in wanted)

    def crash(self) -> None:
        """Stops the agent of the running code for good: no step, callback or job of it runs any more, no `finally` of it either.

        Code with no agent is its own task alone.
        """
        agent = self.acting()
        lanes = [lane for lane in self.lanes[1:] if lane is self.current or (agent is not None and lane.agent is agent)]
        self._stop(self.who(), lanes, [] if agent is None else [agent])

    def crash_agent(self, name: str) -> bool:
        """The same of another agent, or of a task of that name that belongs to none, whatever it does; False where nothing of it goes on."""
        lanes = [lane for lane in self.lanes[1:] if lane.who == name and not lane.dead]
        self.note_fault("crash", name, name)
        self._stop(name, lanes, [lane.agent for lane in lanes if lane.agent is not None])
        return any(lane.task is not None and not lane.task.done() for lane in lanes)

    def _stop(self, who: str, lanes: Sequence[Lane], agents: Sequence[Agent]) -> None:
        self.crashed.append(who)
        for lane in lanes:
            lane.dead = True
            self.note_crash(lane)
        for agent in agents:
            agent.crashed = True
            for watcher in agent.watchers:
                if not watcher.done():
                    watcher.set_result(None)
        self._parked += [ready for ready in self._ready if ready.lane.dead]
        self._ready = [ready for ready in self._ready if not ready.lane.dead]
        self.jobs.fill_all()

    def acting(self) -> Agent | None:
        """The agent of the running code, in a job that of the task that started it."""
        return (current_agent() if self.thread == threading.get_ident() else None) or self.current.agent

    def who(self) -> str:
        """The name of the agent of the running code, or of its task."""
        agent = self.acting()
        return agent.name if agent else self.current.label

    def note_fault(self, kind: str, who: str, task: str, call: int | None = None) -> None:
        at = self.record.next_at()
        self.record.faults.append(Fault(at=at, at_s=self.elapsed_s(), kind=kind, agent=who, task=task, call=call))

    # --- tasks and futures --------------------------------------------------------------------------------------------------

    def create_future(self) -> asyncio.Future[Any]:
        return ControlledFuture(loop=self)

    def create_task(self, coro: Any, *, name: Any = None, context: Context | None = None, **others: Any) -> asyncio.Task[Any]:
        if self.task_factory is not None:
            extra = {} if context is None else {"context": context}
            task: asyncio.Task[Any] = self.task_factory(self, coro, **extra, **others)
            if name is not None:
                task.set_name(name)
        else:
            task = ControlledTask(coro, loop=self, name=name, context=context, **others)
            if task.lane is not None:  # as a rule its first step is ready by now
                return task
        self.adopt(task, context)
        return task

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        return self.jobs.submit(executor, func, args).future
