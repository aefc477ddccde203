"""Nodes after an update: what a node of the graph says of the state that an outcome leads to, as a node on the state before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgspec import Struct, field

from checker.ground.cases import Fields
from checker.ground.graph import Node


class Substitution(Struct):
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
        self.fields.work += 3_000
        graph = self.fields.graph
        operation = str(graph.code[node][0])
        if operation == "field":
            return self.updates[cast("int", graph.code[node][1])]
        return graph.apply(operation, [self(argument) for argument in graph.arguments[node]])
