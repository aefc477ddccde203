"""A path, taken: its states, who did what at each step, and what that changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.language.types import Value, show
from checker.model.cells import cell_names, cell_variables
from checker.model.model import Model, Note, Step, Variable
from checker.properties.finding import Path
from checker.properties.predicates import State

if TYPE_CHECKING:
    from checker.semantics.interpreter import Interpreter, Transition


class Taken(Struct, frozen=True, kw_only=True):
    """One step of a run. `number` counts from 1; `after` is `before` where the step failed; `changed` lists the cells whose value differs."""

    number: int
    step: Step
    transition: Transition
    before: State
    after: State
    changed: tuple[int, ...]
    told: tuple[tuple[Note, str | None, str], ...]

    @property
    def agent(self) -> Value | None:
        return self.transition.agent

    @property
    def who(self) -> str | None:
        """The agent's name, None for steps without one."""
        local = self.step.agent
        return None if local is None else show(local.type, self.transition.agent)


class Run:
    """A replayed path. `taken` are its steps in order."""

    def __init__(self, model: Model, interpreter: Interpreter, path: Path) -> None:
        self.model, self.path = model, path
        replayed = interpreter.replay(path.initial, path.indices)
        self.start: State = replayed[0][0] if replayed else _initial_state(interpreter, path.initial)
        state, taken = self.start, []
        for number, (index, (_, transition)) in enumerate(zip(path.indices, replayed, strict=True), 1):
            after = state if transition.target is None else transition.target
            changed = tuple(i for i, (a, b) in enumerate(zip(state, after, strict=True)) if a != b)
            told = tuple(interpreter.notes(state, index))
            step = model.steps[transition.step]
            taken.append(
                Taken(number=number, step=step, transition=transition, before=state, after=after, changed=changed, told=told)
            )
            state = after
        self.taken: Sequence[Taken] = taken
        self.end: State = state
        self.reads: dict[int, set[int]] = {}  # of each step that was asked for, the cells that it read

    @cached_property
    def names(self) -> tuple[str, ...]:
        return cell_names(self.model)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return cell_variables(self.model)

    def value(self, cell: int, state: State) -> str:
        """The value of a cell in a state, as a user would write it."""
        return show(self.variables[cell].type, state[cell])

    def last_change(self, cells: set[int], before: int | None = None) -> tuple[Taken, int] | None:
        """The last step that changed one of `cells`, of the first `before` steps where given, and the first such cell."""
        for taken in reversed(self.taken[:before]):
            for cell in taken.changed:
                if cell in cells:
                    return taken, cell
        return None


def _initial_state(interpreter: Interpreter, number: int) -> State:
    state = next(islice(interpreter.iterate_initial_states(), number, None), None) if number >= 0 else None
    if state is None:
        raise ValueError(f"there is no initial state {number}")
    return state
