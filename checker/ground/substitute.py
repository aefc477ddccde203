"""Nodes after an update: what a node of the graph says of the state that an outcome leads to, as a node on the state before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checker.ground.cases import Fields
from checker.ground.graph import Graph, Node

MAKE: dict[str, Callable[[Graph, Node, Node], Node]] = {
    "add": Graph.add,
    "sub": Graph.sub,
    "mul": Graph.mul,
    "div": Graph.div,
    "mod": Graph.mod,
    "min": Graph.min,
    "max": Graph.max,
    "eq": Graph.eq,
    "lt": Graph.lt,
    "and": Graph.both,
    "or": Graph.either,
    "bitand": Graph.bitand,
    "bitor": Graph.bitor,
    "bitclear": Graph.bitclear,
    "shl": Graph.shl,
    "shr": Graph.shr,
}


@dataclass(slots=True)
class Substitution:
    """`updates`: the nodes that fields (by number) get; `written`: these fields, as bits."""

    fields: Fields
    updates: Mapping[int, Node]
    written: int
    made: dict[Node, Node] = field(default_factory=dict)

    def __call__(self, node: Node) -> Node:
        if not self.fields.mask(node) & self.written:
            return node
        found = self.made.get(node)
        if found is None:
            found = self.made[node] = self._made(node)
        return found

    def _made(self, node: Node) -> Node:
        graph = self.fields.graph
        operation, *rest = graph.code[node]
        arguments = [argument for argument in rest if isinstance(argument, int)]
        if operation == "field":
            return self.updates[arguments[0]]
        new = [self(argument) for argument in arguments]
        match operation:
            case "not":
                return graph.negate(new[0])
            case "select":
                return graph.select(*new)
            case "popcount":
                return graph.popcount(new[0])
        return MAKE[str(operation)](graph, *new)
