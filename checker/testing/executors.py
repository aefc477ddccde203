"""`ThreadPoolExecutor.submit` on the loop's thread: what is submitted is a job like one of `run_in_executor`.

Only there: what a thread submits, and executors with an `initializer`, have real threads. Code on the loop that blocks until such a job has
ended (`result()`, `wait`, `as_completed`, `map`, `shutdown`, the end of a `with`) is given what it waits for at once, as nothing else could run
meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from checker.testing.environment import current_loop

if TYPE_CHECKING:
    from checker.testing.jobs import Job
    from checker.testing.loop import ControlledLoop


class JobFuture(Future[Any]):
    """What `submit` gives: whoever blocks for it on the loop's thread lets its job run."""

    def __init__(self, loop: ControlledLoop) -> None:
        super().__init__()
        self.job: Job | None = None
        self._loop = loop
        condition: Any = self._condition
        acquire = condition.acquire

        def acquire_ended(
            *args: Any, **kwargs: Any
        ) -> Any:  # `wait` and `as_completed` take the lock in this way, and nothing else does
            self._complete(None)
            return acquire(*args, **kwargs)

        condition.acquire = acquire_ended

    def result(self, timeout: float | None = None) -> Any:
        return super().result(self._complete(timeout))

    def exception(self, timeout: float | None = None) -> BaseException | None:
        return super().exception(self._complete(timeout))

    def _complete(self, timeout: float | None) -> float | None:
        """Afterwards the timeout is over: what has not ended by then has not."""
        if self.job is None or self._loop.thread != threading.get_ident() or self.done():
            return timeout
        self._loop.jobs.complete(self.job, timeout)
        return 0 if timeout is not None else None


@contextmanager
def controlled_executors() -> Iterator[None]:
    """Within: so it is."""
    executor: Any = ThreadPoolExecutor
    submit, shutdown = executor.submit, executor.shutdown
    executor.submit, executor.shutdown = _submitting(submit), _shutting_down(shutdown)
    try:
        yield
    finally:
        executor.submit, executor.shutdown = submit, shutdown


def _loop_here(executor: Any) -> ControlledLoop | None:
    """The loop of the run, where this thread runs it and it can have the executor's jobs."""
    loop = current_loop()
    ours = loop is not None and loop.thread == threading.get_ident() and not loop.ending
    return loop if ours and getattr(executor, "_initializer", None) is None else None


def _submitting(submit: Callable[..., Any]) -> Callable[..., Any]:
    def submit_as_a_job(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        loop = None if self._shutdown else _loop_here(self)
        if loop is None:
            return submit(self, fn, *args, **kwargs)
        future = JobFuture(loop)

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        work.__qualname__ = getattr(fn, "__qualname__", type(fn).__name__)
        future.job = loop.jobs.submit(self, work, ())
        future.job.outside = future
        return future

    return submit_as_a_job


def _shutting_down(shutdown: Callable[..., Any]) -> Callable[..., Any]:
    def shut_down_with_its_jobs(self: Any, wait: bool = True, *, cancel_futures: bool = False) -> None:
        loop = _loop_here(self)
        shutdown(self, wait, cancel_futures=cancel_futures)
        if loop is None:
            return
        for job in loop.jobs.of(self):
            if cancel_futures and not job.started and job.outside is not None:
                job.outside.cancel()
        for job in loop.jobs.of(self) if wait else ():
            if not job.is_cancelled():
                loop.jobs.complete(job, None)

    return shut_down_with_its_jobs
