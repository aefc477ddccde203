"""The rungs below a proof: search through all states at growing sizes, smallest first, as far as the time goes."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import final

from msgspec import Struct
from msgspec.structs import replace

from checker.engines.clock import AtMost
from checker.language.diagnostics import BadInput
from checker.language.types import Int
from checker.properties.result import Result
from checker.properties.tolerance.subject import Subject, subject
from checker.proving.mining import NO_TIME
from checker.proving.result import Searched, Sizes
from checker.proving.sizes import box, largest, sizes_text, smallest

MOST_STATES = 3_000_000  # of one search
GROWS = 4  # a search takes about so many times as long as the one before it: what would not be finished is not begun
LATE_S = 0.5  # for what a search has found when its time is up
EXISTENTIAL = "sometimes"  # what some state shows at one size says nothing of another


@final
class Refuted(Struct, frozen=True, kw_only=True):
    """`held_up_to`: the property was seen to hold wherever no size is larger than this."""

    sizes: Sizes
    result: Result
    held_up_to: int


def _in_time(result: Result) -> Result:
    """What the clock interrupts ends like what looks at it."""
    return replace(result, reason=NO_TIME) if result.reason == "interrupted" else result


@final
class Growth:
    """Searches one subject in one fault model at size after size. A property that is violated at some size is not looked at again."""

    def __init__(self, base: Subject, faults: str, ranges: dict[str, Int], asked: Sizes) -> None:
        self.base, self.faults, self.ranges, self.asked = base, faults, ranges, asked
        self.found = Searched(up_to=0)
        self.violated: dict[str, Refuted] = {}
        self.at_asked: dict[str, Result] = {}
        self.unknown: dict[str, str] = {}  # of properties that a search left open: why
        self.done: dict[Sizes, bool] = {}  # size -> whether it was searched through
        self.next = smallest(ranges)
        self.took_s = 0.0  # the last search
        self.interrupted = False

    # --- one size ----------------------------------------------------------------------------------------------------

    def look(self, sizes: Sizes, names: Sequence[str], time_s: float) -> bool:
        """Search at one size; whether every one of the properties that are still open there was decided."""
        wanted = [name for name in names if name not in self.violated or sizes == self.asked]
        results: Sequence[Result] = ()
        began, complete = perf_counter(), False
        with AtMost(time_s + LATE_S) as clock:  # a search of its own for some properties, and each has the time of all
            try:
                report = self._at(sizes, time_s).check(self.faults, wanted)
            except BadInput as bad:
                return self._left_out(sizes, bad)
            results, complete = [_in_time(result) for result in report.results], not report.interrupted
        self.took_s = perf_counter() - began
        self.interrupted = self.interrupted or not (complete or clock.rang)
        states = 0
        for result in results:
            states = max(states, result.distinct)
            complete = self._take_in(sizes, result) and complete
        self.done[sizes] = complete
        self.found = replace(self.found, states=self.found.states + states)
        return complete

    def _at(self, sizes: Sizes, time_s: float) -> Subject:
        limits = replace(self.base.limits, time_s=time_s, states_limit=self.base.limits.states_limit or MOST_STATES)
        if sizes == self.asked:
            return replace(self.base, limits=limits)
        return subject(
            self.base.target.path,
            instance=self.base.instance,
            faults=self.faults,
            properties=self.base.names(),
            overrides={**self.base.overrides, **{name: str(value) for name, value in sizes}},
            limits=limits,
            said=self.base.said,
        )

    def _take_in(self, sizes: Sizes, result: Result) -> bool:
        """Whether the property was decided."""
        if sizes == self.asked:
            self.at_asked[result.property] = result
        if result.verdict == "unknown":
            self.unknown.setdefault(result.property, f"at {sizes_text(sizes)}: {result.reason}" if sizes else result.reason)
            return False
        if result.verdict == "violated" and result.kind != EXISTENTIAL:
            refuted = Refuted(sizes=sizes, result=result, held_up_to=self.found.up_to)
            self.violated.setdefault(result.property, refuted)
        return True

    def _left_out(self, sizes: Sizes, bad: BadInput) -> bool:
        """The protocol does not allow this size (a table written out for another one, a range without a value)."""
        self.found = replace(self.found, stopped=f"{sizes_text(sizes)} cannot be made: {bad.diagnostics[0].title_text}")
        return False

    # --- growing -----------------------------------------------------------------------------------------------------

    def grow(self, names: Sequence[str], most: int, until: float, late: str = NO_TIME) -> None:
        """Box after box up to `most`, as long as the clock (`perf_counter`) is before `until` and all is decided. `late`: what to say then."""
        while self.next <= min(most, largest(self.ranges)) and not self.interrupted:
            for sizes in box(self.ranges, self.next):
                left = until - perf_counter()
                if left <= GROWS * self.took_s:
                    self.found = replace(self.found, stopped=self.found.stopped or late)
                    return
                open_still = [name for name in names if name not in self.violated]
                if not open_still:
                    return
                if sizes not in self.done and not self.look(sizes, open_still, left):
                    self.found = replace(self.found, stopped=self.found.stopped or self._why(sizes))
                    return
                if not self.done.get(sizes, False):
                    return
            self.found = replace(self.found, up_to=self.next, stopped="")
            self.next += 1
        if self.next > largest(self.ranges):
            self.found = replace(self.found, ended=True)

    def _why(self, sizes: Sizes) -> str:
        return next(iter(self.unknown.values()), f"the search at {sizes_text(sizes)} was not finished")

    def summary(self) -> Searched:
        """With the sizes beyond the complete boxes."""
        beyond = [s for s, complete in self.done.items() if complete and any(value > self.found.up_to for _, value in s)]
        return replace(self.found, also=tuple(beyond))
