"""pydantic-graph on the controlled loop: parallel steps over one state."""

from __future__ import annotations

from typing import Any

import pytest

from checker.testing import checks, run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike

pytest.importorskip("pydantic_graph", reason="pydantic-graph is not installed: pip install 'teamcheck[pydantic-graph]'")

from pydantic_graph import GraphBuilder

from checker.testing import boundary, unwrap
from checker.testing.adapters import pydantic_graph as adapter


class Account:
    balance = 0

    async def get(self) -> int:
        return self.balance

    async def put(self, balance: int) -> None:
        self.balance = balance

    async def add(self, amount: int) -> None:
        self.balance += amount


async def deposits(repaired: bool) -> None:
    """A graph of one step over an account, run twice at once."""
    builder = GraphBuilder(deps_type=Account, input_type=int, output_type=int)

    async def deposit(context: Any) -> int:
        if repaired:
            await context.deps.add(context.inputs)
        else:
            await context.deps.put(await context.deps.get() + context.inputs)
        return int(context.inputs)

    step = builder.step(adapter.step(deposit), node_id="deposit")
    builder.add(builder.edge_from(builder.start_node).to(step), builder.edge_from(step).to(builder.end_node))
    graph, account = builder.build(), boundary(Account())
    await together(ann=graph.run(deps=account, inputs=1), bob=graph.run(deps=account, inputs=2))
    assert unwrap(account).balance == 3


async def deposits_by_read_and_write() -> None:
    await deposits(repaired=False)


async def deposits_by_one_operation() -> None:
    await deposits(repaired=True)


def test_graphs_run_alike() -> None:
    runs_alike(deposits_by_one_operation)
    record = run_once(deposits_by_one_operation).record
    assert [(call.args, call.result) for call in record.of("deposit", "step")] == [((1,), 1), ((2,), 2)]


def test_an_update_that_is_lost() -> None:
    finds(deposits_by_read_and_write)
    lost = checks.no_lost_update("Account.get", "Account.put")
    assert finds(deposits_by_read_and_write, checks=[lost]).run is not None
    never_reports(deposits_by_one_operation, checks=[lost])
