"""GraphML, written as a stream: a hundred thousand states in seconds, and networkx, Gephi and yEd read it.

GraphML knows only plain values. Raw states become JSON (sets as sorted lists), tuples of names become one text with ", " between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from checker.language.types import sort_key

if TYPE_CHECKING:
    import networkx

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
_TYPES = {bool: "boolean", int: "long", float: "double", str: "string"}


def to_graphml(graph: networkx.MultiDiGraph) -> Iterator[str]:
    """The file in pieces. Node ids are the nodes, edge ids the keys; `networkx.read_graphml(path, node_type=int, force_multigraph=True)`."""
    keys = _Keys()
    keys.learn("graph", graph.graph)
    for _, data in graph.nodes(data=True):
        keys.learn("node", data)
    for _, _, data in graph.edges(data=True):
        keys.learn("edge", data)
    yield _HEAD
    yield from keys.declarations()
    yield '<graph edgedefault="directed">\n'
    yield keys.data("graph", graph.graph) + "\n"
    for node, data in graph.nodes(data=True):
        yield f'<node id="{node}">{keys.data("node", data)}</node>\n'
    for source, target, key, data in graph.edges(keys=True, data=True):
        yield f'<edge source="{source}" target="{target}" id={quoteattr(_clean(str(key)))}>{keys.data("edge", data)}</edge>\n'
    yield "</graph>\n</graphml>\n"


def plain(name: str, value: Any) -> bool | int | float | str:
    """`value`, an attribute called `name`, as GraphML can hold it."""
    if isinstance(value, bool | int | float | str):
        return value
    if name == "state":
        return json.dumps(_json(value))
    if name == "label":
        return "\n".join(value)
    return ", ".join(" = ".join(map(str, item)) if isinstance(item, tuple) else str(item) for item in value)


def _json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return [_json(item) for item in sorted(value, key=sort_key)]
    return [_json(item) for item in value] if isinstance(value, tuple) else value


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


class _Keys:
    """The declared attributes: (of what, name, type) -> id; one name may hold values of two types."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str, type], str] = {}
        self._openings: dict[tuple[str, str, type], str] = {}

    def learn(self, kind: str, data: Mapping[str, Any]) -> None:
        for name, value in data.items():
            key = (kind, name, _type(value))
            if key not in self._ids:
                self._ids[key] = f"d{len(self._ids)}"
                self._openings[key] = f'<data key="{self._ids[key]}">'

    def declarations(self) -> Iterable[str]:
        for (kind, name, type), key in self._ids.items():
            yield f'<key id="{key}" for="{kind}" attr.name={quoteattr(_clean(name))} attr.type="{_TYPES[type]}"/>\n'

    def data(self, kind: str, data: Mapping[str, Any]) -> str:
        return "".join([f"{self._openings[kind, name, _type(value)]}{_text(name, value)}</data>" for name, value in data.items()])


def _type(value: Any) -> type:
    found = type(value)
    return found if found in _TYPES else str


def _text(name: str, value: Any) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    text = plain(name, value)
    return escape(_clean(text), {"\r": "&#13;"}) if isinstance(text, str) else str(text)
