"""All nodes of a tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from checker.language import tree

MOST_DEPTH = 100  # of nodes within nodes: the passes follow the nesting by recursion
MOST_ARMS = 100  # of an `if`, with its `elif`s


def children(node: tree.Node) -> list[tree.Node]:
    """The nodes that are fields of `node`, or are held in its tuples, in order."""
    found: list[tree.Node] = []
    for name in _slots(type(node)):
        _find(getattr(node, name), found)
    return found


def nodes(node: tree.Node) -> Iterator[tree.Node]:
    """`node` and all nodes below it, in the order of the text."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def has_temporal(node: tree.Node) -> bool:
    """Whether a temporal operator stands in it."""
    return any(isinstance(part, tree.Temporal) for part in nodes(node))


def deeper_than(most: int, node: tree.Node) -> tree.Node | None:
    """A node that has more than `most` nodes around it, or comes after too many `elif`s, or None."""
    waiting = [(node, 0)]
    while waiting:
        current, depth = waiting.pop()
        if depth > most:
            return current
        if isinstance(current, tree.If) and len(current.arms) > MOST_ARMS:  # each `elif` is an `if` in the one before
            return current.arms[MOST_ARMS][0]
        waiting += [(child, depth + 1) for child in children(current)]
    return None


def _find(value: Any, found: list[tree.Node]) -> None:
    if isinstance(value, tree.Node):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _find(item, found)


@cache
def _slots(cls: type) -> tuple[str, ...]:
    return tuple(name for name in cls.__struct_fields__ if name != "span")  # type: ignore[attr-defined]
