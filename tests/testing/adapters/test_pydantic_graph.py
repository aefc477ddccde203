"""pydantic-graph on the controlled loop: parallel steps over one state."""

from __future__ import annotations

from typing import Any

import pytest

from checker.testing import checks, run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import Account, pair, pay_in

pytest.importorskip("pydantic_graph", reason="pydantic-graph is not installed: pip install 'teamcheck[pydantic-graph]'")

from pydantic_graph import GraphBuilder

from checker.testing import boundary, unwrap
from checker.testing.adapters import pydantic_graph as adapter


async def deposits(repaired: bool) -> None:
    """A graph of one step over an account, run twice at once."""
    builder = GraphBuilder(deps_type=Account, input_type=int, output_type=int)

    async def deposit(context: Any) -> int:
        await pay_in(context.deps, context.inputs, repaired)
        return int(context.inputs)

    step = builder.step(adapter.step(deposit), node_id="deposit")
    builder.add(builder.edge_from(builder.start_node).to(step), builder.edge_from(step).to(builder.end_node))
    graph, account = builder.build(), boundary(Account())
    await together(ann=graph.run(deps=account, inputs=1), bob=graph.run(deps=account, inputs=2))
    assert unwrap(account).balance == 3


deposits_race, deposits_repaired = pair(deposits)


def test_graphs_run_alike() -> None:
    runs_alike(deposits_repaired)
    record = run_once(deposits_repaired).record
    assert [(call.args, call.result) for call in record.of("deposit", "step")] == [((1,), 1), ((2,), 2)]


def test_an_update_that_is_lost() -> None:
    finds(deposits_race)
    lost = checks.no_lost_update("Account.get", "Account.put")
    assert finds(deposits_race, checks=[lost]).run is not None
    never_reports(deposits_repaired, checks=[lost])
