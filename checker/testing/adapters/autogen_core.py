"""A boundary for the messages of autogen-core's runtime.

    runtime = SingleThreadedAgentRuntime(intervention_handlers=[Wire()])

Each message is a call `send`, `publish` or `respond` of the boundary "runtime". It takes time; the fault `drop` loses it, as `DropMessage` does.
The runtime passes messages on one after another, so they keep their order.
"""

from __future__ import annotations

from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.proxy import boundary

with extra("autogen-core"):
    from autogen_core import DefaultInterventionHandler, DropMessage


class Wire(DefaultInterventionHandler):
    """`terms`: those of `boundary`. Faults other than `delay` and `drop` have no counterpart in a runtime within one process."""

    def __init__(self, *, name: str = "runtime", **terms: Any) -> None:
        self._way: Any = boundary(_Way(), name=name, **{"faults": ("delay", "drop"), **terms})

    async def on_send(self, message: Any, *, message_context: Any, recipient: Any) -> Any:
        return _or_lost(await self._way.send(message, recipient))

    async def on_publish(self, message: Any, *, message_context: Any) -> Any:
        return _or_lost(await self._way.publish(message, message_context.topic_id))

    async def on_response(self, message: Any, *, sender: Any, recipient: Any) -> Any:
        return _or_lost(await self._way.respond(message, sender))


class _Way:
    async def send(self, message: Any, recipient: Any) -> list[Any]:
        return [message]

    async def publish(self, message: Any, topic: Any) -> list[Any]:
        return [message]

    async def respond(self, message: Any, sender: Any) -> list[Any]:
        return [message]


def _or_lost(arrived: list[Any] | None) -> Any:
    return DropMessage if arrived is None else arrived[0]
