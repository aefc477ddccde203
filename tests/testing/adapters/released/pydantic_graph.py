"""Bugs of pydantic-graph."""

from __future__ import annotations

from typing import Any

from checker.testing import boundary
from tests.testing.adapters.released.table import bug


class _Desk:
    async def answer(self) -> None:
        """What is asked of another service."""


@bug("pydantic-graph==2.30.0", "pydantic-graph==2.68.0", "the join has")
async def a_join_behind_a_join() -> None:
    """A join that waits for another join goes on without it, when that one's branches are slow (pydantic-ai, issue 7785)."""
    from pydantic_graph import GraphBuilder
    from pydantic_graph.join import reduce_list_extend

    desk = boundary(_Desk())
    graph = GraphBuilder(output_type=list[int])

    async def source(context: Any) -> int:
        return 10

    async def one(context: Any) -> list[int]:
        await desk.answer()
        return [context.inputs + 1]

    async def two(context: Any) -> list[int]:
        await desk.answer()
        return [context.inputs + 2]

    async def three(context: Any) -> list[int]:
        await desk.answer()
        return [context.inputs + 3]

    begin, first, second, third = (graph.step(step) for step in (source, one, two, three))
    both, all_of_them = (graph.join(reduce_list_extend, initial_factory=list[int]) for _ in range(2))
    graph.add(
        graph.edge_from(graph.start_node).to(begin),
        graph.edge_from(begin).to(first, second, third),
        graph.edge_from(first, second).to(both),
        graph.edge_from(both).to(all_of_them),
        graph.edge_from(third).to(all_of_them),
        graph.edge_from(all_of_them).to(graph.end_node),
    )
    found = sorted(await graph.build().run())
    assert found == [11, 12, 13], f"the join has {found}"
