"""Threads that are not ours: what they post, and how long to wait for it before the clock jumps or a deadlock is called.

A library may keep a helper thread (aiosqlite, anyio's worker threads) that takes work from a queue and posts the result with
`call_soon_threadsafe`. Posts are taken when nothing else is ready, so the result comes at the same place of the schedule in each
run, however quick the thread was. Before the clock jumps, a thread that is at work gets its grace; one that waits for work gets a
millisecond to show that it has none.
"""

from __future__ import annotations

import dis
import functools
import sys
import threading
from collections import deque
from time import sleep as time_sleep  # by name: the one in `time` is virtual within a run
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

if TYPE_CHECKING:
    from checker.testing.lifecycle import Lifecycle

FINAL = 8  # times the grace, in which no thread may stir before a deadlock is called
DOZE_S = 0.15  # without a stir, before one that waits for another (for the lock of a database, which it tries every 0.1 s) is left alone
LONGEST = 15  # times that again, for threads that stir and post nothing
YIELD_S = 0.0004
DEPTH = 5
Post = tuple[Any, Any]  # handle, callback
Stand = tuple[tuple[CodeType, int], ...]  # the innermost frames of a thread: code and place in it

_WAITING = {
    ("thread.py", "_worker"),  # an idle worker of concurrent.futures
    ("queue.py", "get"),
    ("_asyncio.py", "run"),  # an idle worker of anyio
    ("_base.py", "result"),  # it waits for something that it posted
    ("environment.py", "sleep"),
}
_RESTS = {"acquire", "wait", "select", "poll", "sleep", "accept", "recv", "join"}  # methods in which a thread does nothing
_idle_stands: dict[bool, set[Stand]] = {False: set(), True: set()}  # by `final`: where one stood through a whole grace
_ranks: WeakKeyDictionary[threading.Thread, int] = WeakKeyDictionary()  # in the order of their start, as far as they were seen
_ranking = threading.Lock()
_posters: WeakSet[threading.Thread] = WeakSet()  # threads that have posted to a controlled loop, of this run or an earlier one


class ForeignThreads:
    """The threads that were not started by the loop, and the posts of any thread but the loop's."""

    def __init__(self, loop: Lifecycle) -> None:
        self.inbox: deque[tuple[int, Any, Any]] = deque()
        self._loop = loop
        self._there_before = set(threading.enumerate())

    def post(self, handle: Any, callback: Any) -> None:
        """From any thread."""
        _posters.add(threading.current_thread())
        if self._loop.is_closed():
            return
        self.inbox.append((_rank(), handle, callback))

    def take(self) -> list[Post]:
        """What was posted: thread by thread in the order of their start, for which of them was quicker is chance."""
        found = []
        while self.inbox:
            found.append(self.inbox.popleft())
        found.sort(key=lambda post: post[0])
        return [(handle, callback) for _, handle, callback in found]

    def wait(self, *, final: bool, far: bool = False) -> bool:
        """Waits as long as a thread is at work and its grace lasts; True when something was posted. `final`: else a deadlock is called.
        `far`: else the clock jumps so far that what a thread does by then would seem never to end.
        """
        if threading.active_count() == 1 or not self._others(final):
            return bool(self.inbox)
        waited, still, rested = 0.0, 0.0, 0.0
        before: list[Any] = []
        dozed: list[Any] = []
        while True:
            time_sleep(
                YIELD_S
            )  # not until the first post: all that are at work are waited for, so that their posts can be put in order
            waited += YIELD_S
            last = final and not self.inbox  # what is posted goes on soon: others may wait for what it does
            jumps = far and not self.inbox
            grace_s = self._loop.settings.grace_s * (FINAL if last else 1)
            others = self._others(final)
            busy = [thread for thread in others if not _is_idle(thread, final)]
            now = [(thread, _stand(thread), activity(thread)) for thread in others]
            still = still + YIELD_S if now == before and all(map(is_asleep, busy)) else 0.0
            dozing = [state for state in now if self._dozes(state[0])] if jumps or last else []
            rested = rested + YIELD_S if dozing == dozed else 0.0
            if not busy and now == before and (not dozing or rested >= DOZE_S):
                return bool(self.inbox)
            before, dozed = now, dozing
            if waited >= grace_s * LONGEST or (waited >= grace_s and (not last or still >= grace_s)):
                _idle_stands[final].update(map(_stand, busy))
                return bool(self.inbox)

    def _dozes(self, thread: threading.Thread) -> bool:
        """True of a thread of this run, or one that posts, that stands in a call of something that is not Python: it may be at work."""
        if thread not in _posters and thread in self._there_before:
            return False
        frames = _frames(thread)
        return bool(frames) and not _waits_for_work(thread) and _called(frames[0].f_code, frames[0].f_lasti) not in _RESTS

    def _others(self, final: bool) -> list[threading.Thread]:
        """The threads that count: those started since the run began, or known to post; before a deadlock all."""
        ours = {threading.get_ident(), *self._loop.idle_threads()}
        found = [thread for thread in threading.enumerate() if thread.ident not in ours]
        return [thread for thread in found if final or thread in _posters or thread not in self._there_before]


def _rank() -> int:
    """The rank of the calling thread."""
    with _ranking:
        for thread in threading.enumerate():
            _ranks.setdefault(thread, len(_ranks))
        return _ranks[threading.current_thread()]


def _frames(thread: threading.Thread) -> list[FrameType]:
    """The innermost frames of a thread; none where it is only starting."""
    found: list[FrameType] = []
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None and len(found) < DEPTH:
        found.append(frame)
        frame = frame.f_back
    return found


def _stand(thread: threading.Thread) -> Stand:
    return tuple((frame.f_code, frame.f_lasti) for frame in _frames(thread))


def _is_idle(thread: threading.Thread, final: bool) -> bool:
    """True when a thread waits for work: in the `get` of a queue, in an idle worker, or where one has waited in vain before.

    It must be asleep, too: one that has just been given work, and has not come to run yet, stands at the same place.
    """
    return (_waits_for_work(thread) or _stand(thread) in _idle_stands[final]) and is_asleep(thread)


def _waits_for_work(thread: threading.Thread) -> bool:
    frames = _frames(thread)[:3]  # `get` calls `wait`
    if frames and _called(frames[0].f_code, frames[0].f_lasti) == "get":
        return True  # of a queue that is not written in Python
    return any((_file_name(frame), frame.f_code.co_name) in _WAITING for frame in frames)


@functools.cache
def _called(code: CodeType, at: int) -> str:
    """The name of the method that is called at this place of the code; empty where it is no method."""
    name = ""
    for step in dis.get_instructions(code):
        if step.offset >= at:
            break
        if step.opname in ("LOAD_METHOD", "LOAD_ATTR"):
            name = step.argval
        elif step.opname.startswith("CALL"):
            name = ""
    return name


def _file_name(frame: FrameType) -> str:
    return frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]


def is_asleep(thread: threading.Thread) -> bool:
    """What the kernel says, where it can be asked (Linux): neither running, nor waiting for a processor or a disk."""
    return _kernel(thread, "stat").rpartition(")")[2].split()[:1] in ([], ["S"])


def activity(thread: threading.Thread) -> str:
    """Changes whenever the thread has run a little, also where it only waited for its turn to run Python; Linux only."""
    return _kernel(thread, "schedstat")


def _kernel(thread: threading.Thread, file_name: str) -> str:
    try:
        with open(f"/proc/self/task/{thread.native_id}/{file_name}", encoding="ascii") as file:
            return file.read()
    except OSError:
        return ""
