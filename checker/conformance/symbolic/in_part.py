"""Runs whose order is known in part, followed with sets of states: for each set of observations that may have been made by then, the states in
which the team can be. All of one number are gone through before those of the next, so each is met once, whatever the orders that lead to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, final

from msgspec import Struct

from checker.conformance.automaton import Label
from checker.conformance.beliefs import CannotTell
from checker.conformance.explain import Explained
from checker.conformance.orders import Made, PartialOrder, first_of, followers, freed_by, going_on, with_made
from checker.conformance.symbolic.back import Back
from checker.conformance.symbolic.diagram import EMPTY, TooManyNodes
from checker.conformance.symbolic.follow import SetsOfStates
from checker.language.types import Value

CUTS = 20_000  # sets of observations

CLOSED = 0  # the place in `past` of the set that is looked at, with the hidden steps that may have come


@final
class Cut(Struct):
    """A set of observations that may have been made first: the `place` of its states in `past`, what may be made `next`, and the sets of one
    observation less that lead to some of these states, with that observation."""

    place: int
    next: tuple[int, ...]
    came: list[tuple[Made, int]] = []


Layer: TypeAlias = dict[Made, Cut]


@final
class FollowedInPart(Struct, frozen=True, kw_only=True):
    """`made`: a largest set of observations that some behaviour explains. Where these are not all, `next` are those that could come then, and
    `allowed` and `fails` tell what was possible, `way` is such a behaviour (None: the sets on the way were too large to be kept); otherwise `count`
    states can explain all, in which the cells have these `values`."""

    made: Made
    next: tuple[int, ...] = ()
    allowed: tuple[Label, ...] = ()
    fails: str | None = None
    way: Explained | None = None
    count: int = 0
    values: tuple[tuple[Value, ...], ...] = ()


def follow_in_part(of: SetsOfStates, known: PartialOrder, *, keep: bool = True) -> FollowedInPart:
    """`keep`: the sets on the way, as long as they are not too large. Raises CannotTell where there are too many sets, or they get too large."""
    try:
        return _InPart(of, known, keep).run()
    except TooManyNodes as limit:
        raise CannotTell("candidates", str(limit)) from None


@final
class _InPart:
    def __init__(self, of: SetsOfStates, known: PartialOrder, keep: bool) -> None:
        self.of, self.known, self.then = of, known, followers(known)
        self.met = 0
        self.layers: list[Layer] | None = [] if keep else None  # from the first on

    def run(self) -> FollowedInPart:
        self.of.start()
        self.of.needs_past = True
        self.of.past = [EMPTY, self.of.now]
        layer: Layer = {(0, 0): Cut(1, tuple(first_of(self.known)))}
        for _ in self.known.seen:
            following = self._next(layer)
            if not following:
                return self._stuck(layer)
            if self.layers is not None:
                self.layers.append(layer)
            layer = self._tidied(following)
        ((made, cut),) = layer.items()
        states = self._past()[cut.place]
        return FollowedInPart(made=made, count=self.of.sets.count(states), values=self.of.told(states))

    def _next(self, layer: Layer) -> Layer:
        """What one more observation leads to; sets without states are left out. Those of both layers stand in `past`."""
        following: Layer = {}
        for made, cut in layer.items():
            self.met += 1
            if self.met > CUTS:
                raise CannotTell("orders", f"there are more than {CUTS:,} sets of events that may have happened first")
            self._close(cut)
            for event in going_on(self.known, cut.next):
                before, after = self.of.after(self._past()[CLOSED], self.known.seen[event])
                self._past()[CLOSED] = before
                if after != EMPTY:
                    self._add(following, with_made(made, event), after, event, cut.next)
                    following[with_made(made, event)].came.append((made, event))
        self._past()[CLOSED] = EMPTY
        return following

    def _close(self, cut: Cut) -> None:
        """Hidden steps may come."""
        closed = self.of.closed(self._past()[cut.place])
        self._past()[CLOSED] = closed

    def _add(self, following: Layer, made: Made, states: int, event: int, enabled: tuple[int, ...]) -> None:
        past = self._past()
        if made in following:
            place = following[made].place
            past[place] = self.of.sets.union(past[place], states)
            return
        joined = event + 1 in self.known.joined
        freed = [event + 1] if joined else freed_by(self.known, self.then, event, made)
        following[made] = Cut(len(past), tuple(sorted([*(other for other in enabled if other != event), *freed])))
        past.append(states)

    def _tidied(self, layer: Layer) -> Layer:
        """The layer, with the sets of the layers before it no longer kept where they are too large."""
        sets = self.of.sets
        if self.layers is not None and sets.remembered > sets.most // 4:
            self.of.past = sets.forget_all_but(self._past())
            if sets.remembered > sets.most // 4:
                self.layers = None
        if self.layers is not None:
            return layer
        past = self._past()
        self.of.past = [EMPTY, *(past[cut.place] for cut in layer.values())]
        return {made: Cut(number, cut.next) for number, (made, cut) in enumerate(layer.items(), 1)}

    def _past(self) -> list[int]:
        """The sets that are kept; they have new numbers each time that others are forgotten."""
        assert self.of.past is not None
        return self.of.past

    def _stuck(self, layer: Layer) -> FollowedInPart:
        made, cut = next(iter(layer.items()))
        way = self._way(made, cut)
        self._close(cut)
        coming = going_on(self.known, cut.next)
        told = [self.of.stuck(0, self._past()[CLOSED], self.known.seen[event]) for event in coming]
        fails: Sequence[str] = [one.fails for one in told if one.fails is not None]
        return FollowedInPart(made=made, next=coming, allowed=told[0].allowed, fails=fails[0] if fails else None, way=way)

    def _way(self, made: Made, cut: Cut) -> Explained | None:
        """A behaviour that explains the observations of a set, backward from one of its states."""
        if self.layers is None:
            return None
        past, back = self._past(), Back(self.of)
        try:
            state = self.of.sets.some(past[cut.place])
            for layer in reversed(self.layers):
                state, cut = self._before(back, past, layer, cut, state)
        except (TooManyNodes, CannotTell):
            return None
        return back.explained(state)

    def _before(self, back: Back, past: list[int], layer: Layer, cut: Cut, after: list[Value]) -> tuple[list[Value], Cut]:
        """One observation back: a state that leads to `after`, and the set of observations that it is of."""
        for made, event in cut.came:
            state = back.before(past[layer[made].place], self.known.seen[event], after, event + 1, hidden=True)
            if state is not None:
                return state, layer[made]
        raise AssertionError("a set holds what nothing leads to")
