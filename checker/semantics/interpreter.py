"""The reference interpreter: the definition of what a model means.

`Interpreter.initial_states` and `Interpreter.transitions` are the meaning of a model; every other engine is held to them. Read
`checker.semantics.registers` first, then `operators`, `execute`, `branch`, `candidates`, and this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from operator import itemgetter
from typing import TypeAlias, final

from msgspec import Struct

from checker.language.types import Type, Value
from checker.model.expr import Expr, Local
from checker.model.model import Bind, Either, Let, Model, Note, Step
from checker.semantics.branch import forking
from checker.semantics.candidates import Take, candidates
from checker.semantics.evaluate import evaluator
from checker.semantics.execute import Fork, Mode, NoOutcome, Run, is_straight, straight
from checker.semantics.failure import EvaluationError, Failure, shown
from checker.semantics.registers import (
    CHOICES,
    MARKS,
    NOTES,
    OLD,
    Cells,
    Registers,
    assigned,
    expression_registers,
    kept_registers,
    new_registers,
    step_registers,
)

__all__ = ["EvaluationError", "Failure", "Interpreter", "Outcome", "State", "Transition"]

State: TypeAlias = tuple[Value, ...]

Choice: TypeAlias = tuple[Local | Either, Value]  # a chosen value, or the number of a branch, from 1
Told: TypeAlias = tuple[Note, str | None, str]  # a note, its agent and its text as shown

# What a candidate leads to: step, (agent and parameters), target, failure, marks, choices, notes.
Outcome: TypeAlias = tuple[
    int, tuple[Value, ...], State | None, Failure | None, tuple[str, ...], tuple[Choice, ...], tuple[Told, ...]
]


@final
class Transition(Struct, frozen=True):
    """One way to go on from a state.

    `step` is a place in `model.steps`; `agent` and `values` are the values of the step's agent and parameters. `choices`: what the body
    chose, as names and shown values, ("either", "1") for branches. `target` is None exactly where there is a `failure`.
    """

    step: int
    agent: Value | None
    values: tuple[Value, ...]
    choices: tuple[tuple[str, str], ...]
    target: State | None
    failure: Failure | None
    marks: tuple[str, ...]


@final
class _CompiledStep:
    """A step with its registers, and a function that adds the step's outcomes in a state to a list."""

    __slots__ = ("registers", "run")

    def __init__(self, step: Step, number: int, values: dict[Type, dict[Value, Value]], *, notes: bool) -> None:
        self.registers = new_registers(step_registers(step))
        self.run = _runner(step, number, Mode(notes, kept_registers(step), values))


def _runner(step: Step, number: int, mode: Mode) -> Take:
    instance = _instance(step)
    prelude_sets = {item.local.number for item in step.prelude if isinstance(item, Bind | Let)}
    body_sets = {local.number for local in assigned(step.body)}
    if is_straight(step.body) and not mode.notes and not prelude_sets & body_sets:
        take = _take_in_place(number, instance, straight(step.body, mode))
    else:
        take = _take_all(number, instance, forking(step.body, mode))

    def refuse(failure: Failure, r: Registers, out: list[Outcome]) -> None:
        out.append((number, instance(r), None, failure, (), (), ()))

    return candidates(step.prelude, take, refuse)


def _instance(step: Step) -> Callable[[Registers], tuple[Value, ...]]:
    """The values of the step's agent (where it has one) and parameters."""
    numbers = [local.number for local in ((step.agent,) if step.agent else ()) + step.parameters]
    if not numbers:
        return lambda r: ()
    if len(numbers) == 1:
        only = numbers[0]
        return lambda r: (r[only],)
    return itemgetter(*numbers)


def _take_in_place(number: int, instance: Callable[[Registers], tuple[Value, ...]], run: Run) -> Take:
    """For a straight body that leaves the registers of the prelude as they are: nothing is copied but the state, once."""

    def take(c: Cells, r: Registers, out: list[Outcome]) -> None:
        cells = list(c)
        r[MARKS] = ()
        try:
            run(cells, r)
        except EvaluationError as error:
            out.append((number, instance(r), None, error.failure, r[MARKS], (), ()))
            return
        except NoOutcome:
            return
        out.append((number, instance(r), tuple(cells), None, r[MARKS], (), ()))

    return take


def _take_all(number: int, instance: Callable[[Registers], tuple[Value, ...]], fork: Fork) -> Take:
    def take(c: Cells, r: Registers, out: list[Outcome]) -> None:
        shared = instance(r)
        for cells, registers, failure in fork(list(c), r.copy()):
            target = tuple(cells) if failure is None else None
            out.append((number, shared, target, failure, registers[MARKS], registers[CHOICES], registers[NOTES]))

    return take


