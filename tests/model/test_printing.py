"""The printed model: complete, stable, and as written down here."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from checker.language.source import Span
from checker.language.types import Bool, Enum, Int, Record, Sort
from checker.model.expr import Apply, Const, Local, Quantifier, Read
from checker.model.model import Model, Variable
from checker.model.printing import print_expr, print_model
from checker.model.validate import validate
from tests.model.rich import rich_model
from tests.semantics.building import HERE, apply, number
from tests.semantics.hand_models import two_phase_commit


def test_equal_models_print_equal() -> None:
    assert print_model(rich_model()) == print_model(rich_model())
    assert print_model(two_phase_commit(3)) == print_model(two_phase_commit(3))
    assert print_model(two_phase_commit(3)) != print_model(two_phase_commit(2))


def test_printing_does_not_depend_on_which_objects_are_shared() -> None:
    assert print_model(copy.deepcopy(rich_model())) == print_model(rich_model())


def test_the_rich_model_is_well_formed_and_has_every_node() -> None:
    model = rich_model()
    assert validate(model) == []
    met = {type(node).__name__ for _, node in nodes(model)}
    assert met >= {
        "Bind",
        "Guard",
        "Let",
        "Assign",
        "If",
        "For",
        "While",
        "Choose",
        "Either",
        "Require",
        "Assert",
        "Mark",
        "Note",
    }
    assert met >= {"Const", "Local", "Read", "Apply", "Quantifier", "Variable", "Step", "Goal", "Channel", "Model"}


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every `Struct` in `value`, with the way to it; types, places, and the variables that expressions name are left whole."""
    if isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from nodes(item, (*path, place))
    elif isinstance(value, Struct) and not isinstance(value, (Bool, Enum, Int, Record, Sort, Span)):
        yield path, value
        for field in value.__struct_fields__:
            if not (isinstance(getattr(value, field), Variable)):
                yield from nodes(getattr(value, field), (*path, field))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """`value` with `new` at the end of `path`."""
    if not path:
        return new
    head, *rest = path
    if isinstance(value, tuple):
        return (*value[:head], put(value[head], tuple(rest), new), *value[head + 1 :])
    return replace(value, **{head: put(getattr(value, head), tuple(rest), new)})


def another(value: Any, name: str) -> Any:
    """A value of the same sort that is not `value`."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, Span):
        return replace(value, end_column=value.end_column + 1)
    if isinstance(value, tuple):
        return value[:-1] if value else ("spare",) if name in ("initial",) else None
    if isinstance(value, (Enum, Sort)):
        return replace(value, name=value.name + "x")
    if isinstance(value, Int):
        return replace(value, high=value.high + 1)
    if isinstance(value, Record):
        return replace(value, fields=value.fields[:-1])
    return None


def test_every_field_of_every_node_is_printed() -> None:
    """Each is changed in turn, and the text changes with it."""
    model = rich_model()
    text, silent, tried = print_model(model), [], 0
    for path, node in nodes(model):
        for field in node.__struct_fields__:
            value = getattr(node, field)
            changed = another(value, field)
            if (
                changed is None
                or (isinstance(node, Local) and field == "type")
                or (isinstance(node, Apply | Quantifier) and value == Bool())
            ):
                continue
            tried += 1
            try:
                if print_model(put(model, (*path, field), changed)) == text:
                    silent.append((path, field))
            except (IndexError, ValueError):  # a change that leaves the node without a meaning: it was looked at
                continue
    assert silent == []
    assert tried > 300


def test_places_can_be_left_out() -> None:
    model = rich_model()
    moved = put(model, ("steps", 0, "at"), replace(HERE, line=7))
    assert print_model(moved) != print_model(model)
    assert print_model(moved, places=False) == print_model(model, places=False)
    assert "@" not in print_model(model, places=False)


def test_the_types_that_are_named_are_defined_once() -> None:
    text = print_model(rich_model(), places=False)
    assert [line for line in text.splitlines() if line.startswith(("  enum", "  ids", "  role", "  record"))] == [
        "  enum Status: open, done",
        "  ids Task * 2",
        "  record Entry: task: Task, by: Worker?",
        "  role Worker * 2, ordered",
    ]


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (Const(1, Enum("Status", ("open", "done"))), "done:Status"),
        (Const(True, Bool()), "true"),
        (Local(3, "t", Sort("Task", 2)), "t#3"),
        (apply("add", number(1), number(2), type=Int(3, 3)), "add:3..3(1:1..1, 2:2..2)"),
        (apply("lt", number(1), number(2)), "lt(1:1..1, 2:2..2)"),
        (
            Quantifier("all", (Local(0, "t", Sort("Task", 2)),), (Sort("Task", 2),), Const(True, Bool()), Bool()),
            "all(t#0: Task in Task: true)",
        ),
    ],
)
def test_expressions(expr: Any, text: str) -> None:
    assert print_expr(expr) == text


def test_an_old_read() -> None:
    model: Model = rich_model()
    assert print_expr(Read(model.variables[1], (), True)) == "old(count)"
