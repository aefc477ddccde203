"""autogen-core on the controlled loop: messages take time, and may be lost."""

from __future__ import annotations

from typing import Any

import pytest

from checker.testing import boundary, explore, run_once, together, unwrap
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import Board, claim, pair

pytest.importorskip("autogen_core", reason="autogen-core is not installed: pip install 'teamcheck[autogen-core]'")

from autogen_core import (
    AgentId,
    ClosureAgent,
    ClosureContext,
    DefaultSubscription,
    MessageContext,
    SingleThreadedAgentRuntime,
)

from checker.testing.adapters.autogen_core import Wire


async def claims(repaired: bool) -> None:
    """Two messages ask one agent type for the task; each is handled in a task of its own."""
    runtime, board, claimed = SingleThreadedAgentRuntime(intervention_handlers=[Wire()]), boundary(Board()), []

    async def receive(context: ClosureContext, message: str, message_context: MessageContext) -> None:
        if await claim(board, message, repaired):
            claimed.append(message)

    receive.__annotations__ = {"context": ClosureContext, "message": str, "message_context": MessageContext, "return": None}
    await ClosureAgent.register_closure(runtime, "desk", receive, subscriptions=lambda: [DefaultSubscription()])
    runtime.start()

    async def ask(who: str) -> None:
        await runtime.send_message(who, AgentId("desk", who))

    await together(ann=ask("ann"), bob=ask("bob"))
    await runtime.stop_when_idle()
    assert claimed == [unwrap(board).owner], f"claimed by {claimed}"


claims_race, claims_repaired = pair(claims)


def test_messages_run_alike() -> None:
    runs_alike(claims_repaired)
    calls: Any = run_once(claims_repaired).record.of("runtime")
    assert sorted(call.op for call in calls) == ["respond", "respond", "send", "send"]


def test_a_handler_that_checks_then_acts() -> None:
    finds(claims_race)
    never_reports(claims_repaired)


def test_a_lost_message_fails_its_sender() -> None:
    outcome = explore(claims_repaired, mode="latency", faults={"drop": 1}, schedules=20)
    assert outcome.run is not None
    assert outcome.run.failure is not None
    assert outcome.run.failure.name == "MessageDroppedException"
