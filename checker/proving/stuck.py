"""Where induction fails, shown in the language: the smallest state that has the lemmas and is left for one that has not."""

from __future__ import annotations

from collections.abc import Iterator

from checker.certificates.subject import Asked
from checker.language.types import Int, Value, show
from checker.model.cells import cell_names, cell_variables
from checker.model.model import Model
from checker.proving.result import Sizes, Stuck
from checker.semantics.interpreter import Interpreter
from checker.sorted.counterexample import Counterexample, smallest
from checker.sorted.obligations import Obligation
from checker.sorted.refusals import Refused

MOST_ELEMENTS = 3  # of each sort
TIME_S = 4.0  # of a question

State = tuple[Value, ...]


def stuck_at(subject: Asked, failing: Obligation, time_s: float) -> Stuck | None:
    """The counterexample to a question about `subject`, found anew at small sizes; None where there is none of up to three of each sort."""
    made = subject.every_size
    try:
        found = smallest(made.form, failing, made.model_at, most=MOST_ELEMENTS, time_s=min(TIME_S, time_s))
    except Refused:
        return None
    return None if found is None else _shown(subject, found, failing)


def _shown(subject: Asked, found: Counterexample, failing: Obligation) -> Stuck | None:
    made = subject.every_size
    model = made.model_at(found.sizes)
    interpreter = Interpreter(model)
    start = next(interpreter.iterate_initial_states())
    sizes = tuple((made.open[sort], size) for sort, size in found.sizes.items())
    allowed = tuple(_more_allowed(subject, sizes))
    state = tuple(_cells(model, start, found.state))
    if found.step is None:
        return Stuck(sizes=sizes, state=state, step="", after=(), allowed=allowed)
    # The formula says that some outcome of the step breaks what it is about; the interpreter says which that is.
    for transition in interpreter.transitions(found.state):
        step = model.steps[transition.step]
        if step.name != found.step or transition.target is None:
            continue
        if failing.lemma is None or not _holds(subject, model, interpreter, transition.target):
            who = "" if step.agent is None else f"{show(step.agent.type, transition.agent)} "
            after = tuple(_cells(model, found.state, transition.target))
            return Stuck(sizes=sizes, state=state, step=f"{who}{step.phrase}", after=after, allowed=allowed)
    return None


def _more_allowed(subject: Asked, sizes: Sizes) -> Iterator[tuple[str, int]]:
    for name, size in sizes:
        parameter = subject.checked.parameters.get(name)
        if parameter is not None and isinstance(parameter.type, Int) and size < parameter.type.low:
            yield name, parameter.type.low


def _holds(subject: Asked, model: Model, interpreter: Interpreter, state: State) -> bool:
    goal = subject.goal_of(model)
    return goal.kind not in ("always", "never") or bool(interpreter.evaluate(goal.conditions[0], state)) == (
        goal.kind == "always"
    )


def _cells(model: Model, before: State, after: State) -> list[tuple[str, str]]:
    """The cells of `after` that are not as in `before`."""
    named = zip(cell_names(model), cell_variables(model), before, after, strict=True)
    return [(name, show(owner.type, new)) for name, owner, old, new in named if old != new]
