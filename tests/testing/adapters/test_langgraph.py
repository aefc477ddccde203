"""langgraph on the controlled loop: its checkpointer, its store, its runs."""

from __future__ import annotations

import asyncio
import operator
from typing import Annotated, Any, TypedDict

import pytest

from checker.testing import checks, run_once, together
from tests.testing.adapters.agreeing import finds, never_reports, runs_alike
from tests.testing.adapters.desk import pair, turns

pytest.importorskip("langgraph", reason="langgraph is not installed: pip install 'teamcheck[langgraph]'")

from langgraph.config import get_store
from langgraph.graph import END, START, StateGraph

from checker.testing.adapters import langgraph as adapter


class State(TypedDict):
    log: Annotated[list[str], operator.add]


def one_node(node: Any, **compiled: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node("work", node)
    builder.add_edge(START, "work")
    builder.add_edge("work", END)
    return builder.compile(**compiled)


def on(thread: str) -> Any:
    return {"configurable": {"thread_id": thread}}


async def two_threads() -> None:
    model = adapter.ScriptedChatModel(lambda messages: f"re: {messages[-1].content}")

    async def answer(state: State) -> dict[str, list[str]]:
        return {"log": [(await model.ainvoke(state["log"][-1])).content]}

    graph = one_node(answer, checkpointer=adapter.checkpointer())
    await together(ann=graph.ainvoke({"log": ["a"]}, on("1")), bob=graph.ainvoke({"log": ["b"]}, on("2")))
    assert (await graph.aget_state(on("1"))).values == {"log": ["a", "re: a"]}


def test_a_graph_runs_alike() -> None:
    runs_alike(two_threads)


def test_what_is_recorded() -> None:
    run = run_once(two_threads, checks=[adapter.one_history()])
    assert run.failure is None
    assert {(call.boundary, call.op) for call in run.record.of(agent="ann")} == {
        *(("checkpointer", op) for op in ("aget_tuple", "aput", "aput_writes")),
        ("model", "reply"),
    }


# --- two turns of one thread at once -------------------------------------------------------------------------------------------


async def two_turns(in_turn: bool) -> None:
    """Two requests of one conversation arrive a moment apart; each starts a run on the thread."""

    async def answer(state: State) -> dict[str, list[str]]:
        return {"log": [f"re: {state['log'][-1]}"]}

    graph = adapter.runs(one_node(answer, checkpointer=adapter.checkpointer()))
    one_at_a_time = turns(in_turn)

    async def turn(text: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        async with one_at_a_time:
            await graph.ainvoke({"log": [text]}, on("1"))

    await together(ann=turn("a", 0), bob=turn("b", 0.1))


two_turns_race, two_turns_repaired = pair(two_turns)


@pytest.mark.parametrize("check", [adapter.one_history(), adapter.runs_in_turn()], ids=["one_history", "runs_in_turn"])
def test_two_turns_of_one_thread(check: checks.Check) -> None:
    outcome = finds(two_turns_race, checks=[check])
    assert outcome.run is not None
    assert outcome.run.deviations  # in plain order the first turn has ended when the second begins
    assert outcome.run.failure is not None
    assert outcome.run.failure.kind == "check"
    never_reports(two_turns_repaired, checks=[check])


# --- check, then act, on the store ---------------------------------------------------------------------------------------------

TASK = ("tasks",), "t1"


async def claims(in_turn: bool) -> None:
    """Two agents of one graph look whether a task is free, and take it."""
    shared, claimed, one_at_a_time = adapter.store(), [], turns(in_turn)

    async def work(state: State) -> dict[str, list[str]]:
        who, store = state["log"][0], get_store()
        async with one_at_a_time:
            if await store.aget(*TASK) is None:
                await store.aput(*TASK, {"owner": who})
                claimed.append(who)
        return {"log": []}

    graph = one_node(work, store=shared)

    async def agent(who: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await graph.ainvoke({"log": [who]})

    await together(ann=agent("ann", 0), bob=agent("bob", 0.005))
    assert len(claimed) == 1, f"claimed by {claimed}"


claims_race, claims_repaired = pair(claims)


def test_a_claim_by_check_then_act() -> None:
    outcome = finds(claims_race)
    assert "ann: store.aget(('tasks',), 't1')" in str(outcome)
    never_reports(claims_repaired)
    lost = checks.no_lost_update("store.aget", "store.aput", key=adapter.key_of)
    assert finds(claims_race, checks=[lost]).run is not None
