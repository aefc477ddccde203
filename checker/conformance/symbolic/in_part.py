"""Runs whose order is known in part, followed with sets of states: for each set of observations that may have been made by then, the states in
which the team can be. All of one number are gone through before those of the next, so each is met once, whatever the orders that lead to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, final

from msgspec import Struct

from checker.conformance.automaton import Label
from checker.conformance.beliefs import CannotTell
from checker.conformance.orders import Made, PartialOrder, first_of, followers, freed_by, going_on, with_made
from checker.conformance.symbolic.diagram import EMPTY, TooManyNodes
from checker.conformance.symbolic.follow import SetsOfStates
from checker.language.types import Value

CUTS = 20_000  # sets of observations

Layer: TypeAlias = dict[Made, tuple[int, tuple[int, ...]]]  # the place of its states in `past`, and what may be made next


@final
class FollowedInPart(Struct, frozen=True, kw_only=True):
    """`made`: a largest set of observations that some behaviour explains. Where these are not all, `next` are those that could come then, and
    `allowed` and `fails` tell what was possible; otherwise `count` states can explain all, in which the cells have these `values`."""

    made: Made
    next: tuple[int, ...] = ()
    allowed: tuple[Label, ...] = ()
    fails: str | None = None
    count: int = 0
    values: tuple[tuple[Value, ...], ...] = ()


def follow_in_part(of: SetsOfStates, known: PartialOrder) -> FollowedInPart:
    """Raises CannotTell where there are too many sets, or they get too large."""
    try:
        return _InPart(of, known).run()
    except TooManyNodes as limit:
        raise CannotTell("candidates", str(limit)) from None


@final
class _InPart:
    def __init__(self, of: SetsOfStates, known: PartialOrder) -> None:
        self.of, self.known, self.then = of, known, followers(known)
        self.met = 0

    def run(self) -> FollowedInPart:
        self.of.start()
        self.of.needs_past = True
        self.of.past = [self.of.now]
        layer: Layer = {(0, 0): (0, tuple(first_of(self.known)))}
        for _ in self.known.seen:
            following = self._next(layer)
            if not following:
                return self._stuck(layer)
            layer = self._alone(following)
        ((made, (place, _)),) = layer.items()
        states = self._past()[place]
        return FollowedInPart(made=made, count=self.of.sets.count(states), values=self.of.told(states))

    def _next(self, layer: Layer) -> Layer:
        """What one more observation leads to; sets without states are left out. Those of both layers stand in `past`."""
        following: Layer = {}
        for made, (place, enabled) in layer.items():
            self.met += 1
            if self.met > CUTS:
                raise CannotTell("orders", f"there are more than {CUTS:,} sets of events that may have happened first")
            self._past()[place] = self.of.closed(self._past()[place])
            for event in going_on(self.known, enabled):
                before, after = self.of.after(self._past()[place], self.known.seen[event])
                self._past()[place] = before
                if after != EMPTY:
                    self._add(following, with_made(made, event), after, event, enabled)
            if following:
                self._past()[place] = EMPTY  # it is not needed any more
        return following

    def _add(self, following: Layer, made: Made, states: int, event: int, enabled: tuple[int, ...]) -> None:
        past = self._past()
        if made in following:
            place = following[made][0]
            past[place] = self.of.sets.union(past[place], states)
            return
        joined = event + 1 in self.known.joined
        freed = [event + 1] if joined else freed_by(self.known, self.then, event, made)
        following[made] = len(past), tuple(sorted([*(other for other in enabled if other != event), *freed]))
        past.append(states)

    def _alone(self, layer: Layer) -> Layer:
        """The same with the sets of no other layer kept."""
        past = self._past()
        self.of.past = [past[place] for place, _ in layer.values()]
        return {made: (number, enabled) for number, (made, (_, enabled)) in enumerate(layer.items())}

    def _past(self) -> list[int]:
        """The sets that are kept; they have new numbers each time that others are forgotten."""
        assert self.of.past is not None
        return self.of.past

    def _stuck(self, layer: Layer) -> FollowedInPart:
        made, (place, enabled) = next(iter(layer.items()))
        coming = going_on(self.known, enabled)
        told = [self.of.stuck(0, self._past()[place], self.known.seen[event]) for event in coming]
        fails: Sequence[str] = [one.fails for one in told if one.fails is not None]
        return FollowedInPart(made=made, next=coming, allowed=told[0].allowed, fails=fails[0] if fails else None)
