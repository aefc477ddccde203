"""Writes what frameworks for agents and loggers tell of a team of two, with `openai-agents mlflow-tracing sqlparse opentelemetry-sdk langgraph
structlog loguru python-json-logger`: traces of the OpenAI Agents SDK and MLflow, streams of LangGraph, lines of four loggers."""

import asyncio
import json
import logging
import operator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import structlog
from agents.tracing import agent_span, function_span, set_trace_processors
from agents.tracing import trace as agents_trace
from agents.tracing.processor_interface import TracingExporter
from agents.tracing.processors import BatchTraceProcessor
from langgraph.graph import END, START, StateGraph
from loguru import logger
from mlflow.entities.span import Span
from mlflow.tracing.utils import dump_span_attribute_value as dumped
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from pythonjsonlogger.json import JsonFormatter

HERE = Path(__file__).parent
TASKS = {"ann": "T-1", "bob": "T-2"}
EVENTS = [(what, who) for what in ("plan", "claim", "done") for who in TASKS]
SPANS = [("plan", "ann", 1, 3), ("plan", "bob", 2, 4), ("work", "ann", 3.5, 5), ("work", "bob", 4.5, 6)]


def openai() -> None:
    class Lines(TracingExporter):
        def export(self, items: list[Any]) -> None:
            text = json.dumps({"data": [item.export() for item in items]})
            (HERE / "openai_agents.jsonl").write_text(text + "\n")

    async def work(who: str, seconds: float) -> None:
        about = json.dumps({"task": TASKS[who]})
        with agent_span(who):
            for what in ("plan", "work"):
                with function_span(what, input=about):
                    await asyncio.sleep(seconds)

    async def team() -> None:
        await asyncio.gather(work("ann", 0.05), work("bob", 0.08))

    batches = BatchTraceProcessor(Lines())
    set_trace_processors([batches])
    with agents_trace("team", group_id="g1"):
        asyncio.run(team())
    batches.force_flush()


def mlflow() -> None:
    tracer, began = TracerProvider().get_tracer("team"), 1_772_359_200_000_000_000
    root = tracer.start_span("team run", start_time=began)
    made = [root]
    for what, who, start, end in SPANS:
        about = {
            "agent": who,
            "mlflow.spanInputs": {"task": TASKS[who]},
            "mlflow.spanType": "AGENT",
            "mlflow.traceRequestId": "tr-1",
        }
        attributes = {name: dumped(value) for name, value in about.items()}
        within = trace.set_span_in_context(root)
        span = tracer.start_span(what, context=within, start_time=began + int(start * 1e9), attributes=attributes)
        span.add_event("tool call", {"tool": "search"}, timestamp=began + int((start + 0.2) * 1e9))
        span.end(end_time=began + int(end * 1e9))
        made.append(span)
    root.set_attribute("mlflow.traceRequestId", dumped("tr-1"))
    root.end(end_time=began + 9_000_000_000)
    whole = {"info": {"trace_id": "tr-1", "state": "OK"}, "data": {"spans": [Span(span).to_dict() for span in made]}}
    (HERE / "mlflow.json").write_text(json.dumps(whole, indent=1))


async def langgraph() -> None:
    class Board(TypedDict):
        log: Annotated[list[str], operator.add]

    def worker(name: str) -> Any:
        async def work(board: Board) -> Board:
            await asyncio.sleep(0.02)
            return {"log": [f"{name} {TASKS[name]}"]}

        return work

    graph = StateGraph(Board)
    for name in TASKS:
        graph.add_node(name, worker(name))
        graph.add_edge(START, name)
        graph.add_edge(name, END)
    app = graph.compile()
    events = [event async for event in app.astream_events({"log": []}, version="v2")]
    debug = [event async for event in app.astream({"log": []}, stream_mode="debug")]
    for name, some in (("langgraph_events", events), ("langgraph_debug", debug)):
        (HERE / f"{name}.jsonl").write_text("".join(json.dumps(event, default=str) + "\n" for event in some))


def loggers() -> None:
    with (HERE / "structlog.jsonl").open("w") as file:
        steps = [
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ]
        structlog.configure(processors=steps, logger_factory=structlog.WriteLoggerFactory(file))
        for what, who in EVENTS:
            structlog.get_logger().info(what, agent=who, task=TASKS[who])
    logger.remove()
    sink = logger.add(HERE / "loguru.jsonl", serialize=True, mode="w")
    for what, who in EVENTS:
        logger.bind(agent=who, task=TASKS[who]).info(what)
    logger.remove(sink)
    team = logging.getLogger("team")
    team.setLevel(logging.INFO)
    form = "%(asctime)s %(levelname)s %(name)s %(message)s"
    for name, formatter in (
        ("json_logger.jsonl", JsonFormatter(form)),
        ("logging.log", logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")),
    ):
        handler = logging.FileHandler(HERE / name, "w")
        handler.setFormatter(formatter)
        team.addHandler(handler)
        for what, who in EVENTS:
            if name == "logging.log":
                team.info("%s %s %s", who, what, TASKS[who])
            else:
                team.info(what, extra={"agent": who, "task": TASKS[who]})
        try:
            raise TimeoutError("no answer")
        except TimeoutError:
            team.exception("the model does not answer")
        team.removeHandler(handler)


if __name__ == "__main__":
    openai()
    mlflow()
    asyncio.run(langgraph())
    loggers()
