"""From a path to a trace as data, by replaying it with the reference interpreter.

A path of an engine that the interpreter does not take in the same way is the tool's own fault and raises AssertionError: a verdict is
never shown on such a path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.language.types import show
from checker.properties.finding import Path
from checker.properties.predicates import State
from checker.properties.result import Change, Event, Lap, Trace, TraceStep
from checker.properties.run import Run, Taken
from checker.properties.spending import spent_by

if TYPE_CHECKING:
    from checker.properties.search import Search
    from checker.semantics.failure import Failure


def replayed(search: Search, path: Path) -> Run:
    """`path` as the interpreter takes it; it leads where the search said, and a lasso comes back to where its cycle began."""
    run = Run(search.model, search.interpreter, path)
    assert path.end is None or run.end == search.graph.states[path.end], "the interpreter ends elsewhere"
    if path.cycle is not None:
        begin = run.start if path.cycle == 0 else run.taken[path.cycle - 1].after
        assert run.end == begin, "the cycle does not close"
    return run


def trace_of(run: Run, no_return: int | None = None) -> Trace:
    """The run as data."""
    path = run.path
    return Trace(
        initial=path.initial,
        steps=tuple(_step(run, index, taken) for index, taken in zip(path.indices, run.taken, strict=True)),
        start=_state(run, run.start),
        end=_state(run, run.end),
        cycle=path.cycle,
        shortest=path.shortest,
        no_return=no_return,
        lap=None if path.cycle is None or path.cycle >= len(run.taken) else _lap(run.taken[path.cycle :]),
    )


def _lap(around: Sequence[Taken]) -> Lap:
    total = spent_by(around)
    return Lap(
        steps=len(around),
        faults=total.pop("faults"),
        messages=total.pop("messages"),
        rounds=total.pop("rounds"),
        meters=tuple(sorted((meter, cost) for meter, cost in total.items() if meter != "steps")),
    )


def shown_path(path: Path) -> str:
    """`0:3.1.2`, `0:3.1.2@1` for a lasso whose cycle begins after one step."""
    text = f"{path.initial}:{'.'.join(map(str, path.indices))}"
    return text if path.cycle is None else f"{text}@{path.cycle}"


def read_path(text: str) -> Path:
    """The path that `shown_path` wrote. Raises ValueError, which says why it is none."""
    try:
        initial, _, rest = text.partition(":")
        steps, _, cycle = rest.partition("@")
        indices = tuple(int(step) for step in steps.split(".")) if steps else ()
        begin = int(cycle) if cycle else None
        path = Path(initial=int(initial), indices=indices, end=None, cycle=begin, shortest=False)
    except ValueError:
        raise ValueError(f"`{text}` is not written like `0:3.1.2`") from None
    if begin is not None and not 0 <= begin < len(indices):
        raise ValueError(f"its cycle begins after step {begin}, and it has {len(indices)}")
    return path


def _state(run: Run, state: State) -> dict[str, str]:
    return {name: run.value(cell, state) for cell, name in enumerate(run.names)}


def _step(run: Run, index: int, taken: Taken) -> TraceStep:
    step, transition = taken.step, taken.transition
    parameters = [(local.name, show(local.type, value)) for local, value in zip(step.parameters, transition.values, strict=True)]
    return TraceStep(
        index=index,
        agent=taken.who,
        action=step.name,
        phrase=step.phrase,
        parameters=(*parameters, *transition.choices),
        fault=step.fault,
        changes=_changes(run, taken, taken.changed),
        events=tuple(Event(kind=note.kind, text=text, other=other) for note, other, text in taken.told),
        marks=transition.marks,
        place=str(step.at),
        failure=None if transition.failure is None else _failure(transition.failure),
    )


def _failure(failure: Failure) -> str:
    return failure.text if failure.at is None else f"{failure.text} ({failure.at})"


def _changes(run: Run, taken: Taken, cells: Sequence[int]) -> tuple[Change, ...]:
    return tuple(
        Change(
            cell=run.names[cell],
            before=run.value(cell, taken.before),
            after=run.value(cell, taken.after),
            kind=run.variables[cell].kind,
        )
        for cell in cells
    )
