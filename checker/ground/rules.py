"""What the rules of operators share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from checker.ground.graph import Node
from checker.ground.shapes import Shape
from checker.model.expr import Apply

if TYPE_CHECKING:
    from checker.ground.evaluate import Place

Rule = Callable[["Place", Apply], Shape]


def node_of(shape: Shape) -> Node:
    """The node of a scalar."""
    assert isinstance(shape, int)
    return shape


def parts_of(shape: Shape) -> tuple[Shape, ...]:
    """The parts of a composite value."""
    assert isinstance(shape, tuple)
    return shape
