"""Names for the fields of a ground model, fit for languages whose names are letters, digits and `_`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from checker.ground.program import GroundModel
from checker.ground.shapes import is_scalar, scalars, words
from checker.language.types import BagOf, Enum, MapOf, Option, Record, SeqOf, SetOf, Type, show, values
from checker.model.cells import cell_names, cell_variables


def field_titles(form: GroundModel) -> list[str]:
    """For each field what it holds, in the user's words: `status[Task0]`, `Worker1.inbox length`."""
    variables = cell_variables(form.model)
    return [
        name + part for name, variable in zip(cell_names(form.model), variables, strict=True) for part in _parts(variable.type)
    ]


def field_legends(form: GroundModel) -> list[str]:
    """For each field of an enum the names of its values, `0 open, 1 done`; "" for every other."""
    legends: list[str] = []
    for variable in cell_variables(form.model):
        match variable.type:
            case Enum(_, members):
                legends.append(", ".join(f"{number} {member}" for number, member in enumerate(members)))
            case type:
                legends += [""] * sum(1 for _ in scalars(type))
    return legends


def _parts(type: Type) -> Iterator[str]:
    """What each field of a value is called behind the value's own name, in the order of the ground form."""
    if is_scalar(type):
        yield ""
        return
    match type:
        case Option(of):
            yield " there"
            yield from _parts(of)
        case SetOf():
            pieces = len(words(type))
            yield from ([""] if pieces == 1 else [f" part {piece}" for piece in range(pieces)])
        case MapOf(key, value):
            for at in values(key):
                yield from (f"[{show(key, at)}]{part}" for part in _parts(value))
        case Record(_, fields):
            for name, of in fields:
                yield from (f".{name}{part}" for part in _parts(of))
        case SeqOf(of, most) | BagOf(of, most):
            yield " length"
            for place in range(most):
                yield from (f"[{place}]{part}" for part in _parts(of))
        case _:
            raise TypeError(type)


def identifiers(titles: Iterable[str], prefix: str) -> list[str]:
    """A name for each title, all different: the prefix, then its letters and digits with `_` for what is between them."""
    found: list[str] = []
    taken: set[str] = set()
    for title in titles:
        plain = prefix + (re.sub(r"[^A-Za-z0-9]+", "_", title).strip("_") or "x")
        name, number = plain, 2
        while name in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name)
        found.append(name)
    return found
