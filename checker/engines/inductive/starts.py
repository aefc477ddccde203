"""How states start: parts of them that start independently of each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

from msgspec import Struct

from checker.ground.program import GroundModel, cell_types
from checker.ground.shapes import encode

Fields = tuple[int, ...]


@final
class Part(Struct, frozen=True, kw_only=True):
    """Fields, by number, and the ways in which they start: whole states, of which the other fields are of no account."""

    fields: frozenset[int]
    ways: tuple[Fields, ...]


def parts(form: GroundModel) -> Iterator[Part]:
    """All cells that always start in one way are a part; each other cell is one."""
    starts = [choices for variable in form.model.variables for choices in variable.initial]
    cells = [
        list(dict.fromkeys(tuple(encode(type, value)) for value in choices))
        for type, choices in zip(cell_types(form.model), starts, strict=True)
    ]
    first = tuple(number for ways in cells for number in ways[0])
    one_way, at = set[int](), 0
    several: list[Part] = []
    for ways in cells:
        end = at + len(ways[0])
        if len(ways) == 1:
            one_way.update(range(at, end))
        else:
            states = tuple((*first[:at], *way, *first[end:]) for way in ways)
            several.append(Part(fields=frozenset(range(at, end)), ways=states))
        at = end
    yield Part(fields=frozenset(one_way), ways=(first,))
    yield from several
