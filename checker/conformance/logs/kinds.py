"""What the fields of a log are for, as far as their names and values say: which tells runs apart, which the agents, which the kinds of records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, final

from msgspec import Struct
from msgspec.structs import replace

from checker.conformance.logs.guesses import Guesser
from checker.conformance.logs.messages import Messages
from checker.conformance.logs.templates import Template
from checker.conformance.logs.vocabulary import Vocabulary

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
    "eventtype",
    "status",
    "state",
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
    "agent.name",
    "langgraph_node",
    "owner",
    "role",
    "user",
    "sender",
    "source",
)
RUNS = ("run", "run_id", "run_dir", "trace", "trace_id", "session", "session_id", "thread_id", "conversation_id", "conversation")
TIMES = ("time", "timestamp", "ts", "@timestamp", "created_at", "eventtime", "event_time", "datetime", "date", "at")
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
    *TIMES,
    "pid",
    "id",
    "module",
)
MOST = 0.8  # of the records have what tells them apart

_ID = re.compile(r"[^\s(\[:/=#]*\d\S*")  # a word with a number in it names something
THINGS = ("task", "job", "item", "ticket", "issue", "order", "file")

Fields = dict[str, Any]


@final
class Roles(Struct, frozen=True, kw_only=True):
    """The paths of the fields that say it; None where none seems to."""

    run: str | None
    agent: str | None
    time: str | None
    kind: str | None


@final
class Kind(Struct, frozen=True, kw_only=True):
    """Records that one rule reads: what it says of them, and some of them."""

    where: Fields
    records: list[Fields]

    @property
    def called(self) -> str:
        return " ".join(str(value) for name, value in self.where.items() if name != "span")


def roles_of(records: Sequence[Fields], spans: bool, named: Collection[str], guesser: Guesser) -> Roles:
    """`spans`: they are of a trace. `named`: what else an agent may be called."""
    often = Counter(name for record in records for name, value in record.items() if value is not None)
    calls = {"run_id"} if "parent_ids" in often else set()  # in streams of LangChain it is the id of a call
    run = _first([name for name in RUNS if name not in calls], often)
    agent = _first((*AGENTS, *named), often)
    time = None if spans else _first(TIMES, often)
    return Roles(run=run, agent=agent, time=time, kind="name" if spans else _telling(records, {run, agent}, guesser))


def _first(names: Sequence[str], known: Counter[str]) -> str | None:
    """The field of the first of the names that there is one of, the shortest path first; rather one that is in half as many records as another."""
    called: list[str] = []
    for name in names:
        found = [path for path in known if path.lower() == name or (name != "role" and path.lower().endswith(f".{name}"))]
        called += sorted(found, key=lambda path: (path.count("."), path))
    most = max((known[path] for path in called), default=0)
    return next((path for path in called if known[path] >= most / 2), None)


def _telling(records: Sequence[Fields], others: Collection[str | None], guesser: Guesser) -> str | None:
    """The field that says what a record is: a text with few different values, in most records, and not what tells runs or agents apart."""
    counts = {name: values for name, values in _texts(records, others).items() if not _names_things(values)}
    fit = [name for name, values in counts.items() if values.total() >= len(records) * MOST and len(values) <= KINDS * 2]
    by_name = [name for word in TELLING for name in fit if _last(name) == word]
    if not fit:
        return None

    def score(name: str) -> tuple[bool, int, int]:
        values = counts[name]
        return len(values) == 1, -_alike(values, guesser), by_name.index(name) if name in by_name else len(by_name) + len(values)

    best = min(fit, key=score)
    return best if len(counts[best]) > 1 or best in by_name else None


def _texts(records: Sequence[Fields], others: Collection[str | None]) -> dict[str, Counter[str]]:
    """Of each field that has texts, the patterns of these."""
    counts: dict[str, Counter[str]] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, str) and name not in others and _last(name) not in (*RUNS, *TOO):
                counts.setdefault(name, Counter())[pattern(value)] += 1
    return counts


def _names_things(values: Counter[str]) -> bool:
    """Whether they are dates, or words with numbers in them: `T-1`."""
    return sum(count for value, count in values.items() if value[:1].isdigit() or _ID.fullmatch(value)) > values.total() / 2


def _alike(values: Counter[str], guesser: Guesser) -> int:
    return sum(count for value, count in values.items() if guesser.of(value) is not None)


def _last(path: str) -> str:
    return path.lower().rsplit(".", 1)[-1]


def pattern(value: str) -> str:
    """The text without what it names: `claim T-1` as `claim *`."""
    head = _ID.search(value)
    return f"{value[: head.start()]}*" if head is not None and head.start() else value


def as_templates(records: list[Fields], roles: Roles, vocabulary: Vocabulary, guesser: Guesser) -> tuple[Roles, list[Fields]]:
    """Where what a record is stands in a text that people read: the records with its template instead, and what is in the holes."""
    kind = roles.kind
    texts = [text for record in records if kind is not None and isinstance(text := record.get(kind), str) and " " in text]
    if kind is None or len(texts) < len(records) / 3:
        return roles, records
    sorts = [sort.name for sort in vocabulary.model.sorts]
    messages = Messages(texts, (*sorts, *THINGS), lambda word: guesser.of(word) is not None)
    found = []
    for record in records:
        text = record.get(kind)
        template = messages.template(text) if isinstance(text, str) and " " in text else None
        holes = None if template is None else Template(template).read(text)
        found.append(record if template is None or holes is None else {**record, **holes, kind: template})
    acting = sum("who" in record for record in found) >= len(found) / 4
    return replace(roles, agent="who") if roles.agent is None and acting else roles, found


def kinds_of(records: Sequence[Fields], roles: Roles, guesser: Guesser) -> list[Kind]:
    """The kinds of records, the most frequent first."""
    if roles.kind is None:
        return [Kind(where={}, records=list(records))] if records else []
    found = _grouped(records, roles.kind, ("span",))
    refined: list[Kind] = []
    for kind in sorted(found, key=lambda one: -len(one.records))[:KINDS]:
        other = None if guesser.of(str(kind.where[roles.kind])) is not None else _refining(kind.records, roles, guesser)
        refined += [kind] if other is None else _grouped(kind.records, other, tuple(kind.where))
    return refined


def _grouped(records: Sequence[Fields], field: str, also: tuple[str, ...]) -> list[Kind]:
    """By the patterns of a field, and those of others."""
    by: dict[tuple[Any, ...], list[Fields]] = {}
    for record in records:
        value = record.get(field)
        if isinstance(value, str | int | bool):
            said = tuple(pattern(v) if isinstance(v := record.get(name), str) else v for name in also)
            by.setdefault((*said, pattern(value) if isinstance(value, str) else value), []).append(record)
    found = []
    for values, some in by.items():
        where = {name: value for name, value in zip((*also, field), values, strict=True) if isinstance(value, str | int | bool)}
        found.append(Kind(where=where, records=some))
    return found


def _refining(records: Sequence[Fields], roles: Roles, guesser: Guesser) -> str | None:
    """Another field that says what these records are."""
    texts = _texts(records, {roles.run, roles.agent, roles.kind, "span", *(("status", "kind") if roles.kind == "name" else ())})
    fit = {
        name: values
        for name, values in texts.items()
        if (1 < len(values) <= KINDS or _last(name) in TELLING)
        and values.total() == len(records)
        and _alike(values, guesser) >= len(records) / 2
    }
    return min(fit, key=lambda name: (-_alike(fit[name], guesser), len(fit[name]), name), default=None)
