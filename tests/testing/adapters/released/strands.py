"""Bugs of strands-agents."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


@bug("strands-agents==1.0.0", "strands-agents==1.30.0", "the roles are")
async def two_calls_of_one_agent() -> None:
    """Two calls of one agent at once mix their turns in its conversation."""
    from strands import Agent
    from strands.models import Model
    from strands.types import exceptions

    class Scripted(Model):
        def update_config(self, **config: Any) -> None:
            pass

        def get_config(self) -> Any:
            return {}

        async def structured_output(self, *args: Any, **kwargs: Any) -> Any:
            yield {}

        async def stream(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
            yield {"messageStart": {"role": "assistant"}}
            yield {"contentBlockStart": {"start": {}}}
            yield {"contentBlockDelta": {"delta": {"text": "done"}}}
            yield {"contentBlockStop": {}}
            yield {"messageStop": {"stopReason": "end_turn"}}

    agent = Agent(model=boundary(Scripted(), ["stream"]), callback_handler=None)

    async def ask(text: str) -> None:
        with suppress(getattr(exceptions, "ConcurrencyException", ())):
            await agent.invoke_async(text)

    await together(ann=ask("a"), bob=ask("b"))
    roles = [message["role"] for message in agent.messages]
    assert roles == ["user", "assistant"] * (len(roles) // 2), f"the roles are {roles}"
