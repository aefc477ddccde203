"""Paths of the model that are worth driving the real code along: through every step, through every two in a row, and into each violation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

from msgspec import Struct

from checker.engines.explicit import explore
from checker.engines.state_graph import StateGraph
from checker.language.types import Value
from checker.model.model import Model, Step
from checker.properties.finding import Path
from checker.properties.run import Run
from checker.semantics.interpreter import Interpreter, State
from checker.testing.protocol.follow import Call
from checker.testing.protocol.plan import Plan, shown
from checker.testing.protocol.programs import Part, Program, Settle

MOST_STATES = 50_000
AT_ONCE = (
    "always",
    "never",
    "step",
    "no lost update",
    "no stale write",
    "no overwrite",
    "no error",
)  # violated whatever comes after

Goal: TypeAlias = tuple[str, ...]  # the names of one step, or of two in a row


class ModelPath(Struct, frozen=True, kw_only=True):
    """`goals`: what it is for; `name`: as told to a reader. `states`: on the way, the first included. `violates`: the property, of a counterexample.

    `cycle`: how many steps lie before the cycle of a lasso; as many as there are: it is a violation only where nothing more happens.
    """

    kind: Literal["steps", "counterexample"]
    name: str
    goals: tuple[Goal, ...]
    steps: tuple[tuple[Step, Value | None, tuple[Value, ...]], ...]
    states: tuple[State, ...]
    violates: str = ""
    cycle: int | None = None

    @property
    def stops(self) -> bool:
        """Whether the violation is that the run goes no further."""
        return self.cycle == len(self.steps)


class Paths(Struct, frozen=True, kw_only=True):
    """`goals`: all steps and pairs of steps that the model has; `cut`: why not all of its states were looked at, else ""."""

    paths: tuple[ModelPath, ...]
    goals: tuple[Goal, ...]
    cut: str


def covering(model: Model, *, states_limit: int = MOST_STATES, time_s: float | None = None) -> Paths:
    """Few short paths that together take every step, and every two steps that can follow each other, faults left out.

    A limit that is reached leaves out what lies beyond it: `cut` says so. Raises KeyboardInterrupt."""
    return covering_paths(explored(model, states_limit, time_s))


def explored(model: Model, states_limit: int, time_s: float | None = None) -> StateGraph:
    """The first states of the model. Raises KeyboardInterrupt."""
    graph = explore(model, states_limit=states_limit, time_s=time_s)
    if graph.stopped == "interrupted":
        raise KeyboardInterrupt
    return graph


def covering_paths(graph: StateGraph) -> Paths:
    """Those of `covering`, within the part of the graph that is there."""
    model, wanted = graph.model, dict(_goals(graph))
    chosen: list[ModelPath] = []
    reached: set[Goal] = set()
    interpreter = Interpreter(model)
    for goal, edges in sorted(wanted.items(), key=lambda item: -_depth(graph, item[1])):
        if goal in reached:
            continue
        path = _path(interpreter, graph, graph.source(edges[0]), edges)
        if path is not None:
            reached.update(path.goals)
            chosen.append(path)
    return Paths(paths=tuple(reversed(chosen)), goals=tuple(wanted), cut="" if graph.complete else graph.stopped)


def _goals(graph: StateGraph) -> Iterator[tuple[Goal, tuple[int, ...]]]:
    """For each goal the edges with which a shortest path to it ends."""
    found: dict[Goal, tuple[int, ...]] = {}
    arrived: dict[int, dict[int, int]] = {}  # for each state, by step, the first edge that enters it
    for state in range(graph.expanded):
        for edge in graph.edges(state):
            step = graph.classes[graph.edge_class[edge]][0]
            if graph.edge_target[edge] < 0 or graph.model.steps[step].fault is not None:
                continue
            found.setdefault((graph.model.steps[step].name,), (edge,))
            arrived.setdefault(graph.edge_target[edge], {}).setdefault(step, edge)
    for state in range(graph.expanded):
        for edge in graph.edges(state):
            step = graph.classes[graph.edge_class[edge]][0]
            if graph.edge_target[edge] < 0 or graph.model.steps[step].fault is not None:
                continue
            for before, entering in arrived.get(state, {}).items():
                found.setdefault((graph.model.steps[before].name, graph.model.steps[step].name), (entering, edge))
    yield from found.items()


def _depth(graph: StateGraph, edges: tuple[int, ...]) -> int:
    return graph.depth[graph.source(edges[0])] + len(edges)


def path_to(interpreter: Interpreter, graph: StateGraph, state: int) -> ModelPath | None:
    """A shortest path to a state; None where a fault lies on it."""
    return _path(interpreter, graph, state, ())


def _path(interpreter: Interpreter, graph: StateGraph, state: int, edges: tuple[int, ...]) -> ModelPath | None:
    initial, indices = graph.path(state)
    indices += [graph.index(edge) for edge in edges]
    run = Run(graph.model, interpreter, Path(initial=initial, indices=tuple(indices), end=None, shortest=True))
    if any(taken.step.fault is not None for taken in run.taken):
        return None
    names = [taken.step.name for taken in run.taken]
    goals: list[Goal] = [*((name,) for name in names), *pairwise(names)]
    return _model_path("steps", " -> ".join(names[-2:]), tuple(dict.fromkeys(goals)), run)


def counterexample(model: Model, name: str, initial: int, indices: Sequence[int], cycle: int | None = None) -> ModelPath:
    """The path into the violation of the property `name`; `cycle`: how many steps lie before the cycle of a lasso."""
    run = Run(model, Interpreter(model), Path(initial=initial, indices=tuple(indices), end=None, shortest=True))
    kind = next((goal.kind for goal in model.goals if goal.name == name), None)
    if cycle is None and kind not in AT_ONCE:
        cycle = len(indices)
    return _model_path("counterexample", f"the violation of {name}", (), run, name, cycle)


def _model_path(
    kind: Literal["steps", "counterexample"],
    name: str,
    goals: tuple[Goal, ...],
    run: Run,
    violates: str = "",
    cycle: int | None = None,
) -> ModelPath:
    steps = tuple((taken.step, taken.agent, taken.transition.values) for taken in run.taken)
    return ModelPath(kind=kind, name=name, goals=goals, steps=steps, states=tuple(run.states), violates=violates, cycle=cycle)


def program_of(plan: Plan, path: ModelPath) -> Program:
    """The calls that the path begins with, in its order; between two of them all settles where nothing is under way by the path."""
    by_step = {action.step: action for action in plan.actions.values()}
    number = {step.name: n for n, step in enumerate(plan.model.steps)}
    found: list[Part] = []
    for (step, agent, parameters), before in zip(path.steps, path.states, strict=False):
        action = by_step.get(number[step.name])
        if action is None:
            continue
        if found and not _under_way(plan, before):
            found.append(Settle())
        values = tuple((name, shown(type, value)) for (name, type), value in zip(action.parameters, parameters, strict=True))
        assert agent is not None
        found.append(Call(action=action.method, agent=plan.agents(action.role)[agent], values=values))
    return tuple(found)


def _under_way(plan: Plan, state: State) -> bool:
    """Whether an activity that the program begins waits in this state."""
    for action in plan.actions.values():
        control = plan.control(action.role, plan.model.steps[action.step].activity or "")
        if control is not None and any(state[control.offset + agent] != 0 for agent in range(action.role.size)):
            return True
    return False


def unreachable_for(plan: Plan, path: ModelPath) -> str:
    """Why the path cannot be driven: a fault that the code is not told to have; "" where it can."""
    faults = dict.fromkeys(step.fault for step, _, _ in path.steps if step.fault is not None)
    return f"it needs the fault {', '.join(map(str, faults))}" if faults else ""
