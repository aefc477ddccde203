"""Faults of a spec's fault model in the real code: where they may strike at the boundaries, and which of them nothing can make happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, TypeAlias, final

from msgspec import Struct

from checker.language.types import Sort, Value, element
from checker.model.model import Step
from checker.testing.protocol.adapter import Adapter
from checker.testing.record import Call as BoundaryCall
from checker.testing.record import Record

FaultKind: TypeAlias = Literal["crash", "stop", "restart", "lose", "duplicate"]
STRUCK: dict[str, tuple[str, ...]] = {"crash": ("crash", "crash_after"), "lose": ("drop",), "duplicate": ("duplicate",)}
ASKED_FOR = ("disobey", "repeat")  # the program asks against advice, or once more
AS_IT_COMES = ("reorder", "stale")  # what the code and its stores do by themselves under some schedule, or never


@final
class Fault(Struct, frozen=True):
    """A part of a program. `crash` Worker0: that agent may stop at one of its calls at a boundary; `stop` Worker0: it crashes once it has done what
    it was asked for before; `restart` Worker0: it comes back, where it has crashed;
    `lose` Assign, `duplicate` Assign: one call that carries the message may be lost, or arrive twice."""

    kind: FaultKind
    of: str

    def __str__(self) -> str:
        return f"{self.kind} {self.of}"


def fault_of(step: Step, agent: Value | None) -> Fault | None:
    """What a program says for a fault that a path goes through; None where it says nothing: the fault needs no help, or cannot be had."""
    if step.fault is None:
        return None
    kind, _, of = step.fault.partition(" ")
    if kind in ("crash", "stall", "restart") and step.agent is not None and isinstance(step.agent.type, Sort):
        name = element(step.agent.type, int(agent))  # type: ignore[arg-type]
        return Fault(
            "restart" if kind == "restart" else "crash", name
        )  # an agent that stalls and one that crashes are alike to all others
    if kind == "lose":
        return Fault("lose", of)
    return Fault("duplicate", of) if kind == "duplicate" else None


def cannot_be_had(adapter: type[Adapter], fault: str) -> str:
    """Why no run of the code can have this fault of the fault model ("lose Assign"); "" where it can."""
    kind, _, of = fault.partition(" ")
    if kind in ("lose", "duplicate"):
        said = f"`{adapter.__name__}.carried_by` does not say which call carries {of}"
        return "" if of in adapter.carried_by else f"it needs the fault {fault}, and {said}"
    if kind in ("crash", "stall", "restart", *ASKED_FOR, *AS_IT_COMES):
        return ""
    return f"it needs the fault {fault}, which nothing makes real code have"


def budget(faults: Iterable[Fault]) -> dict[str, int]:
    """How often which fault of a boundary may strike, as `explore` takes it."""
    return dict(Counter(STRUCK[fault.kind][0] for fault in faults if fault.kind in STRUCK))


@final
class Striker:
    """Where the faults of one program may strike in one run. `offered`: those for which there was a call to strike at."""

    def __init__(self, adapter: type[Adapter], faults: Iterable[Fault], record: Record) -> None:
        self.adapter, self.record = adapter, record
        self.wanted = Counter(fault for fault in faults if fault.kind in STRUCK)
        self.offered: set[Fault] = set()

    def __call__(self, kind: str, call: BoundaryCall) -> bool:
        """Whether the fault of a boundary may strike at this call."""
        fitting = [fault for fault in self.wanted if kind in STRUCK[fault.kind] and self._is_at(fault, call)]
        self.offered.update(fitting)
        struck = self.struck() if fitting else Counter()
        return any(struck[fault] < self.wanted[fault] for fault in fitting)

    def struck(self) -> Counter[Fault]:
        """What has struck so far."""
        found: Counter[Fault] = Counter()
        for one in self.record.faults:
            if one.call is not None:
                call = self.record.calls[one.call]
                found.update(fault for fault in self.wanted if one.kind in STRUCK[fault.kind] and self._is_at(fault, call))
        return found

    def _is_at(self, fault: Fault, call: BoundaryCall) -> bool:
        if fault.kind == "crash":
            return call.agent == fault.of
        carrier = self.adapter.carried_by.get(fault.of)
        return carrier(call) if callable(carrier) else carrier in (call.op, f"{call.boundary}.{call.op}")
