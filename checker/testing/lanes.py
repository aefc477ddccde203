"""What is scheduled: lanes of ready work, and tasks and futures whose hash does not depend on where they lie in memory."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from checker.testing.agents import Agent
from checker.testing.record import TaskSpan


class Lane:
    """Ready work that keeps its order: the steps of one task, one job of an executor, or all plain callbacks."""

    __slots__ = ("_label", "agent", "dead", "kind", "number", "span", "started", "task")

    def __init__(self, number: int, kind: Literal["task", "job", "callbacks"], label: str, agent: Agent | None = None) -> None:
        self.number = number
        self.kind = kind
        self._label = label
        self.agent = agent
        self.started = False
        self.dead = False  # its agent has crashed: nothing of it runs any more
        self.task: asyncio.Task[Any] | None = None
        self.span: TaskSpan | None = None

    @property
    def label(self) -> str:
        """The name of the task as it is now (a task may be named after it was made), of the job, or "callbacks"."""
        return self._label if self.task is None else self.task.get_name()

    @property
    def who(self) -> str:
        return self.agent.name if self.agent else self.label


class ControlledTask(asyncio.Task[Any]):
    """A task whose hash is its number in the run: sets of tasks (`asyncio.wait`, `all_tasks`) have the same order in each run."""

    _serial: int
    lane: Lane | None

    def __new__(cls, coro: Any, *, loop: Any, **others: Any) -> ControlledTask:
        made = super().__new__(cls)
        made._serial = loop.next_serial()
        made.lane = None
        return made

    def __hash__(self) -> int:
        return self._serial


class ControlledFuture(asyncio.Future[Any]):
    """A future with such a hash, from when it is first asked for it: few ever are."""

    _serial = 0

    def __hash__(self) -> int:
        if not self._serial:
            self._serial = self.get_loop().next_serial()  # type: ignore[attr-defined]
        return self._serial


class Ready:
    """One handle that is ready: its lane, and since when (nanoseconds of virtual time)."""

    __slots__ = ("handle", "lane", "since_ns")

    def __init__(self, handle: asyncio.Handle, lane: Lane, since_ns: int) -> None:
        self.handle = handle
        self.lane = lane
        self.since_ns = since_ns


def is_default_name(name: str) -> bool:
    """True for the names that asyncio makes up: `Task-12`."""
    return name.startswith("Task-") and name[5:].isdecimal()


def coroutine_name(coroutine: Any) -> str:
    """`worker` for a coroutine of `test.<locals>.worker`."""
    name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
    return str(name).rsplit("<locals>.", 1)[-1]
