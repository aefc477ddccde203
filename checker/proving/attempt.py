"""Attempts at proofs: for every size, and at one; what came of each."""

from __future__ import annotations

from typing import final

from msgspec import Struct

from checker.model.model import Goal
from checker.properties.tolerance.subject import Subject
from checker.proving.result import Sizes, Stuck
from checker.sentences.sentence import Sentence

PROVABLE = ("always", "never", "no error", "no deadlock", "step")


class Attempt(Struct, frozen=True, kw_only=True):
    """Of one property. `reason`: why there is no proof for every size; "" where there is one."""

    every_size: bool = False
    this_size: bool = False
    lemmas: tuple[Sentence, ...] = ()
    solvers: tuple[str, ...] = ()
    obligations: int = 0
    decided_at: Sizes = ()
    certificate: str = ""
    stuck: Stuck | None = None
    reason: str = ""
    seconds: float = 0.0


@final
class Attempts:
    """The attempts for one subject under one fault model.

    `varying`: the sorts whose size is left open in its proofs; `refused`: why there are none; `assumptions`: what they rest on.
    """

    def __init__(self, base: Subject, faults: str, certificates: str | None) -> None:
        self.base, self.faults, self.certificates = base, faults, certificates
        self.varying: tuple[tuple[str, str], ...] = ()
        self.refused = ""
        self.assumptions: tuple[str, ...] = ()
        self._of: dict[str, Attempt] = {}

    def of(self, name: str) -> Attempt:
        return self._of.get(name, Attempt())

    def proved(self, name: str) -> bool:
        """For every size."""
        return self.of(name).every_size

    def every_size(self, goal: Goal, time_s: float) -> None:
        pass

    def this_size(self, goal: Goal, time_s: float) -> None:
        pass
