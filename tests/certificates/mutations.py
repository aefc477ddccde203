"""Every small change of a certificate as a file: what a careless hand, a cut, a paste or a forger may do to its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

Place = tuple[str | int, ...]


def mutations(text: str) -> Iterator[tuple[str, str]]:
    """What is changed, and the text with this one change. None of them is the text as it was."""
    data = json.loads(text)
    for place, value in _places(data, ()):
        for how, other in _others(value):
            yield f"{'.'.join(map(str, place))} {how}", json.dumps(_with(data, place, other))


def _places(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    yield place, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _places(one, (*place, key))


def _with(data: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    copied = deepcopy(data)
    inner = copied
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return copied


def _others(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case bool():
            yield "negated", not value
            yield "as a number", int(value)
        case int():
            yield "lowered", value - 1
            yield "raised", value + 1
            yield "as a fraction", value + 0.0
            yield "as a text", str(value)
            yield "as a truth", bool(value)
        case str():
            yield "longer by a letter", value + "x"
            yield "with a blank", value + " "
            if value:
                yield "shorter by a letter", value[:-1]
                yield "empty", ""
            yield "in a list", [value]
        case list():
            yield "with one more", [*value, value[-1] if value else {}]
            yield "with nothing", [*value, None]
            for number in range(len(value)):
                yield f"without {number}", value[:number] + value[number + 1 :]
            for number in range(len(value) - 1):
                yield f"{number} and the next the other way round", _swapped(value, number)
        case dict():
            yield "with a key more", value | {"more": 1}
            for key in value:
                yield f"without {key}", {name: one for name, one in value.items() if name != key}
            yield "as a list", list(value.values())
        case None:
            yield "as a number", 0
    if value is not None:
        yield "as nothing", None


def _swapped(value: list[Any], number: int) -> list[Any]:
    return [*value[:number], value[number + 1], value[number], *value[number + 2 :]]
