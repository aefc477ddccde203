"""What a step of a run costs."""

from __future__ import annotations

from collections.abc import Iterable

from checker.properties.run import Taken

SENT = frozenset(
    {"send", "drop"}
)  # the notes of a message that is sent, one that finds no room or a receiver that is down included


def spent(taken: Taken) -> dict[str, int]:
    """Of each meter what the step adds to it: of those of its call, and of `steps` (without faults), `faults`, `messages` and `rounds`."""
    return {
        **dict(taken.step.meters),
        "steps": int(taken.step.fault is None),
        "faults": int(taken.step.fault is not None),
        "messages": sum(note.kind in SENT for note, _, _ in taken.told),
        "rounds": int(taken.step.kind == "round"),
    }


def spent_by(steps: Iterable[Taken]) -> dict[str, int]:
    """The same of several steps."""
    total: dict[str, int] = {}
    for taken in steps:
        for meter, cost in spent(taken).items():
            total[meter] = total.get(meter, 0) + cost
    return total
