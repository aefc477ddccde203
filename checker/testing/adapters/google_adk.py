"""Boundaries for Google's Agent Development Kit: the session service, and models.

runner = Runner(app_name="desk", agent=agent, session_service=sessions())
explore(scenario, checks=[answers_what_it_read()])
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.adapters.script import Replies, Script
from checker.testing.checks.seen import Check, named
from checker.testing.checks.updates import no_lost_update
from checker.testing.proxy import boundary
from checker.testing.record import Call

with extra("google-adk"):
    from google.adk.models import BaseLlm, LlmResponse
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


def answers_what_it_read(name: str = "sessions") -> Check:
    """Between an agent's reading of a session and its first adding to it nobody else added: else it answers a history that is no longer so."""
    return named("answers_what_it_read", no_lost_update(f"{name}.get_session", f"{name}.append_event", key=session_of))


def session_of(call: Call) -> Any:
    """The id of the session that a call of the service is about."""
    if "session_id" in call.kwargs:
        return call.kwargs["session_id"]
    return (call.kwargs["session"] if "session" in call.kwargs else call.args[0]).id
