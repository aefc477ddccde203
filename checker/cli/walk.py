"""A walk through a model, taken step by step with the reference interpreter: what `simulate` and `step` share."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias

from checker.language.types import Value, show
from checker.report.trace import actor

if TYPE_CHECKING:
    import argparse

    from checker.model.model import Model
    from checker.properties.result import Trace
    from checker.semantics.interpreter import Interpreter, State, Transition


Rest: TypeAlias = Literal["done", "stuck", "no value"]


class Walk:
    """A path from an initial state. `state` is where it stands, `indices` the transitions that it took, `failure` how its last one failed."""

    def __init__(self, interpreter: Interpreter, initial: int = 0) -> None:
        self.interpreter = interpreter
        self.model: Model = interpreter.model
        self.initial = initial
        self.indices: list[int] = []
        self.failure: str | None = None
        self._states: list[State] = [_initial_state(self.model, initial)]
        self._failures: list[str | None] = [None]

    @property
    def state(self) -> State:
        return self._states[-1]

    def transitions(self) -> list[Transition]:
        """What can happen now; nothing after a step that failed."""
        return [] if self.failure is not None else self.interpreter.transitions(self.state)

    def take(self, index: int, transition: Transition) -> None:
        self.indices.append(index)
        self._states.append(self.state if transition.target is None else transition.target)
        self.failure = transition.failure.text if transition.failure is not None else None
        self._failures.append(self.failure)

    def undo(self) -> bool:
        """Take the last step back; False where there is none."""
        if not self.indices:
            return False
        for pile in (self.indices, self._states, self._failures):
            pile.pop()
        self.failure = self._failures[-1]
        return True

    def rest(self) -> Rest:
        """What it means that no step is possible here."""
        from checker.semantics.interpreter import EvaluationError

        if self.model.done is None:
            return "stuck"
        try:
            return "done" if self.interpreter.evaluate(self.model.done, self.state) else "stuck"
        except EvaluationError:
            return "no value"

    def trace(self) -> Trace:
        """The walk as data."""
        from checker.properties.finding import Path
        from checker.properties.run import Run
        from checker.properties.traces import trace_of

        path = Path(initial=self.initial, indices=tuple(self.indices), end=None, shortest=False)
        return trace_of(Run(self.model, self.interpreter, path))

    def shown_state(self) -> dict[str, str]:
        """The state, cell -> value, without what no protocol names (budgets, ghosts)."""
        from checker.model.cells import cell_names, cell_variables

        cells = zip(cell_names(self.model), cell_variables(self.model), self.state, strict=True)
        return {name: show(v.type, value) for name, v, value in cells if v.kind not in ("budget", "ghost")}


def initial_number(model: Model) -> int:
    """How many initial states there are."""
    return prod(map(len, _initial_values(model)))


def _initial_values(model: Model) -> list[tuple[Value, ...]]:
    """For each cell the different values that it may start with."""
    return [tuple(dict.fromkeys(choices)) for variable in model.variables for choices in variable.initial]


def _initial_state(model: Model, number: int) -> State:
    """Initial state `number`, in the interpreter's order (the last cell changes fastest), without listing those before it."""
    state = []
    for choices in reversed(_initial_values(model)):
        number, place = divmod(number, len(choices))
        state.append(choices[place])
    return tuple(reversed(state))


def option_text(model: Model, transition: Transition) -> str:
    """A possible step in one line: `Worker0 starts work (t = Task0)`."""
    from checker.properties.result import TraceStep
    from checker.report.trace import told

    step = model.steps[transition.step]
    agent = None if step.agent is None else show(step.agent.type, transition.agent)
    parameters = tuple((p.name, show(p.type, v)) for p, v in zip(step.parameters, transition.values, strict=True))
    line = TraceStep(
        index=0,
        agent=agent,
        action=step.name,
        phrase=step.phrase,
        parameters=(*parameters, *transition.choices),
        fault=step.fault,
        changes=(),
        events=(),
        marks=transition.marks,
        place=str(step.at),
    )
    fault = "  [fault]" if step.fault else ""
    fails = f"  [fails: {transition.failure.text}]" if transition.failure is not None else ""
    return f"{actor(line)} {told(line)}{fault}{fails}"


def model_of(arguments: argparse.Namespace) -> Model:
    """The model that the options of a command choose. Raises BadInput."""
    from checker import api
    from checker.cli.options import settings

    return api.load(arguments.path, arguments.instance, arguments.faults, settings(arguments.set))


def replay_command(arguments: argparse.Namespace, walk: Walk) -> str:
    """The command that shows the walk again."""
    import shlex

    words = ["teamcheck", "replay", arguments.path]
    if arguments.instance:
        words += ["--instance", arguments.instance]
    if arguments.faults != "none":
        words += ["--faults", arguments.faults]
    for setting in arguments.set:
        words += ["--set", setting]
    if walk.initial:
        words += ["--initial", str(walk.initial)]
    return shlex.join([*words, "--steps", ",".join(map(str, walk.indices))])
