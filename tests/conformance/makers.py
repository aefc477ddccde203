"""Logs of the task board as other makers write them: `MAKERS`, each a name of a file and what is in it for a list of events."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
TOOLS = {"plan": "plan_task", "claim": "claim_task", "done": "complete_task"}

Event = tuple[int, str, str, str]  # second, who, what, task
Events = Sequence[Event]


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def iso(second: int) -> str:
    return at(second).isoformat().replace("+00:00", "Z")


def lines(values: Sequence[Any]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def crewai(events: Events) -> str:
    """`Crew(output_log_file="log.json")`."""
    status = {"plan": "started", "claim": "claimed", "done": "completed"}
    found = [
        {"timestamp": f"{at(second):%Y-%m-%d %H:%M:%S}", "task_name": task, "agent": who, "status": status[what]}
        for second, who, what, task in events
    ]
    return json.dumps(found, indent=4)


def autogen(events: Events) -> str:
    """The events of autogen-core, as the standard handler of logging writes them."""
    words = {"plan": "Planning task {}", "claim": "claim_task({})", "done": "complete_task({})"}
    found = []
    for _, who, what, task in events:
        payload = json.dumps({"content": words[what].format(task), "source": who})
        sent = {"payload": payload, "sender": f"{who}/default", "receiver": "Board/default", "kind": "MessageKind.DIRECT"}
        found += [{**sent, "delivery_stage": "DeliveryStage.SEND", "type": "Message"}]
        if what == "plan":
            found += [{"type": "LLMCall", "messages": [{"role": "user", "content": "x"}], "agent_id": f"{who}/default"}]
    return "".join(f"INFO:autogen_core.events:{json.dumps(one)}\n" for one in found)


def openai_agents(events: Events) -> str:
    """A trace with its spans, as a processor exports them."""
    found: list[dict[str, Any]] = [{"object": "trace", "id": "trace_1", "workflow_name": "board"}]
    found += [
        _exported(f"a{who}", None, 0, 90, {"type": "agent", "name": who, "tools": ["claim_task"]})
        for who in dict.fromkeys(who for _, who, _, _ in events)
    ]
    for number, (second, who, what, task) in enumerate(events):
        data = {"type": "function", "name": TOOLS[what], "input": json.dumps({"task_id": task}), "output": "ok"}
        found.append(_exported(f"s{number}", f"a{who}", second, second + 1, data))
    return lines(found)


def _exported(id: str, parent: str | None, start: int, end: int, data: dict[str, Any]) -> dict[str, Any]:
    where = {"id": id, "trace_id": "trace_1", "parent_id": parent, "started_at": iso(start), "ended_at": iso(end)}
    return {"object": "trace.span", **where, "span_data": data, "error": None}


def otlp(attributes: Callable[[str, str, str], tuple[str, dict[str, str]]]) -> Callable[[Events], str]:
    def made(events: Events) -> str:
        spans = []
        for number, (second, who, what, task) in enumerate(events):
            name, given = attributes(who, TOOLS[what], json.dumps({"task_id": task}))
            spans.append(
                {
                    "traceId": "t",
                    "spanId": f"s{number}",
                    "name": name,
                    "startTimeUnixNano": str(int(at(second).timestamp()) * 10**9),
                    "endTimeUnixNano": str(int(at(second + 1).timestamp()) * 10**9),
                    "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in given.items()],
                }
            )
        return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})

    return made


openinference = otlp(
    lambda who, tool, task: (tool, {"openinference.span.kind": "TOOL", "tool.name": tool, "input.value": task, "agent.name": who})
)
logfire = otlp(
    lambda who, tool, task: (
        "running tool",
        {"gen_ai.tool.name": tool, "tool_arguments": task, "agent_name": who, "logfire.msg": tool},
    )
)
openllmetry = otlp(
    lambda who, tool, task: (
        f"{tool}.tool",
        {"traceloop.entity.name": tool, "traceloop.entity.input": f'{{"inputs": {task}}}', "gen_ai.agent.name": who},
    )
)


def _observations(events: Events) -> list[dict[str, Any]]:
    return [
        {
            "id": f"o{number}",
            "traceId": "t",
            "type": "TOOL",
            "startTime": iso(second),
            "endTime": iso(second + 1),
            "name": TOOLS[what],
            "metadata": json.dumps({"langgraph_node": who}),
            "input": json.dumps({"task": task}),
            "output": '"ok"',
        }
        for number, (second, who, what, task) in enumerate(events)
    ]


def langfuse(events: Events) -> str:
    return lines(_observations(events))


def langfuse_table(events: Events) -> str:
    return table(_observations(events))


def table(rows: list[dict[str, Any]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def logging(events: Events) -> str:
    words = {"plan": "{} is planning task {}", "claim": "{} claimed task {}", "done": "{} finished task {} (1.2s)"}
    found = []
    for second, who, what, task in events:
        found.append(f"{at(second):%Y-%m-%d %H:%M:%S},123 INFO team.worker: {words[what].format(who, task)}\n")
        if what == "claim":
            found.append(f"{at(second):%Y-%m-%d %H:%M:%S},124 DEBUG httpx: HTTP Request: POST https://x.org/v1\n")
    return "".join([*found[:2], "Traceback (most recent call last):\n", '  File "x.py", line 3, in f\n', *found[2:]])


def brackets(events: Events) -> str:
    words = {"plan": "planning", "claim": "claimed", "done": "done with"}
    return "".join(f"[{at(second):%H:%M:%S}] {who}: {words[what]} {task}\n" for second, who, what, task in events)


def logfmt(events: Events) -> str:
    words = {"plan": "start", "claim": "claim", "done": "done"}
    return "".join(
        f'time={iso(second)} level=info agent={who} event=task_{words[what]} task={task} msg="task {words[what]}"\n'
        for second, who, what, task in events
    )


def temporal(events: Events) -> str:
    """`temporal workflow show --output json`."""
    begun = {"workflowType": {"name": "Board"}, "input": ["x"]}
    found: list[dict[str, Any]] = [
        {"eventId": "1", "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", "workflowExecutionStartedEventAttributes": begun}
    ]
    for second, who, what, task in events:
        id = len(found) + 1
        activity = {"activityType": {"name": f"{what}Task"}, "input": [{"agent": who, "task": task}]}
        parts: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("SCHEDULED", "Scheduled", activity),
            ("STARTED", "Started", {"scheduledEventId": str(id), "attempt": 1}),
            ("COMPLETED", "Completed", {"scheduledEventId": str(id), "startedEventId": str(id + 1), "result": ["ok"]}),
        )
        for place, (kind, name, attributes) in enumerate(parts):
            event = {"eventId": str(id + place), "eventTime": iso(second), "eventType": f"EVENT_TYPE_ACTIVITY_TASK_{kind}"}
            found.append({**event, f"activityTask{name}EventAttributes": attributes})
    return json.dumps({"events": found}, indent=2)


def audit(events: Events) -> str:
    """As GitHub exports its audit log: the newest first."""
    words = {"plan": "opened", "claim": "assigned", "done": "closed"}
    return table(
        [
            {
                "@timestamp": int(at(second).timestamp() * 1000),
                "action": f"issues.{words[what]}",
                "actor": who,
                "org": "o",
                "issue": task,
            }
            for second, who, what, task in reversed(events)
        ]
    )


MAKERS: dict[str, Callable[[Events], str]] = {
    "crewai.json": crewai,
    "autogen.log": autogen,
    "openai_agents.jsonl": openai_agents,
    "openinference.json": openinference,
    "logfire.json": logfire,
    "openllmetry.json": openllmetry,
    "langfuse.jsonl": langfuse,
    "langfuse.csv": langfuse_table,
    "logging.log": logging,
    "brackets.txt": brackets,
    "logfmt.log": logfmt,
    "temporal.json": temporal,
    "audit.csv": audit,
}
