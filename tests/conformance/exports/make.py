"""Writes the exports beside it, with `opentelemetry-sdk opentelemetry-exporter-otlp-json-file opentelemetry-exporter-otlp-proto-common
langsmith langfuse`."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from google.protobuf.json_format import MessageToJson
from langfuse.api.commons.types.observation_v2 import ObservationV2
from langfuse.api.observations.types.observations_v2meta import ObservationsV2Meta
from langfuse.api.observations.types.observations_v2response import ObservationsV2Response
from langsmith import Client
from langsmith.run_trees import RunTree
from langsmith.schemas import Run
from opentelemetry import trace
from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

HERE = Path(__file__).parent
TEAM = [  # what, who, task, from and to, in seconds
    ("plan", "ann", "T-1", 1, 3),
    ("plan", "bob", "T-2", 2, 4),
    ("work", "ann", "T-1", 3.5, 5),
    ("work", "bob", "T-2", 4.5, 6),
]
BEGAN = datetime(2026, 3, 1, 10, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def nanoseconds(seconds: float) -> int:
    return int(at(seconds).timestamp() * 1e9)


def opentelemetry() -> None:
    (HERE / "otlp.jsonl").unlink(missing_ok=True)
    provider = TracerProvider(resource=Resource.create({"service.name": "team", "service.instance.id": "one"}))
    memory = InMemorySpanExporter()
    with (HERE / "console.json").open("w") as console:
        provider.add_span_processor(BatchSpanProcessor(FileSpanExporter(str(HERE / "otlp.jsonl"))))
        provider.add_span_processor(SimpleSpanProcessor(memory))
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=console)))
        tracer = provider.get_tracer("team")
        root = tracer.start_span("team run", start_time=nanoseconds(0))
        within = trace.set_span_in_context(root)
        for what, who, task, start, end in TEAM:
            about = {"gen_ai.agent.name": who, "task.id": task, "tokens": [1, 2], "cost": 0.5}
            name = f"{what} {task}" if what == "work" else what
            span = tracer.start_span(name, context=within, start_time=nanoseconds(start), attributes=about)
            span.add_event("tool call", {"tool": "search"}, timestamp=nanoseconds(start + 0.2))
            span.end(end_time=nanoseconds(end))
        root.end(end_time=nanoseconds(9))
        provider.shutdown()
    (HERE / "proto_snake.json").write_text(
        MessageToJson(encode_spans(memory.get_finished_spans()), preserving_proto_field_name=True)
    )


def langsmith() -> None:
    client = Client(api_url="http://127.0.0.1:9", api_key="none", auto_batch_tracing=False)
    root = RunTree(name="team run", run_type="chain", inputs={"goal": "all"}, start_time=at(0), ls_client=client, id=UUID(int=1))
    children = []
    for what, who, task, start, end in TEAM:
        child = root.create_child(
            name=what, run_type="chain", inputs={"task": task}, extra={"metadata": {"agent": who}}, start_time=at(start)
        )
        child.end(outputs={"ok": True}, end_time=at(end))
        children.append(child)
    root.end(outputs={}, end_time=at(9))
    flat = [run(one) for one in (root, *children)]
    (HERE / "langsmith.json").write_text(json.dumps([one.model_dump() for one in flat], default=str))
    nested = run(root).model_copy(update={"child_runs": flat[1:]})
    (HERE / "langsmith_nested.json").write_text(nested.model_dump_json(indent=2))
    lines = [json.dumps(one._get_dicts_safe(), default=str) + "\n" for one in (root, *children)]
    (HERE / "langsmith_tree.jsonl").write_text("".join(lines))


def run(tree: RunTree) -> Run:
    names = ("id", "name", "start_time", "end_time", "run_type", "inputs", "outputs", "extra", "trace_id", "dotted_order", "tags")
    return Run(
        **{name: getattr(tree, name) for name in names},
        parent_run_id=tree.parent_run.id if tree.parent_run else None,
        status="success",
        session_id=UUID(int=7),
    )


def langfuse() -> None:
    rows = [("team run", "lead", None, 0, 9), *TEAM]
    observations = [
        ObservationV2(
            id=f"o{number}",
            trace_id="t1",
            start_time=at(start),
            end_time=at(end),
            project_id="p",
            parent_observation_id="o0" if number else None,
            type="AGENT",
            name=what,
            level="DEFAULT",
            metadata={"agent": who},
            input=json.dumps({"task": task}),
            output="{}",
            session_id="s1",
        )
        for number, (what, who, task, start, end) in enumerate(rows)
    ]
    (HERE / "langfuse.json").write_text(ObservationsV2Response(data=observations, meta=ObservationsV2Meta(cursor=None)).json())


if __name__ == "__main__":
    opentelemetry()
    langsmith()
    langfuse()
