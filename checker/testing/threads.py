"""Threads that frameworks make by other ways than `run_in_executor`, brought under control within a run.

`anyio.to_thread.run_sync` (tools and handlers that are plain functions, in MCP servers and Starlette) becomes a job like one of
`asyncio.to_thread`. An event loop of its own in a job (`asyncio.run` in a thread, as synchronous front ends do) sleeps in virtual time.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from importlib import import_module
from typing import Any

from checker.testing.environment import current_loop


@contextmanager
def controlled_threads() -> Iterator[None]:
    """Within: such threads take part in the run."""
    selector: Any = selectors.DefaultSelector
    select = selector.select
    selector.select = _in_virtual_time(select)
    anyio = _anyio()
    original = anyio.AsyncIOBackend.__dict__["run_sync_in_worker_thread"] if anyio else None
    if anyio:
        anyio.AsyncIOBackend.run_sync_in_worker_thread = classmethod(_as_job(anyio))
    try:
        yield
    finally:
        selector.select = select
        if anyio:
            anyio.AsyncIOBackend.run_sync_in_worker_thread = original


def _in_virtual_time(select: Callable[..., Any]) -> Callable[..., Any]:
    def select_in_a_job(self: Any, timeout: float | None = None) -> Any:
        loop = current_loop()
        job = None if loop is None else loop.jobs.current()
        if job is None or timeout is None or timeout <= 0:
            return select(self, timeout)
        ready = select(self, 0)
        if not ready:
            job.sleep(timeout)
            ready = select(self, 0)
        return ready

    return select_in_a_job


_NEEDED = ("AsyncIOBackend", "CancelScope", "claim_worker_thread", "threadlocals")


def _anyio() -> Any:
    """The asyncio backend of anyio, where a release that is known is in use; other releases keep threads of their own."""
    if "anyio" not in sys.modules:
        return None
    backend = import_module("anyio._backends._asyncio")
    return backend if all(hasattr(backend, name) for name in _NEEDED) else None


def _as_job(anyio: Any) -> Callable[..., Any]:
    async def run_sync_in_worker_thread(
        cls: Any, func: Any, args: Any, abandon_on_cancel: bool = False, limiter: Any = None
    ) -> Any:
        await cls.checkpoint()
        loop, context = asyncio.get_running_loop(), copy_context()
        if hasattr(anyio, "set_current_async_library"):
            context.run(anyio.set_current_async_library, None)
        async with limiter or cls.current_default_thread_limiter():
            with anyio.CancelScope(shield=not abandon_on_cancel) as scope:

                def work() -> Any:
                    with anyio.claim_worker_thread(cls, loop):
                        anyio.threadlocals.current_cancel_scope = scope
                        try:
                            return context.run(func, *args)
                        finally:
                            del anyio.threadlocals.current_cancel_scope

                work.__qualname__ = getattr(func, "__qualname__", type(func).__name__)
                return await loop.run_in_executor(None, work)

    return run_sync_in_worker_thread
