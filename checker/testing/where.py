"""Places in the user's source: where a suspended task stands, where a task was created, where an exception came from."""

from __future__ import annotations

import gc
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any

from msgspec import Struct

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_COMMANDS = os.path.join(os.path.dirname(os.path.dirname(_OURS)), "cli") + os.sep
_LIBRARY = tuple({os.path.abspath(sysconfig.get_paths()[key]) + os.sep for key in ("stdlib", "platstdlib")})
_OWNED: dict[CodeType, int] = {}


class Place(Struct, frozen=True):
    """A line of source. `file` is relative to the current folder where it lies below it."""

    file: str
    line: int
    function: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def rank(code: CodeType) -> int:
    """How much a user cares about this code: 2 their own, 1 an installed package, 0 the standard library or this package."""
    known = _OWNED.get(code)
    if known is None:
        name = code.co_filename
        path = name if name.startswith("<") else os.path.abspath(name)
        if path.startswith((_OURS, _COMMANDS, "<frozen", "<string")):
            known = 0
        elif f"{os.sep}site-packages{os.sep}" in path:
            known = 1
        elif path.startswith(_LIBRARY):
            known = 0
        else:
            known = 2
        _OWNED[code] = known
    return known


def is_ours(coroutine: Any) -> bool:
    """Whether the coroutine itself is of this package, whatever it awaits."""
    code = getattr(coroutine, "cr_code", None)
    return code is not None and os.path.abspath(code.co_filename).startswith(_OURS)


def place(code: CodeType, line: int | None) -> Place:
    line = line or code.co_firstlineno
    path = code.co_filename
    relative = os.path.relpath(path) if os.path.isabs(path) else path
    shown = relative if not relative.startswith("..") else _tail(path)
    return Place(shown, line, code.co_qualname, linecache.getline(path, line).strip())


def _tail(path: str) -> str:
    head, mark, tail = path.rpartition(f"site-packages{os.sep}")
    return tail if mark and head else path


def _chosen(frames: Iterator[tuple[CodeType, int | None]], least: int = 0) -> Place | None:
    """The innermost of the frames that a user cares about most; `frames` come outermost first. None where all are below the rank `least`."""
    best: tuple[CodeType, int | None] | None = None
    for code, line in frames:
        if best is None or rank(code) >= rank(best[0]):
            best = (code, line)
    return None if best is None or rank(best[0]) < least else place(*best)


def suspended(coroutine: Any) -> Iterator[tuple[CodeType, int | None, FrameType | None]]:
    """(code, line, frame) of the coroutine and of what it awaits, outermost first."""
    seen = 0
    while coroutine is not None and seen < 200:
        seen += 1
        for frame_name, code_name, next_name in _CHAIN:
            if hasattr(coroutine, next_name):
                frame: FrameType | None = getattr(coroutine, frame_name)
                yield getattr(coroutine, code_name), None if frame is None else frame.f_lineno, frame
                coroutine = getattr(coroutine, next_name)
                break
        else:
            coroutine = _hidden(coroutine)


_CHAIN = (("cr_frame", "cr_code", "cr_await"), ("gi_frame", "gi_code", "gi_yieldfrom"), ("ag_frame", "ag_code", "ag_await"))


def _hidden(awaited: Any) -> Any:
    """What the awaited object of the interpreter hides: the generator of an `asend`, the coroutine of an `__await__`."""
    if type(awaited).__name__ in ("async_generator_asend", "async_generator_athrow", "coroutine_wrapper", "anext_awaitable"):
        for referent in gc.get_referents(awaited):
            if any(hasattr(referent, name) for _, _, name in _CHAIN):
                return referent
    return None


def place_of(coroutine: Any, least: int = 0) -> Place | None:
    """The line of the user's code at which the coroutine is suspended (or starts); None where all of it is below the rank `least`."""
    return _chosen(((code, line) for code, line, _ in suspended(coroutine)), least)


def place_of_caller(least: int = 1) -> Place | None:
    """The line of the user's code that is calling us; None where all of it is below the rank `least`."""
    frames = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        frames.append((frame.f_code, frame.f_lineno))
        if frame.f_code.co_name == "_run" and frame.f_code.co_filename.endswith("events.py"):
            break  # below this stands the loop
        frame = frame.f_back
    return _chosen(iter(reversed(frames)), least)


def place_of_error(error: BaseException) -> Place | None:
    """The line of the user's code that raised the exception, or through which it came; None where none of it is the user's."""

    def frames(trace: TracebackType | None) -> Iterator[tuple[CodeType, int | None]]:
        while trace is not None:
            yield trace.tb_frame.f_code, trace.tb_lineno
            trace = trace.tb_next

    found = list(frames(error.__traceback__))
    return _chosen(iter(found)) if any(rank(code) for code, _ in found) else None
