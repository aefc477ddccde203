"""Boundaries for pydantic-graph: the steps of a graph, and what they depend on.

    work = builder.step(step(work), node_id="work")
    await graph.run(state=..., deps=boundary(store), inputs=...)

A step so made is a call `step` of the boundary that bears its name, with its input as the argument. Steps after a fork then overtake one another
as those that ask a model do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from checker.testing.proxy import boundary

StepFunction = Callable[[Any], Awaitable[Any]]


def step(function: StepFunction, *, name: str | None = None, **terms: Any) -> StepFunction:
    """The step function at a boundary, by default under its own name. `terms`: those of `boundary`."""
    told = name or str(getattr(function, "__name__", "step"))

    class Steps:
        async def step(self, inputs: Any, *, context: Any) -> Any:
            return await function(context)

    guarded: Any = boundary(Steps(), name=told, **terms)

    async def at_boundary(context: Any) -> Any:
        return await guarded.step(context.inputs, context=context)

    at_boundary.__name__ = told
    return at_boundary
