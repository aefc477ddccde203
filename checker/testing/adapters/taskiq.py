"""A broker for taskiq that delivers at least once, in one process.

    broker = Broker()
    @broker.task
    async def pay(order: int) -> None: ...

It is taskiq's own `InMemoryBroker`, with `kick` at the boundary "broker" and the results at the boundary "results". What it delivers runs as
the agent "worker", which the fault `crash` can stop apart from the sender. `explore(..., faults={"duplicate": 1})` delivers a message twice, as
every broker that waits for an acknowledgement does after a worker was lost.
"""

from __future__ import annotations

from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.agents import agent
from checker.testing.proxy import boundary
from checker.testing.record import Call

with extra("taskiq"):
    from taskiq import BrokerMessage, InMemoryBroker

RESULT_OPS = ("set_result", "get_result", "is_result_ready", "set_progress", "get_progress")


class Broker(InMemoryBroker):
    """`options`: those of `InMemoryBroker`. `terms`: those of `boundary`, for the broker and the results."""

    def __init__(self, *, worker: str = "worker", terms: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(**options)
        deliver = super().kick

        class Delivery:
            async def kick(self, message: BrokerMessage) -> None:
                with agent(worker):
                    await deliver(message)

        self._delivery = boundary(Delivery(), name="broker", **(terms or {}))
        self.with_result_backend(results(self.result_backend, **(terms or {})))

    async def kick(self, message: BrokerMessage) -> None:
        """Sends the message; a fault may double it or lose it."""
        await self._delivery.kick(message)


def results(backend: Any, *, name: str = "results", **terms: Any) -> Any:
    """A result backend at a boundary, for `broker.with_result_backend`."""
    return boundary(
        backend, [op for op in RESULT_OPS if hasattr(backend, op)], name=name, **terms
    )  # progress is not in all releases


def task_id_of(call: Call) -> str:
    """The id of the task that a call of the broker or of the results is about."""
    first: Any = call.args[0]
    return first if isinstance(first, str) else str(first.task_id)
