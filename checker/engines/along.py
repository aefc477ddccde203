"""The part of a state graph along one path, by the reference interpreter: how a trace of another engine is told and checked."""

from __future__ import annotations

from collections.abc import Sequence

from checker.engines.state_graph import Instance, StateGraph
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, State


def explore_along(model: Model, path: Sequence[State], interpreter: Interpreter) -> StateGraph:
    """The states of `path` with all their transitions, the states that these lead to, and the initial states.

    The states of the path are the numbers 0 .. len(path) - 1 and the only expanded ones; the graph is never `complete`. A path that does
    not begin in an initial state, or takes a step that the interpreter does not know, is the tool's own fault: AssertionError.
    """
    graph = StateGraph(model=model, stopped="only one path was explored")
    numbers: dict[State, int] = {}

    def number(state: State, parent: int, depth: int) -> int:
        found = numbers.setdefault(state, len(graph.states))
        if found == len(graph.states):
            graph.states.append(state)
            graph.parent.append(parent)
            graph.parent_edge.append(-1)
            graph.depth.append(depth)
        return found

    for place, state in enumerate(path):
        assert number(state, place - 1, place) == place, "a path goes through no state twice"
    graph.initial = [number(state, -1, 0) for state in interpreter.iterate_initial_states()]
    assert 0 in graph.initial, "a path begins in an initial state"
    classes: dict[Instance, int] = {}
    for source, state in enumerate(path):
        for index, transition in enumerate(interpreter.transitions(state)):
            target = -1 if transition.target is None else number(transition.target, source, source + 1)
            if transition.failure is not None:
                graph.failures.append((source, index, transition.failure))
            if target >= 0 and graph.parent[target] == source and graph.parent_edge[target] < 0:
                graph.parent_edge[target] = index
            if transition.marks:
                graph.edge_marks[len(graph.edge_target)] = transition.marks
            instance = (transition.step, transition.agent, transition.values)
            graph.edge_class.append(classes.setdefault(instance, len(classes)))
            graph.edge_target.append(target)
        graph.edge_start.append(len(graph.edge_target))
    assert all(graph.parent_edge[place] >= 0 for place in range(1, len(path))), "a step of the path is none of the interpreter's"
    graph.classes = list(classes)
    graph.expanded = len(path)
    graph.edge_start.extend([len(graph.edge_target)] * (len(graph.states) - len(path)))
    return graph
