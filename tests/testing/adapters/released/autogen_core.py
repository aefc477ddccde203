"""Bugs of autogen-core."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


def _what_is_under_way_is_ended() -> None:
    """More than the pull request does, which ends the handlers at work alone."""
    from autogen_core import SingleThreadedAgentRuntime

    SingleThreadedAgentRuntime.stop = SingleThreadedAgentRuntime.stop_when_idle  # type: ignore[method-assign]


@bug("autogen-core==0.7.5", None, "ann waits for a future that nobody has resolved", repair=_what_is_under_way_is_ended)
async def a_runtime_that_is_stopped_while_it_handles() -> None:
    """When a runtime is stopped while a handler is at work, the sender waits for ever for its answer (autogen, pull request 7963)."""
    from autogen_core import AgentId, BaseAgent, SingleThreadedAgentRuntime

    class Desk(BaseAgent):
        async def on_message_impl(self, message: Any, ctx: Any) -> Any:
            return await desk.answer(message)

    desk = boundary(_Desk())
    runtime = SingleThreadedAgentRuntime()
    await Desk.register(runtime, "desk", lambda: Desk("desk"))
    runtime.start()

    async def ask() -> None:
        with suppress(Exception):
            await runtime.send_message("hello", AgentId("desk", "1"))

    async def stop() -> None:
        await desk.tick()
        await runtime.stop()

    await together(ann=ask(), bob=stop())


class _Desk:
    async def answer(self, message: str) -> str:
        return message

    async def tick(self) -> None:
        pass
