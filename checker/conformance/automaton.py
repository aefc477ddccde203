"""The model as an automaton that is built where a log leads: numbered states, and the labelled moves of each.

The moves are the reference interpreter's outcomes, each asked for once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, final

from msgspec import Struct

from checker.conformance.seen import StepSeen
from checker.language.types import Value
from checker.model.expr import Local
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, Outcome, State

FAILS = -1  # the target of a step that fails

# a label's number, the number of the state it leads to (FAILS: none), its place among the transitions of its step
Move: TypeAlias = tuple[int, int, int]


@final
class Label(Struct, frozen=True):
    """What can be observed of a transition: its step, its agent, its parameters by name, and by name what its body chose."""

    step: int
    agent: int | None
    parameters: tuple[tuple[str, Value], ...]
    choices: tuple[tuple[str, Value], ...]

    def fits(self, seen: StepSeen) -> bool:
        """Whether a step with this label is what was seen. Of several choices of one name, any may be the one that was seen."""
        if self.step not in seen.steps or (seen.agent is not None and seen.agent != self.agent):
            return False
        return all(pair in self.parameters or pair in self.choices for pair in seen.values)


@final
class Automaton:
    """States and labels are numbered from 0, in the order in which they were met."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.model: Model = interpreter.model
        self.labels: list[Label] = []
        self._label_of: dict[tuple[object, ...], int] = {}
        self._states: list[State] = []
        self._number_of: dict[State, int] = {}
        self._moves: dict[tuple[int, int], tuple[Move, ...]] = {}  # by state and step
        self._fitting: dict[StepSeen, dict[int, bool]] = {}

    def __len__(self) -> int:
        return len(self._states)

    def forget(self) -> None:
        """Forget every state and its moves: their numbers mean nothing any more. Labels keep theirs."""
        self._states, self._number_of, self._moves = [], {}, {}
        self._fitting.clear()

    def initial(self) -> Iterator[int]:
        return map(self.number, self.interpreter.iterate_initial_states())

    def number(self, state: State) -> int:
        """The number of `state`, a new one where it was not met before."""
        number = self._number_of.setdefault(state, len(self._states))
        if number == len(self._states):
            self._states.append(state)
        return number

    def state(self, number: int) -> State:
        return self._states[number]

    def moves(self, number: int, step: int) -> tuple[Move, ...]:
        """The transitions of one step in a state, in the interpreter's order."""
        known = self._moves.get((number, step))
        if known is None:
            found = self.interpreter.outcomes_of(self._states[number], step)
            known = self._moves[number, step] = tuple(self._move(outcome, place) for place, outcome in enumerate(found))
        return known

    def index(self, number: int, step: int, place: int) -> int:
        """The place of a transition among all of its state."""
        return sum(len(self.moves(number, earlier)) for earlier in range(step)) + place

    def fits(self, label: int, seen: StepSeen) -> bool:
        """Whether a step with this label is what was seen."""
        fitting = self._fitting.get(seen)
        if fitting is None:
            fitting = self._fitting[seen] = {}
        known = fitting.get(label)
        if known is None:
            known = fitting[label] = self.labels[label].fits(seen)
        return known

    def _move(self, outcome: Outcome, place: int) -> Move:
        step, instance, target, _, _, choices, _ = outcome
        key = (step, instance, tuple((id(of), value) for of, value in choices)) if choices else (step, instance)
        label = self._label_of.get(key)
        if label is None:
            label = self._label_of[key] = len(self.labels)
            self.labels.append(self._label(outcome))
        return label, FAILS if target is None else self.number(target), place

    def _label(self, outcome: Outcome) -> Label:
        step, instance, _, _, _, choices, _ = outcome
        of = self.model.steps[step]
        agent, values = (instance[0], instance[1:]) if of.agent is not None else (None, instance)
        parameters = tuple((local.name, value) for local, value in zip(of.parameters, values, strict=True))
        chosen = tuple((made.name, value) if isinstance(made, Local) else ("either", value) for made, value in choices)
        return Label(step, agent, parameters, chosen)
