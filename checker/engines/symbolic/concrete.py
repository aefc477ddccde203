"""A run of the formula as numbers: played on the ground form, outcome by outcome, and made shorter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from checker.ground.graph import Node
from checker.ground.program import GroundModel
from checker.ground.run import evaluated

Fields = tuple[int, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
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

    def states(self, play: Play) -> list[Fields] | None:
        """The states on the way, the first one included; None where an outcome is not enabled or fails."""
        found = [play.initial]
        for number in play.outcomes:
            after = self._after(found[-1], number)
            if after is None:
                return None
            found.append(after)
        return found

    def value(self, node: Node, fields: Fields) -> int:
        return evaluated(self.form.graph, fields, [node])[0]

    def shows(self, play: Play, goal: str, what: str, state: Node | None) -> bool:
        """Whether the play can be played and shows it: in its last state, where `state` is 1, or on the way over its last outcome."""
        states = self.states(play)
        if states is None:
            return False
        if state is not None:
            return self.value(state, states[-1]) == 1
        assert play.last is not None
        outcome = self.form.outcomes[play.last]
        seen = {"wrong": outcome.goals, "undefined": outcome.undefined}[what]
        node = outcome.failed if goal == "no error" else dict(seen).get(goal)
        nodes = [self.enabled[play.last], *(() if node is None else (node,))]
        return node is not None and all(self.value(each, states[-1]) for each in nodes)

    def _after(self, fields: Fields, number: int) -> Fields | None:
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


def shortened(play: Play, shows: Callable[[Play], bool]) -> Play:
    """The play without outcomes that it can do without: no single one of those that are left can be left out.

    `shows`: whether a play can be played and still shows what it is to show (Zeller and Hildebrandt, Simplifying and isolating failure-inducing
    input, IEEE Trans. Softw. Eng. 28, 2002: parts are tried from large to small).
    """
    size = max(1, len(play.outcomes) // 2)
    while play.outcomes:
        shorter = _without_parts(play, size, shows)
        if shorter.steps == play.steps and size == 1:
            return play
        size = max(1, size // 2) if shorter.steps == play.steps else min(size, max(1, len(shorter.outcomes)))
        play = shorter
    return play


def _without_parts(play: Play, size: int, shows: Callable[[Play], bool]) -> Play:
    """Without each part of that size, from the end to the start, that it can do without."""
    end = len(play.outcomes)
    while end > 0:
        start = max(0, end - size)
        less = Play(initial=play.initial, outcomes=play.outcomes[:start] + play.outcomes[end:], last=play.last)
        if shows(less):
            play = less
        end = start
    return play
