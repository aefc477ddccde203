"""Asks a strategy at each choice point, numbers the points, and keeps what deviated from the plain answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from checker.testing.choices import FAULTS, Deviation, Kind, Mode, Value

Tell = Callable[[Deviation], None]


class Point(Struct, frozen=True):
    """A choice point that a run passed: what else could have been answered there."""

    kind: Kind
    number: int
    others: tuple[Value, ...]  # the answers that deviate; for a latency a few of the many


class Strategy:
    """Answers the questions of a run. This one always gives the plain answer: the order of asyncio itself.

    `number` counts the questions of that kind from 0. `lanes` are the numbers of the ready lanes, oldest first (0: plain callbacks).
    """

    def order(self, number: int, lanes: Sequence[int]) -> int:
        """The index of the lane to run."""
        return 0

    def timer(self, number: int) -> int:
        """1: the next timer goes before the ready work."""
        return 0

    def wake(self, number: int, options: int) -> int:
        """How many more timers are due when the loop wakes up for the next one, at most `options`."""
        return 0

    def latency(self, number: int, lane: int, low_us: int, plain_us: int, high_us: int) -> int:
        """Microseconds, from `low_us` to `high_us`, for a request or reply of this lane."""
        return plain_us

    def fault(self, number: int, kinds: Sequence[str]) -> str | None:
        """One of the faults that may be injected at this call, or None."""
        return None

    def cancel(self, number: int) -> int:
        """1: the task that has just suspended is cancelled."""
        return 0

    def pick(self, number: int, options: int) -> int:
        """An index below `options`."""
        return 0


PLAIN = Strategy()


class Replay(Strategy):
    """The deviations given, and the plain answer everywhere else."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        self._answers: dict[tuple[str, int], Value] = {(d.kind, d.number): d.value for d in deviations}

    def order(self, number: int, lanes: Sequence[int]) -> int:
        return min(self._int("o", number, 0), len(lanes) - 1)

    def timer(self, number: int) -> int:
        return self._int("t", number, 0)

    def wake(self, number: int, options: int) -> int:
        return min(self._int("w", number, 0), options)

    def latency(self, number: int, lane: int, low_us: int, plain_us: int, high_us: int) -> int:
        return max(low_us, self._int("l", number, plain_us))

    def fault(self, number: int, kinds: Sequence[str]) -> str | None:
        answer = self._answers.get(("f", number))
        return str(answer) if answer in kinds else None

    def cancel(self, number: int) -> int:
        return self._int("c", number, 0)

    def pick(self, number: int, options: int) -> int:
        return min(self._int("p", number, 0), options - 1)

    def _int(self, kind: str, number: int, plain: int) -> int:
        answer = self._answers.get((kind, number), plain)
        return answer if isinstance(answer, int) else plain


class Chooser:
    """The choices of one run. `points` is filled only where `note_points`; a search by number of deviations needs them.

    `tell` is called with the deviation, where the answer is one, before anything of it has happened.
    """

    def __init__(
        self,
        strategy: Strategy,
        mode: Mode,
        *,
        faults: Mapping[str, int] | None = None,
        sweep: bool = False,
        note_points: bool = False,
    ) -> None:
        self.strategy = strategy
        self.reorders = mode in ("reorder", "both")
        self.overtakes = mode in ("overtake", "both")
        self.sweeps = sweep
        self.deviations: list[Deviation] = []
        self.points: list[Point] = []
        self.asked: Counter[Kind] = Counter()
        self.quiet = False  # once True, every answer is plain and no point is counted
        self.budget = dict(faults or {})  # how often each fault may strike still
        self._note_points = note_points

    def order(self, lanes: Sequence[int], tell: Tell | None = None) -> int:
        if self.quiet:
            return 0
        number = self._next("o", range(1, len(lanes)))
        return int(self._took("o", number, self.strategy.order(number, lanes), 0, tell))

    def timer(self, tell: Tell | None = None) -> bool:
        if self.quiet:
            return False
        number = self._next("t", (1,))
        return bool(self._took("t", number, self.strategy.timer(number), 0, tell))

    def wake(self, options: int, tell: Tell | None = None) -> int:
        if self.quiet or not options:
            return 0
        number = self._next("w", range(1, options + 1))
        return int(self._took("w", number, self.strategy.wake(number, options), 0, tell))

    def latency(self, lane: int, low_us: int, plain_us: int, high_us: int, tell: Tell | None = None) -> int:
        if self.quiet or low_us >= high_us:
            return plain_us
        number = self._next("l", ladder(low_us, plain_us, high_us) if self._note_points else ())
        return int(self._took("l", number, self.strategy.latency(number, lane, low_us, plain_us, high_us), plain_us, tell))

    def fault(self, allowed: Sequence[str], tell: Tell | None = None) -> str | None:
        if self.quiet or not self.budget:
            return None
        kinds = tuple(kind for kind in allowed if self.budget.get(budget_name(kind), 0) > 0)
        if not kinds:
            return None
        number = self._next("f", kinds)
        found = self.strategy.fault(number, kinds)
        if found is not None:
            self.budget[budget_name(found)] -= 1
            self._deviated(Deviation("f", number, found), tell)
        return found

    def cancel(self, tell: Tell | None = None) -> bool:
        if self.quiet or not self.sweeps:
            return False
        number = self._next("c", (1,))
        return bool(self._took("c", number, self.strategy.cancel(number), 0, tell))

    def pick(self, options: int, tell: Tell | None = None) -> int:
        if self.quiet or options < 2:
            return 0
        number = self._next("p", range(1, min(options, 8)))
        return int(self._took("p", number, self.strategy.pick(number, options), 0, tell))

    def _next(self, kind: Kind, others: Sequence[Any]) -> int:
        number = self.asked[kind]
        self.asked[kind] = number + 1
        if self._note_points:
            self.points.append(Point(kind, number, tuple(others)))
        return number

    def _took(self, kind: Kind, number: int, answer: int, plain: int, tell: Tell | None = None) -> int:
        if answer != plain:
            self._deviated(Deviation(kind, number, answer), tell)
        return answer

    def _deviated(self, deviation: Deviation, tell: Tell | None) -> None:
        self.deviations.append(deviation)
        if tell is not None:
            tell(deviation)


def budget_name(kind: str) -> str:
    """`crash` for both kinds of crash: the budget of faults is told as `{"crash": 1}`."""
    return "crash" if kind == "crash_after" else kind


def check_faults(faults: Mapping[str, int]) -> None:
    """Raises ValueError for a budget that names no fault."""
    known = sorted({budget_name(kind) for kind in FAULTS})
    for name, most in faults.items():
        if name not in known or most < 0:
            raise ValueError(f"faults={{{name!r}: {most}}}: the faults are {', '.join(known)}, each with how often it may strike")


def ladder(low_us: int, plain_us: int, high_us: int) -> tuple[int, ...]:
    """A few latencies that stand for all: the highest, the geometric middle, the lowest."""
    middle = round((max(low_us, 100) * high_us) ** 0.5)
    return tuple(us for us in dict.fromkeys((high_us, middle, low_us)) if us != plain_us)
