"""State graphs as networkx multi-digraphs.

Nodes are state numbers. Each has every cell under its name (`status[Task0]` = "open") and

    state      the raw values, one for each cell
    initial    whether the protocol may start here
    final      whether no step but faults is enabled
    done       whether `done when` holds
    depth      steps from the nearest initial state
    violated   the names of the goals that this state alone violates

A step that fails (a value out of range, a failed assert) leads to a node with a negative number and the attribute `failure`, one for
each text; such nodes are no states. An edge's key is its place among the steps of its source, as traces count them, and it has

    agent, action, parameters   who acts ("" for nobody), the step's stable name, ((name, value), ...)
    fault                       the fault model's item, or ""
    marks, violated             what the step marks, and the goals that it alone violates
    label                       all of that for readers: `Worker0 starts work (Task0)`

The graph's own attributes tell what it is a graph of, and whether it is whole: `complete`, `stopped`, `states`, `transitions`, `shown`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from checker.graph.facts import Facts, facts
from checker.graph.graph_errors import TooManyStatesForNetworkx
from checker.language.diagnostics import BadInput
from checker.language.types import Type, Value, show
from checker.model.cells import cell_names, cell_variables
from checker.model.model import Step

if TYPE_CHECKING:
    import networkx

    from checker.engines.state_graph import StateGraph

MOST_STATES = 300_000
MOST_EDGES = 1_500_000
OF_STATES = frozenset({"state", "initial", "final", "done", "depth", "violated", "failure", "cut"})


def to_networkx(graph: StateGraph, *, states: int | None = None) -> networkx.MultiDiGraph:
    """The whole graph, or its first `states` states (nearest to the start) and the edges between them; a state with steps
    that lead elsewhere then has their number as its attribute `cut`. Raises BadInput beyond MOST_STATES or MOST_EDGES.
    """
    import networkx

    n = len(graph.states) if states is None else min(states, len(graph.states))
    edges = graph.edge_start[n]
    if n > MOST_STATES or edges > MOST_EDGES:
        raise BadInput(
            [TooManyStatesForNetworkx(span=None, states=n, transitions=edges, most_states=MOST_STATES, most_edges=MOST_EDGES)]
        )
    known = facts(graph, n)
    names = attribute_names(graph)
    found = networkx.MultiDiGraph(**about(graph, view="full"), shown=n, cells=names, expanded=min(n, graph.expanded))
    found.add_nodes_from(_nodes(graph, names, known, n))
    failures = _failures(graph, n)
    found.add_nodes_from((node, {"failure": text}) for text, node in failures.items())
    found.add_edges_from(_edges(graph, known, n, failures))
    if n < len(graph.states):
        for state, number in _cut(graph, n):
            found.nodes[state]["cut"] = number
    return found


def about(graph: StateGraph, view: str) -> dict[str, Any]:
    """What a graph made from `graph` says of itself."""
    model = graph.model
    return {
        "protocol": model.protocol,
        "instance": model.instance,
        "faults": model.faults,
        "parameters": model.parameters,
        "view": view,
        "states": len(graph.states),
        "transitions": len(graph.edge_target),
        "complete": graph.complete,
        "stopped": graph.stopped,
    }


def attribute_names(graph: StateGraph) -> tuple[str, ...]:
    """The attribute of each cell: its name, with the kind of its variable before it where the name alone means something else here."""
    variables = cell_variables(graph.model)
    return tuple(
        f"{variable.kind} {name}" if name in OF_STATES else name
        for name, variable in zip(cell_names(graph.model), variables, strict=True)
    )


def step_text(step: Step, agent: Value | None, values: tuple[Value, ...]) -> str:
    """A step for readers: `Worker0 starts work (Task0)`."""
    who = "" if step.agent is None else f"{show(step.agent.type, agent)} "
    what = ", ".join(show(local.type, value) for local, value in zip(step.parameters, values, strict=True))
    return f"{who}{step.phrase} ({what})" if what else who + step.phrase


def _nodes(graph: StateGraph, names: tuple[str, ...], known: Facts, n: int) -> Iterator[tuple[int, dict[str, Any]]]:
    shows = [_shower(variable.type) for variable in cell_variables(graph.model)]
    initial = set(graph.initial)
    for number in range(n):
        state = graph.states[number]
        attributes: dict[str, Any] = {name: to_text(value) for name, to_text, value in zip(names, shows, state, strict=True)}
        attributes["state"] = state
        attributes["initial"] = number in initial
        attributes["final"] = bool(known.final[number])
        attributes["done"] = bool(known.done[number])
        attributes["depth"] = graph.depth[number]
        attributes["violated"] = known.states.get(number, ())
        yield number, attributes


def _shower(type: Type) -> Callable[[Value], str]:
    """`show` for one type, which remembers: few values fill many states, and equal texts are kept once."""

    class Shown(dict[Value, str]):
        def __missing__(self, value: Value) -> str:
            text = self[value] = show(type, value)
            return text

    return Shown().__getitem__


def _failures(graph: StateGraph, n: int) -> dict[str, int]:
    """Text of a failure -> its node."""
    found: dict[str, int] = {}
    for state, _, failure in graph.failures:
        if state < n:
            found.setdefault(failure.text, -1 - len(found))
    return found


def _edges(graph: StateGraph, known: Facts, n: int, failures: dict[str, int]) -> Iterator[tuple[int, int, int, dict[str, Any]]]:
    """(source, target, key, attributes), without the edges that lead beyond the first `n` states."""
    shared = [_step_attributes(graph.model.steps[step], agent, values) for step, agent, values in graph.classes]
    failed = {(state, index): failures[failure.text] for state, index, failure in graph.failures if state < n}
    start, target, classes = graph.edge_start, graph.edge_target, graph.edge_class
    for state in range(n):
        for index, edge in enumerate(range(start[state], start[state + 1])):
            to = target[edge] if target[edge] >= 0 else failed[state, index]
            if to < n:
                attributes = shared[classes[edge]].copy()
                attributes["marks"] = graph.edge_marks.get(edge, ())
                attributes["violated"] = known.edges.get(edge, ())
                yield state, to, index, attributes


def _step_attributes(step: Step, agent: Value | None, values: tuple[Value, ...]) -> dict[str, Any]:
    return {
        "agent": "" if step.agent is None else show(step.agent.type, agent),
        "action": step.name,
        "parameters": tuple((local.name, show(local.type, value)) for local, value in zip(step.parameters, values, strict=True)),
        "fault": step.fault or "",
        "label": step_text(step, agent, values),
    }


def _cut(graph: StateGraph, n: int) -> Iterator[tuple[int, int]]:
    """(state, how many of its edges lead beyond the first `n` states)."""
    for state in range(n):
        number = sum(graph.edge_target[edge] >= n for edge in range(graph.edge_start[state], graph.edge_start[state + 1]))
        if number:
            yield state, number
