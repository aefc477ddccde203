"""Boundaries for langgraph: the checkpointer, the store, chat models, and whole runs of a graph.

    graph = builder.compile(checkpointer=checkpointer(), store=store())
    explore(scenario, checks=[one_history()])

`Graph.ainvoke` of a graph made so suspends wherever a deployed one does. The nodes of one super-step are tasks of their own already.
"""

from __future__ import annotations

from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.adapters.script import Replies, Script
from checker.testing.checks.order import serial
from checker.testing.checks.seen import Check, Seen, lines, named, seen, worked
from checker.testing.proxy import boundary
from checker.testing.record import Call, Record

with extra("langgraph"):
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.outputs import ChatGeneration, ChatResult
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.store.memory import InMemoryStore
    from pydantic import PrivateAttr

SAVER_OPS = (
    *("aget", "aget_tuple", "alist", "aput", "aput_writes", "adelete_thread"),
    *("get", "get_tuple", "list", "put", "put_writes", "delete_thread"),
)
STORE_OPS = (
    *("aget", "asearch", "aput", "adelete", "alist_namespaces", "abatch"),
    *("get", "search", "put", "delete", "list_namespaces", "batch"),
)


def checkpointer(saver: Any = None, *, name: str = "checkpointer", **terms: Any) -> Any:
    """A checkpointer at a boundary, by default one in memory. `terms`: those of `boundary`."""
    return boundary(InMemorySaver() if saver is None else saver, SAVER_OPS, name=name, **terms)


def store(inner: Any = None, *, name: str = "store", **terms: Any) -> Any:
    """A store at a boundary, by default one in memory. Keys of checks: `key_of`."""
    return boundary(InMemoryStore() if inner is None else inner, STORE_OPS, name=name, **terms)


def key_of(call: Call) -> tuple[Any, Any]:
    """(namespace, key) of a call of the store: `no_lost_update("store.aget", "store.aput", key=key_of)`."""
    namespace, key, *_ = [*call.args, *(call.kwargs[name] for name in ("namespace", "key") if name in call.kwargs)]
    return tuple(namespace), key


class ScriptedChatModel(BaseChatModel):
    """A chat model that answers by a script, each answer a call `reply` at the boundary `name`.

    `replies`: texts and `AIMessage`s one after another, or a function of the messages. Tools may be bound to it and are not looked at.
    """

    _script: Any = PrivateAttr()

    def __init__(self, replies: Replies, *, name: str = "model", **terms: Any) -> None:
        super().__init__()
        self._script = boundary(Script(replies), name=name, **terms)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        raise NotImplementedError("a ScriptedChatModel is asked with `ainvoke`: a graph under test runs on an event loop")

    async def _agenerate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        reply = await self._script.reply(messages)
        message = AIMessage(content=reply) if isinstance(reply, str) else reply
        return ChatResult(generations=[ChatGeneration(message=message)])


# --- runs and their history ----------------------------------------------------------------------------------------------------


def runs(graph: Any, *, name: str = "graph") -> Any:
    """The compiled graph with its runs as calls in the record, which take no time of their own; for `runs_in_turn`."""
    return boundary(graph, ("ainvoke", "aupdate_state"), name=name, latency_s=(0, 0), faults=())


def thread_of(call: Call) -> Any:
    """The `thread_id` that a call of a graph or a checkpointer is about."""
    configs = [*call.args, *call.kwargs.values()]
    return next(
        c["configurable"]["thread_id"] for c in configs if isinstance(c, dict) and "thread_id" in c.get("configurable", {})
    )


def runs_in_turn(name: str = "graph") -> Check:
    """Runs of one thread, of a graph given by `runs`, do not overlap."""
    return serial((f"{name}.ainvoke", f"{name}.aupdate_state"), key=thread_of)


def one_history(name: str = "checkpointer") -> Check:
    """No two checkpoints of a thread continue the same one: of two such runs, the state of one is lost to all that come later.

    Runs that are given a `checkpoint_id`, to go back in time, are meant to part from the history: leave the check out there.
    """

    def check(record: Record) -> list[str]:
        heirs: dict[Any, tuple[Any, Seen]] = {}
        found = []
        for one in seen(record, (f"{name}.aput", f"{name}.put")):
            assert isinstance(one.entry, Call)
            if not worked(one.entry):
                continue
            place, new = _place(one.entry)
            before = heirs.setdefault(place, (new, one))
            if before[0] != new:
                found.append(lines(f"two checkpoints of the thread {place[0]!r} continue the same one", before[1], one))
        return found

    return named("one_history", check)


def _place(put: Call) -> tuple[tuple[Any, Any, Any], Any]:
    """(thread, namespace, the checkpoint that it continues), and its own id."""
    given = dict(zip(("config", "checkpoint"), put.args, strict=False)) | put.kwargs
    where, checkpoint = given["config"]["configurable"], given["checkpoint"]
    return (where["thread_id"], where.get("checkpoint_ns", ""), where.get("checkpoint_id")), checkpoint["id"]
