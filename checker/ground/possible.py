"""Which outcomes may happen at all, and which fields never change: from the initial states upwards.

An outcome is possible where its guard is not certainly 0 while the fields that no possible outcome writes have their first values: the
least set that satisfies this holds every outcome that some run takes (by induction on the run). A receive from an agent that never
sends drops out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.ground.cases import UNDECIDED, Fields, Open, State
from checker.ground.graph import Node
from checker.ground.program import GroundModel, GroundOutcome, cell_types
from checker.ground.shapes import encode


def possible(ground: GroundModel, fields: Fields) -> tuple[tuple[GroundOutcome, ...], Mapping[Node, int]]:
    """The outcomes that may happen, in order, and the values of the fields that never change."""
    fixed = _first_values(ground)
    found: set[int] = set()
    while True:
        state = State(fields, fixed)  # `fields.fixed` is not known before all is done
        new = [i for i, outcome in enumerate(ground.outcomes) if i not in found and _may_be(state, outcome.enabled)]
        if not new:
            return tuple(ground.outcomes[i] for i in sorted(found)), fixed
        found.update(new)
        written = {ground.graph.known.get(("field", number)) for i in new for number, _ in ground.outcomes[i].updates}
        fixed = {node: value for node, value in fixed.items() if node not in written}


def _may_be(state: State, enabled: Node) -> bool:
    try:
        return state.number(enabled) != 0
    except (Open, *UNDECIDED):
        return True


def _first_values(ground: GroundModel) -> Mapping[Node, int]:
    """The fields that start with one value only."""
    columns: list[Sequence[int]] = []
    types = list(cell_types(ground.model))
    choices = [values for variable in ground.model.variables for values in variable.initial]
    for type, values in zip(types, choices, strict=True):
        columns += zip(*(tuple(encode(type, value)) for value in values), strict=True)
    found: dict[Node, int] = {}
    for number, column in enumerate(columns):
        node = ground.graph.known.get(("field", number))
        if node is not None and len(set(column)) == 1:
            found[node] = column[0]
    return found
