"""What is known of which property under which faults, with all that follows from it.

More faults add runs and take none away: what breaks under some faults breaks under more, and what no run under many does no run under
fewer does. A `sometimes` is the other way round; what is kept of it is where it is *reached*. So for every property there is one
event, which more faults can only bring about: broken, or reached.
"""

from __future__ import annotations

from msgspec import Struct, field

from checker.model.model import GoalKind
from checker.properties.result import Verdict
from checker.properties.tolerance.fault_sets import FaultSet, minimal, within


class Known(Struct, kw_only=True):
    """Of one property: sets of faults under which the event is seen, sets under which it is not, and why others are unknown."""

    kind: GoalKind
    seen: list[FaultSet] = field(default_factory=list)
    unseen: list[FaultSet] = field(default_factory=list)
    unknown: dict[FaultSet, str] = field(default_factory=dict)

    @property
    def with_event(self) -> Verdict:
        """The verdict that more faults bring about."""
        return "holds" if self.kind == "sometimes" else "violated"

    @property
    def without_event(self) -> Verdict:
        return "violated" if self.kind == "sometimes" else "holds"

    def add(self, faults: FaultSet, verdict: Verdict, reason: str = "") -> None:
        if verdict == "unknown":
            self.unknown.setdefault(faults, reason)
        elif self.event(faults) is not None:
            return
        elif verdict == self.with_event:
            self.seen.append(faults)
        else:
            self.unseen = [*(small for small in self.unseen if not within(small, faults)), faults]

    def event(self, faults: FaultSet) -> bool | None:
        """Whether the event is seen under these faults; None: not known."""
        if any(within(small, faults) for small in self.seen):
            return True
        if any(within(faults, large) for large in self.unseen):
            return False
        return None

    def is_open(self, faults: FaultSet) -> bool:
        """Whether it is not known, and nobody has tried in vain."""
        return self.event(faults) is None and faults not in self.unknown

    def verdict(self, faults: FaultSet) -> Verdict:
        seen = self.event(faults)
        return "unknown" if seen is None else self.with_event if seen else self.without_event

    def reason(self, faults: FaultSet) -> str:
        """Why the verdict is unknown."""
        return self.unknown.get(faults, "it was not looked at")

    def smallest(self) -> list[FaultSet]:
        """The sets under which the event is seen, and is not known of any smaller one."""
        return minimal(self.seen)
