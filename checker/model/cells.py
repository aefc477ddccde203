"""The names of the cells of a state, in the user's words: `status[Task0]`, `Worker1.seen`, `Worker1.work.t`."""

from __future__ import annotations

from itertools import product

from checker.language.types import Sort, Value, show, values
from checker.model.model import Model, Variable


def cell_name(variable: Variable, indices: tuple[Value, ...]) -> str:
    """The name of the cell of `variable` at `indices`, one value for each index type.

    What belongs to an agent stands behind the agent's name: `Worker.seen` of the second worker is `Worker1.seen`, its
    `Worker up` is `Worker1 up`.
    """
    name, types = variable.name, variable.index
    if types and isinstance(types[0], Sort) and name.startswith((f"{types[0].name}.", f"{types[0].name} ")):
        agent = show(types[0], indices[0])
        name, types, indices = agent + name[len(types[0].name) :], types[1:], indices[1:]
    if not types:
        return name
    return f"{name}[{', '.join(show(t, v) for t, v in zip(types, indices, strict=True))}]"


def variable_cells(variable: Variable) -> list[tuple[int, str]]:
    """(place in the state, name) of each cell of `variable`."""
    places = product(*(list(values(t)) for t in variable.index))
    return [(variable.offset + i, cell_name(variable, indices)) for i, indices in enumerate(places)]


def cell_names(model: Model) -> tuple[str, ...]:
    """The names of all cells, in the order of the state."""
    return tuple(name for _, name in sorted(cell for variable in model.variables for cell in variable_cells(variable)))


def cell_variables(model: Model) -> tuple[Variable, ...]:
    """For each cell, in the order of the state, the variable that it belongs to."""
    owners = sorted(((v.offset + i, v) for v in model.variables for i in range(v.cells)), key=lambda owner: owner[0])
    return tuple(variable for _, variable in owners)


def message_cells(model: Model) -> list[int]:
    """The cells that hold messages in flight; what is `persistent` stays deliverable for ever and is none of them."""
    return [
        channel.variable.offset + place
        for channel in model.channels
        if channel.kind != "persistent"
        for place in range(channel.variable.cells)
    ]
