"""What is worth marking in a state graph: final and done states, and the states and edges that violate a goal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.language.types import Type, Value
from checker.model.expr import Apply, Expr, Quantifier, Read
from checker.model.model import Goal

if TYPE_CHECKING:
    from checker.engines.state_graph import StateGraph


class Facts(Struct, frozen=True, kw_only=True):
    """`final`: 1 where no step but faults is enabled; `done`: 1 where
    `done when` holds. `states`, `edges`: which goals a state or an edge violates, for the goals that one state or one edge can violate.
    """

    final: bytearray
    done: bytearray
    states: dict[int, tuple[str, ...]]
    edges: dict[int, tuple[str, ...]]


def facts(graph: StateGraph, first: int | None = None) -> Facts:
    """The facts of the first `first` states (all, unless given) and of their edges."""
    n = len(graph.states) if first is None else min(first, len(graph.states))
    final = _final(graph, n)
    done = bytearray(n)
    if graph.model.done is not None:
        for state, value in enumerate(_values(graph, graph.model.done, n)):
            done[state] = value is True
    by_state: dict[int, tuple[str, ...]] = {}
    for goal in graph.model.goals:
        for state in _violating(graph, goal, n, final, done):
            by_state[state] = (*by_state.get(state, ()), goal.name)
    return Facts(final=final, done=done, states=by_state, edges=_marked(graph, n))


def predicate(graph: StateGraph, condition: Expr) -> Iterator[bool | None]:
    """The value of `condition` in every state, in order; None where it has none."""
    return _values(graph, condition, len(graph.states))


def cells_read(expr: Expr) -> set[int]:
    """The places of all cells of the variables that `expr` reads."""
    found: set[int] = set()
    waiting: list[Expr | Type] = [expr]
    while waiting:
        match waiting.pop():
            case Read(variable, indices):
                found.update(range(variable.offset, variable.offset + variable.cells))
                waiting.extend(indices)
            case Apply(_, arguments):
                waiting.extend(arguments)
            case Quantifier(_, _, domains, body):
                waiting.extend(domains)
                waiting.append(body)
    return found


def _final(graph: StateGraph, n: int) -> bytearray:
    """What the search has not expanded is not known to be final."""
    fault = [graph.model.steps[step].fault is not None for step, _, _ in graph.classes]
    start, classes = graph.edge_start, graph.edge_class
    final = bytearray(n)
    for state in range(min(n, graph.expanded)):
        final[state] = all(fault[classes[edge]] for edge in range(start[state], start[state + 1]))
    return final


def _values(graph: StateGraph, condition: Expr, n: int) -> Iterator[bool | None]:
    """The condition in the first `n` states, evaluated once for each combination of the cells that it reads."""
    from checker.semantics.interpreter import EvaluationError, Interpreter

    interpreter = Interpreter(graph.model)
    places = sorted(cells_read(condition))
    known: dict[tuple[Value, ...], bool | None] = {}
    for state in graph.states[:n]:
        key = tuple([state[place] for place in places])
        if key not in known:
            try:
                known[key] = interpreter.evaluate(condition, state)
            except EvaluationError:
                known[key] = None
        yield known[key]


def _violating(graph: StateGraph, goal: Goal, n: int, final: bytearray, done: bytearray) -> Iterator[int]:
    """The first `n` states that violate `goal`, where one state is enough to tell."""
    match goal.kind:
        case "always" | "never":
            for state, value in enumerate(_values(graph, goal.conditions[0], n)):
                if value is (goal.kind == "never"):
                    yield state
        case "no deadlock":
            yield from (state for state in range(n) if final[state] and not done[state])


def _marked(graph: StateGraph, n: int) -> dict[int, tuple[str, ...]]:
    """The edges out of the first `n` states that carry the mark of a goal."""
    goals = {goal.mark: goal.name for goal in graph.model.goals if goal.mark is not None}
    last = graph.edge_start[n]
    found = {}
    for edge, marks in graph.edge_marks.items():
        names = tuple(goals[mark] for mark in marks if mark in goals)
        if names and edge < last:
            found[edge] = names
    return found