@final
class Interpreter:
    """What `model` means: its initial states, and the transitions of a state."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._values: dict[Type, dict[Value, Value]] = {}
        self._steps = [_CompiledStep(step, number, self._values, notes=False) for number, step in enumerate(model.steps)]
        self._told: dict[int, _CompiledStep] = {}
        self._waits = [step.kind == "timeout" or step.fault is not None for step in model.steps]
        self._timeout = [step.kind == "timeout" and step.fault is None for step in model.steps]
        self._compiled: dict[int, tuple[Expr, Callable[[State, State | None], Value]]] = {}

    def iterate_initial_states(self) -> Iterator[State]:
        """The initial states, one at a time: there can be very many."""
        return product(*(dict.fromkeys(choices) for variable in self.model.variables for choices in variable.initial))

    def initial_states(self) -> list[State]:
        """Every combination of the initial values of the cells, in order, each state once."""
        return list(self.iterate_initial_states())

    def outcomes(self, state: State) -> list[Outcome]:
        """What `transitions` gives, as bare tuples: step, (agent and parameters), target, failure, marks, choices, no notes."""
        found: list[Outcome] = []
        for step in self._steps:
            step.run(state, step.registers.copy(), found)
        return self._without_early_timeouts(found) if self.model.timeouts_only_when_stuck else found

    def outcomes_of(self, state: State, step: int) -> list[Outcome]:
        """Of `outcomes`, those of one step, in the same order."""
        if self.model.timeouts_only_when_stuck:  # whether a timeout is possible depends on all the others
            return [outcome for outcome in self.outcomes(state) if outcome[0] == step]
        found: list[Outcome] = []
        compiled = self._steps[step]
        compiled.run(state, compiled.registers.copy(), found)
        return found

    def _without_early_timeouts(self, found: list[Outcome]) -> list[Outcome]:
        if all(self._waits[outcome[0]] for outcome in found):
            return found
        return [outcome for outcome in found if not self._timeout[outcome[0]]]

    def transitions(self, state: State) -> list[Transition]:
        """The transitions of `state`: steps in the model's order, bindings in the order of their domains, outcomes in order.

        A guard without a value gives a transition that fails. Under `timeouts_only_when_stuck`, timeouts are left out where any
        step that is neither a timeout nor a fault is enabled.
        """
        return [self._transition(outcome) for outcome in self.outcomes(state)]

    def _transition(self, outcome: Outcome) -> Transition:
        step, instance, target, failure, marks, choices, _ = outcome
        has_agent = self.model.steps[step].agent is not None
        return Transition(
            step,
            instance[0] if has_agent else None,
            instance[1:] if has_agent else instance,
            tuple(
                ("either", str(value)) if isinstance(of, Either) else (of.name, shown(of.type, value)) for of, value in choices
            ),
            target,
            failure,
            marks,
        )

    def compiled(self, expr: Expr) -> Callable[[State, State | None], Value]:
        """`expr`, closed, as a function of a state and the state before it (for `old`); it raises EvaluationError."""
        known = self._compiled.get(id(expr))
        if known is None:
            value, registers = evaluator(expr), new_registers(expression_registers(expr))

            def evaluate(state: State, old: State | None = None) -> Value:
                r = registers.copy()
                r[OLD] = old
                return value(state, r)

            known = self._compiled[id(expr)] = (expr, evaluate)  # holding the expression keeps its id its own
        return known[1]

    def evaluate(self, expr: Expr, state: State, old: State | None = None) -> Value:
        """The value of the closed expression `expr` in `state`. Raises EvaluationError."""
        return self.compiled(expr)(state, old)

    def notes(self, state: State, index: int) -> list[Told]:
        """What transition `index` of `state` tells its readers, in order: the note, its agent, its text, as shown.

        Raises IndexError where there is no such transition.
        """
        found = self.outcomes(state)
        number = found[index][0]
        place = sum(1 for outcome in found[:index] if outcome[0] == number)
        step = self._told.get(number)
        if step is None:
            step = self._told[number] = _CompiledStep(self.model.steps[number], number, self._values, notes=True)
        told: list[Outcome] = []
        step.run(state, step.registers.copy(), told)
        return list(told[place][6])

    def replay(self, initial: int, indices: Sequence[int]) -> list[tuple[State, Transition]]:
        """The steps of the trace `indices` from initial state number `initial`: the state before each step, and the transition taken.

        Raises ValueError where an index is not there, or where a step follows one that failed.
        """
        state: State | None = next(islice(self.iterate_initial_states(), initial, None), None) if initial >= 0 else None
        if state is None:
            raise ValueError(f"there is no initial state {initial}")
        steps: list[tuple[State, Transition]] = []
        for place, index in enumerate(indices):
            if state is None:
                raise ValueError(f"step {place + 1} follows a step that fails")
            transitions = self.transitions(state)
            if not 0 <= index < len(transitions):
                raise ValueError(f"step {place + 1} is number {index}, but {_possible(len(transitions))} there")
            steps.append((state, transitions[index]))
            state = transitions[index].target
        return steps


def _possible(count: int) -> str:
    """Which numbers of transitions there are."""
    return f"only 0 to {count - 1} are possible" if count > 1 else "only 0 is possible" if count else "nothing is possible"
