"""Two agents at once in released asyncio frameworks, unmodified, without network: what the controlled loop must run, and run alike.

Each probe imports its packages itself, for none of them is needed to install or test teamcheck.
"""

from __future__ import annotations

import asyncio
import operator
import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypedDict

from checker.testing import boundary, together

Probe = Callable[[], Coroutine[Any, Any, None]]
PROBES: dict[tuple[str, ...], Probe] = {}  # the packages that a probe needs, and the probe


def needs(*packages: str) -> Callable[[Probe], Probe]:
    def keep(probe: Probe) -> Probe:
        PROBES[packages] = probe
        return probe

    return keep


@needs("langgraph")
async def langgraph() -> None:
    """A graph of two nodes over a checkpointer at a boundary, run on two threads."""
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.graph import END, START, StateGraph

    async def think(state: Any) -> dict[str, int]:
        await asyncio.sleep(0.001)
        return {"n": 1}

    async def act(state: Any) -> dict[str, int]:
        return {"n": 1}

    builder = StateGraph(TypedDict("State", {"n": Annotated[int, operator.add]}))  # type: ignore[operator]
    builder.add_node("think", think)
    builder.add_node("act", act)
    builder.add_edge(START, "think")
    builder.add_edge("think", "act")
    builder.add_edge("act", END)
    graph = builder.compile(checkpointer=boundary(InMemorySaver()))

    async def work(thread: str) -> Any:
        return await graph.ainvoke({"n": 0}, {"configurable": {"thread_id": thread}})

    assert await together(ann=work("1"), bob=work("2")) == {"ann": {"n": 2}, "bob": {"n": 2}}


@needs("agents")
async def openai_agents() -> None:
    """Two agents, each with a model at a boundary and a tool that runs in a thread."""
    from agents import Agent, ModelResponse, RunConfig, Runner, Usage, function_tool
    from agents.models.interface import Model
    from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

    class Scripted(Model):
        turns = 0

        async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
            self.turns += 1
            call = ResponseFunctionToolCall(id="c", call_id="c", type="function_call", name="add", arguments='{"x": 1}')
            text = ResponseOutputText(text="done", type="output_text", annotations=[])
            said = ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[text])
            return ModelResponse(output=[call if self.turns == 1 else said], usage=Usage(), response_id=None)

        def stream_response(self, *args: Any, **kwargs: Any) -> Any:
            raise NotImplementedError

    added: list[int] = []

    @function_tool
    def add(x: int) -> str:
        added.append(x)
        return "ok"

    async def work(name: str) -> None:
        agent = Agent(name=name, model=boundary(Scripted(), latency_s=(0.1, 5)), tools=[add])
        result = await Runner.run(agent, "go", run_config=RunConfig(tracing_disabled=True))
        assert result.final_output == "done"

    await together(ann=work("ann"), bob=work("bob"))
    assert added == [1, 1]


@needs("mcp")
async def mcp() -> None:
    """Two clients of one server, in process."""
    from mcp.client import Client
    from mcp.server import MCPServer

    server, seen = MCPServer("server"), []

    @server.tool()
    async def add(x: int) -> int:
        await asyncio.sleep(0.01)
        seen.append(x)
        return x + 1

    async def work(x: int) -> None:
        async with Client(server) as client:
            await client.call_tool("add", {"x": x})

    await together(ann=work(1), bob=work(2))
    assert sorted(seen) == [1, 2]


@needs("taskiq")
async def taskiq() -> None:
    """A task of each kind through the broker in memory."""
    from taskiq import InMemoryBroker

    broker = InMemoryBroker()

    @broker.task(task_name="later")
    async def later(x: int) -> int:
        return x

    @broker.task(task_name="in_thread")
    def in_thread(x: int) -> int:
        return x

    async def work(task: Any, x: int) -> None:
        sent = await task.kiq(x)
        assert (await sent.wait_result(timeout=5)).return_value == x

    await broker.startup()
    await together(ann=work(later, 1), bob=work(in_thread, 2))
    await broker.shutdown()


@needs("autogen_core")
async def autogen_core() -> None:
    """Two messages to a routed agent."""
    from autogen_core import (
        AgentId,
        ClosureAgent,
        ClosureContext,
        DefaultSubscription,
        MessageContext,
        SingleThreadedAgentRuntime,
    )

    runtime, seen = SingleThreadedAgentRuntime(), []

    async def receive(context: ClosureContext, message: str, message_context: MessageContext) -> None:
        await asyncio.sleep(0.01)
        seen.append(message)

    receive.__annotations__ = {"context": ClosureContext, "message": str, "message_context": MessageContext, "return": None}
    await ClosureAgent.register_closure(runtime, "receiver", receive, subscriptions=lambda: [DefaultSubscription()])
    runtime.start()

    async def work(name: str) -> None:
        await runtime.send_message(name, AgentId("receiver", name))

    await together(ann=work("ann"), bob=work("bob"))
    await runtime.stop_when_idle()
    assert sorted(seen) == ["ann", "bob"]


