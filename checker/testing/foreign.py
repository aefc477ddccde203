"""Threads that are not ours: what they post, and how long to wait for it before the clock jumps or a deadlock is called.

A library may keep a helper thread (aiosqlite, anyio's worker threads) that takes work from a queue and posts the result with
`call_soon_threadsafe`. Posts are taken when nothing else is ready, so the result comes at the same place of the schedule in each
run, however quick the thread was. Before the clock jumps, a thread that is at work gets its grace; one that waits for work gets a
millisecond to show that it has none.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from time import sleep as time_sleep  # by name: the one in `time` is virtual within a run
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from checker.testing.lifecycle import Lifecycle

FINAL = 20  # times the grace, before a deadlock is called
YIELD_S = 0.001
Post = tuple[Any, Any]  # handle, callback

_WAITING = {
    ("thread.py", "_worker"),  # an idle worker of concurrent.futures
    ("queue.py", "get"),
    ("_asyncio.py", "run"),  # an idle worker of anyio
    ("_base.py", "result"),  # it waits for something that it posted
    ("environment.py", "sleep"),
}
_idle_places: dict[bool, set[tuple[CodeType, int]]] = {False: set(), True: set()}  # by `final`: where one stood through a whole grace
_ranks: WeakKeyDictionary[threading.Thread, int] = WeakKeyDictionary()  # threads in the order of their start, as far as they were seen
_ranking = threading.Lock()


class ForeignThreads:
    """The threads that were not started by the loop, and the posts of any thread but the loop's."""

    def __init__(self, loop: Lifecycle) -> None:
        self.inbox: deque[tuple[int, Any, Any]] = deque()
        self._loop = loop
        self._posted = threading.Event()
        self._there_before = set(sys._current_frames())

    def post(self, handle: Any, callback: Any) -> None:
        """From any thread."""
        if self._loop.is_closed():
            return
        self.inbox.append((_rank(), handle, callback))
        self._posted.set()

    def take(self) -> list[Post]:
        """What was posted: thread by thread in the order of their start, for which of them was quicker is chance."""
        found = []
        self._posted.clear()
        while self.inbox:
            found.append(self.inbox.popleft())
        found.sort(key=lambda post: post[0])
        return [(handle, callback) for _, handle, callback in found]

    def wait(self, *, final: bool) -> bool:
        """Waits as long as a thread is at work and its grace lasts; True when something was posted. `final`: else a deadlock is called."""
        if threading.active_count() == 1 or not self._others(final):
            return bool(self.inbox)
        grace_s = self._loop.settings.grace_s * (FINAL if final and not self.inbox else 1)
        waited = 0.0
        while True:
            time_sleep(YIELD_S)  # not until the first post: all that are at work are waited for, so that their posts can be put in order
            waited += YIELD_S
            busy = [frame for thread, frame in self._others(final) if not _is_idle(thread, frame, final)]
            if not busy:
                return bool(self.inbox)
            if waited >= grace_s:
                _idle_places[final].update(map(_place, busy))
                return bool(self.inbox)

    def _others(self, final: bool) -> list[tuple[int, FrameType]]:
        """(thread, its innermost frame) for each that counts: those started since the run began, and before a deadlock all."""
        ours = {threading.get_ident(), *self._loop.idle_threads()}
        frames = sys._current_frames()
        return [(thread, frames[thread]) for thread in frames if thread not in ours and (final or thread not in self._there_before)]


def _rank() -> int:
    """The rank of the calling thread."""
    with _ranking:
        for thread in threading.enumerate():
            _ranks.setdefault(thread, len(_ranks))
        return _ranks[threading.current_thread()]


def _place(frame: FrameType) -> tuple[CodeType, int]:
    return frame.f_code, frame.f_lasti


def _is_idle(thread: int, frame: FrameType, final: bool) -> bool:
    """True when a thread waits for work: in the `get` of a queue, in an idle worker, or where one has waited in vain before.

    It must be asleep, too: one that has just been given work, and has not come to run yet, stands at the same place.
    """
    return (_place(frame) in _idle_places[final] or _waits(frame)) and _is_asleep(thread)


def _waits(frame: FrameType) -> bool:
    seen: FrameType | None = frame
    for _ in range(3):  # Queue.get waits in Condition.wait
        if seen is None:
            return False
        if (seen.f_code.co_filename.replace("\\", "/").rpartition("/")[2], seen.f_code.co_name) in _WAITING:
            return True
        seen = seen.f_back
    return False


def _is_asleep(thread: int) -> bool:
    """What the kernel says, where it can be asked (Linux): neither running, nor waiting for a processor or a disk."""
    found = threading._active.get(thread)  # type: ignore[attr-defined]
    try:
        with open(f"/proc/self/task/{found.native_id}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] == "S"
    except (OSError, AttributeError, IndexError):
        return True
