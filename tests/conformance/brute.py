"""An oracle for whole logs that shares nothing with the tracker, the search over orders or the maps: it tries every order that is allowed,
every place of a hidden step and of a call's step, by a plain walk over the interpreter's transitions.

A log is here a list of `Told`: the parts of a record in order (`State`, `Took`, `Done`, `Begin`, `End`, `Fail`), and for each the records
that come before it. Names of the log are texts; `renamings` gives every way in which they could stand for elements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import permutations, product
from typing import Any, TypeAlias

from msgspec import Struct

from checker.language.types import Sort
from checker.semantics.interpreter import EvaluationError, Interpreter, Outcome, State


class Took(Struct, frozen=True):
    """One of these steps, by its name; `agent` and `values` as far as they are known."""

    steps: frozenset[str]
    agent: Any = None
    values: tuple[tuple[str, Any], ...] = ()


class Held(Struct, frozen=True):
    cells: tuple[tuple[int, Any], ...]


class Done(Struct, frozen=True):
    done: bool


class Begin(Struct, frozen=True):
    call: str
    step: Took


class End(Struct, frozen=True):
    call: str
    step: Took | None


class Fail(Struct, frozen=True):
    call: str


Part: TypeAlias = Took | Held | Done | Begin | End | Fail


class Told(Struct, frozen=True):
    parts: tuple[Part, ...]
    before: frozenset[int]


OPEN = "open"
Calls: TypeAlias = tuple[tuple[str, Took, Any], ...]  # the id, what it may do, and what it did (an outcome's label) or OPEN
Node: TypeAlias = tuple[State, frozenset[int], tuple[int, int] | None, Calls]


class Brute:
    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter, self.model = interpreter, interpreter.model
        self._known: dict[State, list[Outcome]] = {}

    def explains(self, log: Sequence[Told], hidden: frozenset[str]) -> bool:
        """Whether some behaviour, in some order that the log allows, is what it tells."""
        begins = {p.call: i for i, told in enumerate(log) for p in told.parts if isinstance(p, Begin)}
        ends = {i: {begins[p.call] for p in told.parts if isinstance(p, End | Fail)} - {i} for i, told in enumerate(log)}
        before = [told.before | ends[i] for i, told in enumerate(log)]
        found: set[Node] = {(state, frozenset(), None, ()) for state in self.interpreter.initial_states()}
        waiting = list(found)
        while waiting:
            node = waiting.pop()
            if len(node[1]) == len(log):
                return True
            for after in self._next(node, log, before, hidden):
                if after not in found:
                    found.add(after)
                    waiting.append(after)
        return False

    def _next(
        self, node: Node, log: Sequence[Told], before: Sequence[frozenset[int] | set[int]], hidden: frozenset[str]
    ) -> Iterator[Node]:
        state, made, within, calls = node
        for outcome in self._outcomes(state):
            if self.model.steps[outcome[0]].name in hidden:
                yield outcome[2], made, within, calls
            for place, (call, may, did) in enumerate(calls):
                if did == OPEN and self._is(outcome, may):
                    yield outcome[2], made, within, (*calls[:place], (call, may, self._label(outcome)), *calls[place + 1 :])
        starts = (
            [within]
            if within is not None
            else [(event, 0) for event in range(len(log)) if event not in made and before[event] <= made]
        )
        for event, part in starts:
            parts = log[event].parts
            if not parts:
                yield state, made | {event}, None, calls
                continue
            now = (made | {event}, None) if part + 1 == len(parts) else (made, (event, part + 1))
            for target, left in self._make(state, calls, parts[part]):
                yield target, now[0], now[1], left

    def _make(self, state: State, calls: Calls, part: Part) -> Iterator[tuple[State, Calls]]:
        match part:
            case Took():
                yield from ((outcome[2], calls) for outcome in self._outcomes(state) if self._is(outcome, part))
            case Held(cells):
                if all(state[cell] == value for cell, value in cells):
                    yield state, calls
            case Done(done):
                with suppress(EvaluationError):
                    if self.interpreter.evaluate(self.model.done, state) == done:
                        yield state, calls
            case Begin(call, step):
                yield state, tuple(sorted([*calls, (call, step, OPEN)], key=lambda one: one[0]))
            case End(call, step):
                did = next(did for name, _, did in calls if name == call)
                if did != OPEN and (step is None or self._label_is(did, step)):
                    yield state, tuple(one for one in calls if one[0] != call)
            case Fail(call):
                if next(did for name, _, did in calls if name == call) == OPEN:
                    yield state, tuple(one for one in calls if one[0] != call)

    def _outcomes(self, state: State) -> list[Outcome]:
        if state not in self._known:
            self._known[state] = [outcome for outcome in self.interpreter.outcomes(state) if outcome[2] is not None]
        return self._known[state]

    def _label(self, outcome: Outcome) -> tuple[Any, ...]:
        step = self.model.steps[outcome[0]]
        instance = list(outcome[1])
        agent = instance.pop(0) if step.agent is not None else None
        pairs = [(local.name, value) for local, value in zip(step.parameters, instance, strict=True)]
        pairs += [(made.name, value) for made, value in outcome[5] if hasattr(made, "name")]
        return step.name, agent, tuple(pairs)

    def _is(self, outcome: Outcome, took: Took) -> bool:
        return self._label_is(self._label(outcome), took)

    def _label_is(self, label: tuple[Any, ...], took: Took) -> bool:
        name, agent, pairs = label
        return name in took.steps and took.agent in (None, agent) and all(pair in pairs for pair in took.values)


def renamings(names: Mapping[Sort, Sequence[str]]) -> Iterator[dict[Sort, dict[str, int]]]:
    """Every way in which the names of a log could stand for elements of each sort, one each."""
    sorts = list(names)
    every = [
        [dict(zip(names[sort], places, strict=True)) for places in permutations(range(sort.size), len(names[sort]))]
        for sort in sorts
    ]
    for chosen in product(*every):
        yield dict(zip(sorts, chosen, strict=True))
