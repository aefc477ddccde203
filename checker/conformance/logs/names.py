"""From the values of a log to those of the model.

Agents and ids of a sort whose elements the model treats all alike need not be named in the map: they are given to the elements in the order in
which a run names them. That is no loss: the states that can explain a run are, for each such naming, the same up to renaming. Where something tells
the elements apart (`checker.ground.symmetry`), or the map names one of them, each needs an entry or the element's own name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, final

from msgspec.structs import replace

from checker.ground.symmetry import Partial, obstacle
from checker.language.diagnostics import nearest
from checker.language.types import (
    BagOf,
    Bool,
    Enum,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    contains,
    element,
    sort_key,
    values,
)
from checker.model.model import Model

_NUMERAL = re.compile(r"-?[0-9]{1,30}")


@final
class Unreadable(Exception):
    """A value of the log that the protocol does not know; the text says why, `advice` what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.advice = advice


@final
class Naming:
    """What the map says about the values of a log. `given`: by type, the log's value (as text) and the protocol's; `fixed`: the sorts of
    which the map names elements elsewhere."""

    def __init__(self, model: Model, given: Mapping[str, Mapping[str, Value]], fixed: frozenset[Sort] = frozenset()) -> None:
        self.given = given
        self.model = replace(model, goals=())  # what a spec asks of the elements says nothing about a run
        self._fixed = fixed
        self._apart: dict[Sort, str | None] = {}

    def told_apart(self, sort: Sort) -> str | None:
        """Why the elements of a sort must be named; None where any names will do."""
        if sort not in self._apart:
            self._apart[sort] = self._reason(sort)
        return self._apart[sort]

    def _reason(self, sort: Sort) -> str | None:
        if sort in self._fixed:
            return f"the map names one of {sort}"
        if sort.size < 2:
            return None
        everything = Partial(steps=frozenset(range(len(self.model.steps))), goals=frozenset(), done=True)
        return obstacle(self.model, sort, everything)