@needs("pydantic_graph")
async def pydantic_graph() -> None:
    """A graph of one step, run twice."""
    from pydantic_graph import GraphBuilder

    builder = GraphBuilder(input_type=int, output_type=int)

    async def add(context: Any) -> int:
        await asyncio.sleep(0.01)
        return int(context.inputs) + 1

    step = builder.step(add)
    builder.add(builder.edge_from(builder.start_node).to(step), builder.edge_from(step).to(builder.end_node))
    graph = builder.build()

    async def work(x: int) -> None:
        assert await graph.run(inputs=x) == x + 1

    await together(ann=work(1), bob=work(2))


@needs("anyio")
async def anyio() -> None:
    """Streams, task groups, deadlines, and threads that call back into the loop."""
    import anyio

    async def work() -> None:
        start = time.monotonic()
        send, receive = anyio.create_memory_object_stream[int](1)
        got = []

        async def produce() -> None:
            async with send:
                for item in range(3):
                    await send.send(item)

        async with anyio.create_task_group() as group:
            group.start_soon(produce)
            async with receive:
                got = [item async for item in receive]
        assert got == [0, 1, 2]
        with anyio.move_on_after(1) as scope:
            await anyio.sleep(5)
        assert scope.cancelled_caught
        assert 1 <= await anyio.to_thread.run_sync(time.monotonic) - start <= 1.1  # a job may start later
        await anyio.to_thread.run_sync(lambda: anyio.from_thread.run(anyio.sleep, 0.5))

    await together(ann=work(), bob=work())


@needs("a2a")
async def a2a_sdk() -> None:
    """A store of tasks at a boundary."""
    from a2a.server.context import ServerCallContext
    from a2a.server.tasks import InMemoryTaskStore
    from a2a.types import Task

    store = boundary(InMemoryTaskStore())

    async def work(name: str) -> None:
        await store.save(Task(id=name, context_id="c"), ServerCallContext())
        assert await store.get(name, ServerCallContext()) is not None

    await together(ann=work("ann"), bob=work("bob"))


@needs("sqlalchemy", "aiosqlite", "greenlet")
async def sqlalchemy_aiosqlite() -> None:
    """Greenlets over the helper thread of aiosqlite."""
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.execute(text("create table t (x int)"))

    async def work(x: int) -> None:
        async with engine.begin() as connection:
            await connection.execute(text(f"insert into t values ({x})"))

    await together(ann=work(1), bob=work(2))
    async with engine.connect() as connection:
        assert (await connection.execute(text("select count(*) from t"))).scalar() == 2
    await engine.dispose()


@needs("fakeredis")
async def redis() -> None:
    """The client of redis over a fake server, with pipelines."""
    from fakeredis import FakeAsyncRedis, FakeServer

    store = boundary(FakeAsyncRedis(server=FakeServer()), name="redis")

    async def work(name: str) -> None:
        if not await store.exists("owner"):
            await store.set("owner", name)
        async with store.pipeline() as pipe:
            pipe.incr("n")
            await pipe.execute()

    await together(ann=work("ann"), bob=work("bob"))
    assert int(await store.get("n") or 0) == 2


@needs("google.adk")
async def google_adk() -> None:
    """The session service in memory, at a boundary."""
    from google.adk.sessions import InMemorySessionService

    service = boundary(InMemorySessionService())

    async def work(name: str) -> None:
        await service.create_session(app_name="app", user_id="user", session_id=name)
        assert await service.get_session(app_name="app", user_id="user", session_id=name) is not None

    await together(ann=work("ann"), bob=work("bob"))


@needs("workflows")
async def llama_index_workflows() -> None:
    """A workflow of one step, twice."""
    from workflows import Context, Workflow, step
    from workflows.events import StartEvent, StopEvent

    async def only(self: Any, context: Any, event: Any) -> Any:
        await asyncio.sleep(0.1)
        return StopEvent(result=1)

    only.__annotations__ = {"context": Context, "event": StartEvent, "return": StopEvent}
    only.__qualname__ = "OneStep.only"
    made = type("OneStep", (Workflow,), {"only": step(only)})

    async def work() -> None:
        assert await made(timeout=10).run() == 1

    await together(ann=work(), bob=work())
