"""Records: what a log is made of, and how their fields are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, final

import msgspec
from msgspec import Struct

from checker.conformance.result import Place as Place
from checker.language.source import Span

Fields: TypeAlias = Mapping[str, Any]

MISSING = object()  # a field that is not there, other than one that is null


@final
class Record(Struct, frozen=True, kw_only=True):
    """One thing that a log says.

    For records of formats that know it: `id`, the ids that come `before` it, `time` in one unit, and the `lane` (a process, a service) within
    which the times can be compared.
    """

    fields: Fields
    place: Place
    id: str | None = None
    before: tuple[str, ...] = ()
    time: int | float | None = None
    lane: str | None = None

    @property
    def span(self) -> Span:
        return Span(self.place.log, self.place.line, 1, self.place.line, 1)


def listed(places: Sequence[Place]) -> str:
    """Some of the places, as a text."""
    if any(place.within for place in places):
        return ", ".join(map(str, places[:6]))
    return f"lines {', '.join(str(place.line) for place in places[:6])}"


def find(data: Any, path: str) -> Any:
    """The field at a path such as `task.id`, MISSING where there is none. A name may itself have dots in it, an element of a list has its
    place as its name. A text that is a JSON object or list is gone into: many makers of logs write such texts."""
    if isinstance(data, str) and data[:1] in ("{", "["):
        data = parsed(data)
    if isinstance(data, dict):
        if path in data:
            return data[path]
        at = path.find(".")
        while at >= 0:
            if path[:at] in data and (found := find(data[path[:at]], path[at + 1 :])) is not MISSING:
                return found
            at = path.find(".", at + 1)
    elif isinstance(data, list):
        head, dot, rest = path.partition(".")
        if head.isdecimal() and int(head) < len(data):
            return find(data[int(head)], rest) if dot else data[int(head)]
    return MISSING


@lru_cache(maxsize=64)
def parsed(text: str) -> Any:
    """What the text of a JSON object or list stands for, and any other text as it is."""
    try:
        return msgspec.json.decode(text) if text[:1] in ("{", "[") else text
    except (msgspec.DecodeError, RecursionError):
        return text


def paths(data: Any, prefix: str = "", deep: int = 4) -> dict[str, Any]:
    """The paths of a record's fields down to a depth, with their values."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        inner = parsed(value) if isinstance(value, str) else value
        if isinstance(inner, list) and len(inner) == 1 and isinstance(inner[0], dict):
            inner = {"0": inner[0]}
        if isinstance(inner, dict) and inner and deep > 1:
            found |= paths(inner, f"{prefix}{name}.", deep - 1 if "0" not in inner else deep)
        else:
            found[prefix + name] = value
    return found
