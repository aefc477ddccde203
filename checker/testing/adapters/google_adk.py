"""Boundaries for Google's Agent Development Kit: the session service, models, and by a plugin its runs, agents, model calls and tools.

runner = Runner(app_name="desk", agent=agent, session_service=sessions(), plugins=[plugin()])
explore(scenario, checks=[answers_what_it_read(), runs_in_turn()])
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.adapters.script import Replies, Script
from checker.testing.checks.order import serial
from checker.testing.checks.seen import Check, named
from checker.testing.checks.updates import no_lost_update
from checker.testing.choices import FAULTS
from checker.testing.interval import Interval
from checker.testing.proxy import Terms, boundary, terms_of
from checker.testing.record import Call

with extra("google-adk"):
    from google.adk.models import BaseLlm, LlmResponse
    from google.adk.plugins.base_plugin import BasePlugin
    from google.adk.sessions import InMemorySessionService
    from google.genai import types
    from pydantic import PrivateAttr

SESSION_OPS = ("create_session", "get_session", "list_sessions", "delete_session", "append_event")


def sessions(inner: Any = None, *, name: str = "sessions", **terms: Any) -> Any:
    """A session service at a boundary, by default one in memory."""
    return boundary(InMemorySessionService() if inner is None else inner, SESSION_OPS, name=name, **terms)


class ScriptedLlm(BaseLlm):
    """A model that answers by a script, each answer a call `reply` at the boundary `name`.

    `replies`: a text or a `types.Part` (of a call of a function), or a list of both for one answer; one after another, or a function of the
    request.
    """

    model: str = "scripted"
    _script: Any = PrivateAttr()

    def __init__(self, replies: Replies, *, name: str = "model", **terms: Any) -> None:
        super().__init__(model="scripted")
        self._script = boundary(Script(replies), name=name, **terms)

    async def generate_content_async(self, llm_request: Any, stream: bool = False) -> AsyncIterator[LlmResponse]:
        reply = await self._script.reply(llm_request)
        parts = [
            types.Part(text=part) if isinstance(part, str) else part for part in (reply if isinstance(reply, list) else [reply])
        ]
        yield LlmResponse(content=types.Content(role="model", parts=parts))


# --- the plugin ----------------------------------------------------------------------------------------------------------------


def plugin(name: str = "adk", **terms: Any) -> BasePlugin:
    """A plugin for a `Runner` or an `App`: each run, agent, model call and tool call becomes a call `run`, `agent`, `model` or `tool` at the
    boundary `name`, from the callback before it to the one after it.

    Arguments, for the `key` of checks: of `run` the id of the session, of `agent` its name, of `model` the name of its agent, of `tool` its name and,
    as keyword arguments, its own. `terms`: those of `boundary`. A `drop` of a tool gives the model an empty answer without a call of it; faults of
    runs and agents strike before them. A run that fails is told by releases that have `on_run_error_callback`; in others it stays open.
    """
    before = [fault for fault in terms.get("faults", FAULTS) if fault in ("delay", "error_before", "crash")]
    return _Plugin(name, terms_of(name, **terms), terms_of(name, **{**terms, "faults": before}))


class _Plugin(BasePlugin):
    def __init__(self, name: str, terms: Terms, at_start: Terms) -> None:
        super().__init__(name=name)
        self._terms, self._at_start = terms, at_start
        self._open: dict[Any, Interval] = {}

    async def _begin(self, key: Any, terms: Terms, op: str, *args: Any, **kwargs: Any) -> bool:
        self._open[key] = interval = Interval(terms, op, args, kwargs)
        return await interval.begin()

    async def _end(self, key: Any, result: Any = None) -> None:
        interval = self._open.pop(key, None)
        if interval is not None:
            await interval.end(result)

    def _failed(self, key: Any, error: Exception) -> None:
        interval = self._open.pop(key, None)
        if interval is not None:
            interval.failed(error)

    async def before_run_callback(self, *, invocation_context: Any) -> None:
        await self._begin(invocation_context.invocation_id, self._at_start, "run", invocation_context.session.id)

    async def after_run_callback(self, *, invocation_context: Any) -> None:
        await self._end(invocation_context.invocation_id)

    async def on_run_error_callback(self, *, invocation_context: Any, error: Exception) -> None:
        self._failed(invocation_context.invocation_id, error)

    async def before_agent_callback(self, *, agent: Any, callback_context: Any) -> None:
        await self._begin((callback_context.invocation_id, "agent", agent.name), self._at_start, "agent", agent.name)

    async def after_agent_callback(self, *, agent: Any, callback_context: Any) -> None:
        await self._end((callback_context.invocation_id, "agent", agent.name))

    async def on_agent_error_callback(self, *, agent: Any, callback_context: Any, error: Exception) -> None:
        self._failed((callback_context.invocation_id, "agent", agent.name), error)

    async def before_model_callback(self, *, callback_context: Any, llm_request: Any) -> Any:
        asker = callback_context.agent_name
        if await self._begin((callback_context.invocation_id, "model", asker), self._terms, "model", asker):
            return None
        return LlmResponse(content=types.Content(role="model", parts=[]))

    async def after_model_callback(self, *, callback_context: Any, llm_response: Any) -> None:
        if not llm_response.partial:
            await self._end((callback_context.invocation_id, "model", callback_context.agent_name), llm_response)

    async def on_model_error_callback(self, *, callback_context: Any, llm_request: Any, error: Exception) -> None:
        self._failed((callback_context.invocation_id, "model", callback_context.agent_name), error)

    async def before_tool_callback(self, *, tool: Any, tool_args: dict[str, Any], tool_context: Any) -> Any:
        key = tool_context.invocation_id, "tool", tool_context.function_call_id
        return None if await self._begin(key, self._terms, "tool", tool.name, **tool_args) else {}

    async def after_tool_callback(self, *, tool: Any, tool_args: dict[str, Any], tool_context: Any, result: Any) -> None:
        await self._end((tool_context.invocation_id, "tool", tool_context.function_call_id), result)

    async def on_tool_error_callback(self, *, tool: Any, tool_args: dict[str, Any], tool_context: Any, error: Exception) -> None:
        self._failed((tool_context.invocation_id, "tool", tool_context.function_call_id), error)


# --- checks --------------------------------------------------------------------------------------------------------------------


def runs_in_turn(name: str = "adk") -> Check:
    """Runs of one session, recorded by `plugin`, do not overlap."""
    return named("runs_in_turn", serial(f"{name}.run", key=0))


def answers_what_it_read(name: str = "sessions") -> Check:
    """Between an agent's reading of a session and its first adding to it nobody else added: else it answers a history that is no longer so."""
    return named("answers_what_it_read", no_lost_update(f"{name}.get_session", f"{name}.append_event", key=session_of))


def session_of(call: Call) -> Any:
    """The id of the session that a call of the service is about."""
    if "session_id" in call.kwargs:
        return call.kwargs["session_id"]
    return (call.kwargs["session"] if "session" in call.kwargs else call.args[0]).id
