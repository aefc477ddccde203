"""A map to start from: the steps of a protocol beside the kinds of records that a log has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from msgspec.structs import replace

from checker.conformance.logs.formats.detect import IN_ORDER, read_log
from checker.conformance.logs.kinds import Roles, kinds_of, roles_of
from checker.conformance.logs.map_file import Format
from checker.conformance.logs.records import Fields, paths
from checker.conformance.logs.templates import Template
from checker.conformance.logs.vocabulary import Vocabulary
from checker.language.diagnostics import nearest
from checker.language.types import Type
from checker.model.model import Model, Step

LOOKED_AT = 5_000  # records
LOGS = 20  # that are looked into, where there are several

_FORMS = (  # of Python's logging, with a time or without; of loguru; of many others
    "{time...} {level} {logger}: {message...}",
    "{time...} - {logger} - {level} - {message...}",
    "{level}:{logger}:{message...}",
    "{time...} | {level} | {place...} - {message...}",
    "{time...} [{level}] {message...}",
    "{time...} {level} {message...}",
)
_LEVELS = ("TRACE", "DEBUG", "INFO", "SUCCESS", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL")
_AROUND = (
    "",
    "[spans.above.who]  # who: of each span, the name of the agent that it is of",
    'field = "name"',
    'where = { kind = "agent" }',
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def starter(model: Model, logs: Sequence[str], format: Format | None = None) -> str:
    """The text of a map for `model` and the records at the beginning of `logs`. Raises BadInput."""
    found, records = read_log(logs[0], format)
    some = [record.fields for record in islice(records, LOOKED_AT)]
    for log in logs[1:LOGS]:
        some += [record.fields for record in islice(read_log(log, found)[1], LOOKED_AT // LOGS)]
    line, some = _in_form(some) if found == "text" else (None, some)
    return "\n".join(_lines(Vocabulary(model), found, line, [paths(one) for one in some], several=len(logs) > 1)) + "\n"


def _in_form(records: list[Fields]) -> tuple[str | None, list[Fields]]:
    """The usual form that nearly all lines of text are of, and those that are."""
    for text in _FORMS:
        form = Template(text)
        read = [named for record in records if (named := form.read(record.get("text"))) and named["level"].upper() in _LEVELS]
        if len(read) >= len(records) / 2:
            return text, [dict(named) for named in read]
    return None, records


def _lines(vocabulary: Vocabulary, format: Format, line: str | None, fields: list[dict[str, Any]], *, several: bool) -> list[str]:
    named = [word for sort in vocabulary.model.sorts if sort.role for word in (sort.name.lower(), f"{sort.name.lower()}_id")]
    roles = roles_of(fields, format not in IN_ORDER, named, lambda text: _guess(vocabulary, [text]) is not None)
    around = roles.agent is None and format not in IN_ORDER and any(record.get("kind") == "agent" for record in fields)
    return [
        "# How a log is read as a run of the protocol. Each [[record]] is a rule; the first that fits a record is taken.",
        "# Where a guess is wrong, mend it. docs/conformance.md lists all entries.",
        *(
            ['# A word of a text becomes a field where it is written so: where = { message = "{who} takes {task}" }']
            if format == "text"
            else []
        ),
        "",
        *_log_table(format, replace(roles, agent="who") if around else roles, several=several),
        *([f"line = {_toml(line)}", "strict = false         # other lines are passed over"] if line else []),
        *(_AROUND if around else ()),
        "",
        *_steps_table(vocabulary),
        *(line for where, having in kinds_of(fields, roles) for line in _rule(vocabulary, roles, where, having)),
    ]


def _log_table(format: Format, roles: Roles, *, several: bool) -> list[str]:
    lines = ["[log]", *(['format = "text"'] if format == "text" else [])]
    lines.append(f"run = {_toml(roles.run)}" if roles.run else '# run = "FIELD"        # tells the runs of a log apart')
    if several:
        lines.append(
            'files = "runs"         # each log is a run; "parts": they are parts of one'
            if not roles.run
            else 'files = "parts"        # a run may go on in the next log; "runs": each log has runs of its own'
        )
    lines.append(
        f"agent = {_toml(roles.agent)}" if roles.agent else '# agent = "FIELD"      # who acts; without it, agents are unknown'
    )
    order = "log" if format in IN_ORDER else "time"
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


def _rule(vocabulary: Vocabulary, roles: Roles, where: dict[str, Any], records: list[dict[str, Any]]) -> list[str]:
    shown = ", ".join(f"{_key(name)} = {_toml(value)}" for name, value in where.items())
    lines = ["", f"[[record]]  # {len(records):,} such records", *([f"where = {{ {shown} }}"] if where else [])]
    step = _guess(vocabulary, [str(value) for name, value in where.items() if name != "span"])
    step = None if step is None else _of_span(vocabulary, step, where.get("span"))
    others = {name: value for record in records[:50] for name, value in record.items() if name not in where and value is not None}
    if step is None:
        lines.append("ignore = true  # or: step = ...")
    else:
        lines.append(f'step = "{vocabulary.model.steps[step].name}"  # a guess, from the names')
        lines += _with(vocabulary, step, {name: value for name, value in others.items() if name not in (roles.run, roles.agent)})
    examples = list(others.items())[:8]
    return [
        *lines,
        *([f"# its fields: {', '.join(f'{name} = {_short(value)}' for name, value in examples)}"] if examples else []),
    ]


def _guess(vocabulary: Vocabulary, words: Iterable[str]) -> int | None:
    """The step whose name is most like what the records are called: as they are, by one of their words, or nearly so."""
    names = {
        part: number for name, number in vocabulary.step_of.items() for part in (name.rsplit(".", 1)[-1].lower(), name.lower())
    }
    for word in words:
        parts = [part.lower() for part in (word, *_WORD.findall(word)) if len(part) > 1]
        close = (nearest(part, names) for part in parts)
        found = next((part for part in parts if part in names), None) or next((part for part in close if part is not None), None)
        if found is not None:
            return names[found]
    return None


def _of_span(vocabulary: Vocabulary, step: int, span: object) -> int | None:
    """A span that is called like an await begins where the team comes to it; one that is called like an activity ends with it."""
    name = vocabulary.model.steps[step].name
    activity = [number for of, number in vocabulary.step_of.items() if of == name or of.startswith(f"{name}.")]
    begins = vocabulary.step_of.get(name.rpartition(".")[0])
    match span:
        case "start" if begins is not None:
            return begins if step == begins + 1 else None
        case "end":
            return activity[-1]
    return step


def _with(vocabulary: Vocabulary, step: int, fields: dict[str, Any]) -> list[str]:
    found = {}
    for name, type in vocabulary.types(step).items():
        kind = str(type).lower().removesuffix("?")
        words = (name.lower(), kind, f"{kind}id", f"{kind}name", f"{name.lower()}id")
        field = next(
            (f for f in fields if {_plain(f.rsplit(".", 1)[-1]), _plain(".".join(f.split(".")[-2:]))} & set(words)), None
        )
        if field is not None:
            found[name] = field
    if not found:
        missing = list(vocabulary.types(step))
        return [f'# with = {{ {missing[0]} = "FIELD" }}'] if missing else []
    return [f"with = {{ {', '.join(f'{name} = {_toml(field)}' for name, field in found.items())} }}"]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _key(name: str) -> str:
    return name if name.replace("_", "a").replace("-", "a").isalnum() and name.isascii() else _toml(name)


def _toml(value: Any) -> str:
    """A value as TOML writes it: its basic strings are those of JSON."""
    from msgspec.json import encode

    return encode(value).decode()


def _short(value: Any) -> str:
    text = _toml(value)
    return text if len(text) <= 30 else text[:27] + "..."
