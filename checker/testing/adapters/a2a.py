"""Boundaries for the Agent2Agent SDK: the store of tasks, and the requests to a handler.

    handler = requests(DefaultRequestHandler(agent_executor=executor, task_store=task_store(), agent_card=card))
    explore(scenario, checks=[one_end()])

Tasks are recorded as copies, for the SDK goes on changing them.
"""

from __future__ import annotations

import copy
from typing import Any

from checker.testing.adapters.extra import extra
from checker.testing.checks.order import one_terminal_state
from checker.testing.checks.seen import Check, named
from checker.testing.proxy import boundary
from checker.testing.record import Call

with extra("a2a"):
    from a2a.server.tasks import InMemoryTaskStore
    from a2a.types import TaskState
    from google.protobuf.message import Message

STORE_OPS = ("save", "get", "list", "delete")
REQUEST_OPS = ("on_message_send", "on_message_send_stream", "on_cancel_task", "on_get_task", "on_subscribe_to_task")
ENDS = ("completed", "canceled", "failed", "rejected")


def task_store(inner: Any = None, *, name: str = "tasks", **terms: Any) -> Any:
    """A store of tasks at a boundary, by default one in memory."""
    return boundary(InMemoryTaskStore() if inner is None else inner, STORE_OPS, name=name, **{"snapshot": _copied, **terms})


def requests(handler: Any, *, name: str = "handler", **terms: Any) -> Any:
    """A request handler whose requests take time, as over a network."""
    ops = [op for op in REQUEST_OPS if hasattr(handler, op)]
    return boundary(handler, ops, name=name, **{"snapshot": _copied, **terms})


def one_end(name: str = "tasks") -> Check:
    """A task that was saved as completed, cancelled, failed or rejected is saved with no other state later."""
    return named("one_end", one_terminal_state(f"{name}.save", key=task_id_of, value=_name_of_state, terminal=ENDS))


def task_id_of(call: Call) -> str:
    """The id of the task that a call of the store is about."""
    first: Any = call.args[0]
    return str(getattr(first, "id", first))


def state_of(call: Call) -> Any:
    """The state of the task that a call `save` saves: a `TaskState`."""
    return call.args[0].status.state


def _name_of_state(call: Call) -> str:
    return str(TaskState.Name(state_of(call))).removeprefix("TASK_STATE_").lower()


def _copied(value: Any) -> Any:
    if isinstance(value, Message):
        return copy.deepcopy(value)
    if isinstance(value, tuple):
        return tuple(_copied(part) for part in value)
    return {key: _copied(part) for key, part in value.items()} if isinstance(value, dict) else value
