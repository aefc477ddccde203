"""Paths of the model that are worth driving the real code along: through every step, through every two in a row, and into each violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from checker.testing.protocol.faults import Fault, cannot_be_had
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
    """`kind` "beside": and a call in one of its states. `goals`: what it is for; `name`: as told to a reader. `states`: on the way, with the first.
    `violates`: the property, of a counterexample.

    `cycle`: how many steps lie before the cycle of a lasso; as many as there are: it is a violation only where nothing more happens.
    """

    kind: Literal["steps", "counterexample", "beside"]
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
    """`goals`: all steps and pairs of steps that the model has; `beyond`: paths to those of them that only other steps than may be taken lead to;
    `cut`: why not all of its states were looked at, else ""."""

    paths: tuple[ModelPath, ...]
    beyond: tuple[ModelPath, ...]
    goals: tuple[Goal, ...]
    cut: str


MayTake: TypeAlias = Callable[[Step, Value | None, State], bool]  # a step of an agent, None where it has none, out of a state


def no_fault(step: Step, agent: Value | None, state: State) -> bool:
    return step.fault is None


def covering(
    model: Model,
    *,
    may_take: MayTake = no_fault,
    sure: MayTake | None = None,
    states_limit: int = MOST_STATES,
    time_s: float | None = None,
) -> Paths:
    """Few short paths that together take every step, and every two steps that can follow each other; those first that need no step but `may_take`,
    and among them those that need no step but `sure`.

    A limit that is reached leaves out what lies beyond it: `cut` says so. Raises KeyboardInterrupt."""
    return covering_paths(explored(model, states_limit, time_s), may_take, sure)


def explored(model: Model, states_limit: int, time_s: float | None = None) -> StateGraph:
    """The first states of the model. Raises KeyboardInterrupt."""
    graph = explore(model, states_limit=states_limit, time_s=time_s)
    if graph.stopped == "interrupted":
        raise KeyboardInterrupt
    return graph


def covering_paths(graph: StateGraph, may_take: MayTake = no_fault, sure: MayTake | None = None) -> Paths:
    """Those of `covering`, within the part of the graph that is there."""

    def surely(step: Step, agent: Value | None, state: State) -> bool:
        return sure is not None and may_take(step, agent, state) and sure(step, agent, state)

    goals: list[Goal] = []
    found: list[tuple[ModelPath, ...]] = []
    for allowed in (surely, may_take, lambda step, agent, state: True):
        reachable = Reachable(graph, allowed)
        wanted = {goal: edges for goal, edges in reachable.goals() if goal not in set(goals)}
        found.append(_few(reachable, wanted))
        goals += wanted
    cut = "" if graph.complete else graph.stopped
    return Paths(paths=(*found[0], *found[1]), beyond=found[2], goals=tuple(goals), cut=cut)


def _few(reachable: Reachable, wanted: dict[Goal, tuple[int, ...]]) -> tuple[ModelPath, ...]:
    """The paths to the goals that lie farthest take most of the others."""
    chosen: list[ModelPath] = []
    reached: set[Goal] = set()
    for goal, edges in sorted(wanted.items(), key=lambda item: -reachable.depth(item[1])):
        if goal not in reached:
            path = reachable.path(reachable.graph.source(edges[0]), edges)
            reached.update(path.goals)
            chosen.append(path)
    return tuple(reversed(chosen))


class Reachable:
    """The part of a graph that steps of some kind lead to, breadth first. `entered`: by which edge each of its states was first entered, -1: none."""

    def __init__(self, graph: StateGraph, may_take: MayTake) -> None:
        self.graph, self.interpreter = graph, Interpreter(graph.model)
        self._may_take = may_take
        self.entered: dict[int, int] = dict.fromkeys(graph.initial, -1)
        self._depth: dict[int, int] = dict.fromkeys(graph.initial, 0)
        states = list(graph.initial)
        for state in states:
            for edge, _ in self._edges(state):
                target = graph.edge_target[edge]
                if target not in self.entered:
                    self.entered[target], self._depth[target] = edge, self._depth[state] + 1
                    states.append(target)

    def _edges(self, state: int) -> Iterator[tuple[int, int]]:
        """(edge, step) out of a state, of steps that do not fail."""
        graph = self.graph
        for edge in graph.edges(state) if state < graph.expanded else ():
            step, agent, _ = graph.classes[graph.edge_class[edge]]
            if graph.edge_target[edge] >= 0 and self._may_take(graph.model.steps[step], agent, graph.states[state]):
                yield edge, step

    def goals(self) -> Iterator[tuple[Goal, tuple[int, ...]]]:
        """For each goal the edges with which a shortest path to it ends."""
        names = [step.name for step in self.graph.model.steps]
        found: dict[Goal, tuple[int, ...]] = {}
        arrived: dict[int, dict[int, int]] = {}  # for each state, by step, the first edge that enters it
        for state in self.entered:
            for edge, step in self._edges(state):
                found.setdefault((names[step],), (edge,))
                arrived.setdefault(self.graph.edge_target[edge], {}).setdefault(step, edge)
        for state in self.entered:
            for edge, step in self._edges(state):
                for before, entering in arrived.get(state, {}).items():
                    found.setdefault((names[before], names[step]), (entering, edge))
        yield from found.items()

    def depth(self, edges: tuple[int, ...]) -> int:
        return self._depth[self.graph.source(edges[0])] + len(edges)

    def path(self, state: int, edges: tuple[int, ...] = ()) -> ModelPath:
        """A shortest path to a state, and on along the edges."""
        back: list[int] = []
        while self.entered[state] >= 0:
            back.append(self.entered[state])
            state = self.graph.source(back[-1])
        indices = tuple(self.graph.index(edge) for edge in (*reversed(back), *edges))
        initial = self.graph.initial.index(state)
        run = Run(self.graph.model, self.interpreter, Path(initial=initial, indices=indices, end=None, shortest=True))
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


A_MOMENT_MS = 5  # of virtual time: some requests and their replies


def program_of(plan: Plan, path: ModelPath) -> Program:
    """The calls that the path begins with, and its faults, in its order; before a call all settles where nothing is under way by the path, and there
    is a moment for what the path lets the code do by itself."""
    actions = {plan.model.steps[n].name: action for action in plan.actions.values() for n in (action.step, *action.under_faults)}
    driven = {(action.role.name, plan.model.steps[action.step].activity) for action in plan.actions.values()}
    found: list[Part] = []
    by_itself = False
    for (step, agent, parameters), before in zip(path.steps, path.states, strict=False):
        fault, action = plan.fault_at(step, agent, before), actions.get(step.name)
        if fault is not None:
            if fault.kind == "stop" and any(map(_takes_time, found)) and not under_way(plan, before):
                found.append(Settle())
            found.append(fault)
        if action is None:
            by_itself = by_itself or (fault is None and (step.role, step.activity) not in driven)
            continue
        if any(map(_takes_time, found)) and not under_way(plan, before):
            found.append(Settle())
        given = zip(action.parameters, parameters[: len(action.parameters)], strict=True)  # more are of a stale read
        values = tuple((name, shown(type, value)) for (name, type), value in given)
        assert agent is not None
        after_ms = A_MOMENT_MS if by_itself and found else 0
        found.append(Call(action=action.method, agent=plan.agents(action.role)[agent], values=values, after_ms=after_ms))
        by_itself = False
    return tuple(found)


def _takes_time(part: Part) -> bool:
    return isinstance(part, Call) or (isinstance(part, Fault) and part.kind == "stop")


def under_way(plan: Plan, state: State) -> bool:
    """Whether an activity that the program begins waits in this state."""
    for action in plan.actions.values():
        control = plan.control(action.role, plan.model.steps[action.step].activity or "")
        if control is not None and any(state[control.offset + agent] != 0 for agent in range(action.role.size)):
            return True
    return False


def unreachable_for(plan: Plan, path: ModelPath) -> str:
    """Why the path cannot be driven: a fault that the code cannot have; "" where it can."""
    for (step, agent, _), state in zip(path.steps, path.states, strict=False):
        if not plan.may_have(step, agent, state):
            return cannot_be_had(plan.adapter, str(step.fault))
    return ""
