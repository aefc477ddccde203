"""Boundaries for the OpenAI Agents SDK: models and sessions.

model = ScriptedModel([tool_call("claim", task=1), "done"])
await Runner.run(Agent(name="ann", model=model, tools=[claim]), "go", session=session(SQLiteSession("s")))
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.adapters.script import Replies, Reply, Script
from checker.testing.checks.seen import Check, named
from checker.testing.checks.updates import no_lost_update
from checker.testing.proxy import boundary
from checker.testing.record import Call

with extra("openai-agents"):
    from agents import ModelResponse, Usage
    from agents.models.interface import Model
    from openai.types.responses import (
        Response,
        ResponseCompletedEvent,
        ResponseFunctionToolCall,
        ResponseOutputMessage,
        ResponseOutputText,
    )

SESSION_OPS = ("get_items", "add_items", "pop_item", "clear_session")


def tool_call(tool: str, /, **arguments: Any) -> ResponseFunctionToolCall:
    """The model's wish to call a tool; `transfer_to_x` hands off to the agent x. Its id is given when the model replies."""
    return ResponseFunctionToolCall(call_id="", type="function_call", name=tool, arguments=json.dumps(arguments))


class ScriptedModel(Model):
    """A model that answers by a script, each answer a call `reply` at the boundary `name`.

    `replies`: a text, a `tool_call`, or a list of both for one answer; one after another, or a function of the input.
    """

    def __init__(self, replies: Replies, *, name: str = "model", **terms: Any) -> None:
        self._name = name
        self._script = boundary(Script(replies), name=name, **terms)
        self._items = 0

    async def get_response(self, system_instructions: Any, input: Any, *args: Any, **kwargs: Any) -> ModelResponse:
        return ModelResponse(output=self._output(await self._script.reply(input)), usage=Usage(), response_id=None)

    async def stream_response(self, system_instructions: Any, input: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        output = self._output(await self._script.reply(input))
        response = Response(
            id=f"{self._name}-{self._items}",
            created_at=0,
            model=self._name,
            object="response",
            output=output,
            parallel_tool_calls=True,
            tool_choice="auto",
            tools=[],
        )
        yield ResponseCompletedEvent(response=response, sequence_number=0, type="response.completed")

    def _output(self, reply: Reply) -> list[Any]:
        return [self._item(part) for part in (reply if isinstance(reply, list) else [reply])]

    def _item(self, part: Any) -> Any:
        self._items += 1
        number = f"{self._name}-{self._items}"
        if not isinstance(part, str):
            return part if part.call_id else part.model_copy(update={"id": number, "call_id": number})
        text = ResponseOutputText(text=part, type="output_text", annotations=[])
        return ResponseOutputMessage(id=number, type="message", role="assistant", status="completed", content=[text])


def session(inner: Any, *, name: str | None = None, **terms: Any) -> Any:
    """A session at a boundary, by default under its `session_id`."""
    return boundary(inner, SESSION_OPS, name=name or f"session {inner.session_id}", **terms)


def answers_what_it_read() -> Check:
    """Between an agent's reading of a session and its adding to it nobody else added: else it answers a history that is no longer so."""
    return named("answers_what_it_read", no_lost_update("get_items", "add_items", key=_boundary))


def _boundary(call: Call) -> str:
    return call.boundary
