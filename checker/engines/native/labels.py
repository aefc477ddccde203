"""Labels of transitions: for each outcome a number for each combination of values that its step's agent and parameters may have.

The instance of a step for fairness is the step with these values (`Interpreter.transitions`), so a label tells the instance. Several labels
may tell the same one: of outcomes of one step, or of a value that one binding fixes and another takes from the state.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.ground.graph import Graph, Node, Unsupported
from checker.ground.program import GroundModel, GroundOutcome, instance_types
from checker.ground.shapes import decode

if TYPE_CHECKING:
    from checker.engines.state_graph import Instance

MOST_LABELS = 2**24


class Labels(Struct, frozen=True, kw_only=True):
    """The labels of outcome i are bases[i] .. bases[i + 1] - 1; the one of a transition is bases[i] plus the value of nodes[i]."""

    ground: GroundModel
    bases: Sequence[int]
    nodes: Sequence[Node]

    @property
    def size(self) -> int:
        return self.bases[-1]

    def instance(self, label: int) -> Instance:
        """The step, agent and values of the parameters of the transitions with this label."""
        number = bisect_right(self.bases, label) - 1
        outcome, rest = self.ground.outcomes[number], label - self.bases[number]
        step = self.ground.model.steps[outcome.step]
        numbers = iter(_digits(self.ground.graph, outcome, rest))
        values = tuple([decode(type, numbers) for type in instance_types(step)])
        return (outcome.step, None, values) if step.agent is None else (outcome.step, values[0], values[1:])


def label_outcomes(ground: GroundModel) -> Labels:
    """Raises Unsupported where there are too many labels."""
    graph = ground.graph
    bases = [0]
    for outcome in ground.outcomes:
        bases.append(bases[-1] + prod(_size(graph, node) for node in outcome.instance))
        if bases[-1] > MOST_LABELS:
            step = ground.model.steps[outcome.step]
            raise Unsupported(f"{step.name} ({step.at}): parameters with so many values that steps have {bases[-1]:,} instances")
    return Labels(ground=ground, bases=bases, nodes=[_label(graph, outcome) for outcome in ground.outcomes])


def _size(graph: Graph, node: Node) -> int:
    return graph.high[node] - graph.low[node] + 1


def _label(graph: Graph, outcome: GroundOutcome) -> Node:
    """The values as digits, the first one the highest."""
    total = graph.const(0)
    for node in outcome.instance:
        digit = graph.sub(node, graph.const(graph.low[node]))
        total = graph.add(graph.mul(total, graph.const(_size(graph, node))), digit)
    return total


def _digits(graph: Graph, outcome: GroundOutcome, rest: int) -> Iterator[int]:
    """The values whose digits are `rest`."""
    found = []
    for node in reversed(outcome.instance):
        rest, digit = divmod(rest, _size(graph, node))
        found.append(graph.low[node] + digit)
    assert rest == 0, "a label is within the labels of its outcome"
    return reversed(found)
