"""Numbers of many values in the search for lemmas: only those near where they start.

What lemmas are found so is asked again of all values, so nothing rests on it. A step that leaves the interval cannot happen, so all that is so of the
whole form is so of this one, but for whether a step can.
"""

from __future__ import annotations

from msgspec.structs import replace

from checker.engines.inductive.system import MOST_VALUES
from checker.ground.program import GroundModel, GroundOutcome
from checker.ground.shapes import encode

NEAR = 8  # so far from where they start


def narrowed(form: GroundModel) -> GroundModel:
    """The same form where the numbers of more than `MOST_VALUES` values, as far as they start near their least one, have few."""
    few = {number: (low, high) for number, (low, high) in enumerate(_near(form)) if high < form.fields[number][1]}
    if not few:
        return form
    fields = tuple(few.get(number, interval) for number, interval in enumerate(form.fields))
    return replace(form, fields=fields, outcomes=tuple(_within(form, outcome, few) for outcome in form.outcomes))


def _near(form: GroundModel) -> list[tuple[int, int]]:
    starts: list[int] = []  # of each field the highest value that it may start with
    for variable in form.model.variables:
        for values in variable.initial:
            starts += [max(each) for each in zip(*(encode(variable.type, value) for value in values), strict=True)]
    return [
        (low, start + NEAR) if high - low >= MOST_VALUES > start + NEAR - low else (low, high)
        for (low, high), start in zip(form.fields, starts, strict=True)
    ]


def _within(form: GroundModel, outcome: GroundOutcome, few: dict[int, tuple[int, int]]) -> GroundOutcome:
    graph, enabled = form.graph, outcome.enabled
    for number, new in outcome.updates:
        if number in few:
            enabled = graph.both(enabled, graph.le(new, graph.const(few[number][1])))
    return replace(outcome, enabled=enabled)
