"""Why a run failed, from the exception of its test to what the report says."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from msgspec import Struct

from checker.testing.where import Place, place_of_error


class Failure(Struct, frozen=True, kw_only=True):
    """Why a run failed. `kind`: "exception" (of the test), "deadlock", "livelock", or "check" (a check of the record found something)."""

    kind: str
    name: str  # the class of the exception, or the name of the check
    text: str
    place: Place | None = None
    error: BaseException | None = None

    @property
    def signature(self) -> tuple[str, str]:
        """Two failures with one signature count as the same when a schedule is shrunk."""
        return self.kind, self.name


def failure_of(error: BaseException) -> Failure:
    """The failure of a test that raised this; of an ExceptionGroup what is in it is told, for its own text names nothing."""
    leaves = list(_leaves(error))
    name = type(error).__name__
    if leaves != [error]:
        name += f"({', '.join(dict.fromkeys(type(leaf).__name__ for leaf in leaves))})"
    text = "; ".join(dict.fromkeys(str(leaf) or "no message" for leaf in leaves))
    return Failure(kind="exception", name=name, text=text, place=place_of_error(leaves[0]), error=error)


def goes_through(error: BaseException) -> bool:
    """True for what ends the whole program, or skips the test: it is no failure of this run."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(goes_through, error.exceptions))
    pytest = sys.modules.get("_pytest.outcomes")
    of_pytest = (pytest.skip.Exception, pytest.exit.Exception) if pytest else ()
    return isinstance(error, (KeyboardInterrupt, SystemExit, *of_pytest))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error
