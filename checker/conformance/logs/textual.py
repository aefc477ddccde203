"""Which usual form the lines of a text are of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from checker.conformance.logs.records import Fields
from checker.conformance.logs.templates import Template

_FORMS = (  # of Python's logging, with a time or without; of loguru; of many others
    "{time...} {level} {logger}: {message...}",
    "{time...} - {logger} - {level} - {message...}",
    "{level}:{logger}:{message...}",
    "{time...} | {level} | {place...} - {message...}",
    "{time...} [{level}] {message...}",
    "{time...} {level} {message...}",
    "[{time...}] {who}: {message...}",
    "[{time...}] {message...}",
)
_LEVELS = ("TRACE", "DEBUG", "INFO", "SUCCESS", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL")
_TIME = re.compile(r"[\d:.,TZ+/ -]*\d\d:\d\d[\d:.,TZ+ -]*")
_PAIR = re.compile(r"""([A-Za-z_][\w.]*)=("(?:[^"\\]|\\.)*"|\S*)""")


def in_form(records: Sequence[Fields]) -> tuple[str | None, list[Fields]]:
    """The usual form that most lines of a text are of, as `line` of a map, and the fields of those that are."""
    for text in (*_FORMS, *_of_pairs(records)):
        form = Template(text)
        read = [named for record in records if (named := form.read(record.get("text"))) and _usual(named)]
        if records and len(read) >= len(records) / 2:
            return text, [dict(named) for named in read]
    return None, list(records)


def _usual(named: dict[str, str]) -> bool:
    level, time = named.get("level"), named.get("time")
    return level.upper() in _LEVELS if level is not None else time is None or _TIME.fullmatch(time) is not None


def _of_pairs(records: Sequence[Fields]) -> list[str]:
    """The form of `time=... level=info task=T-1`, where the lines have the same names in the same order."""
    first = next((text for record in records if isinstance(text := record.get("text"), str)), "")
    pairs: list[Any] = _PAIR.findall(first)
    names = [name for name, _ in pairs]
    if len(pairs) < 2 or len(set(names)) < len(names) or " ".join(f"{n}={v}" for n, v in pairs) != " ".join(first.split()):
        return []
    if any("." in name for name in names):
        return []
    return [" ".join(f'{n}="{{{n}...}}"' if v[:1] == '"' else f"{n}={{{n}...}}" for n, v in pairs)]
