"""Runs that do not end: who waits where in a deadlock, and the stretch that repeats in a livelock."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from checker.testing.holders import holder_of
from checker.testing.where import Place, is_ours, place_of, suspended

if TYPE_CHECKING:
    from checker.testing.lanes import Lane
    from checker.testing.loop import ControlledLoop

LAST_STEPS = 1_000  # of a run that did not end: enough to see a stretch repeat


class Stretch:
    """The last steps of a run that may never end."""

    def __init__(self) -> None:
        self._last: deque[tuple[str, Place | None]] = deque(maxlen=LAST_STEPS)
        self._lanes: deque[int] = deque(maxlen=LAST_STEPS)

    def note(self, loop: ControlledLoop, lane: Lane) -> None:
        if loop.steps > loop.settings.max_steps - LAST_STEPS and not loop.ending:
            self._last.append((lane.who, place_of(lane.task.get_coro()) if lane.task else None))
            self._lanes.append(lane.number)

    def ran(self, lane: Lane) -> bool:
        """True when the lane ran in one of the last steps."""
        return lane.number in self._lanes

    def repeating(self) -> list[tuple[str, Place | None]]:
        """The shortest stretch whose repetition the last steps are; empty where there is none."""
        steps = list(self._last)
        for period in range(1, len(steps) // 3 + 1):
            if all(steps[i] == steps[i - period] for i in range(period, len(steps))):
                return steps[-period:]
        return []

    def text(self) -> str:
        found = [(who, place) for who, place in self.repeating() if place]
        if not found:
            return "no stretch of steps repeats exactly"
        lines = [f"    {who} at {place}: {place.text}" for who, place in dict.fromkeys(found) if place]
        return "this stretch repeats:\n" + "\n".join(lines)


def livelock_text(loop: ControlledLoop) -> str:
    """The stretch that repeats, and who waits beside it: with a heartbeat or a poller about, a deadlock is a livelock."""
    ran = f"the run did not end in {loop.settings.max_steps:,} steps (virtual time {loop.elapsed_s():.3f} s)"
    lines = [f"{ran}; the second half was in plain order, so nothing was starved; {loop.stretch.text()}"]
    waiting = [lane for lane in loop.lanes if lane.task is not None and not lane.task.done() and not loop.stretch.ran(lane)]
    if waiting:
        lines += ["  meanwhile these wait:", *("    " + _waiter(loop, lane) for lane in waiting)]
    return "\n".join(lines)


def deadlock_text(loop: ControlledLoop) -> str:
    """Who waits where, and for what; one line for each task that has not ended."""
    lines = ["nothing is ready, no timer is set, and these wait:"]
    waiting = [lane for lane in loop.lanes if lane.task is not None and not lane.task.done()]
    users = [lane for lane in waiting if lane.dead or _is_of_user(lane)] or waiting
    for lane in loop.lanes:
        if lane in users:
            lines.append("    " + _waiter(loop, lane))
        elif lane.kind == "job" and lane.number in loop.jobs.waiting():
            lines.append(f"    {lane.who}: its job `{lane.label}` has not ended")
    raised = [(span.name, span.error) for span in loop.record.tasks if span.outcome == "raised"]
    lines += [f"    ({name} had ended with {type(error).__name__}: {error})" for name, error in raised]
    return "\n".join(lines)


def last_step(loop: ControlledLoop) -> str:
    """Whose step this is, or was where a watch looks at it, from which line to which; "" where no line of it is the user's."""
    lane = loop.watched or loop.current
    if lane.task is None:
        return ""
    start = loop.witness.steps[-1].place if loop.witness and loop.witness.steps else None
    end = None if loop.watched is None or lane.task.done() else place_of(lane.task.get_coro(), 1)
    words = (("at", start),) if start == end else (("from", start), ("to", end))
    told = [f"{word} {place}: {place.text}" for word, place in words if place is not None]
    return f"in the step of {lane.who} " + " ".join(told) if told else ""


def _is_of_user(lane: Lane) -> bool:
    """Whether the task runs code that is not ours alone."""
    return lane.task is not None and place_of(lane.task.get_coro(), 1) is not None


def _waiter(loop: ControlledLoop, lane: Lane) -> str:
    task = lane.task
    assert task is not None
    name = lane.who if lane.who == lane.label or is_ours(task.get_coro()) else f"{lane.who} ({lane.label})"
    if lane.dead:
        return f"{name}: crashed by an injected fault"
    place = place_of(task.get_coro())
    waited = waits_for(loop, task)
    where = f"{',' * ('held by' in waited)} at {place}: {place.text}" if place else ""
    return f"{name} waits for {waited}{where}"


def waits_for(loop: ControlledLoop, task: Any) -> str:
    """In words: the lock, queue, event, task or future that the task waits for."""
    for _, _, frame in suspended(task.get_coro()):  # outermost first: a Barrier waits on a Condition of its own
        owner = frame.f_locals.get("self") if frame is not None else None
        module = type(owner).__module__ if owner is not None else ""
        if frame is not None and module.startswith(("asyncio.locks", "asyncio.queues", "asyncio.taskgroups", "anyio")):
            return _primitive(owner, frame.f_code.co_name)
    waited = getattr(task, "_fut_waiter", None)
    if waited is None:
        return "its turn"
    lane = loop.lane_of.get(waited) if waited in loop.lane_of else None
    if lane is not None:
        return f"the task {lane.label}"
    children = [_child(loop, child) for child in getattr(waited, "_children", ()) if not child.done()]
    if any(children):
        return "the tasks " + ", ".join(filter(None, children))
    return "a future that nobody has resolved"


def _child(loop: ControlledLoop, future: Any) -> str:
    lane = loop.lane_of.get(future)
    return lane.label if lane else getattr(future, "waits_for", "")


def _primitive(owner: Any, method: str) -> str:
    kind = type(owner).__name__
    words = {
        ("Event", "wait"): "an Event to be set",
        ("Lock", "acquire"): "a Lock",
        ("Lock", "__aenter__"): "a Lock",
        ("Semaphore", "__aenter__"): "a Semaphore",
        ("Semaphore", "acquire"): "a Semaphore",
        ("Condition", "wait"): "a Condition to be notified",
        ("Condition", "wait_for"): "a Condition to be notified",
        ("Queue", "get"): "an item of a Queue",
        ("Queue", "put"): "room in a Queue",
        ("Queue", "join"): "a Queue to be worked off",
        ("Barrier", "wait"): "the others at a Barrier",
        ("TaskGroup", "__aexit__"): "the tasks of its TaskGroup",
        ("MemoryObjectReceiveStream", "receive"): "an item of a memory stream",
        ("MemoryObjectSendStream", "send"): "room in a memory stream",
    }
    holder = holder_of(owner)
    return words.get((kind, method), f"a {kind} ({method})") + (f", held by {holder}" if holder else "")