@final
class Names:
    """The values of one run: `bound` says, by sort, which element each name of the log stands for."""

    def __init__(self, naming: Naming) -> None:
        self.naming = naming
        self.bound: dict[Sort, dict[str, int]] = {}

    def value(self, type: Type, given: Any) -> Value:
        """The value of `type` that the log's `given` stands for. Raises Unreadable."""
        match type:
            case Sort():
                return self._element(type, given)
            case Bool():
                if isinstance(given, bool):
                    return given
                if given in ("true", "false"):
                    return bool(given == "true")
            case Int():
                if isinstance(given, int) and not isinstance(given, bool):
                    return self._within(type, given)
                if isinstance(given, float) and given.is_integer():
                    return self._within(type, int(given))
                if isinstance(given, str) and _NUMERAL.fullmatch(given):
                    return self._within(type, int(given))
            case Enum():
                return self._member(type, given)
            case Option(of):
                return None if given is None else self.value(of, given)
            case SetOf(of):
                if isinstance(given, list):
                    return frozenset(self.value(of, one) for one in given)
            case SeqOf(of, _):
                if isinstance(given, list):
                    return self._within(type, tuple(self.value(of, one) for one in given))
            case BagOf(of, _):
                if isinstance(given, list):
                    return self._within(type, tuple(sorted((self.value(of, one) for one in given), key=sort_key)))
            case Record():
                if isinstance(given, dict) and set(given) == {name for name, _ in type.fields}:
                    return tuple(self.value(of, given[name]) for name, of in type.fields)
            case MapOf(key, of):
                if isinstance(given, dict):
                    return self._map(type, key, of, given)
        raise Unreadable(f"{_text(given)} is not a value of {type}", f"a value of {type} is wanted here: {_form(type)}")

    def _within(self, type: Type, value: Value) -> Value:
        if not contains(type, value):
            raise Unreadable(f"{_text(value)} is not in {type}", "a run that leaves the range cannot be followed: widen the type")
        return value

    def _map(self, type: MapOf, key: Type, of: Type, given: dict[str, Any]) -> Value:
        found = {self.value(key, name): self.value(of, one) for name, one in given.items()}
        if len(found) != len(given) or any(k not in found for k in values(key)):
            raise Unreadable(f"{_text(given)} does not say the value for each {key}", "give an entry for each key")
        return tuple(found[k] for k in values(key))

    def _member(self, type: Enum, given: Any) -> int:
        explicit = self.naming.given.get(type.name, {}).get(key(given))
        if explicit is not None:
            return int(explicit)
        if isinstance(given, str) and given in type.members:
            return type.members.index(given)
        found = nearest(str(given), type.members)
        meant = found or type.members[0]
        raise Unreadable(
            f"{_text(given)} is not a {type.name}, which has {', '.join(type.members)}",
            f'write `{_quoted(given)} = "{meant}"` under `[values.{type.name}]` in the map',
        )

    def agent(self, name: str) -> tuple[str, int] | str:
        """The agent that the log calls `name`, as (role, element); the name itself where that is none of them, or several."""
        found = []
        for sort in (sort for sort in self.naming.model.sorts if sort.role):
            bound = {**self.bound.get(sort, {}), **self.naming.given.get(sort.name, {})}
            own = {element(sort, place): place for place in range(sort.size) if place not in bound.values()}
            found += [(sort.name, int(place)) for place in [{**own, **bound}.get(name)] if place is not None]
        return found[0] if len(found) == 1 else name

    def _element(self, sort: Sort, given: Any) -> int:
        name = key(given)
        explicit = self.naming.given.get(sort.name, {})
        if name in explicit:
            return int(explicit[name])
        bound = self.bound.setdefault(sort, {})
        if name not in bound:
            if not isinstance(given, str | int) or isinstance(given, bool):
                raise Unreadable(f"{_text(given)} is not the name of a {sort}", "a text or a number is wanted here")
            bound[name] = self._new(sort, name, {*explicit.values(), *bound.values()})
        return bound[name]

    def _new(self, sort: Sort, name: str, taken: set[int]) -> int:
        """The element for a name that was not met before: its own where it is called like one, else the next that is free."""
        own = next((i for i in range(sort.size) if name == element(sort, i)), None)
        if own is not None and own not in taken:
            return own
        apart = self.naming.told_apart(sort)
        if apart is not None:
            raise Unreadable(
                f"`{name}` is not one of {_elements(sort)}, and which one it is matters: {apart}",
                f'write `"{name}" = "{element(sort, 0)}"` (or another) under `[values.{sort.name}]` in the map',
            )
        free = next((i for i in range(sort.size) if i not in taken), None)
        if free is None:
            raise Unreadable(
                f"`{name}` is one {sort} more than the {sort.size} of this instance",
                "choose an instance with more, or `--set` the parameter that says how many there are",
            )
        return free


def literal(type: Type, text: str) -> Value | None:
    """The value that is written so in the protocol, of a type with names or numbers; None where there is none."""
    match type:
        case Sort():
            return next((i for i in range(type.size) if element(type, i) == text), None)
        case Enum():
            return type.members.index(text) if text in type.members else None
        case Bool():
            return {"true": True, "false": False}.get(text)
        case Int():
            return int(text) if text.lstrip("-").isdecimal() and contains(type, int(text)) else None
    return None


def _elements(sort: Sort) -> str:
    if sort.size > 3:
        return f"{element(sort, 0)} to {element(sort, sort.size - 1)}"
    return ", ".join(element(sort, i) for i in range(sort.size)) or f"the {sort}s, of which there are none"


def key(given: Any) -> str:
    """The text for a value of the log that names something."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float) and given.is_integer():
        return str(int(given))
    return str(given)


def _quoted(given: Any) -> str:
    return '"' + key(given).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(given: Any) -> str:
    from msgspec.json import encode

    try:
        text = encode(given).decode()
    except TypeError:
        text = repr(given)
    return f"`{text if len(text) <= 80 else text[:77] + '...'}`"


def _form(type: Type) -> str:
    match type:
        case Bool():
            return "true or false"
        case Int():
            return "a whole number"
        case SetOf() | SeqOf() | BagOf():
            return "a JSON list"
        case Record():
            return f"a JSON object with {', '.join(name for name, _ in type.fields)}"
        case MapOf():
            return "a JSON object with an entry for each key"
    return str(type)
