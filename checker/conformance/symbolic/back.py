"""One behaviour that explains what was observed, worked out backward through the sets of states that were followed.

A state of a set is of it because some step led there from the set before: of all the states that the step starts from, those that it takes to
this one are looked for in the diagram. So the way back never searches among states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias, final

from checker.conformance.automaton import Label
from checker.conformance.beliefs import CannotTell
from checker.conformance.explain import Explained, Taken
from checker.conformance.seen import Begun, DoneSeen, Dropped, Ended, Gone, Seen, StateSeen, StepSeen
from checker.conformance.symbolic.cases import Instance
from checker.conformance.symbolic.diagram import TooManyNodes, Writes
from checker.conformance.symbolic.follow import Grown, SetsOfStates
from checker.language.types import Value
from checker.semantics.interpreter import State

# A part of a set, what is written in its states, and the step that writes it; None: it is no step of the model
Led: TypeAlias = tuple[int, Writes, Label | None]


def way_back(followed: SetsOfStates, seen: Sequence[Seen]) -> Explained | None:
    """A path that explains these observations. None where the sets on the way were not kept, or are too large to be gone through again."""
    if followed.past is None:
        return None
    try:
        return Back(followed).path(followed.past[: len(seen) + 1], seen)
    except (TooManyNodes, CannotTell):
        return None


@final
class Back:
    """The steps on the way are added to `taken`, the last one first."""

    def __init__(self, followed: SetsOfStates) -> None:
        self.of, self.sets = followed, followed.sets
        self.taken: list[Taken] = []

    def path(self, past: Sequence[int], seen: Sequence[Seen]) -> Explained:
        """`past`: the sets before each observation, and the one after the last."""
        state = self.sets.some(past[-1])
        for number in range(len(seen), 0, -1):
            start, one = past[number - 1], seen[number - 1]
            state = some(self.before(start, one, state, number, hidden=not isinstance(one, Begun)))
        return self.explained(state)

    def explained(self, start: list[Value]) -> Explained:
        return Explained(start=self._state(start), taken=tuple(reversed(self.taken)), first=1)

    def before(self, start: int, seen: Seen, after: list[Value], number: int, *, hidden: bool) -> list[Value] | None:
        """A state of the set `start` from which the observation of this number leads to `after`, where `hidden` steps may come first. None: there
        is none."""
        grown: list[Grown] = []
        found = self.of.closed(start, grown) if hidden else start
        state = self._through(self._seen(found, seen), after, number)
        if state is None:
            return None
        for earlier, by in reversed(grown):
            if self.sets.come_from(earlier, (), state) is None:
                state = some(self._through(self._unseen(earlier, by), state, None))
        return state

    def _through(self, ways: Iterator[Led], after: list[Value], number: int | None) -> list[Value] | None:
        """A state from which one of these ways leads to `after`."""
        for part, writes, label in ways:
            before = self.sets.come_from(part, writes, after)
            if before is not None:
                if label is not None:
                    index = self._index(self._state(before), label, self._state(after))
                    self.taken.append(Taken(before=self._state(before), index=index, after=self._state(after), number=number))
                return before
        return None

    def _seen(self, before: int, seen: Seen) -> Iterator[Led]:
        match seen:
            case StepSeen():
                for instance in self.of.that_may_be(seen):
                    for part, effect in self.of.effects(before, instance):
                        label = self.of.label(instance.step, effect)
                        if label.fits(seen):
                            yield part, self.sets.writes(effect.writes), label
            case StateSeen() | DoneSeen():
                yield before, (), None
            case Begun(slot, step):
                yield before, self.sets.writes([(self.of.model.size + slot, (step, None))]), None
            case Ended(slot) | Dropped(slot) | Gone(slot):
                for part in self.of.ended(before, seen):
                    yield part, self.sets.writes([(self.of.model.size + slot, None)]), None

    def _unseen(self, earlier: int, by: Instance | int) -> Iterator[Led]:
        if isinstance(by, Instance):
            for part, effect in self.of.effects(earlier, by):
                yield part, self.sets.writes(effect.writes), self.of.label(by.step, effect)
        else:
            for part, writes, instance, effect in self.of.calls(earlier, by):
                yield part, writes, self.of.label(instance.step, effect)

    def _index(self, before: State, label: Label, after: State) -> int:
        """The place of this transition among all of its state: the interpreter must go the same way."""
        for index, (step, instance, target, _, _, _, _) in enumerate(self.of.interpreter.outcomes(before)):
            of = self.of.model.steps[step]
            agent, values = (instance[0], instance[1:]) if of.agent is not None else (None, instance)
            if (step, agent, tuple(values)) == (
                label.step,
                label.agent,
                tuple(v for _, v in label.parameters),
            ) and target == after:
                return index
        raise AssertionError("the interpreter goes elsewhere")

    def _state(self, values: Sequence[Value]) -> State:
        return tuple(values[: self.of.model.size])


def some(state: list[Value] | None) -> list[Value]:
    assert state is not None, "a set holds what nothing leads to"
    return state
