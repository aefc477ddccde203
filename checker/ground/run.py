"""A plain evaluation of the nodes of a graph for one state: for a few states, and for tests."""

from __future__ import annotations

from collections.abc import Sequence

from checker.ground.graph import FOLD, Graph, Node


def evaluated(graph: Graph, fields: Sequence[int], nodes: Sequence[Node]) -> list[int]:
    """The values of `nodes` where the fields have these values."""
    known: dict[Node, int] = {}
    for node in _in_order(graph, nodes):
        operation, *arguments = graph.code[node]
        numbers = [argument for argument in arguments if isinstance(argument, int)]
        known[node] = _value(str(operation), numbers, known, fields)
    return [known[node] for node in nodes]


def _in_order(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """The nodes and all that they need, arguments first (a node is made after its arguments)."""
    found: set[Node] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            operation, *arguments = graph.code[node]
            if operation not in ("const", "field"):
                waiting += [argument for argument in arguments if isinstance(argument, int)]
    return sorted(found)


def _value(operation: str, numbers: list[int], known: dict[Node, int], fields: Sequence[int]) -> int:
    match operation:
        case "const":
            return numbers[0]
        case "field":
            return fields[numbers[0]]
        case "not":
            return 1 - known[numbers[0]]
        case "select":
            return known[numbers[1]] if known[numbers[0]] else known[numbers[2]]
        case "popcount":
            return known[numbers[0]].bit_count()
    return FOLD[operation](known[numbers[0]], known[numbers[1]])
