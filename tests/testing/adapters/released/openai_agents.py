"""Bugs of the OpenAI Agents SDK."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from checker.testing import boundary, checks, mark, together
from tests.testing.adapters.released.table import bug


@bug("openai-agents==0.17.8", "openai-agents==0.18.3", "conversations for one session")
async def first_use_of_a_conversation() -> None:
    """Two first uses of one session make two conversations (openai-agents-python, pull request 3821)."""
    from agents.memory import OpenAIConversationsSession

    class Conversations:
        made = 0

        async def create(self, **options: Any) -> Any:
            self.made += 1
            return SimpleNamespace(id=f"conversation {self.made}")

    class Items:
        async def create(self, **options: Any) -> None:
            mark("written", to=options["conversation_id"])

    conversations = boundary(Conversations())
    client: Any = SimpleNamespace(conversations=SimpleNamespace(create=conversations.create, items=boundary(Items())))
    session = OpenAIConversationsSession(openai_client=client)

    async def work(name: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await session.add_items([{"role": "user", "content": name}])

    await together(ann=work("ann", 0), bob=work("bob", 0.05))
    assert conversations.made == 1, f"{conversations.made} conversations for one session"


@bug("openai-agents==0.18.3", "openai-agents==0.24.0", "is taken back twice")
async def two_who_take_an_item_back() -> None:
    """Two who pop the last item of a conversation get the same one, as `pop_item` reads and then deletes."""
    from agents.memory import OpenAIConversationsSession

    class Items:
        rows = ("first", "second", "third")

        async def list(self, **options: Any) -> Any:
            for row in reversed(self.rows):
                yield SimpleNamespace(model_dump=lambda row=row, **options: {"id": row})

        async def delete(self, *, item_id: str, **options: Any) -> None:
            self.rows = tuple(row for row in self.rows if row != item_id)

    client: Any = SimpleNamespace(conversations=SimpleNamespace(items=boundary(Items())))
    session: Any = OpenAIConversationsSession(conversation_id="c", openai_client=client)
    taken = await together(ann=session.pop_item(), bob=session.pop_item())
    first, second = (item["id"] for item in taken.values())
    assert first != second, f"{first} is taken back twice"


@bug("openai-agents==0.2.11", "openai-agents==0.3.3", "the session has []")
async def a_streamed_turn_is_kept() -> None:
    """A streamed turn is not in the session, when its reader is slow (openai-agents-python, issue 1658)."""
    from agents import Agent, RunConfig, Runner, SQLiteSession

    from checker.testing.adapters.openai_agents import ScriptedModel, session

    kept = session(SQLiteSession("s"))
    agent = Agent(name="desk", model=ScriptedModel(["done"]))
    result = Runner.run_streamed(agent, "go", session=kept, run_config=RunConfig(tracing_disabled=True))
    screen = boundary(_Screen())
    async for event in result.stream_events():
        await screen.show(event.type)
    await asyncio.sleep(1)
    roles = [item.get("role") for item in await kept.get_items()]
    assert roles == ["user", "assistant"], f"the session has {roles}"


class _Screen:
    async def show(self, what: str) -> None: ...


@bug("openai-agents==0.18.3", "openai-agents==0.24.0", "waits still at the end", checks=lambda: [checks.no_waiter_left()])
async def a_guardrail_that_raises() -> None:
    """When one guardrail raises, the others are left running behind the run that has failed."""
    from agents import Agent, GuardrailFunctionOutput, InputGuardrail, RunConfig, Runner

    from checker.testing.adapters.openai_agents import ScriptedModel

    async def broken(context: Any, agent: Any, given: Any) -> Any:
        raise ConnectionError("the classifier is away")

    async def slow(context: Any, agent: Any, given: Any) -> Any:
        await asyncio.sleep(5)
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

    guards = [InputGuardrail(guardrail_function=guard) for guard in (broken, slow)]
    agent = Agent(name="desk", model=ScriptedModel(["done"]), input_guardrails=guards)
    with suppress(ConnectionError):
        await Runner.run(agent, "go", run_config=RunConfig(tracing_disabled=True))


@bug("openai-agents==0.18.3", "openai-agents==0.24.0", "is lost")
async def a_message_during_a_compaction() -> None:
    """What is added to a session while it is compacted is lost."""
    from agents import SQLiteSession
    from agents.memory import OpenAIResponsesCompactionSession

    from checker.testing.adapters.openai_agents import session

    class Responses:
        async def compact(self, **options: Any) -> Any:
            return SimpleNamespace(output=[{"type": "compaction", "encrypted_content": "short"}])

    client: Any = SimpleNamespace(responses=boundary(Responses()))
    kept = session(SQLiteSession("s"))
    compacted = OpenAIResponsesCompactionSession("s", kept, client=client, compaction_mode="input")
    await compacted.add_items([{"role": "user", "content": "first"}])
    later: Any = {"role": "user", "content": "later"}
    await together(ann=compacted.run_compaction({"force": True}), bob=compacted.add_items([later]))
    assert later in await kept.get_items(), "what bob added is lost"


@bug("openai-agents==0.12.0 openai<2.32", "openai-agents==0.18.3", "reader waits for an item of a Queue")
async def a_call_that_is_hung_up() -> None:
    """One who reads the events of a realtime session waits for ever when another closes it (openai-agents-python,
    issue 3284).
    """
    from agents.realtime import RealtimeAgent, RealtimeRunner

    class Line:
        """A model that says nothing."""

        def add_listener(self, listener: Any) -> None: ...

        def remove_listener(self, listener: Any) -> None: ...

        async def connect(self, options: Any) -> None: ...

        async def send_event(self, event: Any) -> None: ...

        async def close(self) -> None: ...

    line: Any = boundary(Line(), ["connect", "send_event", "close"])
    session = await RealtimeRunner(RealtimeAgent(name="desk"), model=line).run()
    await session.enter()

    async def read() -> None:
        async for _ in session:
            pass

    async def hang_up() -> None:
        await asyncio.sleep(1)
        await session.close()

    await together(reader=read(), other=hang_up())


@bug("openai-agents==0.19.0 aiosqlite", "openai-agents==0.24.0 aiosqlite", "'NoneType' object has no attribute 'close'")
async def a_session_that_two_close() -> None:
    """Of two who close one `AsyncSQLiteSession` at once, the second fails (openai-agents-python, issue 3983)."""
    from agents.extensions.memory import AsyncSQLiteSession

    session = AsyncSQLiteSession("talk")
    await session.add_items([{"role": "user", "content": "go"}])
    await together(ann=session.close(), bob=session.close())


@bug("openai-agents==0.19.0", "openai-agents==0.24.0", "in turn 2 after it was stopped in turn 1")
async def a_stream_that_is_stopped_after_its_turn() -> None:
    """A streamed run that is to stop after its turn asks the model again, when its reader is slow (openai-agents-python, pull request
    4130).
    """
    from agents import Agent, RunConfig, Runner, function_tool

    from checker.testing.adapters.openai_agents import ScriptedModel, tool_call

    @function_tool
    async def look() -> str:
        return "nothing"

    agent = Agent(name="desk", model=ScriptedModel([tool_call("look"), "done"]), tools=[look])
    result = Runner.run_streamed(agent, "go", run_config=RunConfig(tracing_disabled=True))
    screen = boundary(_Screen())
    async for event in result.stream_events():
        await screen.show(event.type)
        if event.type == "run_item_stream_event" and event.name == "tool_output":
            result.cancel(mode="after_turn")
    assert result.current_turn == 1, f"in turn {result.current_turn} after it was stopped in turn 1"


@bug(
    "openai-agents==0.6.1 openai<2.9",
    "openai-agents==0.6.2 openai<2.9",
    "test waits for an item of a Queue",
    faults={"error_before": 1},
)
async def a_session_that_is_away() -> None:
    """One who reads a streamed turn waits for ever, when its session cannot be reached (openai-agents-python, pull request 2131)."""
    from agents import Agent, RunConfig, Runner, SQLiteSession

    from checker.testing.adapters.openai_agents import ScriptedModel, session

    agent = Agent(name="desk", model=ScriptedModel(["done"], faults=[]))
    result = Runner.run_streamed(agent, "go", session=session(SQLiteSession("s")), run_config=RunConfig(tracing_disabled=True))
    with suppress(ConnectionError):
        async for _ in result.stream_events():
            pass


@bug(
    "openai-agents==0.7.0 openai<2.20",
    "openai-agents==0.8.0 openai<2.20",
    "waits still at the end",
    checks=lambda: [checks.no_waiter_left()],
)
async def a_guardrail_that_trips() -> None:
    """When a guardrail stops a run, the call of the model is left under way behind it (openai-agents-python, pull request 2416)."""
    from agents import Agent, GuardrailFunctionOutput, InputGuardrail, InputGuardrailTripwireTriggered, RunConfig, Runner

    from checker.testing.adapters.openai_agents import ScriptedModel

    screen = boundary(_Screen())

    async def no(context: Any, agent: Any, given: Any) -> Any:
        await screen.show("no")
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)

    guard = InputGuardrail(guardrail_function=no)
    agent = Agent(name="desk", model=ScriptedModel(["done"], latency_s=(0.1, 3)), input_guardrails=[guard])
    with suppress(InputGuardrailTripwireTriggered):
        await Runner.run(agent, "go", run_config=RunConfig(tracing_disabled=True))


@bug("openai-agents==0.18.3", "openai-agents==0.24.0", "connections for one session")
async def first_use_of_a_dependency() -> None:
    """Two first uses of what a sandbox session depends on make it twice."""
    from agents.sandbox.session.dependencies import Dependencies

    class Shop:
        made = 0

        async def connect(self) -> object:
            self.made += 1
            return object()

    shop = boundary(Shop())
    needs = Dependencies().bind_factory("shop", lambda _: shop.connect())
    got = await together(ann=needs.get("shop"), bob=needs.get("shop"))
    assert got["ann"] is got["bob"], f"{shop.made} connections for one session"


@bug(
    "openai-agents==0.12.5 aiosqlite sqlalchemy[asyncio]",
    "openai-agents==0.18.3 aiosqlite sqlalchemy[asyncio]",
    "table agent_sessions already exists",
    schedules=20,
)
async def first_uses_of_a_database() -> None:
    """Of two who use a new `SQLAlchemySession` at once, one fails, as both make its tables."""
    from agents.extensions.memory.sqlalchemy_session import SQLAlchemySession
    from sqlalchemy.ext.asyncio import create_async_engine

    from checker.testing.adapters.sqlalchemy import statements

    with TemporaryDirectory() as folder:
        engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/talk.db")
        statements(engine)
        session = SQLAlchemySession("talk", engine=engine, create_tables=True)

        async def say(text: str) -> None:
            await session.add_items([{"role": "user", "content": text}])

        await together(ann=say("a"), bob=say("b"))
        said = sorted(str(item.get("content")) for item in await session.get_items())
        assert said == ["a", "b"], f"the session has {said}"


@bug("openai-agents==0.17.8 mcp==1.26.0 pydantic<2.12", "openai-agents==0.24.0 mcp==1.26.0 pydantic<2.12", "are still ['old']")
async def a_cache_that_is_emptied_while_it_is_filled() -> None:
    """Who empties the cache of tools while another fills it is given the old tools for ever."""
    from agents.mcp.server import _MCPServerWithClientSession
    from mcp.server.lowlevel import Server
    from mcp.types import Tool

    from checker.testing.adapters.mcp import wire

    shown, server = ["old"], Server("desk")

    @server.list_tools()
    async def tools() -> list[Any]:
        return [Tool(name=name, description="", inputSchema={"type": "object"}) for name in shown]

    class Desk(_MCPServerWithClientSession):
        name = "desk"

        def create_streams(self) -> Any:
            return wire(server)

    async with Desk(cache_tools_list=True, client_session_timeout_seconds=60) as desk:

        async def change() -> None:
            await asyncio.sleep(0.05)
            shown[:] = ["new"]
            desk.invalidate_tools_cache()

        await together(ann=desk.list_tools(), bob=change())
        seen = [tool.name for tool in await desk.list_tools()]
    assert seen == ["new"], f"the tools are still {seen}"


@bug("openai-agents==0.8.4 openai<2.32", "openai-agents==0.12.5 openai<2.32", "after the run has failed")
async def a_tool_that_raises() -> None:
    """When one tool raises, another one of the same turn goes on behind the run that has failed."""
    from agents import Agent, RunConfig, Runner, function_tool

    from checker.testing.adapters.openai_agents import ScriptedModel, tool_call

    placed: list[str] = []

    @function_tool(failure_error_function=None)
    async def look() -> str:
        raise ConnectionError("the shop is away")

    @function_tool
    async def order() -> str:
        await asyncio.sleep(3)
        placed.append("tea")
        return "done"

    agent = Agent(name="desk", model=ScriptedModel([[tool_call("look"), tool_call("order")], "done"]), tools=[look, order])
    with suppress(Exception):
        await Runner.run(agent, "go", run_config=RunConfig(tracing_disabled=True))
    await asyncio.sleep(10)
    assert not placed, f"{len(placed)} orders after the run has failed"
