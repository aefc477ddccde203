"""Small protocols in a text, lowered and explored."""

from __future__ import annotations

from textwrap import dedent

from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.engines.state_graph import StateGraph
from checker.language import tree
from checker.language.check import check
from checker.language.checked import Checked
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source
from checker.model.model import Model
from checker.model.validate import validate


def checked_of(protocol: str, spec: str = "", instance: str | None = None, *, path: str = "test.team") -> Checked:
    """The protocol in `protocol`, checked; `spec` holds the lines after the `spec` line; `path` is where it imports from."""
    parsed = parse_protocol(Source(path, dedent(protocol)))
    parsed_spec: tree.Spec | None = None
    if spec:
        parsed_spec = parse_spec(Source("test.spec", 'spec test for "test.team"\n\n' + dedent(spec)))
    return check(parsed, parsed_spec, instance)


def model_of(
    protocol: str, spec: str = "", *, faults: str = "none", goal: str | None = None, instance: str | None = None
) -> Model:
    """The model of the protocol in `protocol`; `spec` holds the lines after the `spec` line; `goal` picks one property by name."""
    checked = checked_of(protocol, spec, instance)
    goals = None if goal is None else [p for p in checked.properties if getattr(p, "name", None) == goal]
    model = elaborate(checked, faults, goals)
    assert validate(model) == []
    return model


def graph_of(protocol: str, spec: str = "", *, faults: str = "none", goal: str | None = None) -> StateGraph:
    """The whole state graph."""
    graph = explore(model_of(protocol, spec, faults=faults, goal=goal))
    assert graph.complete
    return graph


def counts(graph: StateGraph) -> tuple[int, int]:
    """Distinct states and transitions."""
    return graph.distinct, graph.transitions


def cell(graph: StateGraph, name: str) -> set[object]:
    """Every value that the single cell of a variable takes in the graph."""
    variable = next(v for v in graph.model.variables if v.name == name)
    assert variable.cells == 1
    return {state[variable.offset] for state in graph.states}


def failures(graph: StateGraph) -> set[str]:
    """The kinds of the steps that fail."""
    return {failure.kind for _, _, failure in graph.failures}


def marks(graph: StateGraph) -> set[str]:
    return {mark for found in graph.edge_marks.values() for mark in found}


def fired(graph: StateGraph) -> set[str]:
    """The names of the steps that fire somewhere."""
    return {graph.model.steps[graph.classes[c][0]].name for c in graph.edge_class}
