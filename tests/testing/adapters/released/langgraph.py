"""Bugs of langgraph."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


@bug("langgraph-checkpoint==2.1.0", "langgraph-checkpoint==2.1.1", "not self._task.done()")
async def a_reader_that_gives_up() -> None:
    """A read that is cancelled while it is under way stops the store for everybody (langgraph, pull request 5504)."""
    store = _batched_store()

    async def impatient() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(store.aget(("notes",), "a"), 0.05)

    async def patient() -> None:
        await asyncio.sleep(1)
        await store.aget(("notes",), "b")

    await together(impatient=impatient(), patient=patient())


@bug("langgraph-checkpoint==4.0.1", "langgraph-checkpoint==4.0.2", "written after its writer had given up")
async def a_write_that_was_given_up() -> None:
    """A write that was cancelled while it waited for its turn is carried out (langgraph, pull request 6701)."""
    store = _batched_store()
    given_up = False

    async def reader() -> None:
        await store.aget(("notes",), "a")

    async def writer() -> None:
        nonlocal given_up
        await asyncio.sleep(0.001)  # the batch of the reader has gone
        write = asyncio.create_task(store.aput(("notes",), "b", {"text": "b"}))
        done, _ = await asyncio.wait([write], timeout=0.1)
        if not done and not store.writing:
            given_up = write.cancel()

    await together(reader=reader(), writer=writer())
    await asyncio.sleep(1)
    if given_up:
        assert await store.aget(("notes",), "b") is None, "written after its writer had given up"


def _batched_store() -> Any:
    from langgraph.store.base.batch import AsyncBatchedBaseStore
    from langgraph.store.memory import InMemoryStore

    memory = boundary(InMemoryStore(), ["abatch"])

    class Store(AsyncBatchedBaseStore):
        writing = False

        def batch(self, ops: Any) -> Any:
            raise NotImplementedError

        async def abatch(self, ops: Any) -> Any:
            self.writing = any(hasattr(op, "value") for op in ops)
            return await memory.abatch(ops)

    return Store()
