"""A map to start from: the steps of a protocol beside the kinds of records that a log has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from checker.conformance.logs.formats.detect import Format, read_log
from checker.conformance.logs.records import Record, paths
from checker.conformance.logs.vocabulary import Vocabulary
from checker.language.diagnostics import nearest
from checker.language.types import Type
from checker.model.model import Model, Step

LOOKED_AT = 5_000  # records
KINDS = 30  # kinds of records that get a rule
TELLING = ("type", "event", "kind", "action", "name", "op", "message", "msg", "step")  # fields that may say what a record is
AGENTS = ("agent", "worker", "actor", "agent_name", "who", "owner", "role", "attributes.gen_ai.agent.name", "metadata.agent")
RUNS = ("run", "run_id", "run_dir", "trace", "trace_id", "session", "session_id", "thread_id")
EXAMPLES = 3
LEAST_ALIKE = 0.45


def starter(model: Model, logs: Sequence[str], format: Format | None = None) -> str:
    """The text of a map for `model` and the records at the beginning of `logs`. Raises BadInput."""
    found, records = read_log(logs[0], format)
    some = list(islice(records, LOOKED_AT))
    return "\n".join(_lines(Vocabulary(model), found, some)) + "\n"


def _lines(vocabulary: Vocabulary, format: Format, records: list[Record]) -> list[str]:
    fields = [paths(record.fields) for record in records]
    kinds = _kinds(fields, "name" if format != "jsonl" else None)
    known = {name for one in fields for name in one}
    return [
        "# How a log is read as a run of the protocol. Each [[record]] is a rule; the first that fits a record is taken.",
        "# Where a guess is wrong, mend it. docs/conformance.md lists all entries.",
        "",
        *_log_table(format, known),
        "",
        *_steps_table(vocabulary),
        *(line for where, having in kinds for line in _rule(vocabulary, where, having)),
    ]


def _log_table(format: Format, known: set[str]) -> list[str]:
    lines = ["[log]"]
    run = next((name for name in RUNS if name in known), None)
    agent = next((name for name in AGENTS if name in known), None)
    lines.append(f'run = "{run}"' if run else '# run = "FIELD"        # tells the runs of a log apart')
    lines.append(f'agent = "{agent}"' if agent else '# agent = "FIELD"      # who acts; without it, agents are unknown')
    order = "log" if format == "jsonl" else "time"
    lines.append(f'order = "{order}"          # what is known of the order: log, time, agent, round, links')
    return lines


def _steps_table(vocabulary: Vocabulary) -> list[str]:
    lines = [
        "# The steps of the protocol. Each is read by a rule below, or listed as `hidden` (it may happen unseen) or `never`:"
    ]
    lines += [f"#   {step.name:<32} {_told(vocabulary, number, step)}" for number, step in enumerate(vocabulary.model.steps)]
    unseen = [step.name for step in vocabulary.model.steps if step.fault is not None or step.kind == "round"]
    hidden = ", ".join(f'"{name}"' for name in unseen)
    return [*lines, "[steps]", f"hidden = [{hidden}]", "never = []"]


def _told(vocabulary: Vocabulary, number: int, step: Step) -> str:
    types = vocabulary.types(number)
    agent = f"{vocabulary.role(number) or 'nobody'} {step.phrase}"
    return agent + (f" ({', '.join(f'{name}: {_type(of)}' for name, of in types.items())})" if types else "")


def _type(type: Type) -> str:
    return str(type)


def _kinds(records: list[dict[str, Any]], preferred: str | None) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The kinds of records, by the field that tells them apart: what they have in it, and some of each, the most frequent first."""
    telling = preferred if preferred is not None else _telling(records)
    if telling is None:
        return [({}, records)] if records else []
    by: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
    for record in records:
        value = record.get(telling)
        if isinstance(value, str | int | bool):
            by.setdefault((record.get("span"), value), []).append(record)
    often = sorted(by.items(), key=lambda kind: -len(kind[1]))[:KINDS]
    return [({**({"span": span} if isinstance(span, str) else {}), telling: value}, some) for (span, value), some in often]


def _telling(records: list[dict[str, Any]]) -> str | None:
    """The field that says what a record is: one with few different values, in most records."""
    counts: dict[str, Counter[Any]] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, str):
                counts.setdefault(name, Counter())[value] += 1
    fit = [name for name, values in counts.items() if values.total() * 10 >= len(records) * 8 and 1 <= len(values) <= KINDS * 2]
    return next((name for name in TELLING if name in fit), None) or (min(fit, key=lambda n: len(counts[n])) if fit else None)


def _rule(vocabulary: Vocabulary, where: dict[str, Any], records: list[dict[str, Any]]) -> list[str]:
    shown = ", ".join(f"{_key(name)} = {_toml(value)}" for name, value in where.items())
    lines = ["", f"[[record]]  # {len(records):,} such records", f"where = {{ {shown} }}"]
    step = _guess(vocabulary, [str(value) for value in where.values()])
    others = {name: value for record in records[:50] for name, value in record.items() if name not in where and value is not None}
    if step is None:
        lines.append("ignore = true  # or: step = ...")
    else:
        lines.append(f'step = "{vocabulary.model.steps[step].name}"  # a guess, from the names')
        lines += _with(vocabulary, step, others)
    examples = list(others.items())[:8]
    return [
        *lines,
        *([f"# its fields: {', '.join(f'{name} = {_short(value)}' for name, value in examples)}"] if examples else []),
    ]


def _guess(vocabulary: Vocabulary, words: Iterable[str]) -> int | None:
    """The step whose name is most like what the records are called."""
    names = {
        part: number for name, number in vocabulary.step_of.items() for part in (name.rsplit(".", 1)[-1].lower(), name.lower())
    }
    for word in words:
        parts = [word.lower(), *word.lower().replace("-", "_").split("_")]
        for part in parts:
            found = part if part in names else nearest(part, names)
            if found is not None:
                return names[found]
    return None


def _with(vocabulary: Vocabulary, step: int, fields: dict[str, Any]) -> list[str]:
    found = {}
    for name, type in vocabulary.types(step).items():
        words = (name, str(type).lower().removesuffix("?"))
        field = next((f for f in fields if f.rsplit(".", 1)[-1].lower() in words), None)
        if field is not None:
            found[name] = field
    if not found:
        missing = list(vocabulary.types(step))
        return [f'# with = {{ {missing[0]} = "FIELD" }}'] if missing else []
    return [f"with = {{ {', '.join(f'{name} = {_toml(field)}' for name, field in found.items())} }}"]


def _key(name: str) -> str:
    return name if name.replace("_", "a").replace("-", "a").isalnum() and name.isascii() else _toml(name)


def _toml(value: Any) -> str:
    """A value as TOML writes it: its basic strings are those of JSON."""
    from msgspec.json import encode

    return encode(value).decode()


def _short(value: Any) -> str:
    text = _toml(value)
    return text if len(text) <= 30 else text[:27] + "..."
