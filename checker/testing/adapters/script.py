"""The replies of a model that answers by a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Reply: TypeAlias = Any  # of a framework: a text, a message, a call of a tool
Replies: TypeAlias = Sequence[Reply] | Callable[[Any], Reply]


class ScriptEnded(AssertionError):
    """A model was asked more often than its script has replies."""


class Script:
    """Replies one after another, or by a function of what the model is given; an exception among them is raised."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies
        self._used = 0

    async def reply(self, given: Any) -> Reply:
        if callable(self._replies):
            return _raised(self._replies(given))
        if self._used == len(self._replies):
            raise ScriptEnded(f"the script of the model has {self._used} replies, and it is asked once more")
        self._used += 1
        return _raised(self._replies[self._used - 1])


def _raised(reply: Reply) -> Reply:
    if isinstance(reply, BaseException):
        raise reply
    return reply
