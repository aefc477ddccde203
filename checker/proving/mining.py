"""Where lemmas come from: proofs at small sizes, read as lemmas for every size. In processes of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.engines.apart import INTERRUPTED, MEMORY, TIME, Stopped, apart
from checker.engines.inductive.child import prove_at_size
from checker.engines.inductive.events import Event, GaveUp, Lemmas, Open, Proved, Violated
from checker.ground.graph import Unsupported
from checker.model.expr import Expr
from checker.model.model import Model

LEAST_S = 0.5
NO_TIME = "the time was used up"
_IN_WORDS = {TIME: NO_TIME, MEMORY: "the memory was used up"}


def lemmas_from(
    models: Sequence[Model], goal: str, time_s: float, memory_mib: float | None, *, of_a_form: bool = False
) -> Lemmas | Violated | Open:
    """Lemmas that with the goal are inductive in all of these models, which are one protocol in growing sizes: from proofs at these sizes, or of a
    fixed form.

    Raises SolverMissing, KeyboardInterrupt.
    """
    made = _of_a_form if of_a_form else _candidates
    found = apart(made, time_s=max(LEAST_S, time_s), memory_mib=memory_mib, models=tuple(models), goal=goal)
    event = _last(found, goal)
    assert not isinstance(event, Proved)
    return event


def rules_of(
    models: Sequence[Model], goals: Sequence[str], time_s: float, memory_mib: float | None
) -> Iterator[Lemmas | Stopped]:
    """For each of the goals that rules of a fixed form are enough for in all of these models, as they are found; the goals are of single states
    and steps, and all of one model. At last Stopped, where all rules were looked at. Raises SolverMissing, KeyboardInterrupt.
    """
    found = apart(_rules, time_s=max(LEAST_S, time_s), memory_mib=memory_mib, models=tuple(models), goals=tuple(goals))
    try:
        for event in found:
            match event:
                case Lemmas():
                    yield event
                case Stopped(reason=reason) if reason == INTERRUPTED:
                    raise KeyboardInterrupt
                case Stopped(reason=""):
                    yield event
    except (Unsupported, GaveUp):
        return


def lemmas_about_numbers(models: Sequence[Model], goal: str, time_s: float, memory_mib: float | None) -> tuple[Expr, ...]:
    """Lemmas about numbers that random runs of these models do not refute. Raises KeyboardInterrupt."""
    event = _last(apart(_numbers, time_s=max(LEAST_S, time_s), memory_mib=memory_mib, models=tuple(models), goal=goal), goal)
    return event.lemmas if isinstance(event, Lemmas) else ()


def proof_of(model: Model, goal: str, time_s: float, memory_mib: float | None) -> Proved | Violated | Open:
    """A proof at the size of the model. Raises SolverMissing, KeyboardInterrupt."""
    event = _last(prove_at_size(model, [goal], time_s=max(LEAST_S, time_s), memory_mib=memory_mib), goal)
    assert not isinstance(event, Lemmas)
    return event


def without_fast_solver() -> str:
    """What to tell where python-sat is missing; "" where it is there."""
    from importlib.util import find_spec

    if find_spec("pysat") is not None:
        return ""
    return (
        "python-sat is not installed here: Z3 looks for lemmas in its place, many times slower (`pip install 'teamcheck[sat]'`)"
    )


def _last(events: Iterator[Event | Stopped | None], goal: str) -> Proved | Lemmas | Violated | Open:
    reason = NO_TIME
    try:
        for event in events:
            match event:
                case Proved() | Lemmas() | Violated():
                    return event
                case Open():
                    reason = _IN_WORDS.get(event.reason, event.reason)
                    break
                case Stopped():
                    if event.reason == INTERRUPTED:
                        raise KeyboardInterrupt
                    reason = _IN_WORDS.get(event.reason, reason)
    except (Unsupported, GaveUp) as refused:
        reason = _IN_WORDS.get(str(refused), str(refused))
    return Open(goal=goal, reason=reason)


def _candidates(*, models: tuple[Model, ...], goal: str, time_s: float | None) -> Iterator[Event]:
    from checker.engines.inductive.candidates import candidates

    sizes = [{"number": number} for number in range(len(models))]
    return candidates(lambda size: models[size["number"]], sizes, goal, time_s=time_s)


def _numbers(*, models: tuple[Model, ...], goal: str, time_s: float | None) -> Iterator[Event]:
    from checker.engines.inductive.numbers import numbers

    yield Lemmas(goal=goal, lemmas=tuple(numbers(models)))


def _of_a_form(*, models: tuple[Model, ...], goal: str, time_s: float | None) -> Iterator[Event]:
    from checker.engines.inductive.candidates import candidates_of_a_form

    sizes = [{"number": number} for number in range(len(models))]
    return candidates_of_a_form(lambda size: models[size["number"]], sizes, goal, time_s=time_s)


def _rules(*, models: tuple[Model, ...], goals: tuple[str, ...], time_s: float | None) -> Iterator[Lemmas]:
    from checker.engines.inductive.shared import rules_for

    return rules_for(models, goals, time_s=time_s)
