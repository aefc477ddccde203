"""What would mend a protocol, as data."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from checker.properties.mending.assumptions import Assumption
from checker.properties.result import Result, Verdict

Question = Literal["assumptions", "rules"]


class Mending(Struct, frozen=True, kw_only=True):
    """One property that is violated under `faults`, and the smallest sets of assumptions under which it holds, each checked again.

    `question`: "assumptions" of fairness and faults; "rules": which `should` must be a `when` although agents may ignore the others.
    `sets` is empty where nothing of that kind mends it; then `left` is the result under all of the assumptions together.
    `reason`: why there may be more sets, or why nothing is known; else "".
    """

    question: Question
    faults: str
    result: Result
    sets: tuple[tuple[Assumption, ...], ...]
    left: Result | None = None
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        return self.result.verdict


class Mendings(Struct, frozen=True, kw_only=True):
    """Of one instance. `most`: how many assumptions a set has at most. `held`: the properties that needed nothing."""

    protocol: str
    spec: str
    instance: str
    faults: str
    most: int
    mendings: tuple[Mending, ...]
    held: tuple[str, ...]
    seconds: float
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 where every question is answered, 3 where something is unknown or it was interrupted."""
        return 3 if self.interrupted or any(one.reason for one in self.mendings) else 0
