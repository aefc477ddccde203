"""The quotient of a state graph: states with equal labels become one node.

A node carries its `label`, `states`, how many it stands for, and how many of them are `initial`, `final`, `done` and `stuck` (final
and not done); an edge carries `transitions`, how many it stands for, and `actions`, which: ((text, number), ...). The edges between two
nodes are one for what agents do and one for each kind of fault. `violated` counts the states or edges that violate a goal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field

from checker.graph.facts import Facts, facts
from checker.graph.networkx_graph import about

if TYPE_CHECKING:
    import networkx

    from checker.engines.state_graph import StateGraph
    from checker.model.model import Step

Lines: TypeAlias = tuple[str, ...]


def merged(graph: StateGraph, labels: Iterable[Lines], *, view: str, nodes: int | None = None) -> networkx.MultiDiGraph:
    """The quotient of `graph` under equal `labels`, one for each state in order; of its nodes the first `nodes`."""
    import networkx

    known = facts(graph)
    groups, of_state = _group(labels)
    _count(groups, graph, of_state, known)
    failures = {text: -1 - i for i, text in enumerate(dict.fromkeys(failure.text for _, _, failure in graph.failures))}
    texts = {node: text for text, node in failures.items()}
    edges = _merge_edges(graph, of_state, failures, known)
    shown = len(groups) if nodes is None else min(nodes, len(groups))
    found = networkx.MultiDiGraph(**about(graph, view), shown=shown, nodes=len(groups))
    found.add_nodes_from((number, group.attributes()) for number, group in enumerate(groups[:shown]))
    for (source, target, fault), bundle in edges.items():
        if source < shown and target < 0:
            found.add_node(target, failure=texts[target])
        if source < shown and target < shown:
            found.add_edge(source, target, key=fault or "steps", **bundle.attributes(fault))
        elif source < shown:
            found.nodes[source]["cut"] = found.nodes[source].get("cut", 0) + bundle.transitions
    return found


class _Group(Struct, kw_only=True):
    label: Lines
    states: int = 0
    initial: int = 0
    final: int = 0
    done: int = 0
    stuck: int = 0
    depth: int = 0
    violated: dict[str, int] = field(default_factory=dict)

    def attributes(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "states": self.states,
            "initial": self.initial,
            "final": self.final,
            "done": self.done,
            "stuck": self.stuck,
            "depth": self.depth,
            "violated": tuple(self.violated.items()),
        }


class _Bundle(Struct):
    actions: Counter[str] = field(default_factory=Counter)
    violated: Counter[str] = field(default_factory=Counter)

    @property
    def transitions(self) -> int:
        return self.actions.total()

    def attributes(self, fault: str) -> dict[str, Any]:
        actions = sorted(self.actions.items(), key=lambda item: (-item[1], item[0]))
        return {
            "transitions": self.transitions,
            "actions": tuple(actions),
            "fault": fault,
            "violated": tuple(sorted(self.violated.items())),
            "label": ", ".join(f"{text} ×{number}" for text, number in actions),
        }


def _group(labels: Iterable[Lines]) -> tuple[list[_Group], list[int]]:
    """The groups in the order of their first states, and the group of each state."""
    numbers: dict[Hashable, int] = {}
    of_state = [numbers.setdefault(label, len(numbers)) for label in labels]
    return [_Group(label=label) for label in numbers], of_state  # type: ignore[arg-type]


def _count(groups: list[_Group], graph: StateGraph, of_state: list[int], known: Facts) -> None:
    seen = [False] * len(groups)
    for state, number in enumerate(of_state):
        group = groups[number]
        if not seen[number]:
            seen[number], group.depth = True, graph.depth[state]
        group.states += 1
        group.final += known.final[state]
        group.done += known.done[state]
        group.stuck += known.final[state] and not known.done[state]
        for goal in known.states.get(state, ()):
            group.violated[goal] = group.violated.get(goal, 0) + 1
    for state in graph.initial:
        groups[of_state[state]].initial += 1


def _merge_edges(
    graph: StateGraph, of_state: list[int], failures: dict[str, int], known: Facts
) -> dict[tuple[int, int, str], _Bundle]:
    """(source group, target group or failure, fault or "") -> what goes there."""
    steps = graph.model.steps
    several = len([sort for sort in graph.model.sorts if sort.role and sort.size]) > 1
    texts = [_action_text(steps[step], several) for step, _, _ in graph.classes]
    faults = [steps[step].fault or "" for step, _, _ in graph.classes]
    failed = {(state, index): failures[failure.text] for state, index, failure in graph.failures}
    found: dict[tuple[int, int, str], _Bundle] = {}
    start, target, classes = graph.edge_start, graph.edge_target, graph.edge_class
    for state, source in enumerate(of_state):
        for edge in range(start[state], start[state + 1]):
            to = of_state[target[edge]] if target[edge] >= 0 else failed[state, edge - start[state]]
            key = (source, to, faults[classes[edge]])
            bundle = found.get(key)
            if bundle is None:
                bundle = found[key] = _Bundle()
            bundle.actions[texts[classes[edge]]] += 1
            if edge in known.edges:
                bundle.violated.update(known.edges[edge])
    return found


def _action_text(step: Step, several_roles: bool) -> str:
    return f"{step.role} {step.phrase}" if several_roles and step.role else step.phrase
