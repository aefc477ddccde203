"""A run of the formula as numbers: played on the ground form, outcome by outcome, and made shorter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import final

from msgspec import Struct

from checker.ground.graph import Node
from checker.ground.program import GroundModel
from checker.ground.run import evaluated

Fields = tuple[int, ...]


@final
class Play(Struct, frozen=True, kw_only=True):
    """Outcomes by their numbers, one after another from the state with these fields.

    `last`: the run is seen on the way over this outcome, which is taken (or fails) after all others; None: in the state that they lead to.
    """

    initial: Fields
    outcomes: tuple[int, ...]
    last: int | None = None

    @property
    def steps(self) -> int:
        return len(self.outcomes) + (self.last is not None)


class Player:
    """Plays outcomes. `enabled` as in `Sweeps`: one node of the ground form for each outcome."""

    def __init__(self, form: GroundModel, enabled: Sequence[Node]) -> None:
        self.form = form
        self.enabled = enabled

    def states(self, play: Play) -> list[Fields]:
        """The states on the way, the first one included. Of outcomes that cannot be taken: AssertionError."""
        states, left_out = self._played(play)
        assert not left_out, "the run of the formula is none of the ground form"
        return states

    def _played(self, play: Play) -> tuple[list[Fields], set[int]]:
        """The states on the way over those outcomes that can be taken, and the places of the others."""
        found, left_out = [play.initial], set[int]()
        for place, number in enumerate(play.outcomes):
            after = self.after(found[-1], number)
            if after is None:
                left_out.add(place)
            else:
                found.append(after)
        return found, left_out

    def value(self, node: Node, fields: Fields) -> int:
        return evaluated(self.form.graph, fields, [node])[0]

    def shown(self, play: Play, goal: str, what: str, state: Node | None) -> Play | None:
        """The play without outcomes that cannot be taken, where it shows this: in its last state, where `state` is 1, or on the way over its
        last outcome.
        """
        states, left_out = self._played(play)
        kept = tuple(number for place, number in enumerate(play.outcomes) if place not in left_out)
        played = Play(initial=play.initial, outcomes=kept, last=play.last)
        if state is not None:
            return played if self.value(state, states[-1]) else None
        assert play.last is not None
        outcome = self.form.outcomes[play.last]
        seen = {"wrong": outcome.goals, "undefined": outcome.undefined}[what]
        node = outcome.failed if goal == "no error" else dict(seen).get(goal)
        if node is None or not self.value(self.enabled[play.last], states[-1]) or not self.value(node, states[-1]):
            return None
        return played

    def after(self, fields: Fields, number: int) -> Fields | None:
        """Where the outcome leads; None where it cannot be taken."""
        outcome = self.form.outcomes[number]
        enabled, failed, *new = evaluated(
            self.form.graph, fields, [self.enabled[number], outcome.failed, *(node for _, node in outcome.updates)]
        )
        if not enabled or failed:
            return None
        after = list(fields)
        for (field, _), value in zip(outcome.updates, new, strict=True):
            after[field] = value
        return tuple(after)


def without_loops(states: Sequence[Fields]) -> tuple[Fields, ...]:
    """The way without what lies between two visits to one state."""
    found: dict[Fields, None] = {}
    for state in states:
        if state in found:
            kept = list(found)
            found = dict.fromkeys(kept[: kept.index(state)])
        found[state] = None
    return tuple(found)


def shortened(play: Play, shown: Callable[[Play], Play | None]) -> Play:
    """The play without outcomes that it can do without, and without those that then cannot happen any more.

    `shown`: what can be played of a play, where that still shows what it is to show. Parts are tried from large to small (Zeller and Hildebrandt,
    Simplifying and isolating failure-inducing input, IEEE Trans. Softw. Eng. 28, 2002); of the result no single outcome can be left out.
    """
    size = max(1, len(play.outcomes) // 2)
    while play.outcomes:
        shorter = _without_parts(play, size, shown)
        if shorter.steps == play.steps and size == 1:
            break
        size = max(1, size // 2) if shorter.steps == play.steps else min(size, max(1, len(shorter.outcomes)))
        play = shorter
    return play


def _without_parts(play: Play, size: int, shown: Callable[[Play], Play | None]) -> Play:
    """Without each part of that size, from the end to the start, that it can do without."""
    end = len(play.outcomes)
    while end > 0:
        start = max(0, end - size)
        less = shown(Play(initial=play.initial, outcomes=play.outcomes[:start] + play.outcomes[end:], last=play.last))
        play = play if less is None else less
        end = min(start, len(play.outcomes))
    return play
