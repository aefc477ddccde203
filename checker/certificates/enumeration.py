"""Lemmas tried out on states: every well-typed state of a small instance, or some of them, taken by the reference interpreter.

A state need not be reachable: where the lemmas hold in it, they must hold after every step, and the property must hold there.
Nothing here knows of formulas or solvers, so what a translation gets wrong shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement, product
from random import Random
from time import perf_counter
from typing import final

from msgspec import Struct

from checker.language.types import BagOf, Type, Value, cardinality, values
from checker.model.cells import cell_names, cell_variables, message_cells
from checker.model.expr import Expr
from checker.model.model import Goal, Model
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter
from checker.sorted.ranks import AT_THE_END, OF_RUNS, falls, with_rank

State = tuple[Value, ...]
MOST_STATES = 60_000  # well-typed ones of an instance that are all looked at
SAMPLES = 4_000  # looked at where there are more
LONGEST_WALK = 40
LISTED = 1 << 14  # values of a cell that are listed


class Tried(Struct, frozen=True, kw_only=True):
    """`looked_at` well-typed states, in `within` of which the lemmas hold; `all`: there are no others. `wrong`: what does not hold, in words,
    with the state; "" where all is well.
    """

    looked_at: int
    within: int
    all: bool
    wrong: str = ""


def try_out(model: Model, lemmas: Sequence[Expr], goal: Goal, time_s: float | None = None) -> Tried:
    """The lemmas hold at the start, no step leads out of them, and the goal holds where they do: in how many states of `model`."""
    trial = _Trial(model, lemmas, goal)
    few = _states(model) <= MOST_STATES
    deadline = None if time_s is None else perf_counter() + time_s
    looked_at = within = 0
    wrong = trial.start()
    if wrong:
        return Tried(looked_at=0, within=0, all=False, wrong=wrong)
    for state in _every(model) if few else _some(model, trial.interpreter):
        if deadline is not None and looked_at % 64 == 0 and perf_counter() > deadline:
            return Tried(looked_at=looked_at, within=within, all=False)
        looked_at += 1
        if not trial.holds(state):
            continue
        within += 1
        wrong = trial.look(state)
        if wrong:
            return Tried(looked_at=looked_at, within=within, all=False, wrong=wrong)
    return Tried(looked_at=looked_at, within=within, all=few)


@final
class _Trial:
    """`lemmas` without the goal; of a goal about single states it is one of them."""

    def __init__(self, model: Model, lemmas: Sequence[Expr], goal: Goal) -> None:
        self.model = model
        self.goal, lemmas = with_rank(goal, lemmas)
        self.interpreter = Interpreter(model)
        self.lemmas = [self.interpreter.compiled(lemma) for lemma in lemmas]
        self.asked = [self.interpreter.compiled(condition) for condition in self.goal.conditions]
        ranked = self.goal.kind in OF_RUNS
        self.falls = {step.name: self.interpreter.compiled(falls(self.goal, step)) for step in model.steps if ranked}
        self.done = None if model.done is None else self.interpreter.compiled(model.done)

    def holds(self, state: State) -> bool:
        """Whether the lemmas, and the goal where it is about single states, hold."""
        try:
            return all(lemma(state, None) for lemma in self.lemmas) and self._of_state(state)
        except EvaluationError:
            return False

    def _of_state(self, state: State) -> bool:
        match self.goal.kind:
            case "always":
                return self.asked[0](state, None) is True
            case "never":
                return self.asked[0](state, None) is False
        return True

    def start(self) -> str:
        for state in self.interpreter.iterate_initial_states():
            if not self.holds(state):
                return f"does not hold at the start, in {self._shown(state)}"
        return ""

    def look(self, state: State) -> str:
        """What goes wrong in a state in which the lemmas hold, or with a step from there."""
        acts = owed = False
        for transition in self.interpreter.transitions(state):
            step = self.model.steps[transition.step]
            acts = acts or step.fault is None
            owed = owed or (step.fault is None and step.fairness != "may")
            if self.goal.mark is not None and self.goal.mark in transition.marks:
                return f"the step `{step.name}` violates the property, from {self._shown(state)}"
            if transition.target is None:
                if self.goal.kind == "no error":
                    return f"the step `{step.name}` fails in {self._shown(state)}"
                continue
            if not self.holds(transition.target):
                return f"the step `{step.name}` leads out of the lemmas, from {self._shown(state)}"
            if self.goal.kind == "step" and not _true(self.asked[0], transition.target, state):
                return f"the step `{step.name}` violates the property, from {self._shown(state)}"
            if self._is_open(state) and not self._is_open(transition.target) and not _true(self.asked[1], transition.target):
                return f"the step `{step.name}` ends what leads to the goal without it, from {self._shown(state)}"
            if step.name in self.falls and not _true(self.falls[step.name], transition.target, state):
                return f"the step `{step.name}` does not lower the rank, from {self._shown(state)}"
        if self.goal.kind in OF_RUNS and not _true(self.asked[-1], state):
            return f"the rank is below 0 in {self._shown(state)}"
        if self._is_open(state) and not owed:
            return f"a run may end before the goal, in {self._shown(state)}"
        if self.goal.kind in AT_THE_END and not owed and not _true(self.asked[0], state):
            return f"a run may end, and it is not so, in {self._shown(state)}"
        if self.goal.kind == "no deadlock" and not acts and (self.done is None or not _true(self.done, state)):
            return f"no step is enabled, and not all is done, in {self._shown(state)}"
        if self.goal.kind == "no unhandled message" and not acts and any(state[cell] for cell in message_cells(self.model)):
            return f"no step is enabled, and a message waits, in {self._shown(state)}"
        return ""

    def _is_open(self, state: State) -> bool:
        """Of `whenever P leads to Q`: P holds, or has no value, and Q does not."""
        return self.goal.kind == "whenever" and not _false(self.asked[0], state) and not _true(self.asked[1], state)

    def _shown(self, state: State) -> str:
        from checker.language.types import show

        owners = cell_variables(self.model)
        start = next(self.interpreter.iterate_initial_states(), None)
        named = zip(cell_names(self.model), owners, state, start or state, strict=True)
        changed = [
            f"{name} = {show(owner.type, value)}" for name, owner, value, first in named if start is None or value != first
        ]
        return f"the state where {', '.join(changed)}" if changed else "the initial state"


def _true(condition: Callable[[State, State | None], Value], state: State, old: State | None = None) -> bool:
    """It has a value there, and holds."""
    try:
        return condition(state, old) is True
    except EvaluationError:
        return False


def _false(condition: Callable[[State, State | None], Value], state: State) -> bool:
    """It has a value there, and does not hold."""
    try:
        return condition(state, None) is False
    except EvaluationError:
        return False


# --- states ----------------------------------------------------------------------------------------------------------


def _states(model: Model) -> int:
    """How many well-typed states there are."""
    total = 1
    for variable in model.variables:
        size = cardinality(variable.type)
        for _ in range(variable.cells):
            total *= size
            if total > MOST_STATES:
                return total
    return total


def _every(model: Model) -> Iterator[State]:
    cells = [list(_listed(variable.type)) for variable in model.variables for _ in range(variable.cells)]
    return product(*cells)


def _listed(type: Type) -> Iterator[Value]:
    if isinstance(type, BagOf):
        items = list(values(type.of))
        for size in range(type.max + 1):
            yield from combinations_with_replacement(items, size)
        return
    yield from values(type)


def _some(model: Model, interpreter: Interpreter) -> Iterator[State]:
    """States of random runs, each also with one or two cells changed: near what is reachable, lemmas are hardest to get right."""
    random = Random(1)
    listed: dict[Type, list[Value]] = {}
    owners = [variable for variable in model.variables for _ in range(variable.cells)]
    for variable in owners:
        if variable.type not in listed:
            short = cardinality(variable.type) <= LISTED
            listed[variable.type] = list(_listed(variable.type)) if short else []
    starts = interpreter.initial_states()
    state, steps = random.choice(starts), 0
    for _ in range(SAMPLES // 4):
        yield state
        for _ in range(3):
            changed = list(state)
            for _ in range(random.choice((1, 1, 2))):
                place = random.randrange(len(changed))
                values_there = listed[owners[place].type]
                changed[place] = random.choice(values_there) if values_there else changed[place]
            yield tuple(changed)
        targets = [t.target for t in interpreter.transitions(state) if t.target is not None]
        steps += 1
        if not targets or steps >= LONGEST_WALK:
            state, steps = random.choice(starts), 0
        else:
            state = random.choice(targets)
