"""What the fields of a log are for, as far as their names and values say: which tells runs apart, which the agents, which the kinds of records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any, final

from msgspec import Struct

KINDS = 30  # kinds of records that get a rule
TELLING = (
    "type",
    "event",
    "event_type",
    "event_name",
    "kind",
    "action",
    "name",
    "op",
    "operation",
    "message",
    "msg",
    "what",
    "step",
)
AGENTS = (
    "agent",
    "agent_id",
    "agent_name",
    "worker",
    "worker_id",
    "actor",
    "who",
    "gen_ai.agent.name",
    "owner",
    "role",
    "user",
    "sender",
)
RUNS = ("run", "run_id", "run_dir", "trace", "trace_id", "session", "session_id", "thread_id", "conversation_id", "conversation")
TOO = (
    "level",
    "logger",
    "severity",
    "host",
    "hostname",
    "service",
    "env",
    "environment",
    "version",
    "status",
    "time",
    "timestamp",
    "ts",
    "pid",
    "id",
    "module",
)
MOST = 0.8  # of the records have what tells them apart

_ID = re.compile(r"\S*\d\S*")  # a word with a number in it names something

Fields = dict[str, Any]


@final
class Roles(Struct, frozen=True, kw_only=True):
    """The paths of the fields that say it; None where none seems to."""

    run: str | None
    agent: str | None
    kind: str | None


def roles_of(records: Sequence[Fields], spans: bool, named: Collection[str], guessed: Callable[[str], bool]) -> Roles:
    """`spans`: they are of a trace. `named`: what else an agent may be called; `guessed`: whether a text is like the name of a step."""
    often = Counter(name for record in records for name, value in record.items() if value is not None)
    calls = {"run_id"} if "parent_ids" in often else set()  # in streams of LangChain it is the id of a call
    run = _first([name for name in RUNS if name not in calls], often)
    agent = _first((*AGENTS, *named), often)
    return Roles(run=run, agent=agent, kind="name" if spans else _telling(records, {run, agent}, guessed))


def _first(names: Sequence[str], known: Counter[str]) -> str | None:
    """The field of the first of the names that there is one of, the shortest path first."""
    for name in names:
        found = [path for path in known if path.lower() == name or path.lower().endswith(f".{name}")]
        if found:
            return min(found, key=lambda path: (path.count("."), path))
    return None


def _telling(records: Sequence[Fields], others: Collection[str | None], guessed: Callable[[str], bool]) -> str | None:
    """The field that says what a record is: a text with few different values, in most records, and not what tells runs or agents apart."""
    counts: dict[str, Counter[str]] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, str) and name not in others and _last(name) not in (*RUNS, *TOO):
                counts.setdefault(name, Counter())[pattern(value)] += 1
    fit = [name for name, values in counts.items() if values.total() >= len(records) * MOST and len(values) <= KINDS * 2]
    by_name = [name for word in TELLING for name in fit if _last(name) == word]
    if not fit:
        return None

    def score(name: str) -> tuple[bool, int, int]:
        values = counts[name]
        alike = sum(count for value, count in values.items() if guessed(value))
        return len(values) == 1, -alike, by_name.index(name) if name in by_name else len(by_name) + len(values)

    best = min(fit, key=score)
    return best if len(counts[best]) > 1 or best in by_name else None


def _last(path: str) -> str:
    return path.lower().rsplit(".", 1)[-1]


def pattern(value: str) -> str:
    """The text without what it names: `claim T-1` as `claim *`."""
    head = _ID.search(value)
    return f"{value[: head.start()]}*" if head is not None and head.start() else value


def kinds_of(records: Sequence[Fields], roles: Roles) -> list[tuple[Fields, list[Fields]]]:
    """The kinds of records: what a rule says of them, and some of each, the most frequent first."""
    if roles.kind is None:
        return [({}, list(records))] if records else []
    by: dict[tuple[Any, Any], list[Fields]] = {}
    for record in records:
        value = record.get(roles.kind)
        if isinstance(value, str | int | bool):
            by.setdefault((record.get("span"), pattern(value) if isinstance(value, str) else value), []).append(record)
    often = sorted(by.items(), key=lambda kind: -len(kind[1]))[:KINDS]
    return [({**({"span": span} if isinstance(span, str) else {}), roles.kind: value}, some) for (span, value), some in often]
