"""Errors on values outside a type, told of the variable that was to have the value: `status[Task0]`, `Worker1.note.size`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from checker.language.types import MapOf, Record, Value
from checker.model.expr import Apply, Const, Expr
from checker.model.model import Assign, Let
from checker.semantics.evaluate import evaluator
from checker.semantics.failure import EvaluationError, Outside, cell_name, fail, shown
from checker.semantics.registers import Cells, Evaluate, Registers

Part: TypeAlias = str | Expr  # a field, or the key of an entry
_VARIABLES = frozenset({"shared", "agent"})


def told_of_target(statement: Assign | Let, value: Evaluate) -> Evaluate:
    """`value`, whose errors name what it was for."""
    if isinstance(statement, Assign) and statement.variable.kind not in _VARIABLES:
        return value
    paths = dict(_narrowed(statement.value))
    if not paths:
        return value

    def told(c: Cells, r: Registers) -> Value:
        try:
            return value(c, r)
        except Outside as error:
            path = paths.get(id(error.node))
            if path is None:
                raise
            text = f"`{_name(statement, path, c, r)}` would be {error.shown}, which is not in {error.node.type}"
            raise fail("range", text, error.failure.at) from None

    return told


def _narrowed(expr: Expr, path: tuple[Part, ...] = ()) -> Iterator[tuple[int, tuple[Part, ...]]]:
    """Where the value, or the part of it that is new, is checked: the `id` of the node, and the path to the part."""
    match expr:
        case Apply("narrow"):
            yield id(expr), path
        case Apply("with_field", (whole, Const(place), part)) if isinstance(whole.type, Record):
            yield from _narrowed(part, (*path, f".{whole.type.fields[place][0]}"))
        case Apply("put" | "replace", (_, key, part)):
            yield from _narrowed(part, (*path, key))
        case Apply("map", (one, *others)) if isinstance(expr.type, MapOf) and all(other is one for other in others):
            yield from _narrowed(one, path)  # one value for all keys


def _name(statement: Assign | Let, path: tuple[Part, ...], c: Cells, r: Registers) -> str:
    if isinstance(statement, Let):
        whole = statement.local.name
    else:
        try:
            whole = cell_name(statement.variable, [evaluator(index)(c, r) for index in statement.indices])
        except EvaluationError:  # an index has no value either
            whole = statement.variable.name
    return whole + "".join(part if isinstance(part, str) else _entry(part, c, r) for part in path)


def _entry(key: Expr, c: Cells, r: Registers) -> str:
    try:
        return f"[{shown(key.type, evaluator(key)(c, r))}]"
    except EvaluationError:
        return "[...]"
