"""From observations, labels and paths to data that reports show, in the user's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import final

import msgspec

from checker.conformance.automaton import Label
from checker.conformance.explain import Explained
from checker.conformance.logs.names import Names
from checker.conformance.logs.ordering import Entry
from checker.conformance.logs.rules import Call, Reading
from checker.conformance.logs.vocabulary import Vocabulary
from checker.conformance.orders import Blocked
from checker.conformance.result import Explaining, Observed, Place, Violation
from checker.conformance.seen import DoneSeen, StateSeen, StepSeen
from checker.conformance.tracker import Stuck
from checker.language.types import Value, element, show, sort_key
from checker.model.cells import cell_names
from checker.model.model import Step
from checker.properties.finding import Path
from checker.properties.result import TraceStep
from checker.properties.run import Run
from checker.properties.traces import trace_of
from checker.semantics.interpreter import Interpreter, State

RECORD_SHOWN = 160  # characters of a record
STEPS_TO_PASTE = 60  # a path with more steps is not written as a command


@final
class Teller:
    """Knows the words of one model. `command`: what replays a path of it, but for its steps."""

    def __init__(self, vocabulary: Vocabulary, interpreter: Interpreter, command: str) -> None:
        self.vocabulary, self.interpreter, self.command = vocabulary, interpreter, command
        self.model = vocabulary.model
        self.cells = cell_names(self.model)

    def names(self, names: Names) -> dict[str, dict[str, str]]:
        """What the log called the elements, where that is not their own name."""
        found = {}
        for sort, bound in names.bound.items():
            other = {name: element(sort, place) for name, place in bound.items() if name != element(sort, place)}
            if other:
                found[sort.name] = other
        return found

    def end(self, values: Sequence[Iterable[Value]]) -> dict[str, tuple[str, ...]]:
        """The values of each cell of the stores and the agents; `values`: of all cells."""
        found = {}
        for cell, variable in enumerate(self.vocabulary.owner_of):
            if variable.kind in ("shared", "agent"):
                found[self.cells[cell]] = tuple(show(variable.type, value) for value in sorted(values[cell], key=sort_key))
        return found

    # --- observations --------------------------------------------------------------------------------------------------

    def observed(self, entry: Entry, reading: Reading) -> Observed:
        match reading:
            case StepSeen():
                return self._step_seen("step", entry, reading)
            case Call(kind, _, step):
                return self._step_seen(kind, entry, step or StepSeen(frozenset()))
            case StateSeen(cells):
                values = tuple((self.cells[cell], self._shown(cell, value)) for cell, value in cells)
                return _observed("state", entry, values=values)
            case DoneSeen(done):
                return _observed("done", entry, values=(("done", "true" if done else "false"),))

    def _step_seen(self, kind: str, entry: Entry, seen: StepSeen) -> Observed:
        steps = [self.model.steps[number] for number in sorted(seen.steps)]
        role = self.vocabulary.role(min(seen.steps)) if seen.steps else None
        types = self.vocabulary.types(min(seen.steps)) if seen.steps else {}
        return _observed(
            kind,
            entry,
            steps=tuple(step.name for step in steps),
            phrase=steps[0].phrase if len(steps) == 1 else "",
            agent=element(role, seen.agent) if role is not None and seen.agent is not None else None,
            values=tuple((name, show(types[name], value)) for name, value in seen.values),
            nobody=_nobody(steps),
        )

    def _shown(self, cell: int, value: object) -> str:
        return show(self.vocabulary.owner_of[cell].type, value)

    # --- violations ----------------------------------------------------------------------------------------------------

    def violation(
        self, stuck: Stuck, seen: Observed, path: Explained | None, place: Callable[[int], Place], states: Sequence[State]
    ) -> Violation:
        """`states`: those that the run could have been in, hidden steps included."""
        steps, replay = self._explanation(path, place)
        return Violation(
            event=stuck.number,
            seen=seen,
            allowed=tuple(map(self._labelled, _nearest_first(stuck.allowed, stuck.seen))),
            possible=self._possible(stuck.seen, states),
            fails=stuck.fails,
            explanation=steps,
            replay=replay,
        )

    def blocked(
        self, blocked: Blocked, waiting: Sequence[Observed], path: Explained | None, place: Callable[[int], Place]
    ) -> Violation:
        """Of a run whose order is known in part."""
        steps, replay = self._explanation(path, place)
        return Violation(
            event=blocked.explained,
            seen=waiting[0],
            allowed=tuple(map(self._labelled, blocked.allowed)),
            possible=(),
            fails=blocked.fails,
            explanation=steps,
            replay=replay,
            waiting=tuple(waiting),
            only=None if path is None else path.only,
        )

    def _possible(self, seen: object, states: Sequence[State]) -> tuple[str, ...]:
        """What the cells that were seen could have held, together, each combination once."""
        if not isinstance(seen, StateSeen):
            return ()
        found = (", ".join(f"{self.cells[c]} = {self._shown(c, state[c])}" for c, _ in seen.cells) for state in states)
        return tuple(dict.fromkeys(found))

    def _labelled(self, label: Label) -> TraceStep:
        step = self.model.steps[label.step]
        types = self.vocabulary.types(label.step)
        pairs = (*label.parameters, *label.choices)
        shown = tuple((name, show(types[name], value) if name in types else str(value)) for name, value in pairs)
        return TraceStep(
            index=0,
            agent=None if step.agent is None else show(step.agent.type, label.agent),
            action=step.name,
            phrase=step.phrase,
            parameters=shown,
            fault=step.fault,
            changes=(),
            events=(),
            marks=(),
            place=str(step.at),
        )

    def _explanation(self, path: Explained | None, place: Callable[[int], Place]) -> tuple[tuple[Explaining, ...], str]:
        """The path as steps, taken again by the interpreter, and the command that shows it."""
        if path is None or path.first != 1:
            return (), ""
        initial = next(n for n, state in enumerate(self.interpreter.iterate_initial_states()) if state == path.start)
        indices = tuple(taken.index for taken in path.taken)
        run = Run(self.model, self.interpreter, Path(initial=initial, indices=indices, end=None, shortest=False))
        assert run.states == [path.start, *(taken.after for taken in path.taken)], "the interpreter goes elsewhere"
        steps = trace_of(run).steps
        places = [None if taken.number is None else place(taken.number) for taken in path.taken]
        explaining = tuple(Explaining(step=step, place=at) for step, at in zip(steps, places, strict=True))
        start = f" --initial {initial}" if initial else ""
        pasted = f"{self.command}{start} --steps {','.join(map(str, indices))}"
        return explaining, pasted if 0 < len(indices) <= STEPS_TO_PASTE else ""


def _nearest_first(labels: Sequence[Label], seen: object) -> list[Label]:
    """First those that differ in their agent or their parameters only."""
    if not isinstance(seen, StepSeen):
        return list(labels)
    return sorted(labels, key=lambda label: (label.step not in seen.steps, label.agent != seen.agent))


def _nobody(steps: Sequence[Step]) -> str:
    """What stands in the place of the agent, of steps that have none."""
    if not steps or any(step.agent is not None for step in steps):
        return ""
    return "(fault)" if steps[0].fault else "(all)"


def _observed(
    kind: str,
    entry: Entry,
    *,
    steps: tuple[str, ...] = (),
    phrase: str = "",
    agent: str | None = None,
    values: tuple[tuple[str, str], ...] = (),
    nobody: str = "",
) -> Observed:
    text = msgspec.json.encode(entry.record.fields).decode() if entry.record.fields else ""
    return Observed(
        kind=kind,  # type: ignore[arg-type]
        steps=steps,
        phrase=phrase,
        agent=agent,
        values=values,
        place=entry.record.place,
        nobody=nobody,
        record=text if len(text) <= RECORD_SHOWN else text[: RECORD_SHOWN - 3] + "...",
    )
