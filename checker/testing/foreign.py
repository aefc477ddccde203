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
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.testing.lifecycle import Lifecycle

FINAL = 20  # times the grace, before a deadlock is called
YIELD_S = 0.001
Post = tuple[Any, Any]  # handle, callback

_WAITING = {
    ("thread.py", "_worker"),  # an idle worker of concurrent.futures
    ("queue.py", "get"),
    ("_asyncio.py", "run"),  # an idle worker of anyio
}
_idle_places: set[tuple[CodeType, int]] = set()  # where a thread stood through a whole grace without posting


class ForeignThreads:
    """The threads that were not started by the loop, and the posts of any thread but the loop's."""

    def __init__(self, loop: Lifecycle) -> None:
        self.inbox: deque[Post] = deque()
        self._loop = loop
        self._posted = threading.Event()
        self._there_before = set(sys._current_frames())

    def post(self, handle: Any, callback: Any) -> None:
        """From any thread."""
        if self._loop.is_closed():
            return
        self.inbox.append((handle, callback))
        self._posted.set()

    def take(self) -> list[Post]:
        found = []
        self._posted.clear()
        while self.inbox:
            found.append(self.inbox.popleft())
        return found

    def wait(self, *, final: bool) -> bool:
        """Waits for a post as long as a thread may still make one; True when there is one. `final`: else a deadlock is called."""
        if self.inbox:
            return True
        if threading.active_count() == 1 or not self._others(final):
            return False
        if self._posted.wait(YIELD_S) or not self._busy(final):
            return bool(self.inbox)
        grace_s = self._loop.settings.grace_s * (FINAL if final else 1)
        waited = 0.0
        while waited < grace_s:
            if self._posted.wait(YIELD_S) or not self._busy(final):
                return bool(self.inbox)
            waited += YIELD_S
        _idle_places.update(_place(frame) for frame in self._others(final))
        return bool(self.inbox)

    def _others(self, final: bool) -> list[FrameType]:
        """The innermost frame of each thread that counts: those started since the run began, and before a deadlock all."""
        ours = {threading.get_ident(), *self._loop.idle_threads()}
        return [
            frame
            for thread, frame in sys._current_frames().items()
            if thread not in ours and (final or thread not in self._there_before)
        ]

    def _busy(self, final: bool) -> bool:
        return any(not _is_idle(frame) for frame in self._others(final))


def _place(frame: FrameType) -> tuple[CodeType, int]:
    return frame.f_code, frame.f_lasti


def _is_idle(frame: FrameType) -> bool:
    """True when a thread waits for work: in the `get` of a queue, in an idle worker, or where one has waited in vain before."""
    if _place(frame) in _idle_places:
        return True
    seen: FrameType | None = frame
    for _ in range(3):  # Queue.get waits in Condition.wait
        if seen is None:
            return False
        if (seen.f_code.co_filename.replace("\\", "/").rpartition("/")[2], seen.f_code.co_name) in _WAITING:
            return True
        seen = seen.f_back
    return False
