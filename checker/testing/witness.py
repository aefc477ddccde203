"""Says what each deviation of a run was, with the lines of source at which those concerned stand.

It runs beside a replay only: finding those lines takes longer than the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from checker.testing.choices import Deviation, Kind
from checker.testing.where import Place, place_of

if TYPE_CHECKING:
    from checker.testing.lanes import Lane
    from checker.testing.loop import ControlledLoop
    from checker.testing.record import Call


class Account(Struct, frozen=True, kw_only=True):
    """One deviation in words."""

    deviation: Deviation
    at_s: float
    text: str
    places: tuple[Place, ...] = ()  # of the tasks concerned, the one that acts first


class Witness:
    """Listens to a run whose deviations are known."""

    def __init__(self, deviations: Iterable[Deviation]) -> None:
        self.accounts: list[Account] = []
        self._waited_for = {(deviation.kind, deviation.number): deviation for deviation in deviations}

    def before_order(self, loop: ControlledLoop, lanes: Sequence[Lane]) -> None:
        deviation = self._expected(loop, "o")
        if deviation is None or not isinstance(deviation.value, int):
            return
        first = lanes[min(deviation.value, len(lanes) - 1)]
        passed = lanes[: deviation.value]
        text = f"{_standing(first)} runs before {' and '.join(map(_standing, passed))}, which had been ready longer"
        self._note(loop, deviation, text, [_place(lane) for lane in (first, *passed)])

    def before_timer(self, loop: ControlledLoop, timer: Any, when_ns: int) -> None:
        deviation = self._expected(loop, "t")
        if deviation is not None:
            lanes = loop.ready_lanes()
            ahead_ms = (when_ns - loop.time_ns()) / 1e6
            text = f"the timer of {timer_name(loop, timer)}, due {ahead_ms:g} ms later, fires before {' and '.join(map(_standing, lanes))}"
            self._note(loop, deviation, text, [_place(lane) for lane in lanes])

    def before_latency(self, loop: ControlledLoop, call: Call, what: str) -> None:
        deviation = self._expected(loop, "l")
        if deviation is not None and isinstance(deviation.value, int):
            text = f"the {what} of {call.boundary}.{call.op} by {call.agent} takes {deviation.value / 1000:g} ms"
            self._note(loop, deviation, text, [_place(loop.current)])

    def before_start(self, loop: ControlledLoop, lane: Lane) -> None:
        deviation = self._expected(loop, "l")
        if deviation is not None and isinstance(deviation.value, int):
            self._note(
                loop, deviation, f"{lane.label} of {lane.who} starts {deviation.value / 1000:g} ms later", [_place(loop.current)]
            )

    def before_call(self, loop: ControlledLoop, call: Call) -> None:
        deviation = self._expected(loop, "f")
        if deviation is not None:
            text = f"{deviation.value} strikes {call.boundary}.{call.op} of {call.agent}"
            self._note(loop, deviation, text, [_place(loop.current)])

    def before_cancel(self, loop: ControlledLoop, lane: Lane) -> None:
        deviation = self._expected(loop, "c")
        if deviation is not None:
            self._note(loop, deviation, f"{_standing(lane)} is cancelled", [_place(lane)])

    def _expected(self, loop: ControlledLoop, kind: Kind) -> Deviation | None:
        return self._waited_for.get((kind, loop.chooser.asked[kind]))

    def _note(self, loop: ControlledLoop, deviation: Deviation, text: str, places: list[Place | None]) -> None:
        if not any(account.deviation == deviation for account in self.accounts):
            found = tuple(place for place in places if place)
            self.accounts.append(Account(deviation=deviation, at_s=loop.elapsed_s(), text=text, places=found))


def _place(lane: Lane) -> Place | None:
    return place_of(lane.task.get_coro()) if lane.task is not None else None


def _standing(lane: Lane) -> str:
    if lane.kind == "callbacks":
        return "a callback"
    place = _place(lane)
    return f"{lane.who} (at {place})" if place else lane.who


def timer_name(loop: ControlledLoop, timer: Any) -> str:
    """Whose timer it is: of the task that sleeps on it, or else of the callback it calls."""
    for future in timer._args or ():
        for lane in loop.lanes:
            if lane.task is not None and getattr(lane.task, "_fut_waiter", None) is future:
                return _standing(lane)
    owner = getattr(timer._callback, "__qualname__", None)
    return str(owner or type(timer._callback).__name__)
