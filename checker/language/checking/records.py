"""The fields that a record is made with."""

from __future__ import annotations

from checker.language import tree
from checker.language.checking.context import Context
from checker.language.checking.errors import type_errors
from checker.language.types import Record


def record_fields(ctx: Context, node: tree.Call, type: Record) -> bool:
    """Whether each field of the record is given once, by name; what is wrong is reported."""
    names = [name for name, _ in type.fields]
    signature = f"{type.name}({', '.join(f'{name}: ...' for name in names)})"
    problems: list[tuple[tree.Node, str]] = []
    given: set[str] = set()
    for argument in node.named:
        if argument.name in given:
            problems.append((argument, f"`{argument.name}` is given twice"))
        elif argument.name not in names:
            problems.append((argument, f"it has no field `{argument.name}`"))
        given.add(argument.name)
    missing = [name for name in names if name not in given]
    if node.arguments:
        problems.append((node, "its fields are named"))
    elif missing:
        problems.append((node, "`" + "`, `".join(missing) + "` " + ("is" if len(missing) == 1 else "are") + " missing"))
    for at, problem in problems:
        ctx.report(type_errors.RecordFields(span=at.span, record=type.name, problem=problem, signature=signature))
    return not problems
