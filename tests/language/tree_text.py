"""Surface trees as short text, for tests: without places, each node as its class and its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.language import tree
from checker.language.source import Span


def shown(value: Any) -> str:
    """`Binary(== Name(a) 1)` and the like."""
    match value:
        case tree.Number(value=number):
            return str(number)
        case tree.Truth(value=truth):
            return "true" if truth else "false"
        case tree.Name(name=name) | tree.NamedType(name=name):
            return name
        case tree.NoneValue():
            return "none"
        case tree.Node():
            inside = [shown(getattr(value, field)) for field in value.__struct_fields__ if not _is_place(field)]
            return f"{type(value).__name__}({' '.join(inside)})"
        case tuple():
            return "[" + " ".join(shown(item) for item in value) + "]"
        case str():
            return repr(value) if " " in value or not value else value
        case None:
            return "-"
    return str(value)


def _is_place(name: str) -> bool:
    return name.endswith(("span", "spans"))


def nodes(value: Any) -> Iterator[tree.Node]:
    """Every node in `value`, a node before those inside it."""
    if isinstance(value, tree.Node):
        yield value
        for field in value.__struct_fields__:
            yield from nodes(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from nodes(item)


def text_at(text: str, span: Span) -> str:
    """What stands at `span` in `text`."""
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)
