"""Says what each deviation of a run was, with the lines of source at which those concerned stand.

It runs beside a replay only: finding those lines takes longer than the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from checker.testing.choices import Deviation
from checker.testing.chooser import Tell
from checker.testing.where import Place, place_of, place_of_caller

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

    @property
    def line(self) -> str:
        return f"at {self.at_s * 1e3:.9g} ms: {self.text}"


class Step(Struct, frozen=True, kw_only=True):
    """A task runs on from a line of source to its next `await`."""

    at_s: float
    who: str
    place: Place


class Witness:
    """Listens to one run. Each method gives a function that notes a deviation, for the `tell` of the chooser."""

    def __init__(self) -> None:
        self.accounts: list[Account] = []
        self.steps: list[Step] = []
        self._made: dict[int, Place] = {}  # where each task was made, by the number of its lane

    def made(self, lane: Lane) -> None:
        """The running code has made this lane."""
        if (place := place_of_caller(1 if lane.number > 1 else 2)) is not None:  # what runs the test is nobody's matter
            self._made[lane.number] = place

    def step(self, loop: ControlledLoop, lane: Lane) -> None:
        """The lane is about to run."""
        place = None if loop.ending else self._place(lane)
        if place is not None:
            self.steps.append(Step(at_s=loop.elapsed_s(), who=lane.who, place=place))

    def order(self, loop: ControlledLoop, lanes: Sequence[Lane]) -> Tell:
        def tell(deviation: Deviation) -> None:
            index = int(deviation.value)
            first, passed = lanes[index], lanes[:index]
            text = f"{self._standing(loop, first)} runs before {self._all(loop, passed)}, which had been ready longer"
            self._note(loop, deviation, text, [first, *passed])

        return tell

    def timer(self, loop: ControlledLoop, timer: Any, when_ns: int) -> Tell:
        def tell(deviation: Deviation) -> None:
            lanes = loop.ready_lanes()
            ahead_ms = (when_ns - loop.time_ns()) / 1e6
            text = f"{self._callback(loop, timer)}, due {ahead_ms:.9g} ms later, fires before {self._all(loop, lanes)}"
            self._note(loop, deviation, text, lanes)

        return tell

    def wake(self, loop: ControlledLoop, when_ns: int, later_ns: Sequence[int]) -> Tell:
        """`later_ns`: when the loop may wake up instead, on its clock."""

        def tell(deviation: Deviation) -> None:
            until_ns = later_ns[int(deviation.value) - 1]
            timers = loop.due_by(until_ns)
            due = ", then ".join(self._callback(loop, timer) for timer in timers)
            late_ms, at_ms = (until_ns - when_ns) / 1e6, (until_ns - loop.time_ns() + loop.elapsed_ns()) / 1e6
            text = f"the loop is held up, until {at_ms:.9g} ms, {late_ms:.9g} ms late; by then are due {due}"
            self._note(loop, deviation, text, list(filter(None, (self._sleeper(loop, timer) for timer in timers))))

        return tell

    def latency(self, loop: ControlledLoop, call: Call, what: str) -> Tell:
        return lambda deviation: self._note(
            loop, deviation, f"the {what} of {call.boundary}.{call.op} by {call.agent} takes {_ms(deviation)} ms"
        )

    def start(self, loop: ControlledLoop, lane: Lane) -> Tell:
        return lambda deviation: self._note(loop, deviation, f"{lane.label} of {loop.who()} starts {_ms(deviation)} ms later")

    def fault(self, loop: ControlledLoop, call: Call) -> Tell:
        return lambda deviation: self._note(
            loop, deviation, f"{deviation.value} strikes {call.boundary}.{call.op} of {call.agent}"
        )

    def cancel(self, loop: ControlledLoop, lane: Lane, when: str) -> Tell:
        return lambda deviation: self._note(loop, deviation, f"{self._standing(loop, lane)} is cancelled {when}".rstrip(), [lane])

    def pick(self, loop: ControlledLoop, options: Sequence[Any]) -> Tell:
        return lambda deviation: self._note(
            loop, deviation, f"`pick` gives {loop.who()} {options[int(deviation.value)]!r}, not {options[0]!r}"
        )

    def _note(self, loop: ControlledLoop, deviation: Deviation, text: str, lanes: Sequence[Lane] = ()) -> None:
        """`lanes`: those that stand somewhere; without them it is about the running code."""
        found = [self._place(lane) for lane in lanes] if lanes else [place_of_caller() or self._made.get(loop.current.number)]
        places = tuple(place for place in found if place)
        self.accounts.append(Account(deviation=deviation, at_s=loop.elapsed_s(), text=text, places=places))

    def _place(self, lane: Lane) -> Place | None:
        """Where the task of the lane stands; where nothing in it is the user's, where it was made."""
        if lane.task is None:
            return None
        return place_of(lane.task.get_coro(), 1) or self._made.get(lane.number)

    def _all(self, loop: ControlledLoop, lanes: Sequence[Lane]) -> str:
        return " and ".join(self._standing(loop, lane) for lane in lanes)

    def _standing(self, loop: ControlledLoop, lane: Lane) -> str:
        """Who would run, and from where."""
        if lane.kind == "callbacks":
            return self._callback(loop, loop.first_ready(lane))
        place = self._place(lane)
        return f"{lane.who} (at {place})" if place else lane.who

    def _callback(self, loop: ControlledLoop, handle: Any) -> str:
        """`the timer of ann (at …)` for what ends the sleep of a task, or else the name of the function that is called."""
        lane = self._sleeper(loop, handle)
        if lane is not None:
            return f"the timer of {self._standing(loop, lane)}"
        callback = handle._callback
        return f"the callback {getattr(callback, '__qualname__', type(callback).__name__)}"

    def _sleeper(self, loop: ControlledLoop, handle: Any) -> Lane | None:
        """The lane of the task whose sleep the handle ends."""
        for future in handle._args or ():
            for lane in loop.lanes:
                if lane.task is not None and getattr(lane.task, "_fut_waiter", None) is future:
                    return lane
        return None


def _ms(deviation: Deviation) -> str:
    return f"{int(deviation.value) / 1000:.9g}"
