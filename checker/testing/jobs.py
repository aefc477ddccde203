"""`run_in_executor` and `asyncio.to_thread`: each job is a lane, in a real thread that runs only while the loop waits for it.

So a job has what code in a thread expects (no running loop, thread-local data, it may block), and yet nothing runs beside it: it is
one atomic step from its start, or from a `time.sleep` in it, to its end or its next `time.sleep`. What a real thread could do between
two lines of a job is not explored. When a job starts is a latency (letter `l`, plain: at once).

A job that blocks on the loop itself (`run_coroutine_threadsafe(...).result()`), on a lock that another job holds, or for long in the
real world is let go: the loop runs on, and the job counts as a foreign thread until it ends. Whatever executor was given, the job runs
here; of one that has a number of threads no more jobs are under way at once, and the others begin in their order. A process pool has no meaning in a
controlled run.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from time import sleep as time_sleep  # by name: the one in `time` is virtual within a run
from typing import TYPE_CHECKING, Any

from checker.testing.errors import Deadlock, RealIORefused
from checker.testing.foreign import activity, is_asleep

if TYPE_CHECKING:
    from checker.testing.lanes import Lane
    from checker.testing.loop import ControlledLoop

LONGEST_START_US = 100_000
LOOK_S = 0.005  # real time after which a job that has not come back is looked at
LOOKS = 30  # looks in a row at which a job sleeps and does nothing: it may wait for a lock that another, halted job holds
_BLOCKS = {"threading.py": {"wait", "join", "acquire"}, "_base.py": {"result", "exception"}, "queue.py": {"get", "put"}}
_idle: list[Worker] = []  # threads that have ended a job and wait for another, for all runs of the process


class JobEnded(BaseException):
    """Raised in a job that will never be continued, when the run is over."""


class Worker:
    """A thread and two locks: `go` is released to let it run, `back` when it has come to a halt. Both are held otherwise."""

    def __init__(self) -> None:
        self.go, self.back = threading.Lock(), threading.Lock()
        self.go.acquire()
        self.back.acquire()
        self.job: Job | None = None
        self.thread = threading.Thread(target=self._serve, daemon=True, name="teamcheck-job")
        self.thread.start()

    def _serve(self) -> None:
        while True:
            self.go.acquire()
            job = self.job
            assert job is not None
            job.execute()


class Job:
    """One function to run in a thread."""

    def __init__(
        self, loop: ControlledLoop, lane: Lane, function: Callable[..., Any], args: tuple[Any, ...], executor: Any = None
    ) -> None:
        self.loop = loop
        self.lane = lane
        self.executor = executor
        self.started = False  # it has a thread of its executor
        self.turn = 0  # how often it was let run
        self.due_s = 0.0  # when its sleep is over
        self.outside: Future[Any] | None = None  # what `ThreadPoolExecutor.submit` gave for it
        self.future: asyncio.Future[Any] = loop.create_future()
        self.worker: Worker | None = None
        self.sleep_s: float | None = None  # set while it is halted in a sleep
        self.over = False  # the run is over: a halted job must unwind
        self.ended = False
        self.detached = False  # it blocks on something, and the loop has gone on
        self._call = (function, args)
        self._result: Any = None
        self._error: BaseException | None = None
        self._switch = threading.Lock()

    # in the worker thread

    def execute(self) -> None:
        function, args = self._call
        try:
            self._result = function(*args)
        except BaseException as error:
            self._error = error
        with self._switch:
            self.ended = True
            detached = self.detached
        worker = self.worker
        assert worker is not None
        if detached:
            self.loop.foreign.post(asyncio.Handle(self.finish, (), self.loop, None), self.finish)
        worker.back.release()

    def sleep(self, seconds: float) -> None:
        """Halts the job for this long in virtual time."""
        worker = self.worker
        if self.detached or worker is None:
            return
        self.sleep_s = max(0.0, seconds)
        worker.back.release()
        worker.go.acquire()
        if self.over:
            raise JobEnded

    def is_cancelled(self) -> bool:
        """Before it had a thread: then it never runs."""
        outside = self.outside is not None and self.outside.cancelled()
        return not self.started and (outside or self.future.cancelled())

    def hands_over(self, enqueue: Callable[[], None]) -> bool:
        """What the job posts while the loop waits for it comes at once; False where the loop has gone on."""
        with self._switch:
            if not self.detached and not self.loop.refuses_work():
                enqueue()
            return not self.detached

    def halt(self) -> None:
        """Halts the job for ever: its agent has crashed."""
        self.lane.dead = True
        self.sleep(0.0)

    # in the thread of the loop

    def step(self, turn: int) -> None:
        """Lets the job run to its end or its next sleep, unless it has been let run since that was asked for."""
        if self._is_past(turn):
            return
        self.turn += 1
        if self.worker is None:
            self.worker = _idle.pop() if _idle else Worker()
            self.worker.job = self
        self.loop.jobs.running = self
        self.sleep_s = None
        self.worker.go.release()
        still, before = 0, ""
        while not self.worker.back.acquire(timeout=LOOK_S):
            now = activity(self.worker.thread)
            still = still + 1 if is_asleep(self.worker.thread) and now == before else 0
            before = now
            if (still >= LOOKS or self._blocks()) and self._detach():
                break
        self.loop.jobs.running = None
        if self.ended and not self.detached:
            self.finish()
            return
        halted_s = self._halted_s()
        if halted_s is not None:
            self.due_s = self.loop.elapsed_s() + halted_s
            handle = asyncio.Handle(self.step, (self.turn,), self.loop, None)
            self.loop.call_later(halted_s, self.loop.enqueue_in, self.lane, handle)

    def _is_past(self, turn: int) -> bool:
        return self.ended or turn != self.turn

    def _halted_s(self) -> float | None:
        return self.sleep_s

    def finish(self) -> None:
        worker = self.worker
        if worker is not None:
            if self.detached:
                worker.back.acquire()
            worker.job = self.worker = None
            _idle.append(worker)
        self.loop.jobs.fill(self.executor)
        if self.future.done() or self.over:
            return
        if isinstance(self._error, StopIteration):
            self._error = RuntimeError(f"the job raised StopIteration: {self._error}")
        self.future.set_exception(self._error) if self._error is not None else self.future.set_result(self._result)

    def end(self) -> None:
        """The run is over: a job that is halted in a sleep unwinds unseen."""
        self.over = True
        if self.worker is not None and self.sleep_s is not None and not self.ended:
            self.worker.go.release()
            if self.worker.back.acquire(timeout=1.0):
                self.finish()

    def _blocks(self) -> bool:
        """True when the thread waits for another thread, in a lock, queue or future."""
        assert self.worker is not None
        thread = self.worker.thread
        frame = sys._current_frames().get(thread.ident or 0)
        if frame is None or not is_asleep(thread):
            return False
        names = _BLOCKS.get(frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2], set())
        return frame.f_code.co_name in names

    def _detach(self) -> bool:
        with self._switch:
            self.detached = not self.ended
        return self.detached


class Jobs:
    """The jobs of one loop."""

    def __init__(self, loop: ControlledLoop) -> None:
        self._loop = loop
        self._all: list[Job] = []
        self._pools: dict[Any, list[Job]] = {}  # by executor: the jobs that have not ended, in order
        self._over = False
        self.default: Any = None  # the executor of the loop, where one was set
        self.running: Job | None = None

    def submit(self, executor: Any, function: Callable[..., Any], args: tuple[Any, ...]) -> Job:
        """A job; its `future` is one of asyncio."""
        if isinstance(executor, ProcessPoolExecutor):
            raise RealIORefused("run_in_executor with a process pool: another process is beyond the control of the run")
        executor = executor or self.default
        loop = self._loop
        job = Job(loop, loop.new_lane("job", _label(function), loop.acting()), function, args, executor)
        self._all.append(job)
        self._pools.setdefault(executor, []).append(job)
        self.fill(executor)
        return job

    def fill(self, executor: Any) -> None:
        """Starts the oldest jobs of an executor that has threads left; those of a crashed agent need none."""
        pool = self._pools.get(executor, [])
        if self._over:
            return
        pool[:] = [job for job in pool if not (job.ended or job.lane.dead or job.is_cancelled())]
        for job in pool[: getattr(executor, "_max_workers", None)]:
            if not job.started:
                job.started = True
                self._start(job)

    def of(self, executor: Any) -> list[Job]:
        """The jobs of an executor that have not ended, in order."""
        return list(self._pools.get(executor, ()))

    def fill_all(self) -> None:
        for executor in list(self._pools):
            self.fill(executor)

    def _start(self, job: Job) -> None:
        loop, lane = self._loop, job.lane
        start = asyncio.Handle(job.step, (0,), loop, None)
        wait_us = loop.chooser.latency(
            lane.number, 0, 0, LONGEST_START_US, loop.witness.start(loop, lane) if loop.witness else None
        )
        if wait_us:
            loop.call_later(wait_us / 1e6, loop.enqueue_in, lane, start)
        else:
            loop.enqueue_in(lane, start)

    def complete(self, job: Job, timeout_s: float | None) -> None:
        """The code on the loop blocks until the job has ended: it runs at once, with those that keep its thread from it. Raises Deadlock where
        it waits for the loop itself."""
        loop = self._loop
        end_s = None if timeout_s is None else loop.elapsed_s() + timeout_s
        while not job.ended:
            wanted = job if job.started else self._pools[job.executor][0]
            first = self._other_than(wanted) if wanted.detached else wanted
            if first is None:
                self.fill(wanted.executor)
                continue
            due_s = max(first.due_s, loop.elapsed_s())
            if end_s is not None and due_s > end_s:
                loop.spend(end_s - loop.elapsed_s())
                return
            loop.spend(due_s - loop.elapsed_s())
            first.step(first.turn)

    def _other_than(self, blocked: Job) -> Job | None:
        """The job to go on where one waits for a lock that another may hold: that whose sleep is over first. None: it has ended meanwhile."""
        others = [j for j in self._all if j.started and j is not blocked and not (j.ended or j.detached or j.lane.dead)]
        for _ in range(LOOKS):
            if blocked.ended:
                return None
            time_sleep(LOOK_S)
        if not others:
            raise Deadlock(f"the loop waits for {blocked.lane.label}, which waits for the loop")
        return min(others, key=lambda other: other.due_s)

    def current(self) -> Job | None:
        """The job of the calling thread, if it is one."""
        ident = threading.get_ident()
        if ident == self._loop.thread:
            return None
        for job in self._all:
            if job.worker is not None and job.worker.thread.ident == ident:
                return job
        return None

    def idle_threads(self) -> set[int]:
        """Threads of ours that wait for a job, or are halted in a sleep: none of them can post anything."""
        halted = [job.worker for job in self._all if job.worker is not None and job.sleep_s is not None]
        return {worker.thread.ident or 0 for worker in (*_idle, *halted)}

    def waiting(self) -> set[int]:
        """The numbers of the lanes whose job has not ended."""
        return {job.lane.number for job in self._all if not job.ended}

    def end(self) -> None:
        self._over = True
        for job in self._all:
            job.end()


def _label(function: Any) -> str:
    """`fetch` for the function of `asyncio.to_thread(fetch, …)`, which wraps it in a partial of a context's `run`."""
    inner = function
    while hasattr(inner, "func"):
        inner = inner.args[0] if inner.args and getattr(inner.func, "__name__", "") == "run" else inner.func
    return f"job {getattr(inner, '__qualname__', type(inner).__name__).rsplit('<locals>.', 1)[-1]}"
