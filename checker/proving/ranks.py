"""The rank of a protocol whose runs all end: the potential of `steps`, what a run still has to do."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import final

from checker.certificates.subject import Asked
from checker.model.expr import Expr
from checker.proving.spending import potentials
from checker.sizing.potential.lemma import rank_of
from checker.sorted.refusals import Refused

RANK_S = 10.0


@final
class Ranks:
    """Looks for the rank once: it is the same one for all properties of a protocol under the same faults."""

    def __init__(self, said: Callable[[str], None], memory_mib: float | None) -> None:
        self.said, self.memory_mib = said, memory_mib
        self._found: Expr | str | None = None

    def of(self, subject: Asked, until: float) -> Expr:
        """`0 <= rank`, over a model of the subject. Raises Refused where none is found."""
        if self._found is None:
            self.said("whether every run ends")
            self._found = _rank(subject, min(RANK_S, until - perf_counter()), self.memory_mib)
        if isinstance(self._found, str):
            raise Refused(self._found)
        return self._found


def _rank(subject: Asked, time_s: float, memory_mib: float | None) -> Expr | str:
    """The first that is found, for one is as good as another; or why there is none."""
    try:
        found = next(potentials(subject, "steps", time_s, memory_mib, guessed=True))
    except Refused as why:
        return f"it speaks of whole runs, and nothing says that every run ends: {why.what}"
    return rank_of(*found)
