"""Who acts: the agent of the running task, and helpers to start a team in a test.

The agent is kept in a context variable, so every task that an agent's task creates belongs to the same agent, and so do its jobs
(`asyncio.to_thread`) and callbacks. It is what the fault `crash` stops as a whole.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


class Agent:
    """One incarnation of an agent: a second `spawn` under the same name is another one, and not crashed with the first."""

    __slots__ = ("crashed", "lane", "name", "watchers")

    def __init__(self, name: str) -> None:
        self.name = name
        self.lane = 0  # the number of its first lane in the run
        self.crashed = False
        self.watchers: list[asyncio.Future[Any]] = []  # resolved by a crash


class Crashed:
    """What `together` gives as the result of an agent that a fault stopped: the one value `CRASHED`."""

    def __repr__(self) -> str:
        return "CRASHED"


CRASHED = Crashed()
WAITS = object()  # the result of an agent that was given up while it waits: see `give_up`
_AGENT: ContextVar[Agent | None] = ContextVar("teamcheck_agent", default=None)


def current_agent() -> Agent | None:
    """The agent of the running code, None where none was told."""
    return _AGENT.get()


def agent_of(context: Any) -> Agent | None:
    """The agent in a `contextvars.Context`."""
    found: Agent | None = context.get(_AGENT)
    return found


@contextmanager
def agent(name: str) -> Iterator[None]:
    """What runs inside, with the tasks that it creates, is the agent `name`."""
    token = _AGENT.set(Agent(name))
    try:
        yield
    finally:
        _AGENT.reset(token)


def spawn(name: str, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task of this name, run as the agent of this name."""
    return _spawn(Agent(name), coroutine)


def _spawn(who: Agent, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    import asyncio

    context = copy_context()
    context.run(_AGENT.set, who)
    return asyncio.get_running_loop().create_task(coroutine, name=who.name, context=context)


def give_up(who: Agent) -> None:
    """`together` waits no longer for this agent, whose result is WAITS. It goes on where what it waits for comes."""
    for watcher in who.watchers:
        if not watcher.done():
            watcher.set_result(WAITS)


async def together(*team: Mapping[str, Coroutine[Any, Any, Any]], **agents: Coroutine[Any, Any, Any]) -> dict[str, Any]:
    """Runs the agents at once, each under its name, until all have ended; their results by name.

    An agent that the fault `crash` stopped has the result `CRASHED`. One that was cancelled by a sweep of cancellations has its
    CancelledError as its result. The first other exception of an agent is raised at once, as `asyncio.gather` does. Names that are no words of
    Python come in a dictionary: `together({"agent-1": coroutine})`.
    """
    import asyncio

    if not all(isinstance(named, Mapping) for named in team):
        raise TypeError("each agent needs a name: `together(ann=coroutine, bob=coroutine)`")
    loop = asyncio.get_running_loop()
    tasks, crashes = {}, {}
    for name, coroutine in {**ChainMap(*map(dict, team)), **agents}.items():
        who = Agent(name)
        crashes[name] = crash = loop.create_future()
        who.watchers.append(crash)
        tasks[name] = _spawn(who, coroutine)
    ends = {name: _first(loop, tasks[name], crashes[name]) for name in tasks}
    await asyncio.gather(*ends.values())
    return {name: _result(task, crashes[name]) for name, task in tasks.items()}


def _first(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any], crash: asyncio.Future[Any]) -> asyncio.Future[None]:
    """A future that ends with the task (with its exception, if it has one) or with the crash of its agent."""
    end = loop.create_future()
    with suppress(AttributeError):  # a future of another loop takes no notes
        end.waits_for = task.get_name()  # type: ignore[attr-defined]  # for the report of a deadlock

    def ended(done: asyncio.Future[Any]) -> None:
        if end.done():
            return
        error = None if done.cancelled() else done.exception()
        end.set_exception(error) if error is not None else end.set_result(None)

    task.add_done_callback(ended)
    crash.add_done_callback(ended)
    return end


def _result(task: asyncio.Task[Any], crash: asyncio.Future[None]) -> Any:
    import asyncio

    if not task.done():
        return crash.result() or CRASHED
    if task.cancelled():
        return asyncio.CancelledError()
    return task.result()
