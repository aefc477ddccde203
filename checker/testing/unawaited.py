"""Coroutines that were made and never awaited: Python warns of them, in a run they are in the record."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.testing.loop import ControlledLoop

_HOOK = "_warn_unawaited_coroutine"  # the interpreter looks it up in `warnings` each time


@contextmanager
def noted_unawaited(loop: ControlledLoop) -> Iterator[None]:
    """Within: a coroutine that nobody has awaited, when it goes, is noted as unhandled."""
    original: Callable[[Any], None] = getattr(warnings, _HOOK)

    def note(coroutine: Any) -> None:
        if not loop.ending:
            loop.note_unhandled(f"the coroutine {coroutine.__qualname__} was never awaited", None, None)

    setattr(warnings, _HOOK, note)
    try:
        yield
    finally:
        setattr(warnings, _HOOK, original)
