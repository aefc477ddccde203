"""Simple expressions in the user's words, with the values of the moment: `owner[Task0]`, `Worker1.seen`, `t`."""

from __future__ import annotations

from checker.language.types import Record, Value, cardinality, position
from checker.model.expr import Apply, Const, Expr, Local, Read
from checker.semantics.failure import cell_name, shown
from checker.semantics.registers import OLD, Cells, Registers


class _Unknown(Exception):
    """The expression is not a simple one."""


def describe(expr: Expr, cells: Cells, registers: Registers) -> str | None:
    """`expr` as a user would write it here, or None where it is more than a name, an entry, or a field."""
    try:
        return _describe(expr, cells, registers)
    except (_Unknown, KeyError, IndexError):
        return None


def _describe(expr: Expr, cells: Cells, registers: Registers) -> str:
    match expr:
        case Const():
            return shown(expr.type, expr.value)
        case Local():
            return expr.name
        case Read():
            name = cell_name(expr.variable, [_value(index, cells, registers) for index in expr.indices])
            return f"old({name})" if expr.old else name
        case Apply("field", (record, Const(place)), _):
            if isinstance(record.type, Record):
                return f"{_describe(record, cells, registers)}.{record.type.fields[place][0]}"
        case Apply("get", (entries, key), _):
            return f"{_describe(entries, cells, registers)}[{shown(key.type, _value(key, cells, registers))}]"
        case Apply("unwrap", (option,), _):
            return f"{_describe(option, cells, registers)}!"
        case Apply("narrow", (wide,), _):
            return _describe(wide, cells, registers)
    raise _Unknown


def _value(expr: Expr, cells: Cells, registers: Registers) -> Value:
    """The value of a simple expression. Raises _Unknown for the others, KeyError where it has none."""
    match expr:
        case Const():
            return expr.value
        case Local():
            return registers[expr.number]
        case Read():
            place = 0
            for type, index in zip(expr.variable.index, expr.indices, strict=True):
                place = place * cardinality(type) + position(type)[_value(index, cells, registers)]
            return (registers[OLD] if expr.old else cells)[expr.variable.offset + place]
        case Apply("unwrap" | "narrow", (inside,), _):
            return _value(inside, cells, registers)
        case Apply("field", (record, Const(place)), _):
            return _value(record, cells, registers)[place]
    raise _Unknown
