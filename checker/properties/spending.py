"""What a step of a run costs."""

from __future__ import annotations

from collections.abc import Iterable

from checker.elaborate.meters import MESSAGES, told_cost
from checker.properties.run import Taken


def spent(taken: Taken) -> dict[str, int]:
    """Of each meter what the step adds to it: of those of the calls that it begins, and of `steps` (without faults), `faults`, `messages` and
    `rounds`."""
    notes = [note for note, _, _ in taken.told]
    called = dict.fromkeys(name for note in notes for name, _ in note.costs)
    return {
        **{meter: sum(told_cost(note, meter) for note in notes) for meter in called},
        "steps": int(taken.step.fault is None),
        "faults": int(taken.step.fault is not None),
        MESSAGES: sum(told_cost(note, MESSAGES) for note in notes),
        "rounds": int(taken.step.kind == "round"),
    }


def spent_by(steps: Iterable[Taken]) -> dict[str, int]:
    """The same of several steps."""
    total: dict[str, int] = {}
    for taken in steps:
        for meter, cost in spent(taken).items():
            total[meter] = total.get(meter, 0) + cost
    return total
